//! Connections in progress, found by what their packets look like at a port.

use crate::{
    PortId, Time,
    packet::{Delta, Head, ICMP, TCP, UDP, be16, tcp_flags},
    walk::{Ends, Pins},
};
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hash, Hasher},
    net::{Ipv4Addr, SocketAddrV4},
};

/// A packet of a connection, as one port sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) port: PortId,
    pub(crate) protocol: u8,
    pub(crate) source: Ipv4Addr,
    pub(crate) source_port: u16,
    pub(crate) destination: Ipv4Addr,
    pub(crate) destination_port: u16,
}

impl Key {
    pub(crate) fn new(port: PortId, ends: &Ends) -> Self {
        Self {
            port,
            protocol: ends.protocol,
            source: *ends.source.ip(),
            source_port: ends.source.port(),
            destination: *ends.destination.ip(),
            destination_port: ends.destination.port(),
        }
    }

    pub(crate) fn ends(&self) -> Ends {
        Ends {
            protocol: self.protocol,
            source: SocketAddrV4::new(self.source, self.source_port),
            destination: SocketAddrV4::new(self.destination, self.destination_port),
        }
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(
            u64::from(self.source.to_bits()) << 32 | u64::from(self.destination.to_bits()),
        );
        let ports = u64::from(self.source_port) << 48 | u64::from(self.destination_port) << 32;
        state.write_u64(ports ^ u64::from(self.protocol) << 24 ^ u64::from(self.port.0));
    }
}

/// Multiply and shift; keys come from ports that we made, so nobody is kept from colliding them.
#[derive(Default)]
pub(crate) struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        let mixed = (self.0 ^ self.0 >> 32).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        mixed ^ mixed >> 29
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(23) ^ value).wrapping_mul(0xd6e8_feb8_6659_fd93);
    }
}

/// What the engine needs of the transport header.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Segment {
    pub(crate) source_port: u16,
    pub(crate) destination_port: u16,
    pub(crate) flags: u8,
    pub(crate) icmp_kind: u8,
    /// Of the whole packet.
    pub(crate) length: usize,
    acknowledgment: u32,
    /// What comes after it in sequence.
    next: u32,
}

impl Segment {
    /// Reads it; `None` if it is cut short. An echo's identifier stands for both ports.
    pub(crate) fn read(bytes: &[u8], head: &Head) -> Option<Self> {
        let rest = bytes.get(head.header_length..)?;
        let length = bytes.len();
        match head.protocol {
            TCP => {
                let fixed = rest.first_chunk::<20>()?;
                let sequence = u32::from_be_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]);
                let flags = fixed[13];
                let data = rest.len().checked_sub(usize::from(fixed[12] >> 4) * 4)?;
                let phantom =
                    u32::from(flags & tcp_flags::SYN != 0) + u32::from(flags & tcp_flags::FIN != 0);
                let spent = u32::try_from(data).unwrap_or(0).wrapping_add(phantom);
                Some(Self {
                    source_port: be16(fixed[0], fixed[1]),
                    destination_port: be16(fixed[2], fixed[3]),
                    flags,
                    icmp_kind: 0,
                    length,

                    acknowledgment: u32::from_be_bytes([fixed[8], fixed[9], fixed[10], fixed[11]]),
                    next: sequence.wrapping_add(spent),
                })
            }
            UDP => {
                let fixed = rest.first_chunk::<8>()?;
                let (source_port, destination_port) =
                    (be16(fixed[0], fixed[1]), be16(fixed[2], fixed[3]));
                Some(Self {
                    source_port,
                    destination_port,
                    length,
                    ..Self::default()
                })
            }
            ICMP => {
                let fixed = rest.first_chunk::<8>()?;
                let identifier = be16(fixed[4], fixed[5]);
                Some(Self {
                    source_port: identifier,
                    destination_port: identifier,
                    icmp_kind: fixed[0],
                    length,
                    ..Self::default()
                })
            }
            _ => Some(Self {
                length,
                ..Self::default()
            }),
        }
    }

    /// Whether it opens a TCP connection.
    pub(crate) fn is_syn(&self) -> bool {
        self.flags & (tcp_flags::SYN | tcp_flags::ACK | tcp_flags::RST) == tcp_flags::SYN
    }
}

/// One side of a TCP connection.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Side {
    has_ended: bool,
    next: Option<u32>,
    acknowledged: Option<u32>,
}

impl Side {
    /// The sequence number that the other side waits for, by what this side sent.
    pub(crate) fn next(&self) -> Option<u32> {
        self.next
    }

    /// The sequence number that this side waits for.
    pub(crate) fn acknowledged(&self) -> Option<u32> {
        self.acknowledged
    }
}

/// What is done with a packet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Action {
    pub(crate) slot: usize,
    pub(crate) to: PortId,
    pub(crate) delta: Delta,
    pub(crate) is_reply: bool,
}

/// A connection.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) from: PortId,
    pub(crate) to: PortId,
    /// As its opener sends.
    pub(crate) sent: Ends,
    /// As its receiver gets it.
    pub(crate) received: Ends,
    pub(crate) pins: Pins,
    pub(crate) record: u64,
    pub(crate) generation: u64,
    pub(crate) last: Time,
    pub(crate) idle: Time,
    pub(crate) resets: bool,
    pub(crate) opener: Side,
    pub(crate) receiver: Side,
    pub(crate) is_reset: bool,
}

impl Flow {
    pub(crate) fn is_idle(&self, now: Time) -> bool {
        now.saturating_sub(self.last) >= self.idle
    }

    /// Whether both sides ended it, or one broke it off.
    pub(crate) fn is_closed(&self) -> bool {
        self.is_reset || self.opener.has_ended && self.receiver.has_ended
    }

    /// Takes notice of a packet.
    pub(crate) fn note(&mut self, segment: &Segment, is_reply: bool, now: Time) {
        self.last = self.last.max(now);
        if self.sent.protocol != TCP {
            return;
        }
        let side = if is_reply {
            &mut self.receiver
        } else {
            &mut self.opener
        };
        if side
            .next
            .is_none_or(|next| segment.next.wrapping_sub(next) < 1 << 31)
        {
            side.next = Some(segment.next);
        }
        if segment.flags & tcp_flags::ACK != 0 {
            side.acknowledged = Some(segment.acknowledgment);
        }
        side.has_ended |= segment.flags & tcp_flags::FIN != 0;
        self.is_reset |= segment.flags & tcp_flags::RST != 0;
    }
}

/// All connections.
#[derive(Debug, Default)]
pub(crate) struct Flows {
    actions: HashMap<Key, Action, BuildHasherDefault<KeyHasher>>,
    slots: Vec<Option<Flow>>,
    free: Vec<usize>,
}

impl Flows {
    pub(crate) fn action(&self, key: &Key) -> Option<Action> {
        self.actions.get(key).copied()
    }

    pub(crate) fn get(&self, slot: usize) -> Option<&Flow> {
        self.slots.get(slot)?.as_ref()
    }

    pub(crate) fn get_mut(&mut self, slot: usize) -> Option<&mut Flow> {
        self.slots.get_mut(slot)?.as_mut()
    }

    pub(crate) fn len(&self) -> usize {
        self.slots.len().saturating_sub(self.free.len())
    }

    pub(crate) fn slots(&self) -> usize {
        self.slots.len()
    }

    /// Adds a connection and the actions for both ways.
    pub(crate) fn insert(&mut self, flow: Flow) -> usize {
        let slot = self.free.pop().unwrap_or_else(|| {
            self.slots.push(None);
            self.slots.len().saturating_sub(1)
        });
        let (sent, received) = (flow.sent, flow.received);
        let there = Action {
            slot,
            to: flow.to,
            delta: sent.delta(&received),
            is_reply: false,
        };
        let back = Action {
            slot,
            to: flow.from,
            delta: received.reversed().delta(&sent.reversed()),
            is_reply: true,
        };
        self.actions
            .insert(Key::new(flow.to, &received.reversed()), back);
        self.actions.insert(Key::new(flow.from, &sent), there);
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Some(flow);
        }
        slot
    }

    /// Forgets a connection.
    pub(crate) fn remove(&mut self, slot: usize) -> Option<Flow> {
        let flow = self.slots.get_mut(slot)?.take()?;
        for key in [
            Key::new(flow.from, &flow.sent),
            Key::new(flow.to, &flow.received.reversed()),
        ] {
            if self
                .actions
                .get(&key)
                .is_some_and(|action| action.slot == slot)
            {
                self.actions.remove(&key);
            }
        }
        self.free.push(slot);
        Some(flow)
    }
}
