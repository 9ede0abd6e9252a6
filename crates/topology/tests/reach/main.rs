//! Reach: sets against walks, expectations, who and what, differences.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "tests stop at the first surprise"
)]

mod agreement;
#[path = "../trace/build.rs"]
#[expect(dead_code, reason = "shared with the tests of the trace")]
mod build;
mod expectations;
mod generate;
mod questions;
