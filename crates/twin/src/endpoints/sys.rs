//! The system calls that neither the standard library nor `nix` offers safely.
//!
//! All `unsafe` of the endpoints lives here, each call behind a function whose
//! contract is either checked or stated. Nothing here decides anything.
#![expect(
    unsafe_code,
    reason = "raw system calls: clone, ioctl, readv, packet sockets"
)]

use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use tokio::io::unix::AsyncFd;

/// Which side of [`clone_process`] this is.
pub(super) enum Cloned {
    /// The new process.
    Child,
    /// The caller, with the child's process id (in the caller's PID namespace) and a descriptor of it.
    Parent {
        /// The child's process id.
        pid: i32,
        /// Readable once the child has ended.
        pidfd: OwnedFd,
    },
}

/// Forks into new namespaces. The caller must be the only thread of its process: the child
/// runs on, allocates and takes locks.
pub(super) fn clone_process(namespaces: i32) -> io::Result<Cloned> {
    let flags = libc::c_long::from(namespaces | libc::SIGCHLD | libc::CLONE_PIDFD);
    let mut pidfd: RawFd = -1;
    // SAFETY: a null stack makes clone behave as fork; with CLONE_PIDFD the third argument is
    // where the kernel stores the descriptor, and it outlives the call.
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone,
            flags,
            0 as libc::c_long,
            &raw mut pidfd,
            0 as libc::c_long,
            0 as libc::c_long,
        )
    };
    match pid {
        0 => Ok(Cloned::Child),
        pid if pid > 0 => {
            let pid = i32::try_from(pid).map_err(io::Error::other)?;
            Ok(Cloned::Parent {
                pid,
                pidfd: own(pidfd),
            })
        }
        _ => Err(io::Error::last_os_error()),
    }
}

/// Ends this process at once: no destructors, no buffers written twice.
pub(super) fn exit_now(code: i32) -> ! {
    // SAFETY: _exit has no preconditions.
    unsafe { libc::_exit(code) }
}

/// Takes ownership of a descriptor the kernel has just handed over.
pub(super) fn own(fd: RawFd) -> OwnedFd {
    // SAFETY: callers pass descriptors that the kernel created for them and nobody else knows.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Closes every descriptor from 3 on but those to keep.
pub(super) fn close_all_but(keep: &[BorrowedFd<'_>]) {
    let mut keep: Vec<u32> = keep
        .iter()
        .filter_map(|fd| u32::try_from(fd.as_raw_fd()).ok())
        .collect();
    keep.sort_unstable();
    let mut first = 3_u32;
    for fd in keep {
        if fd > first {
            close_range(first, fd - 1);
        }
        first = first.max(fd + 1);
    }
    close_range(first, u32::MAX);
}

fn close_range(first: u32, last: u32) {
    // SAFETY: closing descriptors cannot break memory safety; the owners of these live in stack
    // frames of the parent's program that this process never returns to.
    let done = unsafe { libc::syscall(libc::SYS_close_range, first, last, 0_u32) };
    if done != 0 {
        // Kernels before 5.9.
        for fd in first..last.min(4096) {
            if let Ok(fd) = RawFd::try_from(fd) {
                // SAFETY: as above.
                unsafe { libc::close(fd) };
            }
        }
    }
}

/// Sends a signal to the process behind a descriptor.
pub(super) fn pidfd_kill(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    // SAFETY: plain values and a null siginfo, which the call allows.
    let done = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            signal,
            std::ptr::null::<libc::siginfo_t>(),
            0_u32,
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Gives every signal that this process may ignore its default action again, and blocks none.
pub(super) fn default_signals() {
    for signal in [
        libc::SIGPIPE,
        libc::SIGINT,
        libc::SIGQUIT,
        libc::SIGTERM,
        libc::SIGHUP,
        libc::SIGCHLD,
        libc::SIGUSR1,
        libc::SIGUSR2,
    ] {
        // SAFETY: SIG_DFL is a valid disposition for each of these.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    // SAFETY: the set lives across both calls; null for the old mask is allowed.
    unsafe {
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut());
    }
}

/// Forks. The caller must be the only thread of its process. `None` is the child.
pub(super) fn fork() -> io::Result<Option<i32>> {
    // SAFETY: single-threaded by contract, so the child may do anything.
    match unsafe { libc::fork() } {
        0 => Ok(None),
        pid if pid > 0 => Ok(Some(pid)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// An interface request with its name filled in.
fn interface_request(name: &str) -> libc::ifreq {
    // SAFETY: ifreq is plain data for which all zeros is valid.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request
        .ifr_name
        .iter_mut()
        .take(libc::IFNAMSIZ - 1)
        .zip(name.bytes())
    {
        *to = libc::c_char::from_ne_bytes([from]);
    }
    request
}

/// The index of an interface in the namespace of `socket`, whatever namespace the caller is in.
pub(super) fn interface_index(socket: BorrowedFd<'_>, name: &str) -> io::Result<i32> {
    let mut request = interface_request(name);
    // SAFETY: the request outlives the call, which fills in the index.
    unsafe {
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFINDEX, &raw mut request) != 0 {
            return Err(io::Error::last_os_error());
        }
        Ok(request.ifr_ifru.ifru_ifindex)
    }
}

/// Brings up an interface in the namespace of `socket`, whatever namespace the caller is in.
pub(super) fn interface_up(socket: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let mut request = interface_request(name);
    // SAFETY: the request outlives the calls; the first fills in the flags that the second sends.
    unsafe {
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCGIFFLAGS, &raw mut request) != 0 {
            return Err(io::Error::last_os_error());
        }
        request.ifr_ifru.ifru_flags |= UP;
        if libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw mut request) != 0 {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

const UP: libc::c_short = 1;
const TUN_SET_INTERFACE: libc::c_ulong = 0x4004_54ca;
const TUN_SET_OFFLOAD: libc::c_ulong = 0x4004_54d0;
/// `IFF_TUN | IFF_NO_PI | IFF_VNET_HDR`.
const TUN_FLAGS: libc::c_short = 0x0001 | 0x1000 | 0x4000;
/// `TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO_ECN`.
const TUN_OFFLOADS: libc::c_ulong = 0x01 | 0x02 | 0x08;

/// Makes an opened `/dev/net/tun` the device `name`: IP packets without link header, each
/// behind a virtio header, segmentation left to us.
pub(super) fn tun_attach(tun: BorrowedFd<'_>, name: &str) -> io::Result<()> {
    let mut request = interface_request(name);
    request.ifr_ifru.ifru_flags = TUN_FLAGS;
    // SAFETY: the request outlives the call; the second call takes a plain value.
    unsafe {
        if libc::ioctl(tun.as_raw_fd(), TUN_SET_INTERFACE as _, &raw mut request) != 0
            || libc::ioctl(tun.as_raw_fd(), TUN_SET_OFFLOAD as _, TUN_OFFLOADS) != 0
        {
            return Err(io::Error::last_os_error());
        }
    }
    Ok(())
}

const PACKET_VNET_HDR: libc::c_int = 15;
const PACKET_QDISC_BYPASS: libc::c_int = 20;

/// A packet socket in the current network namespace that hears nothing until it is bound.
pub(super) fn packet_socket() -> io::Result<OwnedFd> {
    let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC | libc::SOCK_NONBLOCK;
    // SAFETY: plain values.
    let fd = unsafe { libc::socket(libc::AF_PACKET, kind, 0) };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    let socket = own(fd);
    set_option(socket.as_fd(), libc::SOL_PACKET, PACKET_VNET_HDR, 1)?;
    set_option(socket.as_fd(), libc::SOL_PACKET, PACKET_QDISC_BYPASS, 1)?;
    // A queue as long as the system lets us have: 64 KiB segments fill the default soon.
    // Forcing needs a privilege of the host; without it the limit is rmem_max.
    let size = 8 * 1024 * 1024;
    if set_option(socket.as_fd(), libc::SOL_SOCKET, libc::SO_RCVBUFFORCE, size).is_err() {
        set_option(socket.as_fd(), libc::SOL_SOCKET, libc::SO_RCVBUF, size)?;
    }
    if set_option(socket.as_fd(), libc::SOL_SOCKET, libc::SO_SNDBUFFORCE, size).is_err() {
        set_option(socket.as_fd(), libc::SOL_SOCKET, libc::SO_SNDBUF, size)?;
    }
    Ok(socket)
}

fn set_option(
    socket: BorrowedFd<'_>,
    level: i32,
    option: i32,
    value: libc::c_int,
) -> io::Result<()> {
    // SAFETY: the value outlives the call and its true length is given.
    let done = unsafe {
        libc::setsockopt(
            socket.as_raw_fd(),
            level,
            option,
            (&raw const value).cast(),
            libc::socklen_t::try_from(size_of::<libc::c_int>()).unwrap_or(4),
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Binds a packet socket to the IPv4 frames that arrive on one interface of its namespace.
pub(super) fn packet_bind(socket: BorrowedFd<'_>, index: i32) -> io::Result<()> {
    // SAFETY: sockaddr_ll is plain data for which all zeros is valid; its true length is given.
    let done = unsafe {
        let mut address: libc::sockaddr_ll = std::mem::zeroed();
        address.sll_family = libc::sa_family_t::try_from(libc::AF_PACKET).unwrap_or(17);
        address.sll_protocol = 0x0800_u16.to_be();
        address.sll_ifindex = index;
        libc::bind(
            socket.as_raw_fd(),
            (&raw const address).cast(),
            libc::socklen_t::try_from(size_of::<libc::sockaddr_ll>()).unwrap_or(20),
        )
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Reads one datagram: first into `head`, the rest into `body`, whose old content is replaced.
/// Returns how much of `head` was filled; `body` never grows beyond `limit`.
pub(super) fn read_datagram(
    fd: BorrowedFd<'_>,
    head: &mut [u8],
    body: &mut Vec<u8>,
    limit: usize,
) -> io::Result<usize> {
    body.clear();
    body.reserve(limit);
    let parts = [
        libc::iovec {
            iov_base: head.as_mut_ptr().cast(),
            iov_len: head.len(),
        },
        libc::iovec {
            iov_base: body.as_mut_ptr().cast(),
            iov_len: limit,
        },
    ];
    // SAFETY: both parts point to writable memory of at least the given length.
    let count = unsafe { libc::readv(fd.as_raw_fd(), parts.as_ptr(), 2) };
    let Ok(count) = usize::try_from(count) else {
        return Err(io::Error::last_os_error());
    };
    let filled = count.min(head.len());
    // SAFETY: the kernel has written this many bytes to the spare room, which is at least `limit`.
    unsafe { body.set_len((count - filled).min(limit)) };
    Ok(filled)
}

/// A descriptor of a child that has not been reaped.
pub(super) fn pidfd_open(process: i32) -> io::Result<OwnedFd> {
    // SAFETY: plain values.
    let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, process, 0_u32) };
    match RawFd::try_from(fd) {
        Ok(fd) if fd >= 0 => Ok(own(fd)),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Registers a descriptor with the current tokio runtime.
pub(super) fn watch(fd: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd names the same open descriptor for as long as it lives.
    Ok(unsafe { AsyncFd::register(fd) }?)
}
