//! Who asks the host: told by the address that the engine gives each port towards the host,
//! because addresses of virtual networks overlap.

use super::{DataPlane, dns, imds, in_memory, names::Answer};
use fabric::PortName;
use serde_json::Value;
use std::{net::IpAddr, sync::Arc};

/// Tells askers apart by the address that the engine gives their port towards the host.
pub(super) struct Asker(pub(super) std::sync::Weak<DataPlane>);

impl Asker {
    fn port(&self, asker: IpAddr) -> Option<(Arc<DataPlane>, PortName)> {
        let plane = self.0.upgrade()?;
        let IpAddr::V4(asker) = asker else {
            return None;
        };
        let fabric = plane.switch.fabric();
        let name = fabric
            .ports()
            .find(|port| fabric.host_alias(*port) == asker)
            .and_then(|port| fabric.name(port).cloned())?;
        drop(fabric);
        Some((plane, name))
    }
}

impl dns::Resolver for Asker {
    fn answer(&self, asker: IpAddr, host: &str) -> Answer {
        let Some((plane, name)) = self.port(asker) else {
            return Answer::NotCovered;
        };
        let seen = plane.seen();
        let network = match &name {
            PortName::Host => None,
            PortName::Client(client) => seen
                .clients
                .get(client)
                .and_then(|(placement, _)| placement.subnet.parent()),
            PortName::Nic(nic) => in_memory::network_of(&seen.topology, nic),
            PortName::Unit(id, _) => seen
                .topology
                .api_management(id)
                .and_then(|(_, service)| service.subnet()?.parent()),
        };
        network.map_or(Answer::NotCovered, |network| {
            seen.names.answer(&network, host)
        })
    }
}

impl imds::Machines for Asker {
    fn machine(&self, asker: IpAddr) -> Option<Value> {
        let (plane, name) = self.port(asker)?;
        let PortName::Nic(nic) = name else {
            return None;
        };
        let seen = plane.seen();
        let (machine, _) = seen.topology.virtual_machines().find(|(_, machine)| {
            machine
                .network_profile
                .network_interfaces
                .iter()
                .any(|reference| reference.id == nic)
        })?;
        seen.machines.get(&machine.id).cloned()
    }
}
