//! The few rtnetlink requests that an endpoint needs: links, addresses, one route.
//!
//! Hand-built because there are six of them and no program such as `ip` may be needed.
//! <https://www.kernel.org/doc/html/latest/userspace-api/netlink/intro.html>

use std::io;
use std::net::Ipv4Addr;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use nix::sys::socket::{AddressFamily, SockFlag, SockProtocol, SockType, socket};
use nix::unistd::{read, write};

const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;

const REQUEST_ACK: u16 = 0x1 | 0x4;
const CREATE_EXCLUSIVE: u16 = 0x400 | 0x200;
const CREATE_OR_REPLACE: u16 = 0x400 | 0x100;

const LINK_ADDRESS: u16 = 1;
const LINK_NAME: u16 = 3;
const LINK_MTU: u16 = 4;
const LINK_INFO: u16 = 18;
const LINK_NAMESPACE_FD: u16 = 28;
const LINK_INFO_KIND: u16 = 1;
const LINK_INFO_DATA: u16 = 2;
const VETH_PEER: u16 = 1;

const FLAG_UP: u32 = 0x1;
const FLAG_NO_ARP: u32 = 0x80;

const FAMILY_IPV4: u8 = 2;
/// Valid on this link only: the scope of an on-link route.
const SCOPE_LINK: u8 = 253;
const TABLE_MAIN: u8 = 254;
const PROTOCOL_BOOT: u8 = 3;
const TYPE_UNICAST: u8 = 1;

/// One end of a new veth pair.
pub(super) struct VethEnd<'a> {
    pub(super) name: &'a str,
    pub(super) mac: [u8; 6],
}

/// A socket to the kernel's tables of the current network namespace.
pub(super) struct Netlink(OwnedFd);

impl Netlink {
    pub(super) fn open() -> io::Result<Self> {
        let fd = socket(
            AddressFamily::Netlink,
            SockType::Raw,
            SockFlag::SOCK_CLOEXEC,
            SockProtocol::NetlinkRoute,
        )?;
        Ok(Self(fd))
    }

    /// Sets MTU where given, and brings a link up; `arp: false` makes every destination on it
    /// reachable without asking for a link address.
    pub(super) fn up(&self, index: u32, mtu: Option<u32>, arp: bool) -> io::Result<()> {
        let mut body = link_header(index, if arp { FLAG_UP } else { FLAG_UP | FLAG_NO_ARP });
        if let Some(mtu) = mtu {
            attribute(&mut body, LINK_MTU, &mtu.to_ne_bytes());
        }
        self.ask(NEW_LINK, 0, &body)
    }

    /// Makes a veth pair: `near` here, `far` in the namespace behind the descriptor.
    pub(super) fn veth(
        &self,
        near: &VethEnd<'_>,
        far: &VethEnd<'_>,
        far_namespace: BorrowedFd<'_>,
        mtu: u32,
    ) -> io::Result<()> {
        let mut peer = link_header(0, 0);
        veth_end(&mut peer, far, mtu);
        attribute(
            &mut peer,
            LINK_NAMESPACE_FD,
            &far_namespace.as_raw_fd().to_ne_bytes(),
        );
        let mut data = Vec::new();
        attribute(&mut data, VETH_PEER, &peer);
        let mut info = Vec::new();
        attribute(&mut info, LINK_INFO_KIND, b"veth");
        attribute(&mut info, LINK_INFO_DATA, &data);
        let mut body = link_header(0, 0);
        veth_end(&mut body, near, mtu);
        attribute(&mut body, LINK_INFO, &info);
        self.ask(NEW_LINK, CREATE_EXCLUSIVE, &body)
    }

    /// Gives a link an address of its own, without a network around it.
    pub(super) fn add_address(&self, index: u32, address: Ipv4Addr) -> io::Result<()> {
        self.ask(NEW_ADDRESS, CREATE_EXCLUSIVE, &address_body(index, address))
    }

    /// Takes an address from a link.
    pub(super) fn delete_address(&self, index: u32, address: Ipv4Addr) -> io::Result<()> {
        self.ask(DELETE_ADDRESS, 0, &address_body(index, address))
    }

    /// Sends everything out of a link, by default from `source`.
    pub(super) fn default_route(&self, index: u32, source: Option<Ipv4Addr>) -> io::Result<()> {
        let mut body = vec![
            FAMILY_IPV4,
            0,
            0,
            0,
            TABLE_MAIN,
            PROTOCOL_BOOT,
            SCOPE_LINK,
            TYPE_UNICAST,
            0,
            0,
            0,
            0,
        ];
        attribute(&mut body, 4, &index.to_ne_bytes());
        if let Some(source) = source {
            attribute(&mut body, 7, &source.octets());
        }
        self.ask(NEW_ROUTE, CREATE_OR_REPLACE, &body)
    }

    fn ask(&self, kind: u16, flags: u16, body: &[u8]) -> io::Result<()> {
        let length = u32::try_from(16 + body.len()).map_err(io::Error::other)?;
        let mut message = Vec::with_capacity(16 + body.len());
        message.extend(length.to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend((REQUEST_ACK | flags).to_ne_bytes());
        message.extend([0; 8]); // Sequence and port: one question at a time needs neither.
        message.extend(body);
        write(&self.0, &message)?;
        let mut answer = [0_u8; 4096];
        let count = read(&self.0, &mut answer)?;
        // The header's 16 bytes, then the error as a negative number, zero for done.
        let code = answer
            .get(..count)
            .and_then(|answer| answer.get(16..20))
            .and_then(|code| code.try_into().ok());
        match code.map(i32::from_ne_bytes) {
            Some(0) => Ok(()),
            Some(code) => Err(io::Error::from_raw_os_error(code.saturating_neg())),
            None => Err(io::Error::from_raw_os_error(libc::EPROTO)),
        }
    }
}

fn link_header(index: u32, flags: u32) -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0];
    body.extend(index.to_ne_bytes());
    body.extend(flags.to_ne_bytes());
    body.extend(flags.to_ne_bytes()); // Change only the flags that are set.
    body
}

fn veth_end(body: &mut Vec<u8>, end: &VethEnd<'_>, mtu: u32) {
    let mut name = end.name.as_bytes().to_vec();
    name.push(0);
    attribute(body, LINK_NAME, &name);
    attribute(body, LINK_MTU, &mtu.to_ne_bytes());
    attribute(body, LINK_ADDRESS, &end.mac);
}

fn address_body(index: u32, address: Ipv4Addr) -> Vec<u8> {
    let mut body = vec![FAMILY_IPV4, 32, 0, 0];
    body.extend(index.to_ne_bytes());
    attribute(&mut body, 1, &address.octets());
    attribute(&mut body, 2, &address.octets());
    body
}

/// Appends an attribute: length, type, value, and zeros up to a multiple of four.
fn attribute(body: &mut Vec<u8>, kind: u16, value: &[u8]) {
    let length = u16::try_from(4 + value.len()).unwrap_or(u16::MAX);
    body.extend(length.to_ne_bytes());
    body.extend(kind.to_ne_bytes());
    body.extend(value);
    body.resize(body.len().next_multiple_of(4), 0);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_padded_to_four_bytes() {
        let mut body = Vec::new();
        attribute(&mut body, 3, b"eth0\0");
        assert_eq!(body.len(), 12);
        assert_eq!(
            &body[..4],
            [9_u16.to_ne_bytes(), 3_u16.to_ne_bytes()].concat()
        );
    }
}
