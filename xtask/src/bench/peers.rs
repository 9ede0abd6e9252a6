//! Linters that know nothing of a topology, beside ours, on the same ARM templates.
//!
//! checkov lives in a virtual environment of its own below the target folder. Figures are printed;
//! those of one machine stand in `crates/topology/BENCH.md`, with what was found.

use crate::wasm;
use anyhow::{Result, ensure};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

/// The version whose findings are described.
const CHECKOV: &str = "checkov==3.3.30";

/// The program of checkov; installed if it is not there.
fn checkov() -> Result<PathBuf> {
    let folder = wasm::target_dir().join("peers");
    let program = folder.join("bin/checkov");
    if !program.is_file() {
        eprintln!("== installing {CHECKOV} below {}", folder.display());
        let made = Command::new("python3")
            .args(["-m", "venv", "--clear"])
            .arg(&folder)
            .status()?;
        ensure!(
            made.success(),
            "no virtual environment; run `sudo apt-get install python3-venv`"
        );
        let installed = Command::new(folder.join("bin/python"))
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", CHECKOV])
            .status()?;
        ensure!(installed.success(), "pip could not install {CHECKOV}");
    }
    Ok(program)
}

/// Measures both on the example's template; `program` is the built `linkspan`.
pub(super) fn run(program: &Path) -> Result<bool> {
    let root = wasm::root();
    let checkov = checkov()?;
    let folder = wasm::target_dir().join("peers/template");
    std::fs::create_dir_all(&folder)?;
    let exported = Command::new(program)
        .current_dir(&root)
        .args(["export", "examples/internal-apim.yaml", "--to", "arm", "-o"])
        .arg(&folder)
        .stdout(Stdio::null())
        .status()?;
    ensure!(exported.success(), "the example could not be exported");
    let mut ours = Command::new(program);
    ours.args(["check", "--format", "json"]).arg(&folder);
    let mut theirs = Command::new(checkov);
    theirs
        .args(["--framework", "arm", "--skip-download", "--quiet"])
        .args(["--compact", "--output", "json", "--directory"])
        .arg(&folder);
    for (name, command) in [("linkspan check", &mut ours), (CHECKOV, &mut theirs)] {
        let start = Instant::now();
        // Both end with 1 where they find something.
        let output = command.stderr(Stdio::null()).output()?;
        let time = start.elapsed();
        ensure!(
            matches!(output.status.code(), Some(0 | 1)),
            "{name} ended with {}",
            output.status
        );
        let text = String::from_utf8_lossy(&output.stdout);
        let found = text.matches("\"code\":").count() + text.matches("\"check_id\":").count();
        println!("{name}: {time:?}, {found} findings and passed checks listed");
    }
    Ok(true)
}
