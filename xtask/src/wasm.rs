//! Chooses a toolchain for `wasm32-unknown-unknown` and builds the planner's core with it.
//!
//! In this order: the active toolchain, if it has the target; rustup, if it can add it; on Debian
//! the packages of its second Rust compiler, unpacked under `target/` beside the active one, with
//! the standard library built from source and `wasm-ld` from the rustup toolchain. Nothing is
//! installed on the system and nobody types any of this.

use anyhow::{Context as _, Result, bail};
use std::{
    path::{Path, PathBuf},
    process::Command,
};

const TARGET: &str = "wasm32-unknown-unknown";

/// Debian packages that make up the compiler, its library's source and what it links with.
const PACKAGES: [&str; 2] = ["rustc-web", "rust-web-src"];

/// A way to build for the browser.
pub(crate) enum Toolchain {
    /// The active one has the target.
    Active,
    /// Debian's, unpacked here.
    Debian {
        /// Where `usr/` is.
        root: PathBuf,
        /// The linker.
        wasm_ld: PathBuf,
    },
}

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

fn output(command: &mut Command) -> Result<String> {
    let shown = format!("{command:?}");
    let out = command
        .output()
        .with_context(|| format!("could not start {shown}"))?;
    if !out.status.success() {
        bail!(
            "{shown} failed: {}",
            String::from_utf8_lossy(&out.stderr).trim()
        );
    }
    Ok(String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

fn active_has_target() -> bool {
    output(Command::new("rustc").args(["--print", "target-libdir", "--target", TARGET]))
        .is_ok_and(|dir| Path::new(&dir).is_dir())
}

/// Finds or makes a toolchain.
pub(crate) fn toolchain() -> Result<Toolchain> {
    if active_has_target() {
        return Ok(Toolchain::Active);
    }
    let added = Command::new("rustup")
        .args(["target", "add", TARGET])
        .output();
    if added.is_ok_and(|out| out.status.success()) && active_has_target() {
        return Ok(Toolchain::Active);
    }
    debian().context(
        "no compiler for wasm32-unknown-unknown: run `rustup target add wasm32-unknown-unknown`, \
         or on Debian let `apt-get download rustc-web rust-web-src` reach its packages",
    )
}

fn debian() -> Result<Toolchain> {
    let sysroot = output(Command::new("rustc").args(["--print", "sysroot"]))?;
    let wasm_ld = wasm_ld(Path::new(&sysroot))?;
    let folder = target_dir().join("wasm-toolchain");
    let root = folder.join("root");
    if !folder.join("complete").exists() {
        let packages = folder.join("packages");
        if packages.exists() {
            std::fs::remove_dir_all(&packages)?;
        }
        std::fs::create_dir_all(&packages)?;
        let mut names: Vec<String> = PACKAGES.iter().map(|name| (*name).to_owned()).collect();
        // The compiler's own library packages carry its version in their names.
        for name in ["rustc-web", "libstd-rust-web-dev"] {
            names.extend(
                dependencies(name)?
                    .into_iter()
                    .filter(|found| found.starts_with("libstd-rust-web")),
            );
        }
        if let Some(library) = names
            .iter()
            .find(|name| name.starts_with("libstd-rust-web-1"))
            .cloned()
        {
            names.extend(
                dependencies(&library)?
                    .into_iter()
                    .filter(|found| found.starts_with("libllvm")),
            );
        }
        names.sort();
        names.dedup();
        output(
            Command::new("apt-get")
                .arg("download")
                .args(&names)
                .current_dir(&packages),
        )?;
        for entry in std::fs::read_dir(&packages)? {
            output(
                Command::new("dpkg-deb")
                    .arg("-x")
                    .arg(entry?.path())
                    .arg(&root),
            )?;
        }
        std::fs::remove_dir_all(&packages)?;
        std::fs::write(folder.join("complete"), names.join("\n"))?;
    }
    Ok(Toolchain::Debian { root, wasm_ld })
}

fn dependencies(package: &str) -> Result<Vec<String>> {
    let text = output(Command::new("apt-cache").args(["depends", "--important", package]))?;
    Ok(text
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .map(|name| name.trim_matches(['<', '>']).to_owned())
        .collect())
}

/// The platform that programs are built for by default, such as `x86_64-unknown-linux-gnu`.
pub(crate) fn host() -> Result<String> {
    output(Command::new("rustc").args(["--print", "host-tuple"]))
}

/// `wasm-ld` of a rustup toolchain: of the active one, or of a sibling.
fn wasm_ld(sysroot: &Path) -> Result<PathBuf> {
    let host = host()?;
    let inside = Path::new("lib/rustlib")
        .join(host)
        .join("bin/gcc-ld/wasm-ld");
    let siblings = sysroot
        .parent()
        .into_iter()
        .flat_map(|parent| parent.read_dir().into_iter().flatten().flatten());
    std::iter::once(sysroot.to_owned())
        .chain(siblings.map(|entry| entry.path()))
        .map(|toolchain| toolchain.join(&inside))
        .find(|path| path.exists())
        .context("no `wasm-ld` in a rustup toolchain")
}

/// Runs `cargo build` for the browser with `args`; gives the folder of the results.
pub(crate) fn cargo_build(args: &[&str]) -> Result<PathBuf> {
    let toolchain = toolchain()?;
    let folder = target_dir().join("wasm");
    let mut cargo = Command::new("cargo");
    cargo
        .current_dir(root())
        .args(["build", "--release", "--target", TARGET])
        .arg("--target-dir")
        .arg(&folder)
        .args(args)
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "s")
        .env("CARGO_PROFILE_RELEASE_PANIC", "abort");
    if let Toolchain::Debian { root, wasm_ld } = &toolchain {
        let usr = root.join("usr");
        let libraries = usr
            .join("lib")
            .join(format!("{}-linux-gnu", std::env::consts::ARCH));
        cargo
            .args(["-Z", "build-std=std,panic_abort"])
            .env("RUSTC_BOOTSTRAP", "1")
            .env("RUSTC", usr.join("bin/rustc"))
            .env("LD_LIBRARY_PATH", libraries)
            .env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", wasm_ld);
    }
    let status = cargo.status().context("could not start cargo")?;
    if !status.success() {
        bail!("the build for {TARGET} failed");
    }
    Ok(folder.join(TARGET).join("release"))
}

/// Builds the planner's core; gives the path of the `.wasm` file.
pub(crate) fn build() -> Result<PathBuf> {
    Ok(cargo_build(&["--package", "planner"])?.join("planner.wasm"))
}
