//! A topology, looked up once and turned into what packets are forwarded by.

pub(crate) mod balancer;
pub(crate) mod link;
pub(crate) mod nsg;
pub(crate) mod ports;
pub(crate) mod routes;

use crate::{PortId, PortName};
use balancer::Balancer;
use link::{Endpoint, Service};
use nsg::Nsg;
use ports::{Port, Ports};
use routes::Route;
use std::{collections::HashMap, net::Ipv4Addr};
use topology::{
    ResourceId, Topology,
    model::{
        addresses::{Addresses, Holder},
        cidr::Cidr,
    },
};

/// DNS, and the source of health probes.
pub(crate) const PLATFORM: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
/// Instance metadata.
pub(crate) const METADATA: Ipv4Addr = Ipv4Addr::new(169, 254, 169, 254);

/// A virtual network's place in [`World::vnets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct VnetIndex(usize);

/// A subnet's place in [`World::subnets`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct SubnetIndex(usize);

/// Who takes the packets to an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// A NIC, a client, or a unit of API Management.
    Port(PortId, SubnetIndex),
    /// The VIP of an API Management service.
    Vip(ResourceId, SubnetIndex),
    /// A frontend of a load balancer.
    Frontend(ResourceId, usize),
    /// A private endpoint.
    Endpoint(ResourceId, SubnetIndex),
    /// A NAT address of a Private Link Service.
    Nat(ResourceId),
}

#[derive(Debug)]
pub(crate) struct Vnet {
    pub(crate) name: String,
    pub(crate) prefixes: Vec<Cidr>,
    targets: HashMap<Ipv4Addr, Target>,
}

#[derive(Debug)]
pub(crate) struct Subnet {
    pub(crate) vnet: VnetIndex,
    pub(crate) nsg: Option<ResourceId>,
    pub(crate) routes: Vec<Route>,
    /// Whether inbound rules act on private endpoints here.
    pub(crate) filters_endpoints: bool,
    /// Whether routes act on private endpoints here.
    pub(crate) routes_endpoints: bool,
}

/// Everything that decisions are made by.
#[derive(Debug, Default)]
pub(crate) struct World {
    vnets: Vec<Vnet>,
    subnets: Vec<Subnet>,
    ports: HashMap<PortId, Port>,
    nsgs: HashMap<ResourceId, Nsg>,
    pub(crate) balancers: HashMap<ResourceId, Balancer>,
    pub(crate) services: HashMap<ResourceId, Service>,
    pub(crate) endpoints: HashMap<ResourceId, Endpoint>,
    units: HashMap<ResourceId, Vec<PortId>>,
}

impl World {
    /// Reads a topology; `names` gives ports their ids and learns new ones.
    pub(crate) fn of(topology: &Topology, names: &mut Ports) -> Self {
        let addresses = Addresses::of(topology);
        let mut world = Self::default();
        let mut subnets_by_id = HashMap::new();
        let mut vnets_by_id = HashMap::new();
        for (resource, vnet) in topology.virtual_networks() {
            let index = VnetIndex(world.vnets.len());
            vnets_by_id.insert(resource.id.clone(), index);
            world.vnets.push(Vnet {
                name: resource.id.name().to_owned(),
                prefixes: vnet.address_space.prefixes().collect(),
                targets: HashMap::new(),
            });
            for subnet in &vnet.subnets {
                let properties = &subnet.properties;
                let policies = properties
                    .private_endpoint_network_policies
                    .as_deref()
                    .unwrap_or("Disabled");
                let is_policy = |word: &str| {
                    policies.eq_ignore_ascii_case("Enabled") || policies.eq_ignore_ascii_case(word)
                };
                let place = SubnetIndex(world.subnets.len());
                subnets_by_id.insert(resource.id.child("subnets", &subnet.name), place);
                world.subnets.push(Subnet {
                    vnet: index,
                    nsg: properties
                        .network_security_group
                        .as_ref()
                        .map(|nsg| nsg.id.clone()),
                    routes: properties
                        .route_table
                        .as_ref()
                        .map(|table| routes::read(topology, &table.id))
                        .unwrap_or_default(),
                    filters_endpoints: is_policy("NetworkSecurityGroupEnabled"),
                    routes_endpoints: is_policy("RouteTableEnabled"),
                });
            }
        }
        for (resource, nsg) in topology.network_security_groups() {
            world
                .nsgs
                .insert(resource.id.clone(), Nsg::of(resource.id.name(), nsg));
        }
        world.plug(topology, &addresses, &subnets_by_id, names);
        for (resource, lb) in topology.load_balancers() {
            let balancer = Balancer::of(topology, &addresses, &resource.id, lb, names);
            world.balancers.insert(resource.id.clone(), balancer);
        }
        for (resource, pls) in topology.private_link_services() {
            let vnet = pls
                .ip_configurations
                .iter()
                .filter_map(|config| config.properties.subnet.as_ref()?.id.parent())
                .find_map(|id| vnets_by_id.get(&id).copied());
            world.services.insert(
                resource.id.clone(),
                Service::of(topology, &addresses, &resource.id, pls, vnet),
            );
        }
        for (resource, endpoint) in topology.private_endpoints() {
            world.endpoints.insert(
                resource.id.clone(),
                Endpoint::of(topology, &resource.id, endpoint),
            );
        }
        world
    }

    /// Gives every holder of an address its place, and every port its addresses.
    fn plug(
        &mut self,
        topology: &Topology,
        addresses: &Addresses,
        subnets: &HashMap<ResourceId, SubnetIndex>,
        names: &mut Ports,
    ) {
        for name in topology.clients.keys() {
            self.open(
                names.id_of(&PortName::Client(name.clone())),
                Port::client(name),
            );
        }
        for (resource, nic) in topology.network_interfaces() {
            if nic.private_endpoint.is_none() && nic.private_link_service.is_none() {
                self.open(
                    names.id_of(&PortName::Nic(resource.id.clone())),
                    Port::nic(&resource.id, nic),
                );
            }
        }
        for (holder, subnet, address) in addresses.iter() {
            let Some(&place) = subnets.get(subnet) else {
                continue;
            };
            let target = match holder {
                Holder::Nic(id, _) => Target::Port(names.id_of(&PortName::Nic(id.clone())), place),
                Holder::Client(name) => {
                    Target::Port(names.id_of(&PortName::Client(name.clone())), place)
                }
                Holder::Unit(id, index) => {
                    let port = names.id_of(&PortName::Unit(id.clone(), *index));
                    self.open(port, Port::unit(id));
                    self.units.entry(id.clone()).or_default().push(port);
                    Target::Port(port, place)
                }
                Holder::Vip(id) | Holder::RegionalVip(id, _) => Target::Vip(id.clone(), place),
                Holder::Frontend(id, index) => Target::Frontend(id.clone(), *index),
                Holder::Endpoint(id) => Target::Endpoint(id.clone(), place),
                Holder::Nat(id, _) => Target::Nat(id.clone()),
                // The engine has no ports for instances of scale sets.
                Holder::Instance(..) => continue,
            };
            if let Target::Port(port, _) = target
                && let Some(port) = self.ports.get_mut(&port)
            {
                port.addresses.push((address, place));
            }
            if let Some(vnet) = self
                .subnets
                .get(place.0)
                .and_then(|subnet| self.vnets.get_mut(subnet.vnet.0))
            {
                vnet.targets.entry(address).or_insert(target);
            }
        }
        // Units answer for the VIP themselves.
        for (holder, subnet, address) in addresses.iter() {
            if let (Holder::Vip(id) | Holder::RegionalVip(id, _), Some(&place)) =
                (holder, subnets.get(subnet))
            {
                for port in self.units.get(id).into_iter().flatten() {
                    // Those of this region.
                    if let Some(port) = self.ports.get_mut(port)
                        && port.addresses.iter().any(|(_, own)| *own == place)
                    {
                        port.addresses.push((address, place));
                    }
                }
            }
        }
    }

    fn open(&mut self, id: PortId, port: Port) {
        self.ports.entry(id).or_insert(port);
    }

    pub(crate) fn port(&self, id: PortId) -> Option<&Port> {
        self.ports.get(&id)
    }

    pub(crate) fn subnet(&self, index: SubnetIndex) -> Option<&Subnet> {
        self.subnets.get(index.0)
    }

    pub(crate) fn vnet(&self, index: VnetIndex) -> Option<&Vnet> {
        self.vnets.get(index.0)
    }

    pub(crate) fn target(&self, vnet: VnetIndex, address: Ipv4Addr) -> Option<&Target> {
        self.vnet(vnet)?.targets.get(&address)
    }

    pub(crate) fn units(&self, apim: &ResourceId) -> &[PortId] {
        self.units.get(apim).map(Vec::as_slice).unwrap_or_default()
    }

    /// A network security group that something refers to; a dangling reference filters nothing.
    pub(crate) fn nsg(&self, id: Option<&ResourceId>) -> Option<&Nsg> {
        self.nsgs.get(id?)
    }
}
