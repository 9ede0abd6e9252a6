//! Follows private endpoints to what answers in the end.

use super::{
    AddressNeed, ApiManagementNeed, BalancedNeed, Consumer, GatewayNeed, Need, NeedError, Network,
    Relays, Service, Subnet, Target, Wishes,
};
use crate::model::{
    Resource, Topology,
    addresses::{Addresses, Holder},
    api_management::ApiManagement,
    cidr::Cidr,
    id::ResourceId,
    relay::RelayListener,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// The port of HTTPS, taken where nothing says another.
const HTTPS: u16 = 443;

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

fn list<'v>(value: &'v Value, pointer: &str) -> impl Iterator<Item = &'v Value> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

fn id_at(value: &Value, pointer: &str) -> Option<ResourceId> {
    text(value, pointer)?.parse().ok()
}

fn port_at(value: &Value, pointer: &str) -> Option<u16> {
    value.pointer(pointer)?.as_u64()?.try_into().ok()
}

/// A path from a private endpoint to its target.
struct Found {
    target: Target,
    /// The subnet in which the service, or what leads to it, stands.
    subnet: Option<ResourceId>,
}

pub(super) struct Reading<'t> {
    topology: &'t Topology,
    addresses: Addresses,
    /// Who holds an address, with the network it is in; networks may overlap.
    held: BTreeMap<Ipv4Addr, Vec<(Option<ResourceId>, Holder)>>,
    machines: Vec<RelayMachine>,
    /// Indices of machines by the load balancer whose pool they are in.
    behind: BTreeMap<ResourceId, Vec<usize>>,
    followed: BTreeSet<ResourceId>,
    link_service: Option<String>,
    relays: Option<Relays>,
}

/// A machine with a relay.
struct RelayMachine {
    /// Its name without the instance's number.
    group: String,
    subnet: Option<ResourceId>,
    balancer: Option<ResourceId>,
    listeners: Vec<RelayListener>,
}

impl<'t> Reading<'t> {
    pub(super) fn of(topology: &'t Topology) -> Self {
        let addresses = Addresses::of(topology);
        let mut held: BTreeMap<Ipv4Addr, Vec<(Option<ResourceId>, Holder)>> = BTreeMap::new();
        for (holder, subnet, address) in addresses.iter() {
            let holders = held.entry(address).or_default();
            holders.push((subnet.parent(), holder.clone()));
        }
        let mut reading = Self {
            topology,
            addresses,
            held,
            machines: Vec::new(),
            behind: BTreeMap::new(),
            followed: BTreeSet::new(),
            link_service: None,
            relays: None,
        };
        reading.find_machines();
        reading
    }

    fn find_machines(&mut self) {
        let topology = self.topology;
        for (machine, body) in topology.virtual_machines() {
            let Some(relay) = body.relay() else {
                continue;
            };
            let nic = body.network_profile.network_interfaces.first();
            let Some((_, properties)) = nic.and_then(|nic| self.properties(&nic.id)) else {
                continue;
            };
            let pools: Vec<ResourceId> = list(&properties, "/ipConfigurations")
                .flat_map(|config| list(config, "/properties/loadBalancerBackendAddressPools"))
                .filter_map(|pool| id_at(pool, "/id")?.parent())
                .collect();
            for balancer in &pools {
                let behind = self.behind.entry(balancer.clone()).or_default();
                behind.push(self.machines.len());
            }
            let name = machine.id.name();
            self.machines.push(RelayMachine {
                group: name
                    .rsplit_once('-')
                    .map_or(name, |(group, _)| group)
                    .to_owned(),
                subnet: id_at(&properties, "/ipConfigurations/0/properties/subnet/id"),
                balancer: pools.into_iter().next(),
                listeners: relay.listeners,
            });
        }
    }

    fn properties(&self, id: &ResourceId) -> Option<(&'t Resource, Value)> {
        let resource = self.topology.resources.get(id)?;
        Some((resource, resource.body.to_properties()))
    }

    pub(super) fn need(mut self) -> Result<Need, NeedError> {
        let mut found: Vec<Found> = Vec::new();
        let mut consumers: BTreeMap<ResourceId, (ResourceId, String)> = BTreeMap::new();
        let endpoints: Vec<ResourceId> = self
            .topology
            .private_endpoints()
            .map(|(endpoint, _)| endpoint.id.clone())
            .collect();
        for endpoint in endpoints {
            let Some((_, properties)) = self.properties(&endpoint) else {
                continue;
            };
            if let Some(subnet) = id_at(&properties, "/subnet/id") {
                let network = subnet.parent().unwrap_or_else(|| subnet.clone());
                consumers
                    .entry(network)
                    .or_insert_with(|| (subnet, endpoint.name().to_owned()));
            }
            let target = [
                "/privateLinkServiceConnections",
                "/manualPrivateLinkServiceConnections",
            ]
            .into_iter()
            .find_map(|list| {
                id_at(
                    &properties,
                    &format!("{list}/0/properties/privateLinkServiceId"),
                )
            });
            if let Some(target) = target {
                self.follow(&target, &mut found);
            }
        }
        if found.is_empty() {
            let services: Vec<ResourceId> = self
                .topology
                .private_link_services()
                .map(|(service, _)| service.id.clone())
                .collect();
            for service in services {
                self.follow(&service, &mut found);
            }
        }
        if found.is_empty() {
            self.relays_of(&(0..self.machines.len()).collect::<Vec<_>>(), &mut found);
        }
        if found.is_empty() {
            let services: Vec<ResourceId> = self
                .topology
                .api_managements()
                .map(|(service, _)| service.id.clone())
                .collect();
            for service in services {
                self.follow(&service, &mut found);
            }
        }
        let provider = found
            .iter()
            .find_map(|found| found.subnet.as_ref()?.parent())
            .or_else(|| self.some_network(&consumers));
        let provider = provider.and_then(|id| self.network(&id));
        let mut targets: Vec<Target> = Vec::new();
        for found in found {
            if !targets.contains(&found.target) {
                targets.push(found.target);
            }
        }
        let (Some(provider), false) = (provider, targets.is_empty()) else {
            return Err(NeedError::NoService);
        };
        // Without endpoints, whoever has clients elsewhere is a consumer.
        if consumers.is_empty() {
            for client in self.topology.clients.values() {
                if let Some(network) = client.subnet.parent()
                    && network.name() != provider.name
                {
                    let endpoint = format!("{}-PE", network.name());
                    consumers
                        .entry(network)
                        .or_insert((client.subnet.clone(), endpoint));
                }
            }
        }
        let consumers = consumers
            .iter()
            .filter_map(|(network, (subnet, endpoint))| self.consumer(network, subnet, endpoint))
            .collect::<Vec<_>>();
        if consumers.is_empty() {
            return Err(NeedError::NoConsumer);
        }
        let existing = self
            .topology
            .resources
            .values()
            .filter(|resource| resource.existing);
        Ok(Need {
            name: self.topology.name.clone(),
            targets,
            provider,
            consumers,
            link_service: self.link_service,
            relays: self.relays,
            wishes: Wishes::default(),
            existing: existing.map(|resource| resource.id.clone()).collect(),
        })
    }

    /// A network that no consumer stands in.
    fn some_network(
        &self,
        consumers: &BTreeMap<ResourceId, (ResourceId, String)>,
    ) -> Option<ResourceId> {
        self.topology
            .virtual_networks()
            .map(|(network, _)| network.id.clone())
            .find(|network| {
                !consumers.contains_key(network)
                    && !self
                        .topology
                        .clients
                        .values()
                        .any(|client| client.subnet.parent().as_ref() == Some(network))
            })
    }

    fn follow(&mut self, target: &ResourceId, found: &mut Vec<Found>) {
        if !self.followed.insert(target.clone()) {
            return;
        }
        let Some((resource, properties)) = self.properties(target) else {
            return;
        };
        match target.arm_type().to_ascii_lowercase().as_str() {
            "microsoft.network/privatelinkservices" => {
                self.link_service
                    .get_or_insert_with(|| target.name().to_owned());
                let nat = id_at(&properties, "/ipConfigurations/0/properties/subnet/id");
                if let Some(address) =
                    text(&properties, "/destinationIPAddress").and_then(|text| text.parse().ok())
                {
                    let near = nat.as_ref().and_then(ResourceId::parent);
                    let service = self.service_at(address, near.as_ref());
                    let target = Target {
                        service,
                        port: HTTPS,
                        service_port: HTTPS,
                    };
                    found.push(Found {
                        target,
                        subnet: nat,
                    });
                    return;
                }
                for frontend in list(&properties, "/loadBalancerFrontendIpConfigurations") {
                    if let Some(frontend) = id_at(frontend, "/id") {
                        self.balanced(&frontend, found);
                    }
                }
            }
            "microsoft.apimanagement/service" => {
                let subnet = id_at(&properties, "/virtualNetworkConfiguration/subnetResourceId");
                let service = Service::ApiManagement(self.api_management(resource, &properties));
                let target = Target {
                    service,
                    port: HTTPS,
                    service_port: HTTPS,
                };
                found.push(Found { target, subnet });
            }
            "microsoft.network/applicationgateways" => {
                let subnet = id_at(
                    &properties,
                    "/gatewayIPConfigurations/0/properties/subnet/id",
                );
                let address = list(&properties, "/frontendIPConfigurations")
                    .find_map(|frontend| text(frontend, "/properties/privateIPAddress"))
                    .and_then(|address| address.parse().ok());
                let port = list(&properties, "/frontendPorts")
                    .find_map(|port| port_at(port, "/properties/port"))
                    .unwrap_or(HTTPS);
                let id = target.clone();
                let service = Service::ApplicationGateway(GatewayNeed { id, address });
                let target = Target {
                    service,
                    port,
                    service_port: port,
                };
                found.push(Found { target, subnet });
            }
            _ => {}
        }
    }

    fn balanced(&mut self, frontend: &ResourceId, found: &mut Vec<Found>) {
        let Some(balancer) = frontend.parent() else {
            return;
        };
        let Some((_, properties)) = self.properties(&balancer) else {
            return;
        };
        let before = found.len();
        let machines = self.behind.get(&balancer).cloned().unwrap_or_default();
        self.relays_of(&machines, found);
        if found.len() > before {
            return;
        }
        let named = |config: &&Value| {
            text(config, "/name").is_some_and(|name| name.eq_ignore_ascii_case(frontend.name()))
        };
        let at = list(&properties, "/frontendIPConfigurations").position(|config| named(&config));
        let config = list(&properties, "/frontendIPConfigurations")
            .find(named)
            .cloned()
            .unwrap_or_default();
        let holder = Holder::Frontend(balancer.clone(), at.unwrap_or(0));
        let need = BalancedNeed {
            frontend: frontend.name().to_owned(),
            address: self.addresses.get(&holder),
            is_static: text(&config, "/properties/privateIPAllocationMethod") == Some("Static"),
            is_kubernetes: balancer.name().eq_ignore_ascii_case("kubernetes-internal")
                || balancer
                    .resource_group()
                    .to_ascii_lowercase()
                    .starts_with("mc_"),
            balancer,
        };
        let subnet = id_at(&config, "/properties/subnet/id");
        for rule in list(&properties, "/loadBalancingRules") {
            let is_ours =
                id_at(rule, "/properties/frontendIPConfiguration/id").as_ref() == Some(frontend);
            if let (true, Some(port)) = (is_ours, port_at(rule, "/properties/frontendPort")) {
                let service_port = port_at(rule, "/properties/backendPort").unwrap_or(port);
                let service = Service::Balanced(need.clone());
                let target = Target {
                    service,
                    port,
                    service_port,
                };
                found.push(Found {
                    target,
                    subnet: subnet.clone(),
                });
            }
        }
    }

    /// What these relays dial.
    fn relays_of(&mut self, machines: &[usize], found: &mut Vec<Found>) {
        let mut services: BTreeMap<(u16, String), Found> = BTreeMap::new();
        for machine in machines.iter().filter_map(|at| self.machines.get(*at)) {
            let near = machine.subnet.as_ref().and_then(ResourceId::parent);
            for listener in &machine.listeners {
                for upstream in &listener.to {
                    let key = (listener.listen.port(), upstream.to_ascii_lowercase());
                    services.entry(key).or_insert_with(|| {
                        let port = listener.listen.port();
                        let (host, to) = upstream.rsplit_once(':').unwrap_or((upstream, ""));
                        Found {
                            target: Target {
                                service: self.service_named(host, near.as_ref()),
                                port,
                                service_port: to.parse().unwrap_or(port),
                            },
                            subnet: machine.subnet.clone(),
                        }
                    });
                }
            }
        }
        let first = machines.first().and_then(|at| self.machines.get(*at));
        if let (Some(first), None) = (first, &self.relays) {
            self.relays = Some(Relays {
                name: first.group.clone(),
                instances: machines.len(),
                subnet: first
                    .subnet
                    .as_ref()
                    .map(|subnet| subnet.name().to_owned())
                    .unwrap_or_default(),
                balancer: first
                    .balancer
                    .as_ref()
                    .map(|balancer| balancer.name().to_owned()),
            });
        }
        found.extend(services.into_values());
    }

    fn service_named(&self, host: &str, near: Option<&ResourceId>) -> Service {
        if let Ok(address) = host.parse() {
            return self.service_at(address, near);
        }
        let named = self.topology.api_managements().find(|(service, _)| {
            ApiManagement::gateway_host(service.id.name()).eq_ignore_ascii_case(host)
        });
        match named.and_then(|(service, _)| self.properties(&service.id)) {
            Some((resource, properties)) => {
                Service::ApiManagement(self.api_management(resource, &properties))
            }
            None => Service::Name(host.to_ascii_lowercase()),
        }
    }

    /// Who holds the address, in the network of who dials it before others.
    fn service_at(&self, address: Ipv4Addr, near: Option<&ResourceId>) -> Service {
        let holders = self.held.get(&address).map_or(&[][..], Vec::as_slice);
        let own = holders.iter().find(|(network, _)| network.as_ref() == near);
        // What the topology says to be there, such as a host on-premises, before somebody in
        // another network who has the same address.
        let mut backends = self.topology.backends.values();
        let backend = backends.find(|backend| {
            let is_near = near.is_none() || backend.virtual_network.as_ref() == near;
            backend.addresses.contains(&address) && (is_near || backend.virtual_network.is_none())
        });
        if own.is_none()
            && let Some(backend) = backend
        {
            let network = backend.virtual_network.as_ref();
            let network = network.and_then(|network| self.network(network));
            return Service::Address(AddressNeed {
                address,
                is_static: true,
                is_inside: network.is_some_and(|network| {
                    network.prefixes.iter().any(|one| one.contains(address))
                }),
                is_private_endpoint: false,
            });
        }
        let holder = own.or_else(|| holders.first()).map(|(_, holder)| holder);
        if let Some(Holder::Vip(id) | Holder::RegionalVip(id, _) | Holder::Unit(id, _)) = holder
            && let Some((resource, properties)) = self.properties(id)
        {
            return Service::ApiManagement(self.api_management(resource, &properties));
        }
        let is_static = match holder {
            Some(Holder::Nic(id, at)) => self.is_static(id, "ipConfigurations", *at),
            Some(Holder::Frontend(id, at)) => self.is_static(id, "frontendIPConfigurations", *at),
            Some(Holder::Client(_)) => true,
            Some(_) => false,
            None => true,
        };
        let is_inside = holder.is_some()
            || self.topology.virtual_networks().any(|(network, _)| {
                self.network(&network.id).is_some_and(|network| {
                    network
                        .prefixes
                        .iter()
                        .any(|prefix| prefix.contains(address))
                })
            });
        Service::Address(AddressNeed {
            address,
            is_static,
            is_inside,
            is_private_endpoint: matches!(holder, Some(Holder::Endpoint(_))),
        })
    }

    fn is_static(&self, id: &ResourceId, configurations: &str, at: usize) -> bool {
        let pointer = format!("/{configurations}/{at}/properties/privateIPAllocationMethod");
        self.properties(id)
            .is_some_and(|(_, properties)| text(&properties, &pointer) == Some("Static"))
    }

    fn api_management(&self, resource: &Resource, properties: &Value) -> ApiManagementNeed {
        let sku = resource.sku.as_ref();
        let holder = Holder::Vip(resource.id.clone());
        ApiManagementNeed {
            name: resource.id.name().to_owned(),
            sku: sku
                .and_then(|sku| sku.name.clone())
                .unwrap_or_else(|| "Developer".to_owned()),
            capacity: sku.and_then(|sku| sku.capacity).unwrap_or(1),
            network_type: text(properties, "/virtualNetworkType")
                .unwrap_or("None")
                .to_owned(),
            subnet: id_at(properties, "/virtualNetworkConfiguration/subnetResourceId")
                .map(|subnet| subnet.name().to_owned()),
            vip: self.addresses.get(&holder),
            publisher_email: text(properties, "/publisherEmail")
                .unwrap_or("ops@example.com")
                .to_owned(),
            existing: resource.existing,
        }
    }

    fn network(&self, id: &ResourceId) -> Option<Network> {
        let (resource, properties) = self.properties(id)?;
        let subscription = self
            .topology
            .subscriptions
            .iter()
            .find(|(_, subscription)| subscription.id.eq_ignore_ascii_case(id.subscription()));
        let ranges = |value: &Value, pointer: &str| {
            list(value, pointer)
                .filter_map(|range| range.as_str()?.parse().ok())
                .collect::<Vec<Cidr>>()
        };
        let subnets = list(&properties, "/subnets").filter_map(|subnet| {
            let inner = subnet.get("properties")?;
            let first = text(inner, "/addressPrefix").and_then(|range| range.parse().ok());
            Some(Subnet {
                name: text(subnet, "/name")?.to_owned(),
                prefix: first.or_else(|| ranges(inner, "/addressPrefixes").first().copied())?,
                network_security_group: id_at(inner, "/networkSecurityGroup/id")
                    .map(|id| id.name().to_owned()),
                is_delegated: list(inner, "/delegations").next().is_some(),
            })
        });
        Some(Network {
            subscription: subscription
                .map_or_else(|| "provider".to_owned(), |(key, _)| key.clone()),
            subscription_id: id.subscription().to_owned(),
            tenant: subscription.and_then(|(_, subscription)| subscription.tenant.clone()),
            group: id.resource_group().to_owned(),
            region: resource.location.clone().unwrap_or_default(),
            name: id.name().to_owned(),
            prefixes: ranges(&properties, "/addressSpace/addressPrefixes"),
            subnets: subnets.collect(),
            existing: resource.existing,
        })
    }

    fn consumer(
        &self,
        network: &ResourceId,
        subnet: &ResourceId,
        endpoint: &str,
    ) -> Option<Consumer> {
        let clients = self
            .topology
            .clients
            .values()
            .filter(|client| client.subnet.parent().as_ref() == Some(network))
            .map(|client| {
                let name = client.subnet.name().to_owned();
                (client.name.clone(), name, client.private_ip_address)
            });
        Some(Consumer {
            network: self.network(network)?,
            subnet: subnet.name().to_owned(),
            endpoint: endpoint.to_owned(),
            clients: clients.collect(),
        })
    }
}
