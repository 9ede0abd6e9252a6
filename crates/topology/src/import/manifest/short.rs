//! The short sections of a manifest, as far as they could say a topology's resources.

mod balancing;
mod link;
mod network;
mod public;
mod services;
mod zones;

pub(super) use link::derives;

use crate::{
    manifest::is_name,
    model::{Body, Resource, Topology, id::ResourceId, network::SubResource},
};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// What might be said shortly.
#[derive(Debug)]
pub(super) struct Short<'t> {
    topology: &'t Topology,
    /// Short names of subscriptions by folded id.
    subscriptions: HashMap<String, &'t str>,
    /// Networks by folded name; `None` where the name is not enough.
    networks: HashMap<String, Option<&'t ResourceId>>,
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
    /// Adds a thing, unless its name is taken or something in it cannot be said.
    fn add(&mut self, name: &str, value: Value) -> bool {
        let can_be = is_name(name) && is_sayable(&value);
        let is_new = can_be && self.names.insert(name.to_lowercase());
        if is_new {
            self.members.insert(name.to_owned(), value);
        }
        is_new
    }
}

/// Whether a manifest may say it: no text is empty, nothing is missing, and the names in it are
/// names that differ in more than case.
fn is_sayable(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.trim().is_empty(),
        Value::Array(items) => items.iter().all(is_sayable),
        Value::Object(members) => {
            let mut names = HashSet::new();
            members.iter().all(|(name, value)| {
                is_name(name) && names.insert(name.to_lowercase()) && is_sayable(value)
            })
        }
        Value::Bool(_) | Value::Number(_) => true,
    }
}

/// Whether a word is absent or one of those that a key takes.
fn is_word(word: Option<&str>, words: &[&str]) -> bool {
    word.is_none_or(|word| words.iter().any(|known| known.eq_ignore_ascii_case(word)))
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
        let mut networks = HashMap::new();
        for (network, _) in topology.virtual_networks() {
            networks
                .entry(network.id.name().to_lowercase())
                .and_modify(|known| *known = None)
                .or_insert(Some(&network.id));
        }
        Self {
            topology,
            subscriptions,
            networks,
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
        self.public(whole, &mut out);
        let security_groups = self.security_groups(whole, &mut out);
        let route_tables = self.route_tables(whole, &mut out);
        let networks = self.networks(whole, &mut out);
        out.put("virtualNetworks", networks);
        out.put("networkSecurityGroups", security_groups);
        out.put("routeTables", route_tables);
        self.services(whole, &mut out);
        self.balancers(whole, &mut out);
        self.links(whole, &mut out);
        let zones = self.zones(whole, &mut out);
        out.put("privateDnsZones", zones);
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

    /// A section of things that stand in the region of what they name, as `say` says them.
    fn standing(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
        say: impl Fn(&Self, &Resource, &Sections) -> Option<Map<String, Value>>,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let mut value = self.placed(resource, out);
            value.remove("location");
            let Some(said) = say(self, resource, out) else {
                continue;
            };
            value.extend(said);
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    /// A network by its name, if that is enough.
    fn network(&self, id: &ResourceId) -> Value {
        match self.networks.get(&id.name().to_lowercase()) {
            Some(Some(known)) if *known == id => json!(id.name()),
            _ => json!(id.as_str()),
        }
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

fn put_list<T: serde::Serialize>(value: &mut Map<String, Value>, key: &str, list: &[T]) {
    if !list.is_empty() {
        value.insert(key.to_owned(), json!(list));
    }
}

fn references(value: &mut Map<String, Value>, key: &str, list: &[SubResource], out: &Sections) {
    let list: Vec<Value> = list.iter().map(|item| reference(&item.id, out)).collect();
    put_list(value, key, &list);
}
