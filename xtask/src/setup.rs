//! Makes sure that what the tests need is there, installs it where that is allowed, else names
//! the command.

use crate::{tally::Tally, wasm};
use std::{
    path::PathBuf,
    process::{Command, Stdio},
};

/// What was found.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    /// Node.js and npm are there.
    pub(crate) node: bool,
    /// A Chromium that can be started.
    pub(crate) chromium: Option<PathBuf>,
}

fn answers(program: &str) -> bool {
    Command::new(program)
        .arg("--version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn chromium() -> Option<PathBuf> {
    ["chromium", "chromium-browser", "google-chrome"]
        .iter()
        .find(|name| answers(name))
        .map(|name| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            std::env::split_paths(&path)
                .map(|folder| folder.join(name))
                .find(|file| file.exists())
                .unwrap_or_else(|| name.into())
        })
}

fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|out| out.stdout.trim_ascii() == b"0")
}

fn apt_install(package: &str) -> bool {
    if !is_root() || !answers("apt-get") {
        return false;
    }
    eprintln!("== installing {package}");
    let quiet = |args: &[&str]| {
        Command::new("apt-get")
            .args(args)
            .env("DEBIAN_FRONTEND", "noninteractive")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    };
    quiet(&["install", "-y", "--no-install-recommends", package])
        || (quiet(&["update"]) && quiet(&["install", "-y", "--no-install-recommends", package]))
}

/// Looks, installs, and counts what stays missing.
pub(crate) fn tools(tally: &mut Tally) -> Tools {
    let mut tools = Tools {
        node: answers("node") && answers("npm"),
        chromium: chromium(),
    };
    if !tools.node && apt_install("nodejs") && apt_install("npm") {
        tools.node = answers("node") && answers("npm");
    }
    if tools.chromium.is_none() && apt_install("chromium") {
        tools.chromium = chromium();
    }
    if !tools.node {
        tally.skip("planner page: no Node.js; run `sudo apt-get install nodejs npm`");
    } else if tools.chromium.is_none() {
        tally.skip("planner page in a browser: no Chromium; run `sudo apt-get install chromium`");
    }
    tools
}

/// Whether there is a C++ compiler, which libFuzzer needs.
pub(crate) fn cpp_compiler() -> bool {
    answers("c++") || (apt_install("g++") && answers("c++"))
}

/// Installs the page's npm packages from the committed lockfile.
pub(crate) fn npm_ci() -> anyhow::Result<()> {
    let web = wasm::root().join("web");
    let stamp = web.join("node_modules/.package-lock.json");
    let lock = web.join("package-lock.json");
    let fresh = match (
        stamp.metadata().and_then(|meta| meta.modified()),
        lock.metadata().and_then(|meta| meta.modified()),
    ) {
        (Ok(installed), Ok(wanted)) => installed >= wanted,
        _ => false,
    };
    if fresh {
        return Ok(());
    }
    let status = Command::new("npm")
        .args(["ci", "--no-audit", "--no-fund", "--ignore-scripts"])
        .current_dir(&web)
        .status()?;
    anyhow::ensure!(status.success(), "`npm ci` failed in web/");
    Ok(())
}
