//! The engine on the example topology: packets in, packets and records out.

#![cfg(test)]

mod checksums;
mod links;
mod networks;
mod path;
mod platform;

use fabric::{
    Disposition, Fabric, FlowOutcome, FlowRecord, Packet, PortId, PortName, Time, packet,
};
use std::net::{Ipv4Addr, SocketAddrV4};
use topology::{
    Topology,
    manifest::parse,
    model::{Body, id::ResourceId, network},
    resolve::resolve,
};

pub(crate) const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");
pub(crate) const CLIENT: &str = "192.168.0.4";
pub(crate) const ENDPOINT: &str = "192.168.0.5";

pub(crate) fn ip(text: &str) -> Ipv4Addr {
    text.parse().unwrap()
}

pub(crate) fn at(text: &str, port: u16) -> SocketAddrV4 {
    SocketAddrV4::new(ip(text), port)
}

pub(crate) fn topology(text: &str) -> Topology {
    let (manifest, findings) = parse(text);
    assert!(findings.is_empty(), "{findings:?}");
    let resolved = resolve(&manifest);
    assert!(resolved.findings.is_empty(), "{:?}", resolved.findings);
    resolved.topology
}

/// A topology and its fabric, all relays healthy.
pub(crate) struct Bench {
    pub(crate) topology: Topology,
    pub(crate) fabric: Fabric,
    pub(crate) now: Time,
}

impl Bench {
    pub(crate) fn new(text: &str) -> Self {
        Self::of(topology(text))
    }

    pub(crate) fn of(topology: Topology) -> Self {
        let mut bench = Self {
            fabric: Fabric::new(&topology),
            topology,
            now: Time::from_secs(1),
        };
        bench.set_healthy("fwd-0-nic", true);
        bench.set_healthy("fwd-1-nic", true);
        bench
    }

    /// The resource of this name and type (`networkInterfaces`).
    pub(crate) fn id(&self, short: &str) -> ResourceId {
        let found = self
            .topology
            .resources
            .keys()
            .find(|id| id.short().eq_ignore_ascii_case(short));
        found.unwrap_or_else(|| panic!("no {short}")).clone()
    }

    pub(crate) fn set_healthy(&mut self, nic: &str, is_healthy: bool) {
        let nic = self.id(&format!("networkInterfaces/{nic}"));
        for (resource, lb) in self.topology.load_balancers() {
            for probe in &lb.probes {
                self.fabric
                    .set_healthy(&nic, (&resource.id, &probe.name), is_healthy);
            }
        }
    }

    pub(crate) fn client(&self, name: &str) -> PortId {
        self.fabric
            .port(&PortName::Client(name.to_owned()))
            .unwrap()
    }

    pub(crate) fn nic(&self, name: &str) -> PortId {
        self.fabric
            .port(&PortName::Nic(
                self.id(&format!("networkInterfaces/{name}")),
            ))
            .unwrap()
    }

    pub(crate) fn unit(&self) -> PortId {
        self.fabric
            .port(&PortName::Unit(self.id("service/apim1449"), 0))
            .unwrap()
    }

    pub(crate) fn inject(
        &mut self,
        from: PortId,
        packet: Packet,
    ) -> (Disposition, Vec<(PortId, Packet)>) {
        let mut out = Vec::new();
        let disposition = self.fabric.inject(from, packet, self.now, &mut out);
        for (_, packet) in &out {
            packet::verify(packet).unwrap();
        }
        (disposition, out)
    }

    /// Injects a packet that must arrive: where, from, and to.
    pub(crate) fn send(
        &mut self,
        from: PortId,
        packet: Packet,
    ) -> (PortId, SocketAddrV4, SocketAddrV4) {
        let (disposition, out) = self.inject(from, packet);
        assert_eq!(disposition, Disposition::Delivered);
        let [(to, packet)] = out.as_slice() else {
            panic!("{out:?}")
        };
        let read = packet::parse(&packet.bytes).unwrap();
        (*to, read.from(), read.to())
    }

    /// Injects a packet that must be dropped; gives the reason.
    pub(crate) fn refuse(&mut self, from: PortId, packet: Packet) -> String {
        let (disposition, out) = self.inject(from, packet);
        assert_eq!(out, []);
        match disposition {
            Disposition::Dropped(because) => because.into_owned(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn last(&self) -> &FlowRecord {
        self.fabric.flows().last().unwrap()
    }

    /// The record's hops as text; ids by their last word.
    pub(crate) fn hops(&self) -> Vec<String> {
        let text = |hop: &fabric::FlowHop| {
            let name = hop.at.rsplit('/').next().unwrap();
            format!(
                "{:?} {name} {}:{} -> {}",
                hop.kind, hop.source, hop.source_port, hop.destination
            )
        };
        self.last().hops.iter().map(text).collect()
    }

    /// Asserts that the newest record was dropped at a hop of this name, for a reason with these words.
    pub(crate) fn assert_dropped_at(&self, name: &str, words: &str) {
        let record = self.last();
        let hop = record.hops.last().unwrap();
        assert!(hop.at.ends_with(name), "{} is not {name}", hop.at);
        assert_eq!(record.outcome, FlowOutcome::Dropped(hop.because.clone()));
        assert!(
            hop.because.contains(words),
            "`{}` does not say `{words}`",
            hop.because
        );
        assert_eq!(record.to, None);
    }

    pub(crate) fn change(&mut self, change: impl FnOnce(&mut Topology)) {
        change(&mut self.topology);
        self.fabric.update(&self.topology, self.now);
    }
}

/// Changes the typed part of the resource with this name and type.
pub(crate) fn edit(topology: &mut Topology, short: &str, change: impl FnOnce(&mut Body)) {
    let found = topology
        .resources
        .values_mut()
        .find(|resource| resource.id.short().eq_ignore_ascii_case(short));
    change(&mut found.unwrap_or_else(|| panic!("no {short}")).body);
}

/// Adds a rule for any protocol and source port to a network security group.
pub(crate) fn add_rule(
    topology: &mut Topology,
    nsg: &str,
    direction: &str,
    access: &str,
    source: &str,
    port: &str,
) {
    edit(topology, &format!("networkSecurityGroups/{nsg}"), |body| {
        let Body::NetworkSecurityGroup(group) = body else {
            panic!("{body:?}")
        };
        let properties = network::SecurityRuleProperties {
            priority: 99,
            direction: direction.to_owned(),
            access: access.to_owned(),
            protocol: "*".to_owned(),
            source_address_prefix: Some(source.to_owned()),
            destination_port_range: Some(port.to_owned()),
            ..network::SecurityRuleProperties::default()
        };
        group
            .security_rules
            .push(network::SecurityRule::new("Mine", properties));
    });
}
