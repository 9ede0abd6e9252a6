//! What the twin, its helper and the endpoints' keepers say to each other.
//!
//! A message is a length, a JSON text and descriptors that ride on the length. A stream
//! socket rather than datagrams, because an environment may be larger than a datagram.

use std::ffi::OsString;
use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::net::{Ipv4Addr, SocketAddrV4};
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use nix::sys::socket::{ControlMessage, ControlMessageOwned, MsgFlags, recvmsg, sendmsg};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::Backend;
use super::error::Failure;
use super::sys;

/// Linux passes at most 253 descriptors at once.
pub(super) const MAX_DESCRIPTORS: usize = 253;
/// Longer than any argument list and environment that `execve` takes.
const MAX_MESSAGE: usize = 16 << 20;
/// An answer takes milliseconds; this only ends a wait for one that never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// Asks the helper for an endpoint; the keeper's socket and the files' contents ride along.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Create {
    pub(super) name: String,
    /// Distinguishes the endpoint's outer device from others'.
    pub(super) number: u32,
    pub(super) addresses: Vec<Ipv4Addr>,
    pub(super) mtu: u32,
    pub(super) backend: Backend,
    pub(super) files: Vec<PathBuf>,
}

/// A program to start; standard streams and the files' contents ride along.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Launch {
    pub(super) program: OsString,
    pub(super) args: Vec<OsString>,
    pub(super) env: Vec<(OsString, OsString)>,
    pub(super) cwd: PathBuf,
    /// Which of the three standard streams ride along; the others are `/dev/null`.
    pub(super) streams: [bool; 3],
    pub(super) files: Vec<PathBuf>,
}

/// What a keeper is asked.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    SetAddresses(Vec<Ipv4Addr>),
    ListenTcp(SocketAddrV4),
    BindUdp(SocketAddrV4),
    ConnectTcp {
        from: Option<Ipv4Addr>,
        to: SocketAddrV4,
    },
    Spawn(Launch),
    Signal {
        process: i32,
        signal: i32,
    },
}

/// What helper and keeper answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// It is done; a descriptor may ride along.
    Done,
    /// The endpoint stands; its device rides along.
    Ready(Backend),
    /// The program runs; the descriptors of its status and of the process ride along.
    Spawned {
        process: i32,
    },
    Failed(Failure),
}

/// One end of a conversation.
#[derive(Debug)]
pub(crate) struct Channel(pub(crate) UnixStream);

impl Channel {
    /// Two ends that talk to each other.
    pub(super) fn pair() -> io::Result<(Self, Self)> {
        let (ours, theirs) = UnixStream::pair()?;
        ours.set_read_timeout(Some(PATIENCE))?;
        Ok((Self(ours), Self(theirs)))
    }

    /// Sends a message with descriptors.
    pub(crate) fn send<T: Serialize>(
        &self,
        message: &T,
        descriptors: &[BorrowedFd<'_>],
    ) -> io::Result<()> {
        let text = serde_json::to_vec(message)?;
        let length = u32::try_from(text.len())
            .map_err(io::Error::other)?
            .to_be_bytes();
        let raw: Vec<_> = descriptors.iter().map(AsRawFd::as_raw_fd).collect();
        let rights = [ControlMessage::ScmRights(&raw)];
        let controls: &[ControlMessage<'_>] = if raw.is_empty() { &[] } else { &rights };
        let sent = loop {
            let parts = [IoSlice::new(&length)];
            match sendmsg::<()>(
                self.0.as_raw_fd(),
                &parts,
                controls,
                MsgFlags::MSG_NOSIGNAL,
                None,
            ) {
                Err(nix::errno::Errno::EINTR) => {}
                other => break other?,
            }
        };
        let mut stream = &self.0;
        stream.write_all(length.get(sent..).unwrap_or_default())?;
        stream.write_all(&text)
    }

    /// Waits for a message; `None` when the other end is closed.
    pub(crate) fn receive<T: DeserializeOwned>(&self) -> io::Result<Option<(T, Vec<OwnedFd>)>> {
        let mut length = [0_u8; 4];
        let mut room = nix::cmsg_space!([i32; MAX_DESCRIPTORS]);
        let mut descriptors = Vec::new();
        let got = loop {
            let mut parts = [IoSliceMut::new(&mut length)];
            match recvmsg::<()>(
                self.0.as_raw_fd(),
                &mut parts,
                Some(&mut room),
                MsgFlags::MSG_CMSG_CLOEXEC,
            ) {
                Err(nix::errno::Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
                Ok(message) => {
                    for control in message.cmsgs()? {
                        if let ControlMessageOwned::ScmRights(raw) = control {
                            descriptors.extend(raw.into_iter().map(sys::own));
                        }
                    }
                    break message.bytes;
                }
            }
        };
        if got == 0 {
            return Ok(None);
        }
        let mut stream = &self.0;
        if let Some(rest) = length.get_mut(got..) {
            stream.read_exact(rest)?;
        }
        let length = usize::try_from(u32::from_be_bytes(length)).unwrap_or(usize::MAX);
        if length > MAX_MESSAGE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "message too long",
            ));
        }
        let mut text = vec![0; length];
        stream.read_exact(&mut text)?;
        Ok(Some((serde_json::from_slice(&text)?, descriptors)))
    }
}
