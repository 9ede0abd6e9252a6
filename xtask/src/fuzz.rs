//! `cargo xtask fuzz`: mutated inputs for every reader, for as long as one likes.
//!
//! By default the small mutator in the tree (`crates/topology/examples/fuzz.rs`); with `--coverage`
//! libFuzzer, guided by coverage, on the toolchain that builds everything else. That needs a C++
//! compiler, since libFuzzer is C++; sanitizers, which need a nightly toolchain, are left out.

use crate::wasm;
use anyhow::{Result, bail, ensure};
use std::process::Command;

/// What `cargo fuzz` passes to the compiler, without its sanitizers.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 -Cdebug-assertions";

/// `[--seconds N] [--seed N] [TARGET…]`, or `--coverage TARGET [--seconds N]`.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    if let ["--coverage", target, rest @ ..] = arguments {
        let seconds = match rest {
            [] => "60",
            ["--seconds", seconds] => seconds,
            _ => bail!("say `cargo xtask fuzz --coverage TARGET [--seconds N]`"),
        };
        return coverage(target, seconds);
    }
    let status = Command::new("cargo")
        .current_dir(wasm::root())
        .args(["run", "--release", "--quiet", "--package", "topology"])
        .args(["--example", "fuzz", "--"])
        .args(arguments)
        .status()?;
    Ok(status.success())
}

fn coverage(target: &str, seconds: &str) -> Result<bool> {
    let folder = wasm::root().join("crates/topology/fuzz");
    let built = Command::new("cargo")
        .current_dir(&folder)
        .env("RUSTFLAGS", COVERAGE)
        .args(["build", "--release", "--target", "x86_64-unknown-linux-gnu"])
        .args(["--bin", target])
        // Said, because the environment may name another folder.
        .arg("--target-dir")
        .arg(folder.join("target"))
        .status()?;
    ensure!(
        built.success(),
        "the build of `{target}` failed; it needs a C++ compiler"
    );
    let found = folder.join("found").join(target);
    std::fs::create_dir_all(&found)?;
    let status = Command::new(
        folder
            .join("target/x86_64-unknown-linux-gnu/release")
            .join(target),
    )
    .arg(format!("-max_total_time={seconds}"))
    .args(["-max_len=16384", "-timeout=10", "-rss_limit_mb=1024"])
    .arg(format!("-artifact_prefix={}/", found.display()))
    .arg(&found)
    .arg(
        wasm::root()
            .join("crates/topology/tests/corpus")
            .join(target),
    )
    .status()?;
    Ok(status.success())
}
