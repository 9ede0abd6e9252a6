//! IPv4 packets without a link layer: reading, checking, building.
//!
//! Sources: RFC 791 (IPv4), RFC 9293 (TCP), RFC 768 (UDP), RFC 792 (ICMP), RFC 1624 (incremental
//! checksums); partial checksums as in virtio 1.2, section 5.1.6.2.

mod build;
mod checksum;

pub use build::{TcpSegment, icmp_echo_reply, icmp_echo_request, tcp, tcp_flags, tcp_syn, udp};
pub(crate) use checksum::{Delta, fill_icmp, fill_ip};

use std::net::{Ipv4Addr, SocketAddrV4};

/// ICMP's protocol number.
pub const ICMP: u8 = 1;
/// TCP's protocol number.
pub const TCP: u8 = 6;
/// UDP's protocol number.
pub const UDP: u8 = 17;

/// What the transport checksum field holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Checksum {
    /// The finished checksum.
    Complete,
    /// Only the sum of the pseudo-header, to be completed by who takes the packet off the wire
    /// (virtio's `NEEDS_CSUM`).
    Partial,
}

/// An IPv4 packet. With segmentation offload one packet is up to 64 KiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packet {
    /// From the IPv4 header on.
    pub bytes: Vec<u8>,
    /// What its transport checksum field holds.
    pub checksum: Checksum,
}

impl Packet {
    /// A packet whose checksums are complete.
    pub fn complete(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            checksum: Checksum::Complete,
        }
    }
}

/// Why bytes are no packet that the fabric carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PacketError {
    /// The version field is not 4, or there is no header.
    #[error("not an IPv4 packet")]
    NotIpv4,
    /// Shorter than its headers or its length field say.
    #[error("truncated packet")]
    Truncated,
    /// Azure's virtual network gives no promise for fragments; the fabric carries none.
    #[error("IP fragment")]
    Fragment,
    /// The IPv4 header checksum does not match.
    #[error("wrong IPv4 header checksum")]
    HeaderChecksum,
    /// The transport checksum does not match.
    #[error("wrong transport checksum")]
    TransportChecksum,
}

/// A packet, read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parsed<'a> {
    /// From.
    pub source: Ipv4Addr,
    /// To.
    pub destination: Ipv4Addr,
    /// IP protocol number.
    pub protocol: u8,
    /// Time to live.
    pub ttl: u8,
    /// What is inside.
    pub transport: Transport<'a>,
}

/// What an IPv4 packet carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Transport<'a> {
    /// A TCP segment.
    Tcp {
        /// From.
        source_port: u16,
        /// To.
        destination_port: u16,
        /// Sequence number.
        sequence: u32,
        /// Acknowledgment number.
        acknowledgment: u32,
        /// Flag bits, see [`tcp_flags`].
        flags: u8,
        /// Data after the options.
        payload: &'a [u8],
    },
    /// A UDP datagram.
    Udp {
        /// From.
        source_port: u16,
        /// To.
        destination_port: u16,
        /// Data.
        payload: &'a [u8],
    },
    /// An ICMP message.
    Icmp {
        /// Type.
        kind: u8,
        /// Code.
        code: u8,
        /// Identifier of an echo; else the upper half of the rest of the header.
        identifier: u16,
        /// Sequence number of an echo; else the lower half of the rest of the header.
        sequence: u16,
        /// Data.
        payload: &'a [u8],
    },
    /// Another protocol.
    Other {
        /// Everything after the IPv4 header.
        payload: &'a [u8],
    },
}

impl Parsed<'_> {
    /// The sender's address and port; port 0 where the protocol has none.
    pub fn from(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.source, self.ports().0)
    }

    /// The receiver's address and port; port 0 where the protocol has none.
    pub fn to(&self) -> SocketAddrV4 {
        SocketAddrV4::new(self.destination, self.ports().1)
    }

    fn ports(&self) -> (u16, u16) {
        match self.transport {
            Transport::Tcp {
                source_port,
                destination_port,
                ..
            }
            | Transport::Udp {
                source_port,
                destination_port,
                ..
            } => (source_port, destination_port),
            Transport::Icmp { .. } | Transport::Other { .. } => (0, 0),
        }
    }
}

/// Reads a packet; does not look at checksums.
pub fn parse(bytes: &[u8]) -> Result<Parsed<'_>, PacketError> {
    let head = Head::read(bytes)?;
    let rest = bytes
        .get(head.header_length..head.total_length)
        .ok_or(PacketError::Truncated)?;
    let ttl = bytes.get(8).copied().unwrap_or_default();
    let transport = match head.protocol {
        TCP => {
            let fixed = rest.first_chunk::<20>().ok_or(PacketError::Truncated)?;
            let offset = usize::from(fixed[12] >> 4) * 4;
            Transport::Tcp {
                source_port: be16(fixed[0], fixed[1]),
                destination_port: be16(fixed[2], fixed[3]),
                sequence: u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]),
                acknowledgment: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
                flags: fixed[13],
                payload: rest.get(offset..).ok_or(PacketError::Truncated)?,
            }
        }
        UDP => {
            let fixed = rest.first_chunk::<8>().ok_or(PacketError::Truncated)?;
            Transport::Udp {
                source_port: be16(fixed[0], fixed[1]),
                destination_port: be16(fixed[2], fixed[3]),
                payload: rest.get(8..).unwrap_or_default(),
            }
        }
        ICMP => {
            let fixed = rest.first_chunk::<8>().ok_or(PacketError::Truncated)?;
            Transport::Icmp {
                kind: fixed[0],
                code: fixed[1],
                identifier: be16(fixed[4], fixed[5]),
                sequence: be16(fixed[6], fixed[7]),
                payload: rest.get(8..).unwrap_or_default(),
            }
        }
        _ => Transport::Other { payload: rest },
    };
    Ok(Parsed {
        source: head.source,
        destination: head.destination,
        protocol: head.protocol,
        ttl,
        transport,
    })
}

/// Checks the header checksum, and the transport's: a complete one must match the data, a partial
/// one must be the sum of the pseudo-header.
pub fn verify(packet: &Packet) -> Result<(), PacketError> {
    let head = Head::read(&packet.bytes)?;
    let header = packet
        .bytes
        .get(..head.header_length)
        .ok_or(PacketError::Truncated)?;
    if checksum::sum(0, header) != u16::MAX {
        return Err(PacketError::HeaderChecksum);
    }
    let rest = packet
        .bytes
        .get(head.header_length..head.total_length)
        .ok_or(PacketError::Truncated)?;
    let pseudo = checksum::pseudo(head.source, head.destination, head.protocol, rest.len());
    let field = match head.protocol {
        TCP => rest.get(16..18),
        UDP => rest.get(6..8),
        ICMP => rest.get(2..4),
        _ => return Ok(()),
    };
    let Some([high, low]) = field else {
        return Err(PacketError::Truncated);
    };
    let field = be16(*high, *low);
    let is_right = match (head.protocol, packet.checksum) {
        (ICMP, _) => checksum::sum(0, rest) == u16::MAX,
        (UDP, Checksum::Complete) if field == 0 => true,
        (_, Checksum::Complete) => checksum::sum(pseudo, rest) == u16::MAX,
        // 0 and 0xffff are the same number in one's complement.
        (_, Checksum::Partial) => field % u16::MAX == checksum::fold(pseudo) % u16::MAX,
    };
    if is_right {
        Ok(())
    } else {
        Err(PacketError::TransportChecksum)
    }
}

pub(crate) fn be16(high: u8, low: u8) -> u16 {
    u16::from_be_bytes([high, low])
}

/// What the engine looks at in every packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Head {
    pub(crate) header_length: usize,
    pub(crate) total_length: usize,
    pub(crate) protocol: u8,
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: Ipv4Addr,
}

impl Head {
    /// Reads the IPv4 header.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, PacketError> {
        let fixed = bytes.first_chunk::<20>().ok_or(PacketError::NotIpv4)?;
        if fixed[0] >> 4 != 4 {
            return Err(PacketError::NotIpv4);
        }
        let header_length = usize::from(fixed[0] & 15) * 4;
        let total_length = usize::from(be16(fixed[2], fixed[3]));
        if header_length < 20 || total_length < header_length || bytes.len() < total_length {
            return Err(PacketError::Truncated);
        }
        // Everything but "don't fragment": more fragments, or an offset.
        if be16(fixed[6], fixed[7]) & 0x3fff != 0 {
            return Err(PacketError::Fragment);
        }
        Ok(Self {
            header_length,
            total_length,
            protocol: fixed[9],
            source: Ipv4Addr::new(fixed[12], fixed[13], fixed[14], fixed[15]),
            destination: Ipv4Addr::new(fixed[16], fixed[17], fixed[18], fixed[19]),
        })
    }
}
