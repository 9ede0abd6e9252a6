//! `cargo xtask e2e`: the main job and its negative cases, as a user would run them.
//!
//! The cases are a program of their own (`tests/e2e`); this builds what it needs and starts it.

use crate::{tally::Tally, wasm};
use std::process::Command;

/// Runs all cases, or those whose name contains an argument; true if nothing failed.
pub(crate) fn run(arguments: &[&str]) -> bool {
    let mut tally = Tally::default();
    tally.command(
        "programs",
        Command::new("cargo").current_dir(wasm::root()).args([
            "build",
            "--quiet",
            "--workspace",
            "--bins",
        ]),
    );
    cases(&mut tally, arguments);
    tally.finish()
}

/// Starts the cases.
pub(crate) fn cases(tally: &mut Tally, arguments: &[&str]) {
    let programs = wasm::target_dir().join("debug");
    tally.command(
        "e2e",
        Command::new(programs.join("linkspan-e2e"))
            .current_dir(wasm::root())
            .args(arguments)
            .env("LINKSPAN_BIN_DIR", &programs),
    );
}
