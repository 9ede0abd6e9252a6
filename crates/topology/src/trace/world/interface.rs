//! Machines' NICs, instances of scale sets and clients: what opens and takes connections.

use super::{Place, World};
use crate::{
    model::{Resource, cidr::ipv4, id::ResourceId, network::SubResource},
    trace::selector::is_named,
};
use std::{collections::BTreeMap, net::Ipv4Addr};

/// Something with an address that opens or takes connections: a machine's NIC, a client.
#[derive(Debug)]
pub(crate) struct Interface<'t> {
    /// `client/NAME` or the NIC's id.
    pub(crate) at: String,
    pub(crate) nic: Option<&'t ResourceId>,
    /// The backend pools it is a member of.
    pub(crate) pools: &'t [SubResource],
    /// The application security groups it is a member of.
    pub(crate) security_groups: &'t [SubResource],
    /// The inbound NAT rules that end here.
    pub(crate) nat_rules: &'t [SubResource],
    pub(crate) public_ip: Option<PublicIp<'t>>,
    pub(crate) place: Place,
    pub(crate) address: Ipv4Addr,
    /// The group of the NIC itself.
    pub(crate) group: Option<&'t ResourceId>,
    pub(crate) forwards: bool,
    /// The machine whose NIC it is.
    pub(crate) machine: Machine<'t>,
    /// The client's hosts file.
    pub(crate) hosts: Option<&'t BTreeMap<String, Ipv4Addr>>,
    /// DNS servers of the NIC itself.
    pub(crate) dns_servers: &'t [String],
}

/// A machine's own public address.
#[derive(Clone, Copy, Debug)]
pub(crate) enum PublicIp<'t> {
    Resource(&'t ResourceId),
    /// Made with each instance of a scale set.
    OfInstance(&'t str),
}

/// What the topology says about the machine behind a NIC.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Machine<'t> {
    Virtual(&'t Resource),
    /// An instance of a scale set, by number.
    Instance(&'t Resource, u32),
    /// ARM says that there is one, and it is not in the topology.
    Missing(&'t ResourceId),
    None,
    Client(&'t str),
}

impl<'t> Machine<'t> {
    /// The resource that says what runs on it.
    pub(crate) fn id(&self) -> Option<&'t ResourceId> {
        match self {
            Self::Virtual(resource) | Self::Instance(resource, _) => Some(&resource.id),
            Self::Missing(_) | Self::None | Self::Client(_) => None,
        }
    }
}

impl<'t> Interface<'t> {
    /// The client that it is.
    pub(crate) fn client(&self) -> Option<&'t str> {
        match self.machine {
            Machine::Client(name) => Some(name),
            _ => None,
        }
    }

    /// The name of the machine, if that is a resource of its own.
    pub(crate) fn machine_name(&self) -> Option<&'t str> {
        match self.machine {
            Machine::Virtual(resource) => Some(resource.id.name()),
            _ => None,
        }
    }

    /// Whether a text names the machine, the instance or the NIC.
    pub(crate) fn is_called(&self, text: &str) -> bool {
        let of_machine = match self.machine {
            Machine::Virtual(resource) => is_named(&resource.id, text),
            Machine::Instance(resource, number) => {
                is_named(&resource.id, text)
                    || text.rsplit_once('/').is_some_and(|(set, instance)| {
                        instance.parse() == Ok(number)
                            && is_named(&resource.id, set.trim_end_matches("/virtualMachines"))
                    })
            }
            _ => false,
        };
        of_machine
            || self.nic.is_some_and(|nic| is_named(nic, text))
            || self.at.eq_ignore_ascii_case(text)
    }

    /// Whether its NIC is a resource of its own, which a change can name.
    pub(crate) fn is_resource(&self) -> bool {
        self.nic.is_some()
    }

    /// Whether its public address is this one.
    pub(crate) fn has_public_address(&self, world: &World<'_>, address: Ipv4Addr) -> bool {
        let Some(PublicIp::Resource(id)) = self.public_ip else {
            return false;
        };
        let inner = world.topology.public_ip_address(id);
        inner.and_then(|(_, inner)| ipv4(inner.ip_address)) == Some(address)
    }
}
