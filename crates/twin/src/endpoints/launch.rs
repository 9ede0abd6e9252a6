//! From a keeper's fork to the program: mounts, streams, signals, `execve`.

use std::ffi::{CString, OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::net::UnixStream;
use std::path::PathBuf;

use nix::sched::{CloneFlags, unshare};
use nix::unistd::{chdir, dup2_stderr, dup2_stdin, dup2_stdout, execve, setsid};

use super::error::{Failure, Step};
use super::mounts::Mounts;
use super::sys;
use super::wire::Launch;

/// Starts a program and returns its process id once `execve` has succeeded.
pub(super) fn launch(launch: &Launch, descriptors: Vec<OwnedFd>) -> Result<i32, Failure> {
    let failed = || format!("start `{}`", launch.program.display());
    // Closed by a successful execve; else it tells why there was none.
    let (mut ours, theirs) = UnixStream::pair().step(failed)?;
    let Some(process) = sys::fork().step(failed)? else {
        drop(ours);
        let failure = match std::panic::catch_unwind(|| become_program(launch, descriptors)) {
            Ok(Err(failure)) => failure,
            Ok(Ok(never)) => match never {},
            Err(_) => Failure {
                step: failed(),
                errno: libc::EFAULT,
            },
        };
        drop(serde_json::to_vec(&failure).map(|text| (&theirs).write_all(&text)));
        sys::exit_now(127);
    };
    drop(theirs);
    let mut text = Vec::new();
    ours.read_to_end(&mut text).step(failed)?;
    if text.is_empty() {
        return Ok(process);
    }
    Err(serde_json::from_slice(&text).unwrap_or_else(|_| Failure {
        step: failed(),
        errno: libc::EPROTO,
    }))
}

fn become_program(
    launch: &Launch,
    descriptors: Vec<OwnedFd>,
) -> Result<std::convert::Infallible, Failure> {
    let mut descriptors = descriptors.into_iter();
    let mut stream = |given: bool| if given { descriptors.next() } else { None };
    let [stdin, stdout, stderr] = launch.streams.map(&mut stream);
    let files: Vec<(PathBuf, OwnedFd)> = launch.files.iter().cloned().zip(descriptors).collect();
    if !files.is_empty() {
        unshare(CloneFlags::CLONE_NEWNS).step(|| "unshare the mount namespace".to_owned())?;
        Mounts::private()?.bind(&files)?;
    }
    let streams = || "set up the standard streams".to_owned();
    // What is not given stays as the keeper has it: /dev/null.
    stdin.map_or(Ok(()), dup2_stdin).step(streams)?;
    stdout.map_or(Ok(()), dup2_stdout).step(streams)?;
    stderr.map_or(Ok(()), dup2_stderr).step(streams)?;
    // A session of its own: signals go to the whole group, and no terminal's reach it by accident.
    setsid().step(|| "start a session".to_owned())?;
    sys::default_signals();
    chdir(&launch.cwd).step(|| format!("change to `{}`", launch.cwd.display()))?;

    let failed = || format!("start `{}`", launch.program.display());
    let text = |value: &OsStr| {
        CString::new(value.as_bytes()).map_err(|_| io::ErrorKind::InvalidInput.into())
    };
    let args = std::iter::once(&launch.program)
        .chain(&launch.args)
        .map(|arg| text(arg));
    let args = args.collect::<io::Result<Vec<_>>>().step(failed)?;
    let env = launch.env.iter().map(|(name, value)| {
        let mut pair = name.clone();
        pair.push("=");
        pair.push(value);
        text(&pair)
    });
    let env = env.collect::<io::Result<Vec<_>>>().step(failed)?;
    let mut last = nix::errno::Errno::ENOENT;
    for candidate in candidates(launch) {
        let path = text(&candidate).step(failed)?;
        let Err(error) = execve(&path, &args, &env);
        // As execvp does: a file that may not be run is remembered, a missing one is not.
        match error {
            nix::errno::Errno::ENOENT | nix::errno::Errno::ENOTDIR => {}
            nix::errno::Errno::EACCES => last = error,
            _ => return Err(error).step(failed),
        }
    }
    Err(last).step(failed)
}

/// The program itself if it names a path, else each folder of its `PATH` with its name.
fn candidates(launch: &Launch) -> Vec<OsString> {
    if launch.program.as_bytes().contains(&b'/') {
        return vec![launch.program.clone()];
    }
    let path = launch
        .env
        .iter()
        .find(|(name, _)| name == "PATH")
        .map(|(_, value)| value.clone());
    let path = path.unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    std::env::split_paths(&path)
        .map(|folder| folder.join(&launch.program).into_os_string())
        .collect()
}
