//! Where namespaces are denied: the same connection as packets through the engine alone.
//!
//! Sends the handshake and one payload each way of both connections. There is no TLS and no relay
//! program here, and whoever prints the result says so.

use super::{
    names::{Answer, Names},
    records::{ConnectionRecord, Records},
};
use fabric::{
    Checksum, Fabric, PortId, PortName, Time,
    packet::{self, TcpSegment, Transport, tcp_flags},
};
use std::net::{Ipv4Addr, SocketAddrV4};
use topology::{Topology, model::id::ResourceId, model::relay::RelayConfig};

/// Why the packets did not get through.
#[derive(Debug, thiserror::Error)]
pub enum InMemoryError {
    /// The name is not answered.
    #[error("`{0}` is not answered in the network that asks")]
    NoName(String),
    /// A port or address is missing.
    #[error("there is no `{0}`")]
    Missing(String),
    /// The engine dropped a packet.
    #[error("a packet from {from} to {to} was dropped: {because}")]
    Dropped {
        /// Sender.
        from: SocketAddrV4,
        /// Destination.
        to: SocketAddrV4,
        /// What the engine said.
        because: String,
    },
    /// A packet that arrived is not the one that was sent.
    #[error("a packet arrived changed: {0}")]
    Changed(String),
}

const PAYLOAD_THERE: &[u8] = b"one payload there";
const PAYLOAD_BACK: &[u8] = b"and one back";
const SYN_ACK: u8 = tcp_flags::SYN | tcp_flags::ACK;
const PSH_ACK: u8 = tcp_flags::PSH | tcp_flags::ACK;

/// What a machine's guest would be.
pub(crate) struct World<'w> {
    /// What ARM has.
    pub(crate) topology: &'w Topology,
    /// What it resolves.
    pub(crate) names: &'w Names,
    /// The engine.
    pub(crate) fabric: &'w mut Fabric,
    /// Where the relay's record goes.
    pub(crate) records: &'w Records,
    /// The clock.
    pub(crate) now: Time,
}

impl World<'_> {
    /// Makes both connections; the ends of the first one.
    pub(crate) fn connect(
        &mut self,
        client: &str,
        host: &str,
        port: u16,
    ) -> Result<(SocketAddrV4, SocketAddrV4), InMemoryError> {
        let name = PortName::Client(client.to_owned());
        let network = self
            .topology
            .clients
            .get(client)
            .and_then(|client| client.subnet.parent())
            .ok_or_else(|| InMemoryError::Missing(client.to_owned()))?;
        let to = SocketAddrV4::new(self.resolve(&network, host)?, port);
        let (mut sender, mut from, mut target) = (
            name,
            self.source(&PortName::Client(client.to_owned()), 50_000)?,
            to,
        );
        let ends = (from, to);
        // Each turn is one connection; a relay makes the next.
        for turn in 0..8_u16 {
            let arrived = self.exchange(&sender, from, target)?;
            let (PortName::Nic(nic), peer, local) = &arrived else {
                break;
            };
            let Some(relay) = relay_of(self.topology, nic) else {
                break;
            };
            let Some(listener) = relay
                .listeners
                .iter()
                .find(|listener| listener.listen.port() == local.port())
            else {
                return Err(InMemoryError::Missing(format!(
                    "relay listening on port {}",
                    local.port()
                )));
            };
            let upstream = listener
                .to
                .first()
                .ok_or_else(|| InMemoryError::Missing("upstream".to_owned()))?;
            let network = network_of(self.topology, nic)
                .ok_or_else(|| InMemoryError::Missing(nic.to_string()))?;
            let (upstream, port) = upstream
                .rsplit_once(':')
                .ok_or_else(|| InMemoryError::Missing(upstream.clone()))?;
            let port = port
                .parse()
                .map_err(|_| InMemoryError::Missing(format!("port {port}")))?;
            let next = SocketAddrV4::new(self.resolve(&network, upstream)?, port);
            let second = self.source(&arrived.0, 50_001_u16.saturating_add(turn))?;
            let record = ConnectionRecord {
                accepted_peer: *peer,
                accepted_local: *local,
                upstream_local: second,
                upstream_peer: next,
            };
            self.records.add(nic, record);
            (sender, from, target) = (arrived.0, second, next);
        }
        Ok(ends)
    }

    fn resolve(&self, network: &ResourceId, host: &str) -> Result<Ipv4Addr, InMemoryError> {
        if let Ok(address) = host.parse() {
            return Ok(address);
        }
        match self.names.answer(network, host) {
            Answer::Addresses(_, addresses) => addresses
                .first()
                .copied()
                .ok_or_else(|| InMemoryError::NoName(host.to_owned())),
            Answer::NoSuchName | Answer::NotCovered => Err(InMemoryError::NoName(host.to_owned())),
        }
    }

    fn source(&self, name: &PortName, port: u16) -> Result<SocketAddrV4, InMemoryError> {
        let address = self
            .fabric
            .port(name)
            .and_then(|port| self.fabric.addresses(port).first().copied());
        address
            .map(|address| SocketAddrV4::new(address, port))
            .ok_or_else(|| InMemoryError::Missing(format!("{name:?}")))
    }

    /// A handshake and a payload each way. Where it arrived, and both ends as seen there.
    fn exchange(
        &mut self,
        sender: &PortName,
        from: SocketAddrV4,
        to: SocketAddrV4,
    ) -> Result<(PortName, SocketAddrV4, SocketAddrV4), InMemoryError> {
        let here = self
            .fabric
            .port(sender)
            .ok_or_else(|| InMemoryError::Missing(format!("{sender:?}")))?;
        let (there, peer, local) = self.send(here, from, to, tcp_flags::SYN, 1, 0, &[])?;
        let back =
            |world: &mut Self, flags: u8, sequence: u32, acknowledged: u32, payload: &[u8]| {
                let (at, seen_from, seen_to) =
                    world.send(there, local, peer, flags, sequence, acknowledged, payload)?;
                if at != here || seen_from != to || seen_to != from {
                    return Err(InMemoryError::Changed(format!(
                        "the answer of {to} to {from} arrived as {seen_from} to {seen_to}"
                    )));
                }
                Ok(())
            };
        back(self, SYN_ACK, 1, 2, &[])?;
        self.send(here, from, to, tcp_flags::ACK, 2, 2, &[])?;
        self.send(here, from, to, PSH_ACK, 2, 2, PAYLOAD_THERE)?;
        back(
            self,
            PSH_ACK,
            2,
            2_u32.saturating_add(len(PAYLOAD_THERE)),
            PAYLOAD_BACK,
        )?;
        let name = self
            .fabric
            .name(there)
            .cloned()
            .ok_or_else(|| InMemoryError::Missing("port".to_owned()))?;
        Ok((name, peer, local))
    }

    #[expect(clippy::too_many_arguments, reason = "the fields of one TCP segment")]
    fn send(
        &mut self,
        port: PortId,
        from: SocketAddrV4,
        to: SocketAddrV4,
        flags: u8,
        sequence: u32,
        acknowledged: u32,
        payload: &[u8],
    ) -> Result<(PortId, SocketAddrV4, SocketAddrV4), InMemoryError> {
        let sent = TcpSegment {
            source: from,
            destination: to,
            sequence,
            acknowledgment: acknowledged,
            flags,
            payload,
        }
        .packet(Checksum::Complete);
        let mut out = Vec::new();
        let disposition = self.fabric.inject(port, sent, self.now, &mut out);
        let mut arrived = out.into_iter();
        let (Some((at, packet)), None) = (arrived.next(), arrived.next()) else {
            return Err(InMemoryError::Dropped {
                from,
                to,
                because: format!("{disposition:?}"),
            });
        };
        let changed = || InMemoryError::Changed(format!("the segment from {from} to {to}"));
        packet::verify(&packet).map_err(|_| changed())?;
        let seen = packet::parse(&packet.bytes).map_err(|_| changed())?;
        if !matches!(seen.transport, Transport::Tcp { payload: arrived, .. } if arrived == payload)
        {
            return Err(changed());
        }
        Ok((at, seen.from(), seen.to()))
    }
}

fn len(bytes: &[u8]) -> u32 {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX)
}

/// The relay that the user data of the machine behind this NIC asks for.
pub(crate) fn relay_of(topology: &Topology, nic: &ResourceId) -> Option<RelayConfig> {
    let mut machines = topology.virtual_machines();
    machines
        .find(|(_, machine)| {
            machine
                .network_profile
                .network_interfaces
                .iter()
                .any(|reference| &reference.id == nic)
        })?
        .1
        .relay()
}

/// The virtual network of a NIC.
pub(crate) fn network_of(topology: &Topology, nic: &ResourceId) -> Option<ResourceId> {
    let (_, nic) = topology.network_interface(nic)?;
    nic.ip_configurations
        .first()?
        .properties
        .subnet
        .as_ref()?
        .id
        .parent()
}
