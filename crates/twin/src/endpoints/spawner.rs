//! The twin's hand on the helper: starting it, and asking it for endpoints.

use std::fs;
use std::io;
use std::net::Shutdown;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use nix::sys::wait::waitpid;
use nix::unistd::{Pid, getegid, geteuid};

use super::error::{Denied, EndpointError};
use super::sys::{self, Cloned};
use super::wire::{Channel, Create, MAX_DESCRIPTORS, Reply};
use super::{Backend, Endpoint, EndpointSpec, helper};

/// Makes endpoints. Cheap to clone; calls block for milliseconds, from any thread.
#[derive(Debug, Clone)]
pub struct Spawner(Arc<Helper>);

/// The helper's process; it ends with the last [`Spawner`] and [`Endpoint`].
#[derive(Debug)]
pub(super) struct Helper {
    channel: Mutex<Channel>,
    process: i32,
    pidfd: OwnedFd,
    numbers: AtomicU32,
}

/// Whether the helper's namespaces hang from a user namespace of their own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Identity {
    /// They do; this is how an ordinary user may have them.
    Own,
    /// They do not: for a privileged process where user namespaces are switched off.
    Inherited,
}

impl Spawner {
    /// Forks the helper and proves with a trial endpoint that namespaces work here.
    ///
    /// Must be called before any thread exists, runtime included: the helper goes on from the
    /// fork with the program's memory, which another thread might hold locked.
    pub fn start() -> Result<Self, Denied> {
        let threads = fs::read_dir("/proc/self/task")
            .map_err(Denied::CountThreads)?
            .count();
        if threads != 1 {
            return Err(Denied::Threads(threads));
        }
        let denied = match Self::start_with(Identity::Own) {
            Ok(spawner) => return Ok(spawner),
            Err(denied) => denied,
        };
        if !geteuid().is_root() {
            return Err(denied);
        }
        Self::start_with(Identity::Inherited).map_err(|_| denied)
    }

    fn start_with(identity: Identity) -> Result<Self, Denied> {
        let spawner = Self(Arc::new(Helper::start(identity)?));
        let trial = EndpointSpec {
            name: "trial".to_owned(),
            files: vec![("/etc/resolv.conf".to_owned(), b"trial".to_vec())],
            ..EndpointSpec::default()
        };
        spawner.create(&trial).map_err(Denied::Trial)?;
        Ok(spawner)
    }

    /// Makes an endpoint: its device is up, has its addresses and takes everything by default.
    pub fn create(&self, spec: &EndpointSpec) -> Result<Endpoint, EndpointError> {
        let files = hand_over(&spec.files)?;
        let (ours, theirs) = Channel::pair().map_err(EndpointError::Gone)?;
        let create = Create {
            name: spec.name.clone(),
            number: self.0.numbers.fetch_add(1, Ordering::Relaxed),
            addresses: spec.addresses.clone(),
            mtu: spec.mtu,
            backend: spec.backend,
            files: spec
                .files
                .iter()
                .map(|(path, _)| PathBuf::from(path))
                .collect(),
        };
        let mut descriptors = vec![theirs.0.as_fd()];
        descriptors.extend(files.iter().map(AsFd::as_fd));
        let keeper = self.0.ask(&create, &descriptors)?;
        drop(theirs);
        Endpoint::new(Arc::clone(&self.0), spec, ours, keeper)
    }
}

/// Puts contents into memory files, whose descriptors can be passed on.
pub(super) fn hand_over(files: &[(String, Vec<u8>)]) -> Result<Vec<OwnedFd>, EndpointError> {
    let mut descriptors = Vec::with_capacity(files.len());
    for (path, content) in files {
        let failed = |source: io::Error| EndpointError::File {
            path: path.clone(),
            source,
        };
        if descriptors.len() + 4 >= MAX_DESCRIPTORS {
            return Err(failed(io::Error::from_raw_os_error(libc::E2BIG)));
        }
        let flags = nix::sys::memfd::MFdFlags::MFD_CLOEXEC;
        let memory = nix::sys::memfd::memfd_create("linkspan", flags)
            .map_err(|error| failed(error.into()))?;
        let mut memory = fs::File::from(memory);
        io::Write::write_all(&mut memory, content).map_err(failed)?;
        descriptors.push(memory.into());
    }
    Ok(descriptors)
}

impl Helper {
    fn start(identity: Identity) -> Result<Self, Denied> {
        let (ours, theirs) = Channel::pair().map_err(Denied::Socket)?;
        // The other end serves at leisure; only our side has a limit to its patience.
        let user = if identity == Identity::Own {
            libc::CLONE_NEWUSER
        } else {
            0
        };
        let namespaces = user | libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWNET;
        let (process, pidfd) = match sys::clone_process(namespaces).map_err(Denied::Namespaces)? {
            Cloned::Child => helper::run(&theirs),
            Cloned::Parent { pid, pidfd } => (pid, pidfd),
        };
        drop(theirs);
        // From here on its drop cleans up.
        let helper = Self {
            channel: Mutex::new(ours),
            process,
            pidfd,
            numbers: AtomicU32::new(0),
        };
        if identity == Identity::Own {
            map_user(process).map_err(Denied::Identity)?;
        }
        helper.ask(&(), &[]).map_err(Denied::Trial)?;
        Ok(helper)
    }

    /// One question, one answer; what rides along with the answer.
    fn ask<T: serde::Serialize>(
        &self,
        question: &T,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<Option<OwnedFd>, EndpointError> {
        let channel = self.channel.lock().unwrap_or_else(PoisonError::into_inner);
        match converse(&channel, question, descriptors)? {
            (Reply::Done, descriptors) => Ok(descriptors.into_iter().next()),
            (Reply::Failed(failure), _) => Err(failure.into()),
            _ => Err(EndpointError::Protocol),
        }
    }
}

/// Sends a question and waits for the answer. After a failure nothing more can be said.
pub(super) fn converse<T: serde::Serialize>(
    channel: &Channel,
    question: &T,
    descriptors: &[BorrowedFd<'_>],
) -> Result<(Reply, Vec<OwnedFd>), EndpointError> {
    let answer = channel
        .send(question, descriptors)
        .and_then(|()| channel.receive());
    match answer {
        Ok(Some(answer)) => Ok(answer),
        Ok(None) => Err(EndpointError::Gone(io::ErrorKind::UnexpectedEof.into())),
        Err(error) => {
            drop(channel.0.shutdown(Shutdown::Both));
            Err(EndpointError::Gone(error))
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        // Closing the socket would do, but only SIGKILL cannot be late.
        drop(sys::pidfd_kill(self.pidfd.as_fd(), libc::SIGKILL));
        waitpid(Pid::from_raw(self.process), None).ok();
    }
}

/// Makes this user root of the child's user namespace. Root keeps all its identities, so that
/// it still may read what belongs to others.
fn map_user(child: i32) -> io::Result<()> {
    let write = |file: &str, text: &str| fs::write(format!("/proc/{child}/{file}"), text);
    if geteuid().is_root() {
        let whole =
            |file: &str| fs::read_to_string(format!("/proc/self/{file}")).map(|map| identity(&map));
        if let (Ok(users), Ok(groups)) = (whole("uid_map"), whole("gid_map"))
            && write("uid_map", &users).is_ok()
        {
            return write("gid_map", &groups);
        }
    }
    write("setgroups", "deny")?;
    write("uid_map", &format!("0 {} 1\n", geteuid()))?;
    write("gid_map", &format!("0 {} 1\n", getegid()))
}

/// Every identity that this process knows, mapped to itself.
fn identity(map: &str) -> String {
    let line = |line: &str| {
        let mut numbers = line.split_whitespace();
        let (inside, _, count) = (numbers.next()?, numbers.next()?, numbers.next()?);
        Some(format!("{inside} {inside} {count}\n"))
    };
    map.lines().filter_map(line).collect()
}

impl Default for EndpointSpec {
    fn default() -> Self {
        Self {
            name: "endpoint".to_owned(),
            addresses: Vec::new(),
            mtu: 1500,
            files: Vec::new(),
            backend: Backend::Auto,
        }
    }
}
