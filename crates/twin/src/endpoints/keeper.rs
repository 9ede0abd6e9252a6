//! The process that is an endpoint: init of its PID namespace, inside all its namespaces.
//!
//! It makes the device, then serves requests until its socket ends. Its end is the end of
//! every process in the endpoint, which the kernel kills with their init. Because it lives
//! inside, no namespace is ever entered from outside and none needs a name.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;

use nix::errno::Errno;
use nix::net::if_::if_nametoindex;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sched::{CloneFlags, setns};
use nix::sys::signal::{SigSet, Signal, killpg};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use socket2::{Domain, Protocol, Socket, Type};

use super::Backend;
use super::device::{INNER_MAC, OUTER_MAC};
use super::error::{Failure, Step};
use super::launch::launch;
use super::mounts::Mounts;
use super::netlink::{Netlink, VethEnd};
use super::sys;
use super::wire::{Channel, Create, Reply, Request};

const DEVICE: &str = "eth0";

/// Runs until the socket ends. `outside` is the helper's network namespace, where the outer
/// end of a veth pair lives.
pub(super) fn run(channel: &Channel, create: &Create, files: Vec<OwnedFd>, outside: OwnedFd) {
    let made = Keeper::set_up(create, files, &outside);
    drop(outside);
    let keeper = match made {
        Ok((keeper, device, backend)) => {
            if channel
                .send(&Reply::Ready(backend), &[device.as_fd()])
                .is_err()
            {
                return;
            }
            keeper
        }
        Err(failure) => {
            drop(channel.send(&Reply::Failed(failure), &[]));
            return;
        }
    };
    drop(keeper.serve(channel));
}

struct Keeper {
    netlink: Netlink,
    index: u32,
    addresses: Vec<Ipv4Addr>,
    /// Where the status of each started process is awaited.
    statuses: BTreeMap<i32, UnixStream>,
    children: SignalFd,
}

impl Keeper {
    fn set_up(
        create: &Create,
        files: Vec<OwnedFd>,
        outside: &OwnedFd,
    ) -> Result<(Self, OwnedFd, Backend), Failure> {
        // Only cosmetic, so a refusal changes nothing.
        nix::unistd::sethostname(&create.name).ok();
        nix::sys::stat::umask(nix::sys::stat::Mode::from_bits_truncate(0o022));
        let children = child_signals().step(|| "await processes".to_owned())?;
        let mut mounts = Mounts::private()?;
        Mounts::try_proc();
        // Where this is refused, other frames than IPv4 are still ignored at the device.
        for scope in ["all", "default"] {
            drop(fs::write(
                format!("/proc/sys/net/ipv6/conf/{scope}/disable_ipv6"),
                "1",
            ));
        }
        let netlink = Netlink::open().step(|| "open a netlink socket".to_owned())?;
        if_nametoindex("lo")
            .map_err(io::Error::from)
            .and_then(|lo| netlink.up(lo, None, true))
            .step(|| "bring up the loopback device".to_owned())?;
        let (device, backend) = make_device(&netlink, create, outside)?;
        let up = || format!("bring up the device of `{}`", create.name);
        let index = if_nametoindex(DEVICE).step(up)?;
        netlink.up(index, Some(create.mtu), false).step(up)?;
        let mut keeper = Self {
            netlink,
            index,
            addresses: Vec::new(),
            statuses: BTreeMap::new(),
            children,
        };
        keeper.set_addresses(create.addresses.clone())?;
        Mounts::hide_name_services()?;
        let files: Vec<_> = create.files.iter().cloned().zip(files).collect();
        mounts.bind(&files)?;
        Ok((keeper, device, backend))
    }

    fn serve(mut self, channel: &Channel) -> io::Result<()> {
        loop {
            let mut polled = [
                PollFd::new(channel.0.as_fd(), PollFlags::POLLIN),
                PollFd::new(self.children.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut polled, PollTimeout::NONE) {
                Ok(_) | Err(Errno::EINTR) => {}
                Err(error) => return Err(error.into()),
            }
            let [asked, ended] = polled.map(|one| one.any().unwrap_or(false));
            if ended {
                while self.children.read_signal()?.is_some() {}
                self.reap();
            }
            if asked {
                let Some((request, descriptors)) = channel.receive::<Request>()? else {
                    return Ok(());
                };
                match self.answer(request, descriptors) {
                    Ok((reply, descriptors)) => {
                        let borrowed: Vec<BorrowedFd<'_>> =
                            descriptors.iter().map(AsFd::as_fd).collect();
                        channel.send(&reply, &borrowed)?;
                    }
                    Err(failure) => channel.send(&Reply::Failed(failure), &[])?,
                }
            }
        }
    }

    fn answer(
        &mut self,
        request: Request,
        descriptors: Vec<OwnedFd>,
    ) -> Result<(Reply, Vec<OwnedFd>), Failure> {
        match request {
            Request::SetAddresses(addresses) => {
                self.set_addresses(addresses)?;
                Ok((Reply::Done, Vec::new()))
            }
            Request::ListenTcp(at) => {
                let socket = listen(at).step(|| format!("listen on {at}/tcp"))?;
                Ok((Reply::Done, vec![socket.into()]))
            }
            Request::BindUdp(at) => {
                let socket = bind_udp(at).step(|| format!("bind to {at}/udp"))?;
                Ok((Reply::Done, vec![socket.into()]))
            }
            Request::ConnectTcp { from, to } => {
                let socket = connect(from, to).step(|| format!("connect to {to}/tcp"))?;
                Ok((Reply::Done, vec![socket.into()]))
            }
            Request::Spawn(command) => {
                let failed = || format!("start `{}`", command.program.display());
                let (ours, theirs) = UnixStream::pair().step(failed)?;
                let process = launch(&command, descriptors)?;
                self.statuses.insert(process, ours);
                let pidfd = sys::pidfd_open(process).step(failed)?;
                Ok((Reply::Spawned { process }, vec![theirs.into(), pidfd]))
            }
            Request::Signal { process, signal } => {
                // Not yet reaped, so the number cannot have passed to another process.
                if self.statuses.contains_key(&process) {
                    let failed = || format!("send signal {signal}");
                    let signal = Signal::try_from(signal).step(failed)?;
                    match killpg(Pid::from_raw(process), signal) {
                        Ok(()) | Err(Errno::ESRCH) => {}
                        Err(error) => return Err(error).step(failed),
                    }
                }
                Ok((Reply::Done, Vec::new()))
            }
        }
    }

    /// Makes these the device's addresses, the first of them the one that packets come from.
    fn set_addresses(&mut self, wanted: Vec<Ipv4Addr>) -> Result<(), Failure> {
        for address in wanted
            .iter()
            .filter(|address| !self.addresses.contains(address))
        {
            match self.netlink.add_address(self.index, *address) {
                Err(error) if error.raw_os_error() == Some(libc::EEXIST) => {}
                done => done.step(|| format!("add the address {address}"))?,
            }
        }
        for address in self
            .addresses
            .iter()
            .filter(|address| !wanted.contains(address))
        {
            self.netlink
                .delete_address(self.index, *address)
                .step(|| format!("remove the address {address}"))?;
        }
        // Last, because a route goes away with the address that it prefers.
        self.netlink
            .default_route(self.index, wanted.first().copied())
            .step(|| "set the default route".to_owned())?;
        self.addresses = wanted;
        Ok(())
    }

    /// Takes note of everything that ended, orphans included.
    fn reap(&mut self) {
        loop {
            let (process, status) = match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
                Ok(WaitStatus::Exited(process, code)) => (process, (code & 0xff) << 8),
                Ok(WaitStatus::Signaled(process, signal, _)) => {
                    (process, i32::from(SignalNumber(signal)))
                }
                Ok(WaitStatus::StillAlive) | Err(_) => return,
                Ok(_) => continue,
            };
            if let Some(mut waiting) = self.statuses.remove(&process.as_raw()) {
                // Nobody may be waiting any more.
                drop(waiting.write_all(&status.to_ne_bytes()));
            }
        }
    }
}

struct SignalNumber(Signal);

impl From<SignalNumber> for i32 {
    fn from(number: SignalNumber) -> Self {
        number.0 as Self
    }
}

/// A descriptor that is readable when a child has ended.
pub(super) fn child_signals() -> io::Result<SignalFd> {
    let mut signals = SigSet::empty();
    signals.add(Signal::SIGCHLD);
    signals.thread_block()?;
    Ok(SignalFd::with_flags(
        &signals,
        SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK,
    )?)
}

fn make_device(
    netlink: &Netlink,
    create: &Create,
    outside: &OwnedFd,
) -> Result<(OwnedFd, Backend), Failure> {
    if create.backend != Backend::Packet {
        match tun() {
            Ok(tun) => return Ok((tun, Backend::Tun)),
            Err(error) if create.backend == Backend::Tun => {
                return Err(error).step(|| "open a TUN device".to_owned());
            }
            Err(_) => {}
        }
    }
    let outer = format!("w{}", create.number);
    let near = VethEnd {
        name: DEVICE,
        mac: INNER_MAC,
    };
    let far = VethEnd {
        name: &outer,
        mac: OUTER_MAC,
    };
    netlink
        .veth(&near, &far, outside.as_fd(), create.mtu)
        .step(|| "make a veth pair".to_owned())?;
    let packets = packets_outside(outside, &outer).step(|| "bind a packet socket".to_owned())?;
    Ok((packets, Backend::Packet))
}

/// A packet socket on a link of the helper's network namespace, which the keeper enters for a moment.
fn packets_outside(outside: &OwnedFd, link: &str) -> io::Result<OwnedFd> {
    let inside = File::open("/proc/self/ns/net")?;
    setns(outside, CloneFlags::CLONE_NEWNET)?;
    let packets = sys::packet_socket();
    setns(inside, CloneFlags::CLONE_NEWNET)?;
    let packets = packets?;
    // These act on the namespace of the socket.
    sys::interface_up(packets.as_fd(), link)?;
    sys::packet_bind(
        packets.as_fd(),
        sys::interface_index(packets.as_fd(), link)?,
    )?;
    Ok(packets)
}

fn tun() -> io::Result<OwnedFd> {
    let tun = OpenOptions::new()
        .read(true)
        .write(true)
        .custom_flags(libc::O_CLOEXEC | libc::O_NONBLOCK)
        .open("/dev/net/tun")?;
    sys::tun_attach(tun.as_fd(), DEVICE)?;
    Ok(tun.into())
}

fn tcp() -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, Some(Protocol::TCP))?;
    socket.set_nonblocking(true)?;
    Ok(socket)
}

fn listen(at: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = tcp()?;
    socket.set_reuse_address(true)?;
    socket.bind(&SocketAddr::V4(at).into())?;
    socket.listen(1024)?;
    Ok(socket.into())
}

fn bind_udp(at: SocketAddrV4) -> io::Result<Socket> {
    let socket = Socket::new(Domain::IPV4, Type::DGRAM, Some(Protocol::UDP))?;
    socket.set_nonblocking(true)?;
    socket.bind(&SocketAddr::V4(at).into())?;
    Ok(socket)
}

fn connect(from: Option<Ipv4Addr>, to: SocketAddrV4) -> io::Result<Socket> {
    let socket = tcp()?;
    if let Some(from) = from {
        socket.bind(&SocketAddr::V4(SocketAddrV4::new(from, 0)).into())?;
    }
    match socket.connect(&SocketAddr::V4(to).into()) {
        Err(error) if error.raw_os_error() != Some(libc::EINPROGRESS) => Err(error),
        _ => Ok(socket),
    }
}
