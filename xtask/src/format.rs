//! `cargo xtask fmt`: rustfmt over every tracked file, because `cargo fmt` finds only files that are
//! declared by a plain `mod`, and the rules are declared by their table.

use crate::{tidy, wasm};
use anyhow::Result;
use std::process::Command;

/// Formats, or with `--check` only says what is not; true if all is well.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    let root = wasm::root();
    let files = tidy::tracked(&root)?;
    let sources = files.iter().filter(|file| {
        file.extension().is_some_and(|extension| extension == "rs") && file.exists()
    });
    let status = Command::new("rustfmt")
        .current_dir(&root)
        .args(["--edition", "2024"])
        .args(arguments)
        .args(sources)
        .status()?;
    Ok(status.success())
}
