//! The relays' own records: which accepted connection goes on as which second one.

use serde::Deserialize;
use std::{
    collections::VecDeque,
    net::SocketAddrV4,
    sync::{Mutex, PoisonError},
};
use topology::model::id::ResourceId;

/// Older records are forgotten.
const KEPT: usize = 10_000;

/// One relayed connection, as the relay prints it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ConnectionRecord {
    /// Who connected.
    pub(crate) accepted_peer: SocketAddrV4,
    /// To which address of the machine.
    pub(crate) accepted_local: SocketAddrV4,
    /// The relay's end of the second connection.
    pub(crate) upstream_local: SocketAddrV4,
    /// The service's end of it.
    pub(crate) upstream_peer: SocketAddrV4,
}

/// All of them, by NIC.
#[derive(Debug, Default)]
pub(crate) struct Records(Mutex<VecDeque<(ResourceId, ConnectionRecord)>>);

impl Records {
    /// Remembers one.
    pub(crate) fn add(&self, nic: &ResourceId, record: ConnectionRecord) {
        let mut records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if records.len() >= KEPT {
            records.pop_front();
        }
        records.push_back((nic.clone(), record));
    }

    /// The newest one of a connection that `peer` made to this machine.
    pub(crate) fn find(&self, nic: &ResourceId, peer: SocketAddrV4) -> Option<ConnectionRecord> {
        let records = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = records
            .iter()
            .rev()
            .find(|(at, record)| at == nic && record.accepted_peer == peer);
        found.map(|(_, record)| record.clone())
    }
}
