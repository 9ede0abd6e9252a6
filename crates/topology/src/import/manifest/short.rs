//! The short sections of a manifest, as far as they could say a topology's resources.

use crate::model::{
    Body, Resource, Topology,
    id::ResourceId,
    network::{Child, RouteProperties, SecurityRuleProperties, SubResource, Subnet},
};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// What might be said shortly.
#[derive(Debug)]
pub(super) struct Short<'t> {
    topology: &'t Topology,
    /// Short names of subscriptions by folded id.
    subscriptions: HashMap<String, &'t str>,
}

/// The sections, and what they say.
#[derive(Debug, Default)]
pub(super) struct Sections {
    pub(super) sections: Vec<(&'static str, Map<String, Value>)>,
    /// Resources that need no entry of their own.
    pub(super) said: HashSet<ResourceId>,
    /// Groups that have a short name.
    pub(super) groups: HashSet<ResourceId>,
}

/// A section that is being filled. Its keys are names, and two things of one name cannot both be in
/// it.
#[derive(Default)]
struct Section {
    members: Map<String, Value>,
    names: HashSet<String>,
}

impl Section {
    /// Adds a thing, unless its name is taken.
    fn add(&mut self, name: &str, value: Value) -> bool {
        let is_new = self.names.insert(name.to_lowercase());
        if is_new {
            self.members.insert(name.to_owned(), value);
        }
        is_new
    }
}

/// Whether a text is a GUID, as the manifest wants the ids of subscriptions.
fn is_guid(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit())
}

impl<'t> Short<'t> {
    pub(super) fn of(topology: &'t Topology) -> Self {
        let subscriptions = topology
            .subscriptions
            .iter()
            .filter(|(_, subscription)| is_guid(&subscription.id))
            .map(|(key, subscription)| (subscription.id.to_ascii_lowercase(), key.as_str()))
            .collect();
        Self {
            topology,
            subscriptions,
        }
    }

    /// The sections without what has to be written whole.
    pub(super) fn sections(&self, whole: &HashSet<ResourceId>) -> Sections {
        let mut out = Sections::default();
        let mut subscriptions = Map::new();
        for (key, subscription) in &self.topology.subscriptions {
            if !is_guid(&subscription.id) {
                continue;
            }
            let mut value = Map::new();
            value.insert("id".to_owned(), json!(subscription.id));
            if let Some(tenant) = subscription
                .tenant
                .as_ref()
                .filter(|tenant| is_guid(tenant))
            {
                value.insert("tenant".to_owned(), json!(tenant));
            }
            subscriptions.insert(key.clone(), value.into());
        }
        out.put("subscriptions", subscriptions);
        let groups = self.resource_groups(whole, &mut out);
        out.put("resourceGroups", groups);
        // Networks name the others, so what those say is known first.
        let security_groups = self.security_groups(whole, &mut out);
        let route_tables = self.route_tables(whole, &mut out);
        let networks = self.networks(whole, &mut out);
        out.put("virtualNetworks", networks);
        out.put("networkSecurityGroups", security_groups);
        out.put("routeTables", route_tables);
        let clients = self.clients(&out);
        out.put("clients", clients);
        out
    }

    /// The resources that may be said shortly.
    fn candidates<'w>(
        &self,
        whole: &'w HashSet<ResourceId>,
    ) -> impl Iterator<Item = &'t Resource> + use<'t, 'w> {
        let resources = self.topology.resources.values();
        resources.filter(|resource| !whole.contains(&resource.id))
    }

    fn resource_groups(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let id = &resource.id;
            let subscription = id.subscription().to_ascii_lowercase();
            let (Body::ResourceGroup(_), Some(key), Some(location)) = (
                &resource.body,
                self.subscriptions.get(&subscription),
                &resource.location,
            ) else {
                continue;
            };
            let mut value = Map::new();
            value.insert("subscription".to_owned(), json!(key));
            value.insert("location".to_owned(), json!(location));
            existing(resource, &mut value);
            if section.add(id.name(), value.into()) {
                out.said.insert(id.clone());
                out.groups.insert(id.clone());
            }
        }
        section.members
    }

    /// Group and region of a thing, and whether it exists.
    fn placed(&self, resource: &Resource, out: &Sections) -> Map<String, Value> {
        let mut value = Map::new();
        let group = resource.id.group_id();
        let is_short = out.groups.contains(&group);
        let reference = if is_short {
            group.name()
        } else {
            group.as_str()
        };
        value.insert("resourceGroup".to_owned(), json!(reference));
        let of_group = self
            .topology
            .resources
            .get(&group)
            .filter(|_| is_short)
            .and_then(|group| group.location.as_ref());
        if resource.location.as_ref() != of_group {
            value.insert("location".to_owned(), json!(resource.location));
        }
        existing(resource, &mut value);
        value
    }

    fn security_groups(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::NetworkSecurityGroup(group) = &resource.body else {
                continue;
            };
            let rules: Option<Map<String, Value>> =
                group.security_rules.iter().map(security_rule).collect();
            let Some(rules) = rules.filter(|rules| rules.len() == group.security_rules.len())
            else {
                continue;
            };
            let mut value = self.placed(resource, out);
            if !rules.is_empty() {
                value.insert("securityRules".to_owned(), rules.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    fn route_tables(&self, whole: &HashSet<ResourceId>, out: &mut Sections) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::RouteTable(table) = &resource.body else {
                continue;
            };
            let routes: Map<String, Value> = table.routes.iter().map(route).collect();
            if routes.len() != table.routes.len() {
                continue;
            }
            let mut value = self.placed(resource, out);
            if !routes.is_empty() {
                value.insert("routes".to_owned(), routes.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    fn networks(&self, whole: &HashSet<ResourceId>, out: &mut Sections) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::VirtualNetwork(network) = &resource.body else {
                continue;
            };
            let subnets: Option<Map<String, Value>> = network
                .subnets
                .iter()
                .map(|subnet| subnet_entry(subnet, out))
                .collect();
            let Some(subnets) = subnets.filter(|subnets| subnets.len() == network.subnets.len())
            else {
                continue;
            };
            let mut value = self.placed(resource, out);
            let prefixes = network.address_space.address_prefixes.iter();
            let prefixes: Vec<Value> = prefixes.map(|prefix| json!(prefix.to_string())).collect();
            value.insert("addressPrefixes".to_owned(), prefixes.into());
            if !subnets.is_empty() {
                value.insert("subnets".to_owned(), subnets.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    fn clients(&self, out: &Sections) -> Map<String, Value> {
        let mut section = Map::new();
        for (name, client) in &self.topology.clients {
            let mut value = Map::new();
            let network = client.subnet.parent().filter(|id| out.said.contains(id));
            let subnet = match network {
                Some(network) => format!("{}/{}", network.name(), client.subnet.name()),
                None => client.subnet.to_string(),
            };
            value.insert("subnet".to_owned(), json!(subnet));
            if let Some(address) = client.private_ip_address {
                value.insert("privateIPAddress".to_owned(), json!(address));
            }
            if !client.hosts.is_empty() {
                value.insert("hosts".to_owned(), json!(client.hosts));
            }
            section.insert(name.clone(), value.into());
        }
        section
    }
}

impl Sections {
    fn put(&mut self, key: &'static str, section: Map<String, Value>) {
        if !section.is_empty() {
            self.sections.push((key, section));
        }
    }
}

fn existing(resource: &Resource, value: &mut Map<String, Value>) {
    if resource.existing {
        value.insert("existing".to_owned(), json!(true));
    }
}

/// A reference by name if the section says the thing, else by id.
fn reference(id: &ResourceId, out: &Sections) -> Value {
    if out.said.contains(id) {
        json!(id.name())
    } else {
        json!(id.as_str())
    }
}

fn put<T: serde::Serialize>(value: &mut Map<String, Value>, key: &str, field: Option<&T>) {
    if let Some(field) = field {
        value.insert(key.to_owned(), json!(field));
    }
}

fn security_rule(rule: &Child<SecurityRuleProperties>) -> Option<(String, Value)> {
    let stated = &rule.properties;
    let mut value = Map::new();
    value.insert("priority".to_owned(), json!(stated.priority));
    value.insert("direction".to_owned(), json!(stated.direction));
    value.insert("access".to_owned(), json!(stated.access));
    value.insert("protocol".to_owned(), json!(stated.protocol));
    put(
        &mut value,
        "sourceAddressPrefix",
        stated.source_address_prefix.as_ref(),
    );
    put(
        &mut value,
        "sourcePortRange",
        stated.source_port_range.as_ref(),
    );
    put(
        &mut value,
        "destinationAddressPrefix",
        stated.destination_address_prefix.as_ref(),
    );
    put(
        &mut value,
        "destinationPortRange",
        stated.destination_port_range.as_ref(),
    );
    put(&mut value, "description", stated.description.as_ref());
    let is_whole = [
        "sourceAddressPrefix",
        "destinationAddressPrefix",
        "destinationPortRange",
    ]
    .iter()
    .all(|key| value.contains_key(*key));
    is_whole.then(|| (rule.name.clone(), value.into()))
}

fn route(route: &Child<RouteProperties>) -> (String, Value) {
    let stated = &route.properties;
    let mut value = Map::new();
    value.insert("addressPrefix".to_owned(), json!(stated.address_prefix));
    value.insert("nextHopType".to_owned(), json!(stated.next_hop_type));
    put(
        &mut value,
        "nextHopIpAddress",
        stated.next_hop_ip_address.as_ref(),
    );
    (route.name.clone(), value.into())
}

fn subnet_entry(subnet: &Subnet, out: &Sections) -> Option<(String, Value)> {
    let stated = &subnet.properties;
    let mut value = Map::new();
    // The section has one range only; of a list of one the resource is not quite the same.
    let prefix = stated.address_prefix.as_ref()?;
    value.insert("addressPrefix".to_owned(), json!(prefix.to_string()));
    let mut refer = |key: &str, field: Option<&SubResource>| {
        if let Some(field) = field {
            value.insert(key.to_owned(), reference(&field.id, out));
        }
    };
    refer(
        "networkSecurityGroup",
        stated.network_security_group.as_ref(),
    );
    refer("routeTable", stated.route_table.as_ref());
    put(
        &mut value,
        "privateEndpointNetworkPolicies",
        stated.private_endpoint_network_policies.as_ref(),
    );
    put(
        &mut value,
        "privateLinkServiceNetworkPolicies",
        stated.private_link_service_network_policies.as_ref(),
    );
    put(
        &mut value,
        "defaultOutboundAccess",
        stated.default_outbound_access.as_ref(),
    );
    Some((subnet.name.clone(), value.into()))
}
