//! The Internet checksum: whole, and updated in place.

use super::{Checksum, TCP, UDP};
use std::net::Ipv4Addr;

/// Folds a sum of 16-bit words.
pub(crate) fn fold(mut sum: u32) -> u16 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    let [_, _, high, low] = sum.to_be_bytes();
    u16::from_be_bytes([high, low])
}

/// The one's complement sum of `bytes`, on top of `start`; not complemented.
pub(crate) fn sum(start: u32, bytes: &[u8]) -> u16 {
    // 64 KiB are 2^15 words of less than 2^16 each: no overflow.
    let (words, rest) = bytes.as_chunks::<2>();
    let mut total = u32::from(fold(start));
    for word in words {
        total = total.wrapping_add(u32::from(u16::from_be_bytes(*word)));
    }
    if let [last] = rest {
        total = total.wrapping_add(u32::from(u16::from_be_bytes([*last, 0])));
    }
    fold(total)
}

fn words(address: Ipv4Addr) -> [u32; 2] {
    let bits = address.to_bits();
    [bits >> 16, bits & 0xffff]
}

/// The sum of the pseudo-header, not folded.
pub(crate) fn pseudo(source: Ipv4Addr, destination: Ipv4Addr, protocol: u8, length: usize) -> u32 {
    let [a, b] = words(source);
    let [c, d] = words(destination);
    a + b + c + d + u32::from(protocol) + u32::from(u16::try_from(length).unwrap_or(u16::MAX))
}

/// Writes the checksum of an IPv4 header.
pub(crate) fn fill_ip(header: &mut [u8]) {
    put(header, 10, 0);
    let value = !sum(0, header);
    put(header, 10, value);
}

/// Writes the checksum of an ICMP message.
pub(crate) fn fill_icmp(message: &mut [u8]) {
    put(message, 2, 0);
    let value = !sum(0, message);
    put(message, 2, value);
}

/// Writes the checksum of a TCP segment or UDP datagram.
pub(crate) fn fill_transport(kind: Checksum, protocol: u8, pseudo: u32, segment: &mut [u8]) {
    let at = if protocol == UDP { 6 } else { 16 };
    put(segment, at, 0);
    let value = match kind {
        Checksum::Partial => fold(pseudo),
        Checksum::Complete => match !sum(pseudo, segment) {
            0 if protocol == UDP => u16::MAX,
            value => value,
        },
    };
    put(segment, at, value);
}

pub(crate) fn put(bytes: &mut [u8], at: usize, value: u16) {
    if let Some(slot) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<2>) {
        *slot = value.to_be_bytes();
    }
}

/// Addresses and ports to put into a packet, and what that does to its checksums (RFC 1624).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Delta {
    source: Ipv4Addr,
    destination: Ipv4Addr,
    source_port: u16,
    destination_port: u16,
    addresses: u16,
    ports: u16,
    is_identity: bool,
}

impl Delta {
    /// From one pair of ends to another.
    pub(crate) fn new(
        (source, source_port): (Ipv4Addr, u16),
        (destination, destination_port): (Ipv4Addr, u16),
        (new_source, new_source_port): (Ipv4Addr, u16),
        (new_destination, new_destination_port): (Ipv4Addr, u16),
    ) -> Self {
        let mut addresses = 0;
        for (old, new) in [(source, new_source), (destination, new_destination)] {
            for (old, new) in words(old).into_iter().zip(words(new)) {
                addresses += (old ^ 0xffff) + new;
            }
        }
        let mut ports = 0;
        for (old, new) in [
            (source_port, new_source_port),
            (destination_port, new_destination_port),
        ] {
            ports += u32::from(!old) + u32::from(new);
        }
        Self {
            source: new_source,
            destination: new_destination,
            source_port: new_source_port,
            destination_port: new_destination_port,
            addresses: fold(addresses),
            ports: fold(ports),
            is_identity: (source, source_port, destination, destination_port)
                == (
                    new_source,
                    new_source_port,
                    new_destination,
                    new_destination_port,
                ),
        }
    }

    /// Rewrites a packet in place. Protocols without ports get their addresses rewritten only.
    pub(crate) fn apply(
        &self,
        bytes: &mut [u8],
        header_length: usize,
        protocol: u8,
        kind: Checksum,
    ) {
        if self.is_identity {
            return;
        }
        let Some(header) = bytes.first_chunk_mut::<20>() else {
            return;
        };
        let old = u16::from_be_bytes([header[10], header[11]]);
        [header[10], header[11]] = update(old, self.addresses).to_be_bytes();
        [header[12], header[13], header[14], header[15]] = self.source.octets();
        [header[16], header[17], header[18], header[19]] = self.destination.octets();
        let Some(segment) = bytes.get_mut(header_length..) else {
            return;
        };
        match protocol {
            TCP => {
                let Some(fixed) = segment.first_chunk_mut::<20>() else {
                    return;
                };
                let old = u16::from_be_bytes([fixed[16], fixed[17]]);
                [fixed[16], fixed[17]] = self.transport(old, kind).to_be_bytes();
                [fixed[0], fixed[1]] = self.source_port.to_be_bytes();
                [fixed[2], fixed[3]] = self.destination_port.to_be_bytes();
            }
            UDP => {
                let Some(fixed) = segment.first_chunk_mut::<8>() else {
                    return;
                };
                let old = u16::from_be_bytes([fixed[6], fixed[7]]);
                // Zero means that the sender made none.
                if old != 0 || kind == Checksum::Partial {
                    let new = match self.transport(old, kind) {
                        0 if kind == Checksum::Complete => u16::MAX,
                        new => new,
                    };
                    [fixed[6], fixed[7]] = new.to_be_bytes();
                }
                [fixed[0], fixed[1]] = self.source_port.to_be_bytes();
                [fixed[2], fixed[3]] = self.destination_port.to_be_bytes();
            }
            // ICMP has no pseudo-header, and its identifiers are not translated.
            _ => {}
        }
    }

    fn transport(&self, old: u16, kind: Checksum) -> u16 {
        match kind {
            Checksum::Complete => {
                update(old, fold(u32::from(self.addresses) + u32::from(self.ports)))
            }
            Checksum::Partial => fold(u32::from(old) + u32::from(self.addresses)),
        }
    }
}

fn update(old: u16, delta: u16) -> u16 {
    !fold(u32::from(!old) + u32::from(delta))
}
