//! `cargo xtask bench`: figures of the release build. Nothing is asserted here.

mod peers;

use crate::wasm;
use anyhow::{Context as _, Result, ensure};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

const RUNS: usize = 5;

/// The release build of `linkspan`.
fn program() -> Result<PathBuf> {
    let built = Command::new("cargo")
        .current_dir(wasm::root())
        .args(["build", "--release", "--package", "linkspan"])
        .status()?;
    ensure!(built.success(), "the release build failed");
    Ok(wasm::target_dir().join("release/linkspan"))
}

/// Ours beside other linters.
pub(crate) fn peers() -> Result<bool> {
    peers::run(&program()?)
}

/// Prints a line a figure.
pub(crate) fn run() -> Result<bool> {
    let root = wasm::root();
    let program = program()?;
    let example = root.join("examples/internal-apim.yaml");
    let mut checks = Vec::new();
    let mut ups = Vec::new();
    let mut peak = 0;
    for _ in 0..RUNS {
        checks.push(timed(Command::new(&program).arg("check").arg(&example))?.0);
        let (time, kib) = timed(Command::new(&program).args(["up", "--once"]).arg(&example))?;
        ups.push(time);
        peak = peak.max(kib);
    }
    println!(
        "check of the example, whole process: {:?} (median of {RUNS})",
        median(&mut checks)
    );
    println!(
        "up --once, command to exit: {:?} (median of {RUNS})",
        median(&mut ups)
    );
    println!("peak memory of up: {} MiB", peak / 1024);
    let status = Command::new("cargo")
        .current_dir(&root)
        .args([
            "run",
            "--release",
            "--quiet",
            "--package",
            "fabric",
            "--example",
            "bench",
        ])
        .status()?;
    ensure!(status.success(), "the fabric's benchmark failed");
    // Real sockets through devices: the endpoints' tests print what they carried.
    let output = Command::new("cargo")
        .current_dir(&root)
        .args(["test", "--release", "--quiet", "--package", "twin"])
        .args(["--test", "endpoints"])
        .stderr(Stdio::null())
        .output()?;
    ensure!(output.status.success(), "the endpoints' tests failed");
    println!("TCP between two namespaces through the twin's devices:");
    let text = String::from_utf8_lossy(&output.stdout);
    for line in text.lines().filter(|line| line.contains("MB/s")) {
        println!("  {}", line.trim());
    }
    Ok(true)
}

/// The core alone, by size; its figures go into `crates/topology/BENCH.md`.
pub(crate) fn core() -> Result<bool> {
    let root = wasm::root();
    let built = Command::new("cargo")
        .current_dir(&root)
        .args(["build", "--release", "--package", "topology"])
        .args(["--example", "bench"])
        .status()?;
    ensure!(built.success(), "the release build failed");
    let program = wasm::target_dir().join("release/examples/bench");
    // What a run has had of memory, the next one has again.
    let mut table = printed(Command::new(&program).env("MIMALLOC_PURGE_DELAY", "-1"))?;
    table.push_str("\n| 50 MB of | time, whole process | most memory |\n|---|---:|---:|\n");
    for name in printed(Command::new(&program).arg("hostile"))?.lines() {
        let (time, kib) = timed(Command::new(&program).args(["hostile", name]))?;
        let line = format!(
            "| {name} | {:.1} s | {} MiB |\n",
            time.as_secs_f64(),
            kib / 1024
        );
        table.push_str(&line);
    }
    print!("{table}");
    let file = root.join("crates/topology/BENCH.md");
    let text = std::fs::read_to_string(&file)?;
    let (before, rest) = text
        .split_once("## Figures\n")
        .context("BENCH.md has no `## Figures`")?;
    let (_, after) = rest
        .split_once("## Peers\n")
        .context("BENCH.md has no `## Peers`")?;
    let machine = machine()?;
    std::fs::write(
        &file,
        format!("{before}## Figures\n\n{machine}\n\n{table}\n## Peers\n{after}"),
    )?;
    Ok(true)
}

/// The machine in words, and how busy it was.
fn machine() -> Result<String> {
    let cores = std::thread::available_parallelism()?;
    let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kib: Option<u64> = memory.lines().find_map(|line| {
        line.strip_prefix("MemTotal:")?
            .split_whitespace()
            .next()?
            .parse()
            .ok()
    });
    let memory = kib.map_or_else(String::new, |kib| {
        format!(", {} GiB", kib.div_ceil(1024 * 1024))
    });
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    Ok(format!(
        "{cores} cores of a cloud virtual machine{memory}; load at the end of the run: {load}."
    ))
}

fn printed(command: &mut Command) -> Result<String> {
    let output = command.stderr(Stdio::inherit()).output()?;
    ensure!(output.status.success(), "{command:?} failed");
    Ok(String::from_utf8(output.stdout)?)
}

/// Wall time and the high-water mark of memory, in KiB, as the kernel shows it while it runs.
fn timed(command: &mut Command) -> Result<(Duration, u64)> {
    let shown = format!("{command:?}");
    let start = Instant::now();
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .with_context(|| shown.clone())?;
    let status_file = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    loop {
        if let Ok(text) = std::fs::read_to_string(&status_file) {
            let high = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = high
                .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
                .unwrap_or(0);
            peak = peak.max(kib);
        }
        if let Some(status) = child.try_wait()? {
            ensure!(status.success(), "{shown} ended with {status}");
            return Ok((start.elapsed(), peak));
        }
        std::thread::sleep(Duration::from_micros(500));
    }
}

fn median(times: &mut [Duration]) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}
