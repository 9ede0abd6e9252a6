//! Builds the planner page into `web/dist` and tries it in a browser.

use crate::{setup, tally::Tally, wasm};
use anyhow::{Result, ensure};
use std::{path::Path, process::Command};

/// Core to wasm, bindings, page.
pub(crate) fn build() -> Result<()> {
    let module = wasm::build()?;
    let root = wasm::root();
    let status = Command::new("cargo")
        .current_dir(&root)
        .args(["run", "--quiet", "--package", "xtask-bindgen", "--"])
        .arg(&module)
        .arg(root.join("web/pkg"))
        .status()?;
    ensure!(status.success(), "the bindings could not be made");
    setup::npm_ci()?;
    let status = Command::new("npm")
        .args(["run", "--silent", "build"])
        .current_dir(root.join("web"))
        .status()?;
    ensure!(status.success(), "`npm run build` failed in web/");
    Ok(())
}

/// The page's test in a real browser.
pub(crate) fn test(tally: &mut Tally, chromium: &Path) {
    tally.command(
        "planner page in a browser",
        Command::new("node")
            .arg("test/page.mjs")
            .current_dir(wasm::root().join("web"))
            .env("CHROMIUM", chromium),
    );
}
