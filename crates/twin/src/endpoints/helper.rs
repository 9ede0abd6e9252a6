//! The single-threaded process from which every endpoint is forked.
//!
//! It is forked before the twin has threads, is init of a PID namespace of its own, and does
//! nothing but fork keepers into fresh namespaces. When its socket ends, which the kernel
//! sees to even if the twin is killed, it exits, and the kernel kills all that descends from it.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::panic::{AssertUnwindSafe, catch_unwind};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};

use super::error::{Failure, Step};
use super::keeper;
use super::mounts::Mounts;
use super::sys::{self, Cloned};
use super::wire::{Channel, Create, Reply};

/// Namespaces of each endpoint; the user namespace is the helper's.
const OF_AN_ENDPOINT: i32 =
    libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWNET | libc::CLONE_NEWUTS;

/// Runs in the forked child until the socket ends, and never returns to the parent's program.
pub(super) fn run(channel: &Channel) -> ! {
    let done = catch_unwind(AssertUnwindSafe(|| serve(channel)));
    sys::exit_now(i32::from(!matches!(done, Ok(Ok(())))));
}

fn serve(channel: &Channel) -> io::Result<()> {
    detach(&[channel.0.as_fd()])?;
    // The first message says that the user is mapped; before that nothing is permitted.
    if channel.receive::<()>()?.is_none() {
        return Ok(());
    }
    let children = keeper::child_signals()?;
    // The namespace copied its parent's mounts; a private copy keeps ours out of there.
    let private = Mounts::private().map(drop);
    match private {
        Ok(()) => channel.send(&Reply::Done, &[])?,
        Err(failure) => return channel.send(&Reply::Failed(failure), &[]),
    }
    loop {
        let mut polled = [
            PollFd::new(channel.0.as_fd(), PollFlags::POLLIN),
            PollFd::new(children.as_fd(), PollFlags::POLLIN),
        ];
        match poll(&mut polled, PollTimeout::NONE) {
            Ok(_) | Err(Errno::EINTR) => {}
            Err(error) => return Err(error.into()),
        }
        let [asked, ended] = polled.map(|one| one.any().unwrap_or(false));
        if ended {
            while children.read_signal()?.is_some() {}
            while !matches!(
                waitpid(None, Some(WaitPidFlag::WNOHANG)),
                Ok(WaitStatus::StillAlive) | Err(_)
            ) {}
        }
        if asked {
            let Some((create, descriptors)) = channel.receive::<Create>()? else {
                return Ok(());
            };
            match start_keeper(&create, descriptors) {
                Ok(pidfd) => channel.send(&Reply::Done, &[pidfd.as_fd()])?,
                Err(failure) => channel.send(&Reply::Failed(failure), &[])?,
            }
        }
    }
}

/// Forks the keeper of a new endpoint. The first descriptor is its socket, the rest are files.
fn start_keeper(create: &Create, descriptors: Vec<OwnedFd>) -> Result<OwnedFd, Failure> {
    let failed = || format!("make namespaces for `{}`", create.name);
    let mut descriptors = descriptors.into_iter();
    let socket = descriptors.next().ok_or(Errno::EPROTO).step(failed)?;
    let outside: OwnedFd = File::open("/proc/self/ns/net").step(failed)?.into();
    match sys::clone_process(OF_AN_ENDPOINT).step(failed)? {
        Cloned::Parent { pidfd, .. } => Ok(pidfd),
        Cloned::Child => {
            let done = catch_unwind(AssertUnwindSafe(move || {
                let channel = Channel(socket.into());
                let files: Vec<OwnedFd> = descriptors.collect();
                let mut keep = vec![channel.0.as_fd(), outside.as_fd()];
                keep.extend(files.iter().map(AsFd::as_fd));
                sys::close_all_but(&keep);
                keeper::run(&channel, create, files, outside);
            }));
            sys::exit_now(i32::from(done.is_err()));
        }
    }
}

/// Lets go of everything that came with the fork: descriptors, streams, terminal, folder.
fn detach(keep: &[std::os::fd::BorrowedFd<'_>]) -> io::Result<()> {
    let null = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")?;
    nix::unistd::dup2_stdin(&null)?;
    nix::unistd::dup2_stdout(&null)?;
    nix::unistd::dup2_stderr(&null)?;
    drop(null);
    sys::close_all_but(keep);
    nix::unistd::chdir("/")?;
    nix::unistd::setsid()?;
    nix::sys::prctl::set_name(c"linkspan-init").ok();
    Ok(())
}
