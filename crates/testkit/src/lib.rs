//! Test aids: the built programs, polling, folders that go away.
//!
//! A dev-dependency only. Programs are found in `LINKSPAN_BIN_DIR`; without it they are built once.

use std::{
    io,
    path::{Path, PathBuf},
    process::{Command, Output, Stdio},
    sync::OnceLock,
    time::{Duration, Instant},
};

/// The repository's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// The folder of the built programs.
pub fn programs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        if let Some(folder) = std::env::var_os("LINKSPAN_BIN_DIR") {
            return folder.into();
        }
        // A failure shows as a program that is missing.
        let _status = Command::new("cargo")
            .current_dir(root())
            .args(["build", "--workspace", "--bins"])
            .status();
        let target = std::env::var_os("CARGO_TARGET_DIR")
            .map_or_else(|| root().join("target"), PathBuf::from);
        target.join("debug")
    })
}

/// A command for one of the built programs, with an environment that names no cloud.
pub fn program(name: &str) -> Command {
    let mut command = Command::new(programs().join(name));
    command.current_dir(root()).stdin(Stdio::null());
    for (variable, _) in std::env::vars_os() {
        let text = variable.to_string_lossy();
        if text.starts_with("AZURE_")
            || (text.starts_with("LINKSPAN_") && text != "LINKSPAN_BIN_DIR")
        {
            command.env_remove(&variable);
        }
    }
    command
}

/// `linkspan` with arguments, run to its end.
pub fn linkspan(arguments: &[&str]) -> io::Result<Output> {
    program("linkspan").args(arguments).output()
}

/// A temporary folder of this test.
pub fn folder() -> io::Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("linkspan-test-").tempdir()
}

/// Asks until `ready` gives a value; the error is the last thing it said.
pub fn wait_for<T>(
    limit: Duration,
    mut ready: impl FnMut() -> Result<T, String>,
) -> Result<T, String> {
    let start = Instant::now();
    loop {
        match ready() {
            Ok(value) => return Ok(value),
            Err(last) if start.elapsed() > limit => {
                return Err(format!("waited {limit:?}; last: {last}"));
            }
            Err(_) => std::thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// A started program that is ended, and waited for, when the test is over.
#[derive(Debug)]
pub struct Running(pub std::process::Child);

impl Running {
    /// Sends SIGTERM by the `kill` of the shell and waits for the end.
    pub fn terminate(&mut self, limit: Duration) -> Result<std::process::ExitStatus, String> {
        let id = self.0.id().to_string();
        Command::new("sh")
            .args(["-c", "kill -TERM \"$0\"", &id])
            .status()
            .map_err(|error| error.to_string())?;
        wait_for(limit, || match self.0.try_wait() {
            Ok(Some(status)) => Ok(status),
            Ok(None) => Err("still running".to_owned()),
            Err(error) => Err(error.to_string()),
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Already gone is fine.
        let _gone = self.0.kill();
        let _status = self.0.wait();
    }
}
