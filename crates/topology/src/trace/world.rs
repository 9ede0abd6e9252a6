//! A topology made ready for questions: who has which address, who is in which pool, what a group
//! says. Made once, asked often.
//!
//! Everything is found by hash and read at most once, so that a walk costs the same in a large
//! topology as in a small one. What only some walks need is made when the first one needs it.

mod interface;
mod peers;
mod public;
mod read;
mod zone_groups;

pub(crate) use interface::{Interface, Machine, PublicIp};
pub(crate) use peers::{Peer, PeerState, private};

use super::security::{Group, Scope};
use crate::{
    model::{
        Body, IdMap, Resource, Topology,
        addresses::{Addresses, Holder},
        id::ResourceId,
        kinds::Kinds,
        network::{Subnet, VirtualNetwork},
        relay::RelayConfig,
    },
    sets::Ranges,
};
use std::{cell::OnceCell, collections::HashMap, net::Ipv4Addr};

/// A subnet of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Place(pub(crate) usize);

/// A virtual network of the world.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Net(pub(crate) usize);

/// A topology made ready for questions.
///
/// Prepared once with [`World::new`], it answers many traces without reading the topology again.
#[derive(Debug)]
pub struct World<'t> {
    pub(crate) topology: &'t Topology,
    pub(crate) addresses: Addresses,
    pub(crate) networks: Vec<Network<'t>>,
    pub(crate) subnets: Vec<SubnetView<'t>>,
    pub(crate) interfaces: Vec<Interface<'t>>,
    network_of: IdMap<Net>,
    subnet_of: IdMap<Place>,
    interface_at: HashMap<(Net, Ipv4Addr), usize>,
    interfaces_of: IdMap<Vec<usize>>,
    members: IdMap<Vec<usize>>,
    groups: IdMap<OnceCell<Option<Group<'t>>>>,
    natted: IdMap<usize>,
    instance_of: HashMap<Holder, usize>,
    client_of: HashMap<&'t str, usize>,
    relays: IdMap<OnceCell<Option<RelayConfig>>>,
    services_by_alias: OnceCell<HashMap<String, &'t ResourceId>>,
    group_members: OnceCell<IdMap<Vec<(Net, Ipv4Addr)>>>,
    by_place: OnceCell<HashMap<Place, Vec<usize>>>,
    by_net: OnceCell<Vec<Vec<(Ipv4Addr, Holder)>>>,
    kept: OnceCell<HashMap<Holder, Net>>,
    public_users: OnceCell<HashMap<Ipv4Addr, Holder>>,
    kept_records: OnceCell<HashMap<(ResourceId, String), (ResourceId, ResourceId)>>,
    pub(super) public_names: OnceCell<HashMap<String, super::names::PublicName<'t>>>,
}

/// A virtual network.
#[derive(Debug)]
pub(crate) struct Network<'t> {
    pub(crate) resource: &'t Resource,
    pub(crate) inner: &'t VirtualNetwork,
    pub(crate) space: Ranges,
    pub(crate) zones: Vec<Zone<'t>>,
    pub(crate) has_gateway: bool,
    peers: OnceCell<Vec<Peer<'t>>>,
}

/// A private DNS zone linked to a network.
#[derive(Debug)]
pub(crate) struct Zone<'t> {
    pub(crate) id: ResourceId,
    pub(crate) link: &'t ResourceId,
    /// Names that the zone lacks are asked for in public.
    pub(crate) falls_back: bool,
    /// Machines of the network are registered in it.
    pub(crate) registers: bool,
}

/// A subnet.
#[derive(Debug)]
pub(crate) struct SubnetView<'t> {
    pub(crate) id: ResourceId,
    pub(crate) network: Net,
    pub(crate) inner: &'t Subnet,
    scope: OnceCell<Scope>,
    pub(crate) routes: OnceCell<super::routes::Routes<'t>>,
}

impl<'t> World<'t> {
    /// Prepares a topology.
    pub fn new(topology: &'t Topology) -> Self {
        let kinds = Kinds::of(topology);
        let addresses = Addresses::with(topology, &kinds);
        let mut world = Self {
            topology,
            addresses,
            networks: Vec::new(),
            subnets: Vec::new(),
            interfaces: Vec::new(),
            network_of: IdMap::default(),
            subnet_of: IdMap::default(),
            interface_at: HashMap::new(),
            interfaces_of: IdMap::default(),
            members: IdMap::default(),
            groups: IdMap::default(),
            natted: IdMap::default(),
            instance_of: HashMap::new(),
            client_of: HashMap::new(),
            relays: IdMap::default(),
            services_by_alias: OnceCell::new(),
            group_members: OnceCell::new(),
            by_place: OnceCell::new(),
            by_net: OnceCell::new(),
            kept: OnceCell::new(),
            public_users: OnceCell::new(),
            kept_records: OnceCell::new(),
            public_names: OnceCell::new(),
        };
        world.read_networks(&kinds);
        let mut machines: IdMap<&'t Resource> = IdMap::default();
        for (resource, machine) in kinds.virtual_machines() {
            for nic in &machine.network_profile.network_interfaces {
                machines.entry(&nic.id).or_insert(resource);
            }
            world.relays.insert(&resource.id, OnceCell::new());
        }
        for (resource, _) in kinds.network_security_groups() {
            world.groups.insert(&resource.id, OnceCell::new());
        }
        for (resource, link) in kinds.virtual_network_links() {
            if let Some(net) = link
                .virtual_network
                .as_ref()
                .and_then(|network| world.network_of.get(&network.id))
                && let Some(network) = world.networks.get_mut(net.0)
                && let Some(zone) = resource.id.parent()
            {
                network.zones.push(Zone {
                    id: zone,
                    link: &resource.id,
                    falls_back: link
                        .resolution_policy
                        .as_deref()
                        .is_some_and(|policy| policy.eq_ignore_ascii_case("NxDomainRedirect")),
                    registers: link.registration_enabled == Some(true),
                });
            }
        }
        world.read_interfaces(&kinds, &machines);
        world.read_instances(&kinds);
        world
    }

    /// The subnet with this id.
    pub(crate) fn place(&self, id: &ResourceId) -> Option<Place> {
        self.subnet_of.get(id).copied()
    }

    /// The network with this id.
    pub(crate) fn net(&self, id: &ResourceId) -> Option<Net> {
        self.network_of.get(id).copied()
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a `Place` is only ever made with the subnet that it counts"
    )]
    pub(crate) fn subnet(&self, place: Place) -> &SubnetView<'t> {
        &self.subnets[place.0]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "a `Net` is only ever made with the network that it counts"
    )]
    pub(crate) fn network(&self, net: Net) -> &Network<'t> {
        &self.networks[net.0]
    }

    /// The network of a subnet.
    pub(crate) fn network_at(&self, place: Place) -> &Network<'t> {
        self.network(self.subnet(place).network)
    }

    /// Who has an address in a network.
    pub(crate) fn holder(&self, net: Net, address: Ipv4Addr) -> Option<&Holder> {
        let network = self.network(net).resource;
        let holder = self.addresses.holder_in(&network.id, address)?;
        // What is said to stand in a subnet that is not there stands nowhere.
        let subnet = self.addresses.subnet_of(holder)?;
        self.subnet_of.contains_key(subnet).then_some(holder)
    }

    /// The client or NIC that has an address in a network.
    pub(crate) fn interface_at(&self, net: Net, address: Ipv4Addr) -> Option<&Interface<'t>> {
        self.interfaces
            .get(*self.interface_at.get(&(net, address))?)
    }

    /// The addresses of a NIC.
    pub(crate) fn interfaces_of(&self, nic: &ResourceId) -> impl Iterator<Item = &Interface<'t>> {
        let all = self.interfaces_of.get(nic).into_iter().flatten();
        all.filter_map(|index| self.interfaces.get(*index))
    }

    /// The NIC of an instance of a scale set.
    pub(crate) fn interface_of(&self, instance: &Holder) -> Option<&Interface<'t>> {
        self.interfaces.get(*self.instance_of.get(instance)?)
    }

    /// A client, by name.
    pub(crate) fn client(&self, name: &str) -> Option<&Interface<'t>> {
        self.interfaces.get(*self.client_of.get(name)?)
    }

    /// The addresses of the members of application security groups, as seen from a subnet.
    pub(crate) fn addresses_of(&self, place: Place, groups: &[&ResourceId]) -> Ranges {
        let members = self.group_members.get_or_init(|| {
            let mut members: IdMap<Vec<(Net, Ipv4Addr)>> = IdMap::default();
            for interface in &self.interfaces {
                let net = self.subnet(interface.place).network;
                for group in interface.security_groups {
                    members
                        .entry(&group.id)
                        .or_default()
                        .push((net, interface.address));
                }
            }
            for (resource, endpoint) in self.topology.private_endpoints() {
                let holder = Holder::Endpoint(resource.id.clone());
                let net = endpoint
                    .subnet
                    .as_ref()
                    .and_then(|subnet| self.place(&subnet.id))
                    .map(|place| self.subnet(place).network);
                if let (Some(net), Some(address)) = (net, self.addresses.get(&holder)) {
                    for group in &endpoint.application_security_groups {
                        members.entry(&group.id).or_default().push((net, address));
                    }
                }
            }
            members
        });
        let own = self.subnet(place).network;
        let peers: Vec<(Net, &Ranges)> = self
            .peers(own)
            .iter()
            .filter_map(|peer| Some((peer.remote?, &peer.space)))
            .collect();
        let all = groups
            .iter()
            .filter_map(|group| members.get(group))
            .flatten();
        let seen = all.filter(|(net, address)| {
            *net == own
                || peers
                    .iter()
                    .any(|(peer, space)| peer == net && space.contains(address.to_bits()))
        });
        seen.map(|(_, address)| (address.to_bits(), address.to_bits()))
            .collect()
    }

    /// The clients and NICs of a subnet.
    pub(crate) fn interfaces_in(&self, place: Place) -> impl Iterator<Item = &Interface<'t>> {
        let by_place = self.by_place.get_or_init(|| {
            let mut all: HashMap<Place, Vec<usize>> = HashMap::new();
            for (index, interface) in self.interfaces.iter().enumerate() {
                all.entry(interface.place).or_default().push(index);
            }
            all
        });
        let all = by_place.get(&place).into_iter().flatten();
        all.filter_map(|index| self.interfaces.get(*index))
    }

    /// Everybody who has an address in a network, lowest address first.
    pub(crate) fn holders_in(&self, net: Net) -> &[(Ipv4Addr, Holder)] {
        let by_net = self.by_net.get_or_init(|| {
            let mut all: Vec<Vec<(Ipv4Addr, Holder)>> = vec![Vec::new(); self.networks.len()];
            for (holder, subnet, address) in self.addresses.unsorted() {
                let Some(place) = self.place(subnet) else {
                    continue;
                };
                let net = self.subnet(place).network;
                if self.holder(net, address) == Some(holder)
                    && let Some(list) = all.get_mut(net.0)
                {
                    list.push((address, holder.clone()));
                }
            }
            for list in &mut all {
                list.sort_by_key(|(address, _)| *address);
            }
            all
        });
        by_net.get(net.0).map_or(&[], Vec::as_slice)
    }

    /// A holder as the world keeps it, with its network.
    pub(crate) fn kept(&self, holder: &Holder) -> Option<(Net, &Holder)> {
        let kept = self.kept.get_or_init(|| {
            self.addresses
                .unsorted()
                .filter_map(|(holder, subnet, _)| {
                    let net = self.subnet(self.place(subnet)?).network;
                    Some((holder.clone(), net))
                })
                .collect()
        });
        kept.get_key_value(holder)
            .map(|(holder, net)| (*net, holder))
    }

    /// The members of a backend pool.
    pub(crate) fn members(&self, pool: &ResourceId) -> impl Iterator<Item = &Interface<'t>> {
        let all = self.members.get(pool).into_iter().flatten();
        all.filter_map(|index| self.interfaces.get(*index))
    }

    /// A network security group.
    pub(crate) fn group(&self, id: &ResourceId) -> Option<&Group<'t>> {
        let cell = self.groups.get(id)?;
        cell.get_or_init(|| {
            let (resource, inner) = self.topology.network_security_group(id)?;
            let own = inner
                .security_rules
                .iter()
                .enumerate()
                .map(|(index, rule)| {
                    (
                        rule.name.as_str(),
                        &rule.properties,
                        &resource.id,
                        format!("/properties/securityRules/{index}"),
                    )
                });
            Some(Group::of(&resource.id, own))
        })
        .as_ref()
    }

    /// The group of a subnet.
    pub(crate) fn group_of_subnet(&self, place: Place) -> Option<&'t ResourceId> {
        let subnet: &'t Subnet = self.subnet(place).inner;
        subnet
            .properties
            .network_security_group
            .as_ref()
            .map(|group| &group.id)
    }

    /// Whether who has this address, as seen from a subnet, is in one of these application
    /// security groups.
    pub(crate) fn is_member(
        &self,
        place: Place,
        address: Ipv4Addr,
        groups: &[&ResourceId],
    ) -> bool {
        let own = self.subnet(place).network;
        let peers = self
            .peers(own)
            .iter()
            .filter(|peer| peer.space.contains(address.to_bits()))
            .filter_map(|peer| peer.remote);
        std::iter::once(own).chain(peers).any(|net| {
            self.groups_of(net, address)
                .any(|group| groups.contains(&group))
        })
    }

    /// The application security groups of who has an address.
    pub(crate) fn groups_of(
        &self,
        net: Net,
        address: Ipv4Addr,
    ) -> impl Iterator<Item = &'t ResourceId> {
        let of_nic = self
            .interface_at(net, address)
            .map(|interface| interface.security_groups);
        let of_endpoint = match self.holder(net, address) {
            Some(Holder::Endpoint(id)) => self
                .topology
                .private_endpoint(id)
                .map(|(_, endpoint)| endpoint.application_security_groups.as_slice()),
            _ => None,
        };
        let all = of_nic.into_iter().chain(of_endpoint).flatten();
        all.map(|group| &group.id)
    }

    /// The machine to which an inbound NAT rule leads.
    pub(crate) fn natted_to(&self, rule: &ResourceId) -> Option<&Interface<'t>> {
        self.interfaces.get(*self.natted.get(rule)?)
    }

    /// What the relay of a machine is told to do.
    pub(crate) fn relay(&self, machine: &ResourceId) -> Option<&RelayConfig> {
        let cell = self.relays.get(machine)?;
        cell.get_or_init(|| match &self.topology.resources.get(machine)?.body {
            Body::VirtualMachine(machine) => machine.relay(),
            Body::VirtualMachineScaleSet(set) => set.relay(),
            _ => None,
        })
        .as_ref()
    }

    /// Where the relay's configuration stands.
    pub(crate) fn user_data_pointer(&self, machine: &ResourceId) -> &'static str {
        match self
            .topology
            .resources
            .get(machine)
            .map(|resource| &resource.body)
        {
            Some(Body::VirtualMachineScaleSet(_)) => "/properties/virtualMachineProfile/userData",
            _ => "/properties/userData",
        }
    }

    /// A place in a subnet, as a pointer into its network.
    pub(crate) fn subnet_pointer(&self, place: Place, pointer: &str) -> String {
        let subnet = self.subnet(place);
        let subnets = &self.network(subnet.network).inner.subnets;
        let index = subnets
            .iter()
            .position(|other| std::ptr::eq(other, subnet.inner))
            .unwrap_or(0);
        format!("/properties/subnets/{index}{pointer}")
    }

    /// Whether the network policies of a private endpoint's subnet are `Enabled` or this part of
    /// them is.
    pub(crate) fn endpoint_policy(&self, endpoint: &ResourceId, part: &str) -> bool {
        let policies = self
            .topology
            .private_endpoint(endpoint)
            .and_then(|(_, inner)| self.place(&inner.subnet.as_ref()?.id))
            .and_then(|place| {
                let subnet: &'t Subnet = self.subnet(place).inner;
                subnet
                    .properties
                    .private_endpoint_network_policies
                    .as_deref()
            });
        policies.is_some_and(|policies| {
            policies.eq_ignore_ascii_case("Enabled") || policies.eq_ignore_ascii_case(part)
        })
    }

    /// The Private Link Service with this id or alias.
    pub(crate) fn private_link_service(&self, wanted: &str) -> Option<&'t ResourceId> {
        let by_alias = self.services_by_alias.get_or_init(|| {
            let all = self.topology.private_link_services();
            all.filter_map(|(resource, pls)| {
                Some((pls.alias.as_ref()?.to_ascii_lowercase(), &resource.id))
            })
            .collect()
        });
        let by_id = || {
            let id: ResourceId = wanted.parse().ok()?;
            self.topology
                .private_link_service(&id)
                .map(|(resource, _)| &resource.id)
        };
        by_id().or_else(|| by_alias.get(&wanted.to_ascii_lowercase()).copied())
    }
}
