//! The twin's end of an endpoint's device: IPv4 packets in and out, up to 64 KiB each.
//!
//! Two backends look the same from here. A TUN device hands over packets as they are; a
//! packet socket on the outer end of a veth pair puts an Ethernet header before each.

use std::io::{self, IoSlice};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::sync::OnceLock;

use serde::{Deserialize, Serialize};
use tokio::io::unix::AsyncFd;

use super::frame::{Frame, VIRTIO_HEADER};
use super::sys;

/// How an endpoint's device is made.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Backend {
    /// TUN where `/dev/net/tun` opens, else packet socket.
    #[default]
    Auto,
    /// A TUN device with virtio headers.
    Tun,
    /// A veth pair whose outer end is read and written by a packet socket with virtio headers.
    Packet,
}

/// Locally administered addresses; every endpoint has the same, since no two share a link.
pub(super) const INNER_MAC: [u8; 6] = [0x02, 0x4c, 0x53, 0, 0, 1];
pub(super) const OUTER_MAC: [u8; 6] = [0x02, 0x4c, 0x53, 0, 0, 2];
const ETHERNET_HEADER: usize = 14;
/// To the inner end, from the outer, IPv4.
const TO_INNER: [u8; ETHERNET_HEADER] = [
    0x02, 0x4c, 0x53, 0, 0, 1, 0x02, 0x4c, 0x53, 0, 0, 2, 0x08, 0x00,
];
/// The largest IPv4 packet, rounded up.
const MAX_PACKET: usize = 65_536;

/// An endpoint's device, seen from the twin.
#[derive(Debug)]
pub struct Device {
    registered: OnceLock<AsyncFd<OwnedFd>>,
    fd: OwnedFd,
    backend: Backend,
}

impl Device {
    pub(super) fn new(fd: OwnedFd, backend: Backend) -> Self {
        Self {
            registered: OnceLock::new(),
            fd,
            backend,
        }
    }

    /// Which backend it is, never [`Backend::Auto`].
    pub fn backend(&self) -> Backend {
        self.backend
    }

    fn link_header(&self) -> &'static [u8] {
        if self.backend == Backend::Packet {
            &TO_INNER
        } else {
            &[]
        }
    }

    /// The next packet that the endpoint sends, if one waits; else an error of the kind
    /// [`io::ErrorKind::WouldBlock`]. The frame's old content is replaced.
    pub fn try_recv(&self, frame: &mut Frame) -> io::Result<()> {
        let link = self.link_header().len();
        let mut head = [0_u8; VIRTIO_HEADER + ETHERNET_HEADER];
        loop {
            let head = head.get_mut(..VIRTIO_HEADER + link).unwrap_or_default();
            let filled =
                match sys::read_datagram(self.fd.as_fd(), head, &mut frame.bytes, MAX_PACKET) {
                    Ok(filled) => filled,
                    Err(error) => match error.raw_os_error() {
                        // EINVAL: a packet socket met segmentation that a virtio header cannot tell.
                        // ENETDOWN is told once, when the other end of the pair is not up yet.
                        Some(libc::EINTR | libc::EINVAL | libc::ENETDOWN) => continue,
                        _ => return Err(error),
                    },
                };
            let virtio = head.first_chunk::<VIRTIO_HEADER>().copied();
            if let Some(virtio) = virtio
                && filled == head.len()
                && frame.is_ipv4()
                && frame.set_virtio(virtio, link)
            {
                return Ok(());
            }
        }
    }

    /// Delivers a packet to the endpoint, or fails with [`io::ErrorKind::WouldBlock`].
    /// A packet that finds a full queue is lost, as on any link.
    pub fn try_send(&self, frame: &Frame) -> io::Result<()> {
        let link = self.link_header();
        let outgoing = frame.outgoing(link.len())?;
        let bytes = frame.bytes.as_slice();
        let (before, seed, after) = match &outgoing.seed {
            Some((at, seed)) => (
                bytes.get(..*at).unwrap_or(bytes),
                seed.as_slice(),
                bytes.get(*at + 2..).unwrap_or_default(),
            ),
            None => (bytes, [].as_slice(), [].as_slice()),
        };
        let parts = [outgoing.header.as_slice(), link, before, seed, after].map(IoSlice::new);
        loop {
            match nix::sys::uio::writev(&self.fd, &parts) {
                Err(nix::errno::Errno::EINTR) => {}
                Ok(_) | Err(nix::errno::Errno::ENOBUFS) => return Ok(()),
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Waits for the next packet that the endpoint sends. Cancel safe.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    pub async fn recv(&self, frame: &mut Frame) -> io::Result<()> {
        tokio::task::coop::consume_budget().await;
        match self.try_recv(frame) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
        let registered = self.registered()?;
        loop {
            let mut guard = registered.readable().await?;
            if let Ok(done) = guard.try_io(|_| self.try_recv(frame)) {
                return done;
            }
        }
    }

    /// Delivers a packet to the endpoint, waiting while the device takes none. Cancel safe.
    ///
    /// # Panics
    /// Outside a tokio runtime with I/O.
    pub async fn send(&self, frame: &Frame) -> io::Result<()> {
        match self.try_send(frame) {
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
            done => return done,
        }
        let registered = self.registered()?;
        loop {
            let mut guard = registered.writable().await?;
            if let Ok(done) = guard.try_io(|_| self.try_send(frame)) {
                return done;
            }
        }
    }

    /// The descriptor, for a poll loop without tokio.
    pub fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }

    /// Registered with the runtime at the first wait, since devices are made outside it.
    fn registered(&self) -> io::Result<&AsyncFd<OwnedFd>> {
        if let Some(registered) = self.registered.get() {
            return Ok(registered);
        }
        let fresh = sys::watch(self.fd.try_clone()?)?;
        Ok(self.registered.get_or_init(|| fresh))
    }
}
