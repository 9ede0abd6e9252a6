//! One IPv4 packet with what the kernel left for later: its checksum and its segmentation.

use std::io;

/// An IPv4 packet as it crosses a device.
///
/// With segmentation offload a frame may hold up to 64 KiB and stand for many packets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frame {
    /// The IPv4 packet, without link header.
    pub bytes: Vec<u8>,
    /// The TCP or UDP checksum is not computed yet: its field holds only the pseudo header's
    /// sum. Sending computes that sum anew, so addresses and ports may be rewritten freely.
    pub checksum_partial: bool,
    /// The packet is to be cut into segments by whoever puts it on a wire.
    pub gso: Option<Gso>,
}

/// How a frame is to be cut into packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Gso {
    /// What is repeated before each segment.
    pub kind: GsoKind,
    /// Payload bytes of each segment but the last.
    pub size: u16,
    /// Bytes of the IP and transport header as the kernel told; sending derives them anew.
    pub header_len: u16,
}

/// What kind of segments a frame is cut into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GsoKind {
    /// TCP over IPv4.
    Tcp4,
    /// TCP over IPv4 whose congestion bit belongs to the first segment only.
    Tcp4Ecn,
    /// UDP datagrams of equal size over IPv4.
    Udp4,
}

impl GsoKind {
    fn from_virtio(kind: u8) -> Option<Self> {
        match kind {
            1 => Some(Self::Tcp4),
            0x81 => Some(Self::Tcp4Ecn),
            5 => Some(Self::Udp4),
            _ => None,
        }
    }

    fn to_virtio(self) -> u8 {
        match self {
            Self::Tcp4 => 1,
            Self::Tcp4Ecn => 0x81,
            Self::Udp4 => 5,
        }
    }
}

/// `struct virtio_net_hdr`, in the machine's byte order.
pub(super) const VIRTIO_HEADER: usize = 10;
const NEEDS_CHECKSUM: u8 = 1;

/// Where a packet's transport header is and where in it the checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Transport {
    start: usize,
    protocol: u8,
    /// The checksum's place, counted from the transport header.
    checksum: usize,
    header_len: usize,
    end: usize,
}

impl Transport {
    fn of(bytes: &[u8]) -> Option<Self> {
        let first = *bytes.first()?;
        let start = usize::from(first & 0x0f) * 4;
        let end = usize::from(u16::from_be_bytes([*bytes.get(2)?, *bytes.get(3)?]));
        let fragment = u16::from_be_bytes([*bytes.get(6)?, *bytes.get(7)?]) & 0x1fff;
        if first >> 4 != 4 || start < 20 || fragment != 0 || end > bytes.len() || end < start {
            return None;
        }
        let protocol = *bytes.get(9)?;
        let (checksum, header_len) = match protocol {
            6 => (16, usize::from(*bytes.get(start + 12)? >> 4) * 4),
            17 => (6, 8),
            _ => return None,
        };
        (start + header_len <= end && header_len >= 8 && header_len > checksum + 1).then_some(
            Self {
                start,
                protocol,
                checksum,
                header_len,
                end,
            },
        )
    }

    /// The sum over addresses, protocol and length, folded but not inverted.
    fn pseudo_header(self, bytes: &[u8]) -> u16 {
        let length = u32::try_from(self.end - self.start).unwrap_or(u32::MAX);
        fold(sum(bytes.get(12..20).unwrap_or_default()) + u32::from(self.protocol) + length)
    }
}

/// Adds up 16-bit words; a frame has few enough that 32 bits do not overflow.
fn sum(bytes: &[u8]) -> u32 {
    bytes
        .chunks(2)
        .map(|pair| match *pair {
            [high, low] => u32::from(u16::from_be_bytes([high, low])),
            [high] => u32::from(high) << 8,
            _ => 0,
        })
        .sum()
}

fn fold(mut sum: u32) -> u16 {
    while let high @ 1.. = sum >> 16 {
        sum = (sum & 0xffff) + high;
    }
    u16::try_from(sum).unwrap_or(u16::MAX)
}

/// What goes to the kernel before and inside a frame's bytes.
pub(super) struct Outgoing {
    pub(super) header: [u8; VIRTIO_HEADER],
    /// Place and value of the checksum field, where the kernel is to finish it.
    pub(super) seed: Option<(usize, [u8; 2])>,
}

impl Frame {
    /// Whether the bytes begin like an IPv4 packet.
    pub(super) fn is_ipv4(&self) -> bool {
        self.bytes.len() >= 20 && self.bytes.first().is_some_and(|first| first >> 4 == 4)
    }

    /// Takes the kernel's header; false for segmentation that a frame cannot carry.
    pub(super) fn set_virtio(&mut self, header: [u8; VIRTIO_HEADER], link: usize) -> bool {
        let [
            flags,
            kind,
            header_low,
            header_high,
            size_low,
            size_high,
            ..,
        ] = header;
        self.checksum_partial = flags & NEEDS_CHECKSUM != 0;
        self.gso = None;
        if kind != 0 {
            let Some(kind) = GsoKind::from_virtio(kind) else {
                return false;
            };
            let link = u16::try_from(link).unwrap_or(0);
            self.gso = Some(Gso {
                kind,
                size: u16::from_ne_bytes([size_low, size_high]),
                header_len: u16::from_ne_bytes([header_low, header_high]).saturating_sub(link),
            });
        }
        true
    }

    /// The kernel's header for a frame that has `link` bytes of link header before it.
    pub(super) fn outgoing(&self, link: usize) -> io::Result<Outgoing> {
        let mut header = [0; VIRTIO_HEADER];
        if !self.checksum_partial && self.gso.is_none() {
            return Ok(Outgoing { header, seed: None });
        }
        let transport = Transport::of(&self.bytes).ok_or_else(|| {
            io::Error::new(
                io::ErrorKind::InvalidInput,
                "no TCP or UDP header to compute a checksum in",
            )
        })?;
        let word = |value: usize| u16::try_from(value).unwrap_or(u16::MAX).to_ne_bytes();
        let [header_low, header_high] = word(link + transport.start + transport.header_len);
        let [start_low, start_high] = word(link + transport.start);
        let [offset_low, offset_high] = word(transport.checksum);
        let (kind, size) = self
            .gso
            .map_or((0, 0), |gso| (gso.kind.to_virtio(), gso.size));
        let [size_low, size_high] = size.to_ne_bytes();
        header = [
            NEEDS_CHECKSUM,
            kind,
            header_low,
            header_high,
            size_low,
            size_high,
            start_low,
            start_high,
            offset_low,
            offset_high,
        ];
        let seed = transport.pseudo_header(&self.bytes).to_be_bytes();
        Ok(Outgoing {
            header,
            seed: Some((transport.start + transport.checksum, seed)),
        })
    }

    /// Computes a checksum that was left for later, as a capture or another stack wants it.
    /// A frame to be segmented stays as it is: each segment has its own checksum.
    pub fn complete_checksum(&mut self) {
        if !self.checksum_partial || self.gso.is_some() {
            return;
        }
        let Some(transport) = Transport::of(&self.bytes) else {
            return;
        };
        let at = transport.start + transport.checksum;
        let seed = transport.pseudo_header(&self.bytes);
        if let Some(field) = self.bytes.get_mut(at..at + 2) {
            field.fill(0);
        }
        let body = self
            .bytes
            .get(transport.start..transport.end)
            .unwrap_or_default();
        let mut checksum = !fold(u32::from(seed) + sum(body));
        if checksum == 0 && transport.protocol == 17 {
            checksum = 0xffff; // Zero would mean "no checksum" in UDP (RFC 768).
        }
        if let Some(field) = self.bytes.get_mut(at..at + 2) {
            field.copy_from_slice(&checksum.to_be_bytes());
        }
        self.checksum_partial = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A UDP datagram 10.0.0.1:1 -> 10.0.0.2:2 with the payload "ab".
    fn datagram() -> Frame {
        let mut bytes = vec![
            0x45, 0, 0, 30, 0, 0, 0x40, 0, 64, 17, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2,
        ];
        bytes.extend([0, 1, 0, 2, 0, 10, 0, 0, b'a', b'b']);
        Frame {
            bytes,
            checksum_partial: true,
            gso: None,
        }
    }

    #[test]
    fn completed_checksum_sums_to_all_ones() {
        let mut frame = datagram();
        frame.complete_checksum();
        assert!(!frame.checksum_partial);
        let pseudo = sum(&frame.bytes[12..20]) + 17 + 10;
        assert_eq!(fold(pseudo + sum(&frame.bytes[20..])), 0xffff);
    }

    #[test]
    fn partial_checksum_is_handed_to_the_kernel_with_its_place() {
        let out = datagram().outgoing(14).unwrap();
        assert_eq!(out.header[0], NEEDS_CHECKSUM);
        assert_eq!(u16::from_ne_bytes([out.header[6], out.header[7]]), 34);
        assert_eq!(u16::from_ne_bytes([out.header[8], out.header[9]]), 6);
        let seed = fold(sum(&[10, 0, 0, 1, 10, 0, 0, 2]) + 17 + 10).to_be_bytes();
        assert_eq!(out.seed, Some((26, seed)));
    }

    #[test]
    fn header_round_trips() {
        let mut frame = Frame::default();
        let size = 1448_u16.to_ne_bytes();
        let length = 66_u16.to_ne_bytes();
        assert!(frame.set_virtio(
            [1, 1, length[0], length[1], size[0], size[1], 0, 0, 0, 0],
            14
        ));
        assert!(frame.checksum_partial);
        assert_eq!(
            frame.gso,
            Some(Gso {
                kind: GsoKind::Tcp4,
                size: 1448,
                header_len: 52
            })
        );
        assert!(!frame.set_virtio([0, 4, 0, 0, 0, 0, 0, 0, 0, 0], 0));
    }

    #[test]
    fn a_fragment_cannot_have_a_partial_checksum() {
        let mut frame = datagram();
        frame.bytes[7] = 1;
        assert!(frame.outgoing(0).is_err());
    }
}
