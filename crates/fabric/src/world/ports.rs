//! What is plugged in, and the numbers by which it is known.

use super::SubnetIndex;
use crate::{PortId, PortName};
use std::{collections::HashMap, net::Ipv4Addr};
use topology::{ResourceId, model::network::NetworkInterface, trace::HopKind};

/// Something that sends and receives.
#[derive(Debug)]
pub(crate) struct Port {
    /// How hops name it.
    pub(crate) at: String,
    /// What a hop is at which it sends.
    pub(crate) sends_as: HopKind,
    /// What a hop is at which it receives.
    pub(crate) receives_as: HopKind,
    /// Its addresses, the primary one first.
    pub(crate) addresses: Vec<(Ipv4Addr, SubnetIndex)>,
    /// Its own network security group.
    pub(crate) nsg: Option<ResourceId>,
    /// Whether it may send from and receive for addresses that are not its own.
    pub(crate) forwards: bool,
}

impl Port {
    pub(crate) fn client(name: &str) -> Self {
        Self {
            at: format!("client/{name}"),
            sends_as: HopKind::Client,
            receives_as: HopKind::Client,
            addresses: Vec::new(),
            nsg: None,
            forwards: false,
        }
    }

    pub(crate) fn nic(id: &ResourceId, nic: &NetworkInterface) -> Self {
        Self {
            at: id.as_str().to_owned(),
            sends_as: HopKind::Relay,
            receives_as: HopKind::NetworkInterface,
            addresses: Vec::new(),
            nsg: nic
                .network_security_group
                .as_ref()
                .map(|nsg| nsg.id.clone()),
            forwards: nic.enable_ip_forwarding == Some(true),
        }
    }

    pub(crate) fn unit(apim: &ResourceId) -> Self {
        Self {
            at: apim.as_str().to_owned(),
            sends_as: HopKind::Service,
            receives_as: HopKind::Service,
            addresses: Vec::new(),
            nsg: None,
            forwards: false,
        }
    }

    /// The subnet in which this address is its own; for an appliance any address is in its first.
    pub(crate) fn subnet_of(&self, address: Ipv4Addr) -> Option<SubnetIndex> {
        let own = self.addresses.iter().find(|(held, _)| *held == address);
        own.or_else(|| {
            if self.forwards {
                self.addresses.first()
            } else {
                None
            }
        })
        .map(|(_, subnet)| *subnet)
    }
}

/// Names of ports and their numbers, which are never given to another name.
#[derive(Debug)]
pub(crate) struct Ports {
    names: Vec<PortName>,
    ids: HashMap<PortName, PortId>,
}

impl Default for Ports {
    fn default() -> Self {
        Self {
            names: vec![PortName::Host],
            ids: HashMap::from([(PortName::Host, PortId::HOST)]),
        }
    }
}

impl Ports {
    pub(crate) fn id_of(&mut self, name: &PortName) -> PortId {
        if let Some(id) = self.ids.get(name) {
            return *id;
        }
        let id = PortId(u32::try_from(self.names.len()).unwrap_or(u32::MAX));
        self.names.push(name.clone());
        self.ids.insert(name.clone(), id);
        id
    }

    pub(crate) fn get(&self, name: &PortName) -> Option<PortId> {
        self.ids.get(name).copied()
    }

    pub(crate) fn name(&self, id: PortId) -> Option<&PortName> {
        self.names.get(usize::try_from(id.0).ok()?)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = PortId> {
        (0..self.names.len()).filter_map(|index| u32::try_from(index).ok().map(PortId))
    }
}
