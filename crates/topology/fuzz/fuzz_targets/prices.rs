//! Coverage-guided: `check_prices`.
#![no_main]

#[path = "../../tests/bad_input/targets.rs"]
#[expect(dead_code, reason = "one body of several")]
mod targets;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| targets::check_prices(bytes));
