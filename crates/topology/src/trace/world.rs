//! A topology made ready for questions: who has which address, who is in which pool, what a group
//! says. Made once, asked often.
//!
//! Everything is found by hash and read at most once, so that a walk costs the same in a large
//! topology as in a small one. What only some walks need is made when the first one needs it.

use super::{
    security::{Group, HOST, Scope},
    selector::is_named,
};
use crate::{
    model::{
        Body, Resource, Topology,
        addresses::{Addresses, Holder},
        cidr::ipv4,
        id::ResourceId,
        network::{Child, SubResource, Subnet, VirtualNetwork, VirtualNetworkPeering},
        relay::RelayConfig,
    },
    sets::Ranges,
};
use std::{
    cell::OnceCell,
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
};

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
    network_of: HashMap<&'t ResourceId, Net>,
    subnet_of: HashMap<ResourceId, Place>,
    held: HashMap<(Net, Ipv4Addr), Holder>,
    interface_at: HashMap<(Net, Ipv4Addr), usize>,
    interfaces_of: HashMap<&'t ResourceId, Vec<usize>>,
    members: HashMap<&'t ResourceId, Vec<usize>>,
    groups: HashMap<&'t ResourceId, OnceCell<Option<Group<'t>>>>,
    natted: HashMap<&'t ResourceId, usize>,
    instance_of: HashMap<Holder, usize>,
    relays: HashMap<&'t ResourceId, OnceCell<Option<RelayConfig>>>,
    services_by_alias: OnceCell<HashMap<String, &'t ResourceId>>,
    public_users: OnceCell<HashMap<Ipv4Addr, Holder>>,
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

/// A peering, seen from one network.
#[derive(Debug)]
pub(crate) struct Peer<'t> {
    pub(crate) name: &'t str,
    /// Where it is written.
    pub(crate) at: (ResourceId, String),
    pub(crate) half: &'t VirtualNetworkPeering,
    /// The other network, if it is in the topology.
    pub(crate) remote: Option<Net>,
    pub(crate) remote_id: &'t ResourceId,
    /// The other network's half, and where it is written.
    pub(crate) back: Option<(&'t VirtualNetworkPeering, (ResourceId, String))>,
    pub(crate) space: Ranges,
}

/// Whether packets pass a peering.
pub(crate) enum PeerState {
    Connected,
    Down(String),
    Unknown(String),
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

impl<'t> World<'t> {
    /// Prepares a topology.
    pub fn new(topology: &'t Topology) -> Self {
        let addresses = Addresses::of(topology);
        let mut world = Self {
            topology,
            addresses,
            networks: Vec::new(),
            subnets: Vec::new(),
            interfaces: Vec::new(),
            network_of: HashMap::new(),
            subnet_of: HashMap::new(),
            held: HashMap::new(),
            interface_at: HashMap::new(),
            interfaces_of: HashMap::new(),
            members: HashMap::new(),
            groups: HashMap::new(),
            natted: HashMap::new(),
            instance_of: HashMap::new(),
            relays: HashMap::new(),
            services_by_alias: OnceCell::new(),
            public_users: OnceCell::new(),
            public_names: OnceCell::new(),
        };
        world.read_networks();
        let mut machines: HashMap<&'t ResourceId, &'t Resource> = HashMap::new();
        for resource in topology.resources.values() {
            match &resource.body {
                Body::VirtualMachine(machine) => {
                    for nic in &machine.network_profile.network_interfaces {
                        machines.entry(&nic.id).or_insert(resource);
                    }
                    world.relays.insert(&resource.id, OnceCell::new());
                }
                Body::NetworkSecurityGroup(_) => {
                    world.groups.insert(&resource.id, OnceCell::new());
                }
                Body::VirtualNetworkLink(link) => {
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
                            falls_back: link.resolution_policy.as_deref().is_some_and(|policy| {
                                policy.eq_ignore_ascii_case("NxDomainRedirect")
                            }),
                            registers: link.registration_enabled == Some(true),
                        });
                    }
                }
                _ => {}
            }
        }
        world.read_interfaces(&machines);
        world.read_instances();
        let Self {
            addresses,
            subnet_of,
            subnets,
            held,
            ..
        } = &mut world;
        for (holder, subnet, address) in addresses.iter() {
            if let Some(view) = subnet_of.get(subnet).and_then(|place| subnets.get(place.0)) {
                held.entry((view.network, address))
                    .or_insert_with(|| holder.clone());
            }
        }
        world
    }

    fn read_networks(&mut self) {
        for (resource, inner) in self.topology.virtual_networks() {
            let net = Net(self.networks.len());
            self.network_of.insert(&resource.id, net);
            self.networks.push(Network {
                resource,
                inner,
                space: Ranges::cidrs(inner.address_space.prefixes()),
                zones: Vec::new(),
                has_gateway: inner
                    .subnets
                    .iter()
                    .any(|subnet| subnet.name.eq_ignore_ascii_case("GatewaySubnet")),
                peers: OnceCell::new(),
            });
            for subnet in &inner.subnets {
                let id = resource.id.child("subnets", &subnet.name);
                let place = Place(self.subnets.len());
                self.subnet_of.insert(id.clone(), place);
                self.subnets.push(SubnetView {
                    id,
                    network: net,
                    inner: subnet,
                    scope: OnceCell::new(),
                    routes: OnceCell::new(),
                });
            }
        }
    }

    fn read_interfaces(&mut self, machines: &HashMap<&'t ResourceId, &'t Resource>) {
        let topology = self.topology;
        for (name, client) in &topology.clients {
            let (Some(place), Some(address)) = (
                self.place(&client.subnet),
                self.addresses.get(&Holder::Client(name.clone())),
            ) else {
                continue;
            };
            self.add(Interface {
                at: format!("client/{name}"),
                nic: None,
                pools: &[],
                security_groups: &[],
                nat_rules: &[],
                public_ip: None,
                place,
                address,
                group: None,
                forwards: false,
                machine: Machine::Client(name),
                hosts: Some(&client.hosts),
                dns_servers: &[],
            });
        }
        for (resource, nic) in topology.network_interfaces() {
            if nic.private_endpoint.is_some() || nic.private_link_service.is_some() {
                continue;
            }
            let machine = match (machines.get(&resource.id), &nic.virtual_machine) {
                (Some(resource), _) => Machine::Virtual(resource),
                (None, Some(missing)) => Machine::Missing(&missing.id),
                (None, None) => Machine::None,
            };
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                let holder = Holder::Nic(resource.id.clone(), index);
                let (Some(place), Some(address)) = (
                    config
                        .properties
                        .subnet
                        .as_ref()
                        .and_then(|subnet| self.place(&subnet.id)),
                    self.addresses.get(&holder),
                ) else {
                    continue;
                };
                self.add(Interface {
                    at: resource.id.as_str().to_owned(),
                    nic: Some(&resource.id),
                    pools: &config.properties.load_balancer_backend_address_pools,
                    security_groups: &config.properties.application_security_groups,
                    nat_rules: &config.properties.load_balancer_inbound_nat_rules,
                    public_ip: config
                        .properties
                        .public_ip_address
                        .as_ref()
                        .map(|reference| PublicIp::Resource(&reference.id)),
                    place,
                    address,
                    group: nic.network_security_group.as_ref().map(|group| &group.id),
                    forwards: nic.enable_ip_forwarding == Some(true),
                    machine,
                    hosts: None,
                    dns_servers: nic
                        .dns_settings
                        .as_ref()
                        .map_or(&[], |dns| &dns.dns_servers),
                });
            }
        }
    }

    /// The instances of scale sets: their NICs are no resources of their own.
    fn read_instances(&mut self) {
        for (resource, set) in self.topology.virtual_machine_scale_sets() {
            self.relays.insert(&resource.id, OnceCell::new());
            for instance in set.instances(resource) {
                for (number, profile) in set.nics().iter().enumerate() {
                    let nic = &profile.properties;
                    for (index, config) in nic.ip_configurations.iter().enumerate() {
                        let holder = Holder::Instance(resource.id.clone(), instance, number, index);
                        let (Some(place), Some(address)) = (
                            config
                                .properties
                                .subnet
                                .as_ref()
                                .and_then(|subnet| self.place(&subnet.id)),
                            self.addresses.get(&holder),
                        ) else {
                            continue;
                        };
                        let public = config.properties.public_ip_address_configuration.as_ref();
                        self.instance_of.insert(holder, self.interfaces.len());
                        self.add(Interface {
                            at: format!(
                                "{}/virtualMachines/{instance}/networkInterfaces/{}",
                                resource.id, profile.name
                            ),
                            nic: None,
                            pools: &config.properties.load_balancer_backend_address_pools,
                            security_groups: &config.properties.application_security_groups,
                            nat_rules: &[],
                            public_ip: public.map(|one| PublicIp::OfInstance(&one.name)),
                            place,
                            address,
                            group: nic.network_security_group.as_ref().map(|group| &group.id),
                            forwards: nic.enable_ip_forwarding == Some(true),
                            machine: Machine::Instance(resource, instance),
                            hosts: None,
                            dns_servers: nic
                                .dns_settings
                                .as_ref()
                                .map_or(&[], |dns| &dns.dns_servers),
                        });
                    }
                }
            }
        }
    }

    fn add(&mut self, interface: Interface<'t>) {
        let index = self.interfaces.len();
        if let Some(subnet) = self.subnets.get(interface.place.0) {
            self.interface_at
                .entry((subnet.network, interface.address))
                .or_insert(index);
        }
        if let Some(nic) = interface.nic {
            self.interfaces_of.entry(nic).or_default().push(index);
        }
        for rule in interface.nat_rules {
            self.natted.entry(&rule.id).or_insert(index);
        }
        for pool in interface.pools {
            self.members.entry(&pool.id).or_default().push(index);
        }
        self.interfaces.push(interface);
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
        self.held.get(&(net, address))
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

    /// What `VirtualNetwork` stands for at a subnet.
    pub(crate) fn scope(&self, place: Place) -> &Scope {
        let subnet = self.subnet(place);
        subnet.scope.get_or_init(|| {
            let network = self.network(subnet.network);
            let mut known = network.space.or(&Ranges::address(HOST));
            let mut doubtful = Ranges::EMPTY;
            let mut has_gateway = network.has_gateway;
            for peer in self.peers(subnet.network) {
                has_gateway |= peer.half.use_remote_gateways == Some(true);
                if peer.half.allow_virtual_network_access == Some(false) {
                    continue;
                }
                match self.peer_state(subnet.network, peer) {
                    PeerState::Connected if peer.space.is_empty() => doubtful = private(),
                    PeerState::Connected => known = known.or(&peer.space),
                    PeerState::Unknown(_) => {
                        doubtful = if peer.space.is_empty() {
                            private()
                        } else {
                            doubtful.or(&peer.space)
                        };
                    }
                    PeerState::Down(_) => {}
                }
            }
            if has_gateway {
                doubtful = private();
            }
            let routes = super::routes::of(self, place);
            Scope {
                tag: known.or(&routes.prefixes),
                network: known,
                doubtful,
            }
        })
    }

    /// The peerings of a network.
    pub(crate) fn peers(&self, net: Net) -> &[Peer<'t>] {
        let network = self.network(net);
        network.peers.get_or_init(|| {
            let halves = |network: &Network<'t>| {
                let id = network.resource.id.clone();
                let each = |(index, peering): (usize, &'t Child<VirtualNetworkPeering>)| {
                    let pointer = format!("/properties/virtualNetworkPeerings/{index}");
                    (peering, (id.clone(), pointer))
                };
                let all = network.inner.virtual_network_peerings.iter().enumerate();
                all.map(each).collect::<Vec<_>>()
            };
            let own = halves(network).into_iter().filter_map(|(peering, at)| {
                let half = &peering.properties;
                let remote_id = &half.remote_virtual_network.as_ref()?.id;
                let remote = self.net(remote_id);
                let back = remote.and_then(|remote| {
                    halves(self.network(remote)).into_iter().find(|(back, _)| {
                        back.properties
                            .remote_virtual_network
                            .as_ref()
                            .is_some_and(|id| id.id == network.resource.id)
                    })
                });
                let told = half
                    .remote_virtual_network_address_space
                    .as_ref()
                    .or(half.remote_address_space.as_ref())
                    .map(|space| Ranges::cidrs(space.prefixes()));
                let space = match remote {
                    Some(remote) => self.network(remote).space.clone(),
                    None => told.unwrap_or_default(),
                };
                Some(Peer {
                    name: &peering.name,
                    at,
                    half,
                    remote,
                    remote_id,
                    back: back.map(|(back, at)| (&back.properties, at)),
                    space,
                })
            });
            own.collect()
        })
    }

    /// Whether packets pass a peering: both networks need a half.
    /// Source: <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering>.
    pub(crate) fn peer_state(&self, net: Net, peer: &Peer<'t>) -> PeerState {
        let told = [Some(peer.half), peer.back.as_ref().map(|(half, _)| *half)]
            .into_iter()
            .flatten()
            .filter_map(|half| half.peering_state.as_deref())
            .find(|state| !state.eq_ignore_ascii_case("Connected"));
        let here = self.network(net).resource.id.name();
        if let Some(state) = told {
            return PeerState::Down(format!(
                "peering `{}` of `{here}` is {state}, not Connected; make both halves anew",
                peer.name
            ));
        }
        if peer.remote.is_some() && peer.back.is_none() {
            return PeerState::Down(format!(
                "peering `{}` has no other half: `{}` has no peering with `{here}`; add it",
                peer.name,
                peer.remote_id.name()
            ));
        }
        if peer.remote.is_none() && peer.half.peering_state.is_none() {
            return PeerState::Unknown(format!(
                "whether `{}` has the other half of peering `{}` is not known: it is not in the topology",
                peer.remote_id.name(),
                peer.name
            ));
        }
        PeerState::Connected
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

    /// Who answers at a public address.
    pub(crate) fn public_user(&self, address: Ipv4Addr) -> Option<&Holder> {
        let users = self.public_users.get_or_init(|| {
            let mut users = HashMap::new();
            let told = |id: &ResourceId| {
                let (_, inner) = self.topology.public_ip_address(id)?;
                ipv4(inner.ip_address)
            };
            for resource in self.topology.resources.values() {
                let id = &resource.id;
                match &resource.body {
                    Body::LoadBalancer(inner) => {
                        for (index, frontend) in inner.frontend_ip_configurations.iter().enumerate()
                        {
                            let reference = frontend.properties.public_ip_address.as_ref();
                            if let Some(address) = reference.and_then(|one| told(&one.id)) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Frontend(id.clone(), index));
                            }
                        }
                    }
                    Body::NetworkInterface(inner) => {
                        for (index, config) in inner.ip_configurations.iter().enumerate() {
                            let reference = config.properties.public_ip_address.as_ref();
                            if let Some(address) = reference.and_then(|one| told(&one.id)) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Nic(id.clone(), index));
                            }
                        }
                    }
                    Body::NatGateway(inner) => {
                        for (index, reference) in inner.public_ip_addresses.iter().enumerate() {
                            if let Some(address) = told(&reference.id) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Nat(id.clone(), index));
                            }
                        }
                    }
                    Body::ApiManagement(inner) => {
                        if inner.virtual_network_type.as_deref() == Some("Internal") {
                            continue;
                        }
                        let own = inner.public_ip_address_id.as_ref().and_then(told);
                        let seen = inner.public_ip_addresses.iter().copied();
                        for address in own
                            .into_iter()
                            .chain(seen.filter_map(|one| ipv4(Some(one))))
                        {
                            users
                                .entry(address)
                                .or_insert_with(|| Holder::Vip(id.clone()));
                        }
                    }
                    _ => {}
                }
            }
            users
        });
        users.get(&address)
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

/// Every private and shared address.
pub(crate) fn private() -> Ranges {
    [(10, 0, 8), (172, 16, 12), (192, 168, 16), (100, 64, 10)]
        .into_iter()
        .map(|(a, b, length)| crate::model::cidr::Cidr {
            address: Ipv4Addr::new(a, b, 0, 0),
            length,
        })
        .map(|range| (range.first().to_bits(), range.last().to_bits()))
        .collect()
}
