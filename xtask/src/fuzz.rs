//! `cargo xtask fuzz`: mutated inputs for every reader, for as long as one likes.
//!
//! By default the small mutator in the tree (`crates/topology/examples/fuzz.rs`); with `--coverage`
//! libFuzzer, guided by coverage, on the toolchain that builds everything else. That needs a C++
//! compiler, since libFuzzer is C++; sanitizers, which need a nightly toolchain, are left out.

use crate::{setup, tally::Tally, wasm};
use anyhow::{Context as _, Result, bail, ensure};
use std::{path::PathBuf, process::Command};

/// What `cargo fuzz` passes to the compiler, without its sanitizers.
const COVERAGE: &str = "--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Cdebug-assertions";

/// How long each target runs as a part of `cargo xtask test`.
const SECONDS_A_TEST: &str = "5";

/// `[--seconds N] [--seed N] [TARGET…]`, or `--coverage TARGET… [--seconds N]`.
pub(crate) fn run(arguments: &[&str]) -> Result<bool> {
    if let ["--coverage", rest @ ..] = arguments {
        let (targets, seconds) = match rest {
            [targets @ .., "--seconds", seconds] => (targets, *seconds),
            targets => (targets, "60"),
        };
        if targets.is_empty() || targets.iter().any(|target| target.starts_with('-')) {
            bail!(
                "say `cargo xtask fuzz --coverage TARGET… [--seconds N]`; targets: {}",
                names()?.join(", ")
            );
        }
        let programs = build()?;
        for target in targets {
            if !guided(&programs, target, &[&format!("-max_total_time={seconds}")])? {
                return Ok(false);
            }
        }
        return Ok(true);
    }
    let status = Command::new("cargo")
        .current_dir(wasm::root())
        .args(["run", "--release", "--quiet", "--package", "topology"])
        .args(["--example", "fuzz", "--"])
        .args(arguments)
        .status()?;
    Ok(status.success())
}

/// Every target for some seconds, guided by coverage; the same mutations each time.
pub(crate) fn test(tally: &mut Tally) {
    eprintln!("== coverage-guided inputs");
    if !setup::cpp_compiler() {
        tally.skip("coverage-guided inputs: libFuzzer needs a C++ compiler, such as g++");
        return;
    }
    let programs = match build() {
        Ok(programs) => programs,
        Err(error) => return tally.check("coverage-guided inputs", Err(error)),
    };
    let time = format!("-max_total_time={SECONDS_A_TEST}");
    match names() {
        Ok(names) => {
            for name in names {
                let result = guided(&programs, &name, &["-seed=1", &time]);
                tally.check(&format!("coverage-guided inputs: {name}"), result);
            }
        }
        Err(error) => tally.check("coverage-guided inputs", Err(error)),
    }
}

fn folder() -> PathBuf {
    wasm::root().join("crates/topology/fuzz")
}

/// Every target, by the name of its file.
fn names() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(folder().join("fuzz_targets"))? {
        let path = entry?.path();
        let name = path.file_stem().context("a target without a name")?;
        names.push(name.to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; the folder that they are in.
fn build() -> Result<PathBuf> {
    let target = wasm::target_dir().join("fuzz");
    let host = wasm::host()?;
    let built = Command::new("cargo")
        .current_dir(folder())
        .env("RUSTFLAGS", COVERAGE)
        .args(["build", "--release", "--quiet", "--bins"])
        // With a target named, build scripts are built without the flags.
        .args(["--target", &host])
        .arg("--target-dir")
        .arg(&target)
        .status()?;
    ensure!(
        built.success(),
        "the build failed; it needs a C++ compiler, such as g++"
    );
    Ok(target.join(host).join("release"))
}

/// Runs one target over its kept corpus and what was found before; a text that breaks a law is kept
/// beside it, and belongs into `crates/topology/tests/corpus` once it is mended.
fn guided(programs: &std::path::Path, target: &str, how: &[&str]) -> Result<bool> {
    let found = folder().join("found").join(target);
    let broken = folder().join("broken").join(target);
    std::fs::create_dir_all(&found)?;
    std::fs::create_dir_all(&broken)?;
    let output = Command::new(programs.join(target))
        .args(how)
        .args(["-max_len=16384", "-timeout=10", "-rss_limit_mb=1024"])
        .arg(format!("-artifact_prefix={}/", broken.display()))
        .arg(&found)
        .arg(
            wasm::root()
                .join("crates/topology/tests/corpus")
                .join(target),
        )
        .output()
        .with_context(|| format!("there is no target `{target}`"))?;
    let said = String::from_utf8_lossy(&output.stderr);
    if !output.status.success() {
        eprint!("{said}");
        eprintln!(
            "the text is in {}; once it is mended, keep it in crates/topology/tests/corpus/{target}",
            broken.display()
        );
    }
    if let Some(last) = said.lines().last() {
        eprintln!("{target}: {last}");
    }
    Ok(output.status.success())
}
