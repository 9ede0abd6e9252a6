//! Subnets by id, and who stands in them.

use crate::model::{
    Body, IdMap, IdSet, Resource, Topology,
    cidr::{Cidr, IpRange},
    id::ResourceId,
    kinds::Kinds,
    network::{SubResource, Subnet, VirtualNetwork},
};
use serde_json::Value;

/// A subnet and its network.
#[derive(Clone, Debug)]
pub(in crate::rules) struct SubnetAt<'t> {
    /// Its id.
    pub(in crate::rules) id: ResourceId,
    /// The network.
    pub(in crate::rules) network: &'t Resource,
    /// The network's properties.
    pub(in crate::rules) body: &'t VirtualNetwork,
    /// Which one of the network's subnets it is.
    pub(in crate::rules) index: usize,
    /// The subnet.
    pub(in crate::rules) subnet: &'t Subnet,
}

impl SubnetAt<'_> {
    /// JSON pointer into the network: `tail` is `""` or such as `/properties/addressPrefix`.
    pub(in crate::rules) fn pointer(&self, tail: &str) -> String {
        format!("/properties/subnets/{}{tail}", self.index)
    }

    /// Its ranges of both families, each with the JSON pointer into the network.
    pub(in crate::rules) fn ranges(&self) -> impl Iterator<Item = (IpRange, String)> {
        let said = &self.subnet.properties;
        let listed = said.address_prefixes.iter().enumerate();
        let listed = listed
            .filter(|(_, range)| Some(**range) != said.address_prefix)
            .map(|(index, range)| {
                let tail = format!("/properties/addressPrefixes/{index}");
                (*range, self.pointer(&tail))
            });
        let single = said.address_prefix.iter();
        single
            .map(|range| (*range, self.pointer("/properties/addressPrefix")))
            .chain(listed)
    }
}

/// Something that stands in a subnet.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Occupant<'t> {
    /// The resource.
    pub(in crate::rules) resource: &'t Resource,
    /// JSON pointer to its reference to the subnet.
    pub(in crate::rules) pointer: String,
}

/// All subnets of a topology.
#[derive(Debug, Default)]
pub(in crate::rules) struct Subnets<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<SubnetAt<'t>>,
    by_id: IdMap<usize>,
    occupants: IdMap<Vec<Occupant<'t>>>,
    used_otherwise: IdSet,
    wanted: IdMap<u64>,
    by_network: IdMap<Vec<(Cidr, usize)>>,
    /// Resource groups that hold something that is made here.
    pub(in crate::rules) groups: IdSet,
}

impl<'t> Subnets<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, kinds: &Kinds<'t>) -> Self {
        let mut found = Self::default();
        for (network, body) in kinds.virtual_networks() {
            for (index, subnet) in body.subnets.iter().enumerate() {
                let id = network.id.child("subnets", &subnet.name);
                found.by_id.entry(&id).or_insert(found.all.len());
                let ranges = found.by_network.entry(&network.id).or_default();
                ranges.extend(subnet.properties.prefixes().map(|prefix| (prefix, index)));
                found.all.push(SubnetAt {
                    id,
                    network,
                    body,
                    index,
                    subnet,
                });
            }
        }
        for resource in topology.resources.values() {
            if !resource.existing {
                found.groups.insert(resource.id.group_id());
            }
            match &resource.body {
                Body::Opaque(value) => subnets_named(value, &mut found.used_otherwise),
                Body::VirtualMachineScaleSet(set) => {
                    for nic in set.nics() {
                        let configs = nic.properties.ip_configurations.iter();
                        let subnets =
                            configs.filter_map(|config| config.properties.subnet.as_ref());
                        let subnets = subnets.map(|subnet| subnet.id.clone());
                        found.used_otherwise.extend(subnets);
                    }
                }
                _ => {}
            }
            for (subnet, count) in needs(topology, resource) {
                let wanted = found.wanted.entry(subnet).or_default();
                *wanted = wanted.saturating_add(count);
            }
            for (subnet, pointer) in references(resource) {
                found
                    .occupants
                    .entry(subnet)
                    .or_default()
                    .push(Occupant { resource, pointer });
            }
        }
        for client in topology.clients.values() {
            found.used_otherwise.insert(&client.subnet);
            let wanted = found.wanted.entry(&client.subnet).or_default();
            *wanted = wanted.saturating_add(1);
        }
        found
    }

    /// Whether a client, a scale set or something that is not modelled stands in a subnet.
    pub(in crate::rules) fn is_used_otherwise(&self, id: &ResourceId) -> bool {
        self.used_otherwise.contains(id)
    }

    /// The subnet with this id.
    pub(in crate::rules) fn get(&self, id: &ResourceId) -> Option<&SubnetAt<'t>> {
        self.all.get(*self.by_id.get(id)?)
    }

    /// How many IPv4 addresses are wanted in a subnet.
    pub(in crate::rules) fn wanted(&self, id: &ResourceId) -> u64 {
        self.wanted.get(id).copied().unwrap_or_default()
    }

    /// Whether a subnet could have this range: it is its network's, and no other subnet's.
    pub(in crate::rules) fn has_room_for(&self, at: &SubnetAt<'_>, range: Cidr) -> bool {
        let others = self.by_network.get(&at.network.id).into_iter().flatten();
        let mut spaces = at.body.address_space.prefixes();
        spaces.any(|space| space.contains_range(range))
            && others
                .filter(|(_, index)| *index != at.index)
                .all(|(other, _)| !other.overlaps(range))
    }

    /// Its IPv4 ranges as a rule of a group would name them; none if it is not known.
    pub(in crate::rules) fn prefixes(&self, id: &ResourceId) -> Vec<String> {
        let at = self.get(id);
        at.into_iter()
            .flat_map(|at| at.subnet.properties.prefixes())
            .map(|prefix| prefix.canonical().to_string())
            .collect()
    }

    /// Who stands in it.
    pub(in crate::rules) fn occupants(&self, id: &ResourceId) -> &[Occupant<'t>] {
        self.occupants.get(id).map_or(&[], Vec::as_slice)
    }
}

/// How many IPv4 addresses a resource takes of which subnet.
fn needs(topology: &Topology, resource: &Resource) -> Vec<(ResourceId, u64)> {
    let mut found: Vec<(ResourceId, u64)> = Vec::new();
    let mut take = |subnet: Option<&SubResource>, count: u64| {
        found.extend(subnet.map(|subnet| (subnet.id.clone(), count)));
    };
    match &resource.body {
        Body::NetworkInterface(nic) => {
            // Counted with what it belongs to, if that is known.
            let owner = nic
                .private_endpoint
                .as_ref()
                .or(nic.private_link_service.as_ref());
            if owner.is_some_and(|owner| topology.resources.contains_key(&owner.id)) {
                return found;
            }
            for config in &nic.ip_configurations {
                take(
                    config.properties.subnet.as_ref(),
                    u64::from(!config.properties.is_ipv6()),
                );
            }
        }
        Body::LoadBalancer(balancer) => {
            for config in &balancer.frontend_ip_configurations {
                take(
                    config.properties.subnet.as_ref(),
                    u64::from(!config.properties.is_ipv6()),
                );
            }
        }
        Body::PrivateLinkService(service) => {
            for config in &service.ip_configurations {
                take(
                    config.properties.subnet.as_ref(),
                    u64::from(!config.properties.is_ipv6()),
                );
            }
        }
        Body::PrivateEndpoint(endpoint) => {
            let count = endpoint.ip_configurations.len().max(1);
            take(endpoint.subnet.as_ref(), u64::try_from(count).unwrap_or(1));
        }
        Body::VirtualMachineScaleSet(set) => {
            let instances = resource.sku.as_ref().and_then(|sku| sku.capacity);
            for nic in set.nics() {
                for config in &nic.properties.ip_configurations {
                    let is_ipv6 =
                        config.properties.private_ip_address_version.as_deref() == Some("IPv6");
                    let count = if is_ipv6 { 0 } else { instances.unwrap_or(1) };
                    take(config.properties.subnet.as_ref(), count.into());
                }
            }
        }
        Body::ApiManagement(service) => {
            let sku = resource.sku.as_ref();
            let units = sku.and_then(|sku| sku.capacity).unwrap_or(1);
            // An internal load balancer's address, and one or two a unit.
            // Source: <https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources>.
            let count = match sku.and_then(|sku| sku.name.as_deref()) {
                Some("Developer") => 2,
                Some("Premium") => u64::from(units).saturating_mul(2).saturating_add(1),
                _ => 0,
            };
            if let Some(subnet) = service.subnet() {
                found.push((subnet.clone(), count));
            }
        }
        _ => {}
    }
    found
}

/// Every subnet that an unknown type's JSON names.
fn subnets_named(value: &Value, found: &mut IdSet) {
    match value {
        Value::String(text) => {
            let is_subnet =
                |id: &ResourceId| id.is_type("Microsoft.Network/virtualNetworks/subnets");
            if text.starts_with('/') {
                found.extend(text.parse().ok().filter(is_subnet));
            }
        }
        Value::Array(items) => items.iter().for_each(|item| subnets_named(item, found)),
        Value::Object(members) => members.values().for_each(|item| subnets_named(item, found)),
        _ => {}
    }
}

/// The subnets that a resource stands in, with the pointer to each reference.
fn references(resource: &Resource) -> Vec<(ResourceId, String)> {
    let mut found = Vec::new();
    match &resource.body {
        Body::NetworkInterface(nic) => {
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                if let Some(subnet) = &config.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/ipConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::LoadBalancer(balancer) => {
            for (index, frontend) in balancer.frontend_ip_configurations.iter().enumerate() {
                if let Some(subnet) = &frontend.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/frontendIPConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::PrivateLinkService(service) => {
            for (index, config) in service.ip_configurations.iter().enumerate() {
                if let Some(subnet) = &config.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/ipConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::PrivateEndpoint(endpoint) => {
            if let Some(subnet) = &endpoint.subnet {
                found.push((subnet.id.clone(), "/properties/subnet".to_owned()));
            }
        }
        Body::ApiManagement(service) => {
            if let Some(subnet) = service.subnet() {
                found.push((
                    subnet.clone(),
                    "/properties/virtualNetworkConfiguration/subnetResourceId".to_owned(),
                ));
            }
        }
        _ => {}
    }
    found
}
