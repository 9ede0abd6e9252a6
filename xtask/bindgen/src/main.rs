//! Runs wasm-bindgen as a library: `xtask-bindgen MODULE.wasm FOLDER`.
//!
//! A program of its own, so that `cargo xtask` itself builds in a moment; pinned to the same
//! version as the bindings, because the two must be equal.

use anyhow::{Context as _, Result};
use wasm_bindgen_cli_support::Bindgen;

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let module = arguments
        .next()
        .context("usage: xtask-bindgen MODULE.wasm FOLDER")?;
    let folder = arguments
        .next()
        .context("usage: xtask-bindgen MODULE.wasm FOLDER")?;
    Bindgen::new()
        .input_path(module)
        .web(true)?
        .typescript(true)
        .generate(folder)
}
