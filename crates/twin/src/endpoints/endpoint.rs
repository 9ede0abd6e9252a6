//! An endpoint as the twin holds it, and the processes started in it.

use std::ffi::OsString;
use std::fmt;
use std::io;
use std::net::{Ipv4Addr, SocketAddrV4, TcpListener, TcpStream, UdpSocket};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::process::ExitStatusExt;
use std::path::PathBuf;
use std::process::ExitStatus;
use std::sync::{Arc, Mutex, PoisonError};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{MsgFlags, recv};

use super::device::{Backend, Device};
use super::error::EndpointError;
use super::spawner::{Helper, converse, hand_over};
use super::sys;
use super::wire::{Channel, Launch, Reply, Request};

/// What an endpoint is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EndpointSpec {
    /// Its host name, and what errors call it.
    pub name: String,
    /// The device's addresses, each without a network around it; packets come from the first.
    pub addresses: Vec<Ipv4Addr>,
    /// The largest packet without segmentation, in bytes.
    pub mtu: u32,
    /// Absolute paths and what the endpoint's processes find there.
    pub files: Vec<(String, Vec<u8>)>,
    /// How the device is made.
    pub backend: Backend,
}

/// A program to start in an endpoint, as its user, with no privileges on the host.
#[derive(Debug, Default)]
pub struct SpawnCommand {
    /// A path, or a name that is looked up in the `PATH` of `env`.
    pub program: OsString,
    /// Arguments after the program's name.
    pub args: Vec<OsString>,
    /// The whole environment.
    pub env: Vec<(OsString, OsString)>,
    /// Where it starts; `/` if not said.
    pub cwd: Option<PathBuf>,
    /// Standard input; `/dev/null` if not given.
    pub stdin: Option<OwnedFd>,
    /// Standard output; `/dev/null` if not given.
    pub stdout: Option<OwnedFd>,
    /// Standard error; `/dev/null` if not given.
    pub stderr: Option<OwnedFd>,
    /// Absolute paths and what only this program finds there, besides the endpoint's files.
    pub files: Vec<(String, Vec<u8>)>,
}

/// A network namespace with one device, and a file system and processes of its own.
/// Dropping it kills the processes and destroys the namespaces.
#[derive(Debug)]
pub struct Endpoint {
    name: String,
    link: Arc<Link>,
    device: Device,
    pidfd: OwnedFd,
    /// The helper lives as long as any endpoint.
    _helper: Arc<Helper>,
}

/// The socket to an endpoint's keeper. Processes share it, but do not keep the endpoint alive.
struct Link(Mutex<Channel>);

impl fmt::Debug for Link {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Link")
    }
}

impl Link {
    fn ask(
        &self,
        request: &Request,
        descriptors: &[OwnedFd],
    ) -> Result<(Reply, Vec<OwnedFd>), EndpointError> {
        let channel = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let borrowed: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
        match converse(&channel, request, &borrowed)? {
            (Reply::Failed(failure), _) => Err(failure.into()),
            answer => Ok(answer),
        }
    }

    fn ask_for_descriptor(&self, request: &Request) -> Result<OwnedFd, EndpointError> {
        let (_, descriptors) = self.ask(request, &[])?;
        descriptors
            .into_iter()
            .next()
            .ok_or(EndpointError::Protocol)
    }
}

impl Endpoint {
    pub(super) fn new(
        helper: Arc<Helper>,
        spec: &EndpointSpec,
        channel: Channel,
        keeper: Option<OwnedFd>,
    ) -> Result<Self, EndpointError> {
        let pidfd = keeper.ok_or(EndpointError::Protocol)?;
        let gone = |error: io::Error| EndpointError::Gone(error);
        let (reply, descriptors) = channel
            .receive()
            .map_err(gone)?
            .ok_or_else(|| gone(io::ErrorKind::UnexpectedEof.into()))?;
        let backend = match reply {
            Reply::Ready(backend) => backend,
            Reply::Failed(failure) => return Err(failure.into()),
            _ => return Err(EndpointError::Protocol),
        };
        let device = descriptors
            .into_iter()
            .next()
            .ok_or(EndpointError::Protocol)?;
        Ok(Self {
            name: spec.name.clone(),
            link: Arc::new(Link(Mutex::new(channel))),
            device: Device::new(device, backend),
            pidfd,
            _helper: helper,
        })
    }

    /// The name from its specification.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The twin's end of its device.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Makes these the device's addresses, the first of them the one that packets come from.
    pub fn set_addresses(&self, addresses: &[Ipv4Addr]) -> Result<(), EndpointError> {
        self.link
            .ask(&Request::SetAddresses(addresses.to_vec()), &[])
            .map(drop)
    }

    /// A nonblocking listener inside the endpoint.
    pub fn listen_tcp(&self, at: SocketAddrV4) -> Result<TcpListener, EndpointError> {
        self.link
            .ask_for_descriptor(&Request::ListenTcp(at))
            .map(TcpListener::from)
    }

    /// A nonblocking UDP socket inside the endpoint.
    pub fn bind_udp(&self, at: SocketAddrV4) -> Result<UdpSocket, EndpointError> {
        self.link
            .ask_for_descriptor(&Request::BindUdp(at))
            .map(UdpSocket::from)
    }

    /// A nonblocking TCP connection from inside the endpoint, still being made: it is writable
    /// once it stands or has failed, which `take_error` then tells.
    pub fn connect_tcp(
        &self,
        from: Option<Ipv4Addr>,
        to: SocketAddrV4,
    ) -> Result<TcpStream, EndpointError> {
        self.link
            .ask_for_descriptor(&Request::ConnectTcp { from, to })
            .map(TcpStream::from)
    }

    /// Starts a program inside the endpoint; returns when it runs.
    pub fn spawn(&self, command: SpawnCommand) -> Result<Process, EndpointError> {
        let files = hand_over(&command.files)?;
        let streams = [command.stdin, command.stdout, command.stderr];
        let launch = Launch {
            program: command.program,
            args: command.args,
            env: command.env,
            cwd: command.cwd.unwrap_or_else(|| PathBuf::from("/")),
            streams: [0, 1, 2]
                .map(|stream: usize| streams.get(stream).is_some_and(Option::is_some)),
            files: command
                .files
                .into_iter()
                .map(|(path, _)| path.into())
                .collect(),
        };
        let descriptors: Vec<OwnedFd> = streams.into_iter().flatten().chain(files).collect();
        let (reply, descriptors) = self.link.ask(&Request::Spawn(launch), &descriptors)?;
        let Reply::Spawned { process } = reply else {
            return Err(EndpointError::Protocol);
        };
        let mut descriptors = descriptors.into_iter();
        let (Some(status), Some(pidfd)) = (descriptors.next(), descriptors.next()) else {
            return Err(EndpointError::Protocol);
        };
        Ok(Process {
            inside: process,
            pid: pid_of(&pidfd),
            status,
            link: Arc::clone(&self.link),
        })
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(sys::pidfd_kill(self.pidfd.as_fd(), libc::SIGKILL));
        // The keeper has ended only when all processes of its namespace have.
        let mut polled = [PollFd::new(self.pidfd.as_fd(), PollFlags::POLLIN)];
        poll(&mut polled, PollTimeout::from(5000_u16)).ok();
    }
}

/// The number of a process as this process's `/proc` shows it.
fn pid_of(pidfd: &OwnedFd) -> Option<u32> {
    let info = std::fs::read_to_string(format!("/proc/self/fdinfo/{}", pidfd.as_raw_fd())).ok()?;
    info.lines()
        .find_map(|line| line.strip_prefix("Pid:"))?
        .trim()
        .parse()
        .ok()
}

/// A program that runs in an endpoint. Dropping this does not end it; the endpoint's end does.
#[derive(Debug)]
pub struct Process {
    inside: i32,
    pid: Option<u32>,
    status: OwnedFd,
    link: Arc<Link>,
}

impl Process {
    /// Its number as seen from outside, where the system tells.
    pub fn pid(&self) -> Option<u32> {
        self.pid
    }

    /// Sends a signal to it and to all that it has started without leaving its process group.
    /// No error if it has ended already.
    pub fn signal(&self, signal: i32) -> Result<(), EndpointError> {
        self.link
            .ask(
                &Request::Signal {
                    process: self.inside,
                    signal,
                },
                &[],
            )
            .map(drop)
    }

    /// Kills it and its process group.
    pub fn kill(&self) -> Result<(), EndpointError> {
        self.signal(libc::SIGKILL)
    }

    /// How it ended, if it has. The end of its endpoint counts as SIGKILL.
    pub fn try_wait(&self) -> io::Result<Option<ExitStatus>> {
        match self.peek() {
            Ok(status) => Ok(Some(status)),
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Blocks until it ends.
    pub fn wait(&self) -> io::Result<ExitStatus> {
        loop {
            let mut polled = [PollFd::new(self.status.as_fd(), PollFlags::POLLIN)];
            match poll(&mut polled, PollTimeout::NONE) {
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            if let Some(status) = self.try_wait()? {
                return Ok(status);
            }
        }
    }

    /// Waits until it ends. Cancel safe, and may be awaited more than once.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    pub async fn exited(&self) -> io::Result<ExitStatus> {
        let registered = sys::watch(self.status.try_clone()?)?;
        loop {
            let mut guard = registered.readable().await?;
            if let Ok(status) = guard.try_io(|_| self.peek()) {
                return status;
            }
        }
    }

    /// Looks at the status without taking it, so that any number of waiters see it.
    fn peek(&self) -> io::Result<ExitStatus> {
        let mut status = [0_u8; 4];
        let flags = MsgFlags::MSG_PEEK | MsgFlags::MSG_DONTWAIT;
        match recv(self.status.as_raw_fd(), &mut status, flags) {
            Ok(4) => Ok(ExitStatus::from_raw(i32::from_ne_bytes(status))),
            Ok(_) | Err(nix::errno::Errno::ECONNRESET) => Ok(ExitStatus::from_raw(libc::SIGKILL)),
            Err(error) => Err(error.into()),
        }
    }
}
