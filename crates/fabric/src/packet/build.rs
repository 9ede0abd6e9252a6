//! Makes packets, for tests, proofs, and the fabric's own resets.

use super::{Checksum, ICMP, Packet, TCP, UDP, checksum};
use std::net::{Ipv4Addr, SocketAddrV4};

/// TCP's flag bits.
pub mod tcp_flags {
    /// No more data.
    pub const FIN: u8 = 1;
    /// Opens.
    pub const SYN: u8 = 2;
    /// Ends at once.
    pub const RST: u8 = 4;
    /// Push.
    pub const PSH: u8 = 8;
    /// The acknowledgment number counts.
    pub const ACK: u8 = 16;
}

/// A TCP segment to be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TcpSegment<'a> {
    /// From.
    pub source: SocketAddrV4,
    /// To.
    pub destination: SocketAddrV4,
    /// Sequence number.
    pub sequence: u32,
    /// Acknowledgment number.
    pub acknowledgment: u32,
    /// Flag bits, see [`tcp_flags`].
    pub flags: u8,
    /// Data; more than 65,495 bytes are cut off.
    pub payload: &'a [u8],
}

impl TcpSegment<'_> {
    /// The packet, with a complete or partial checksum.
    pub fn packet(&self, kind: Checksum) -> Packet {
        let mut segment = Vec::with_capacity(self.payload.len().saturating_add(20));
        segment.extend(self.source.port().to_be_bytes());
        segment.extend(self.destination.port().to_be_bytes());
        segment.extend(self.sequence.to_be_bytes());
        segment.extend(self.acknowledgment.to_be_bytes());
        // Header of five words, flags, window, checksum, urgent pointer.
        segment.extend([0x50, self.flags, 0xff, 0xff, 0, 0, 0, 0]);
        segment.extend(self.payload.iter().take(65_495));
        transport(
            TCP,
            *self.source.ip(),
            *self.destination.ip(),
            segment,
            kind,
        )
    }
}

/// A TCP segment with a complete checksum.
pub fn tcp(
    source: SocketAddrV4,
    destination: SocketAddrV4,
    sequence: u32,
    acknowledgment: u32,
    flags: u8,
    payload: &[u8],
) -> Packet {
    TcpSegment {
        source,
        destination,
        sequence,
        acknowledgment,
        flags,
        payload,
    }
    .packet(Checksum::Complete)
}

/// A TCP segment that opens a connection.
pub fn tcp_syn(source: SocketAddrV4, destination: SocketAddrV4, sequence: u32) -> Packet {
    tcp(source, destination, sequence, 0, tcp_flags::SYN, &[])
}

/// A UDP datagram with a complete checksum.
pub fn udp(source: SocketAddrV4, destination: SocketAddrV4, payload: &[u8]) -> Packet {
    let payload = payload.get(..65_507).unwrap_or(payload);
    let mut datagram = Vec::with_capacity(payload.len().saturating_add(8));
    datagram.extend(source.port().to_be_bytes());
    datagram.extend(destination.port().to_be_bytes());
    datagram.extend(
        u16::try_from(payload.len().saturating_add(8))
            .unwrap_or(u16::MAX)
            .to_be_bytes(),
    );
    datagram.extend([0, 0]);
    datagram.extend(payload);
    transport(
        UDP,
        *source.ip(),
        *destination.ip(),
        datagram,
        Checksum::Complete,
    )
}

/// An ICMP echo request.
pub fn icmp_echo_request(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    identifier: u16,
    sequence: u16,
    payload: &[u8],
) -> Packet {
    icmp_echo(8, source, destination, identifier, sequence, payload)
}

/// An ICMP echo reply.
pub fn icmp_echo_reply(
    source: Ipv4Addr,
    destination: Ipv4Addr,
    identifier: u16,
    sequence: u16,
    payload: &[u8],
) -> Packet {
    icmp_echo(0, source, destination, identifier, sequence, payload)
}

fn icmp_echo(
    kind: u8,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    identifier: u16,
    sequence: u16,
    payload: &[u8],
) -> Packet {
    let mut message = vec![kind, 0, 0, 0];
    message.extend(identifier.to_be_bytes());
    message.extend(sequence.to_be_bytes());
    message.extend(payload.iter().take(65_507));
    checksum::fill_icmp(&mut message);
    ipv4(ICMP, source, destination, &message)
}

fn transport(
    protocol: u8,
    source: Ipv4Addr,
    destination: Ipv4Addr,
    mut segment: Vec<u8>,
    kind: Checksum,
) -> Packet {
    let pseudo = checksum::pseudo(source, destination, protocol, segment.len());
    checksum::fill_transport(kind, protocol, pseudo, &mut segment);
    Packet {
        checksum: kind,
        ..ipv4(protocol, source, destination, &segment)
    }
}

fn ipv4(protocol: u8, source: Ipv4Addr, destination: Ipv4Addr, rest: &[u8]) -> Packet {
    let total = u16::try_from(rest.len().saturating_add(20)).unwrap_or(u16::MAX);
    // No options, don't fragment, TTL 64.
    let mut bytes = Vec::with_capacity(usize::from(total));
    bytes.extend([0x45, 0]);
    bytes.extend(total.to_be_bytes());
    bytes.extend([0, 0, 0x40, 0, 64, protocol, 0, 0]);
    bytes.extend(source.octets());
    bytes.extend(destination.octets());
    checksum::fill_ip(&mut bytes);
    bytes.extend(rest);
    Packet::complete(bytes)
}
