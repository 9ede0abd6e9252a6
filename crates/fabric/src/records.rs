//! What is remembered of each connection.

use crate::{PortId, Time};
use std::{
    collections::VecDeque,
    net::{Ipv4Addr, SocketAddrV4},
};
use topology::trace::HopKind;

/// How many records are kept.
const KEPT: usize = 10_000;

/// How a connection fares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FlowOutcome {
    /// Its packets reach a port.
    Delivered,
    /// They do not, and why.
    Dropped(String),
}

/// A station of a connection's first packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowHop {
    /// `client/NAME`, or a full resource id.
    pub at: String,
    /// What it is.
    pub kind: HopKind,
    /// Source address as the packet left, or was received by the last one.
    pub source: Ipv4Addr,
    /// Source port.
    pub source_port: u16,
    /// Destination as the packet left, or was received by the last one.
    pub destination: SocketAddrV4,
    /// What decided.
    pub because: String,
}

/// A connection, in both directions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlowRecord {
    /// Ascending with time.
    pub id: u64,
    /// Who opened it.
    pub from: PortId,
    /// Who it reached.
    pub to: Option<PortId>,
    /// IP protocol number.
    pub protocol: u8,
    /// Time of the first packet.
    pub started: Time,
    /// Time of the last packet in either direction.
    pub last: Time,
    /// Stations of the first packet. A dropped one ends at the station that dropped it. The host
    /// is no station: what it receives ends at the sender, what it sends begins at the receiver.
    pub hops: Vec<FlowHop>,
    /// How it fares.
    pub outcome: FlowOutcome,
    /// Packets in both directions.
    pub packets: u64,
    /// Bytes of IP packets in both directions.
    pub bytes: u64,
}

/// The newest records, oldest first.
#[derive(Debug, Default)]
pub(crate) struct Records {
    first: u64,
    ring: VecDeque<FlowRecord>,
}

impl Records {
    /// Adds a record under a new id.
    pub(crate) fn add(&mut self, mut record: FlowRecord) -> u64 {
        let id = self
            .first
            .wrapping_add(u64::try_from(self.ring.len()).unwrap_or(0));
        record.id = id;
        self.ring.push_back(record);
        if self.ring.len() > KEPT {
            self.ring.pop_front();
            self.first = self.first.wrapping_add(1);
        }
        id
    }

    /// The record with this id, unless it is too old.
    pub(crate) fn get_mut(&mut self, id: u64) -> Option<&mut FlowRecord> {
        self.ring
            .get_mut(usize::try_from(id.checked_sub(self.first)?).ok()?)
    }

    /// The oldest id still kept.
    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    /// Counts a packet.
    pub(crate) fn count(&mut self, id: u64, length: usize, now: Time) {
        if let Some(record) = self.get_mut(id) {
            record.packets = record.packets.wrapping_add(1);
            record.bytes = record
                .bytes
                .wrapping_add(u64::try_from(length).unwrap_or(0));
            record.last = record.last.max(now);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &FlowRecord> {
        self.ring.iter()
    }
}
