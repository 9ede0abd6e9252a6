//! The hops that a connection really took: from flow records, and the relay's own record of which
//! accepted connection it carried on as which second one. From nothing else.

use super::records::Records;
use fabric::{Fabric, FlowRecord, PortName};
use std::net::SocketAddrV4;
use topology::{model::id::ResourceId, trace::ObservedHop};

/// Relays in a row that are followed; more is a circle.
const RELAYS: usize = 8;

/// The hops of the connection that left `port` as `from` → `to`; as far as they are recorded.
pub(crate) fn observed(
    fabric: &Fabric,
    records: &Records,
    port: &PortName,
    from: SocketAddrV4,
    to: SocketAddrV4,
) -> Vec<ObservedHop> {
    let mut hops = Vec::new();
    let mut leg = (port.clone(), from, to);
    for _ in 0..RELAYS {
        let Some(flow) = find(fabric, &leg) else {
            break;
        };
        hops.extend(flow.hops.iter().map(|hop| ObservedHop {
            at: hop.at.clone(),
            kind: hop.kind,
            source: hop.source,
            destination: hop.destination,
        }));
        match next(fabric, records, flow) {
            Some(next) => leg = next,
            None => break,
        }
    }
    hops
}

/// The newest flow that began with this packet.
fn find<'f>(
    fabric: &'f Fabric,
    (port, from, to): &(PortName, SocketAddrV4, SocketAddrV4),
) -> Option<&'f FlowRecord> {
    let id = fabric.port(port)?;
    fabric
        .flows()
        .filter(|flow| flow.from == id)
        .filter(|flow| {
            flow.hops.first().is_some_and(|hop| {
                hop.source == *from.ip() && hop.source_port == from.port() && hop.destination == *to
            })
        })
        .max_by_key(|flow| flow.id)
}

/// The second connection of a relay that took this one.
fn next(
    fabric: &Fabric,
    records: &Records,
    flow: &FlowRecord,
) -> Option<(PortName, SocketAddrV4, SocketAddrV4)> {
    let last = flow.hops.last()?;
    let PortName::Nic(nic) = fabric.name(flow.to?)? else {
        return None;
    };
    let nic: ResourceId = nic.clone();
    let record = records.find(&nic, SocketAddrV4::new(last.source, last.source_port))?;
    Some((
        PortName::Nic(nic),
        record.upstream_local,
        record.upstream_peer,
    ))
}
