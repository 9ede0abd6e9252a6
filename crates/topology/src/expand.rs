//! The whole manifest without a derivation: every resource as ARM has it.
//!
//! What is read from the expanded form is the same topology, and expanding it again gives the same
//! text. Variables, overlays and short sections are gone in it; subscriptions, clients,
//! expectations and suppressions stay.

use crate::{
    arm,
    diagnose::Diagnosis,
    manifest::Suppress,
    model::{
        Backend, Client, Resource, Topology,
        expectation::{Effect, Expectation},
        id::ResourceId,
    },
};
use serde_json::{Map, Value, json};
use std::collections::HashMap;

const GROUPS: &str = "Microsoft.Resources/resourceGroups";

/// The expanded manifest as JSON; [`crate::manifest::document`] writes it as YAML.
pub fn expand(diagnosis: &Diagnosis) -> Result<Value, serde_json::Error> {
    let topology = &diagnosis.topology;
    let names = Names::of(topology);
    let mut out = Map::new();
    out.insert("linkspan".to_owned(), json!("v1"));
    if !topology.name.is_empty() {
        out.insert("name".to_owned(), json!(topology.name));
    }
    let subscriptions: Map<String, Value> = topology
        .subscriptions
        .iter()
        .map(|(name, known)| {
            let mut entry = Map::new();
            entry.insert("id".to_owned(), json!(known.id));
            if let Some(tenant) = &known.tenant {
                entry.insert("tenant".to_owned(), json!(tenant));
            }
            (name.clone(), Value::Object(entry))
        })
        .collect();
    let resources: Vec<Value> = topology
        .resources
        .values()
        .map(|resource| names.resource(topology, resource))
        .collect::<Result<_, _>>()?;
    let clients: Map<String, Value> = topology
        .clients
        .iter()
        .map(|(name, client)| (name.clone(), names.client(client)))
        .collect();
    let backends: Map<String, Value> = topology
        .backends
        .iter()
        .map(|(name, backend)| (name.clone(), names.backend(backend)))
        .collect();
    let expect: Vec<Value> = topology.expectations.iter().map(expectation).collect();
    let suppress: Vec<Value> = diagnosis
        .manifest
        .suppress
        .iter()
        .flat_map(|list| &list.value)
        .map(|item| suppression(&item.value))
        .collect();
    for (key, value) in [
        ("subscriptions", Value::Object(subscriptions)),
        ("resources", Value::Array(resources)),
        ("backends", Value::Object(backends)),
        ("clients", Value::Object(clients)),
        ("expect", Value::Array(expect)),
        ("suppress", Value::Array(suppress)),
    ] {
        let is_empty = match &value {
            Value::Object(members) => members.is_empty(),
            Value::Array(items) => items.is_empty(),
            _ => false,
        };
        if !is_empty {
            out.insert(key.to_owned(), value);
        }
    }
    Ok(Value::Object(out))
}

/// Names that mean one thing only, so that ids need not be written out.
struct Names {
    /// Resource groups by folded name.
    groups: HashMap<String, Option<ResourceId>>,
    /// Virtual networks by folded name.
    networks: HashMap<String, Option<ResourceId>>,
}

impl Names {
    fn of(topology: &Topology) -> Self {
        let mut names = Self {
            groups: HashMap::new(),
            networks: HashMap::new(),
        };
        for id in topology.resources.keys() {
            let known = if id.is_type(GROUPS) {
                &mut names.groups
            } else if id.is_type("Microsoft.Network/virtualNetworks") {
                &mut names.networks
            } else {
                continue;
            };
            known
                .entry(id.name().to_lowercase())
                .and_modify(|other| *other = None)
                .or_insert_with(|| Some(id.clone()));
        }
        names
    }

    fn resource(
        &self,
        topology: &Topology,
        resource: &Resource,
    ) -> Result<Value, serde_json::Error> {
        let mut entry = self.identity(topology, &resource.id);
        if resource.existing {
            entry.insert("existing".to_owned(), json!(true));
        }
        let spelled = resource.id.arm_type();
        if let Value::Object(members) = arm::user_data::readable(resource)? {
            for (key, value) in members {
                let is_said = match key.as_str() {
                    "id" => true,
                    "name" => value == *resource.id.name(),
                    "type" => value == *spelled,
                    _ => false,
                };
                if !is_said {
                    entry.insert(key, value);
                }
            }
        }
        Ok(Value::Object(entry))
    }

    /// The members that name a resource: by type, name and group where that means this one.
    fn identity(&self, topology: &Topology, id: &ResourceId) -> Map<String, Value> {
        let mut entry = Map::new();
        if id.is_type(GROUPS) {
            let known = topology
                .subscriptions
                .iter()
                .find(|(_, known)| known.id == id.subscription());
            if let Some((subscription, _)) = known
                && ResourceId::group(id.subscription(), id.name()).as_str() == id.as_str()
            {
                entry.insert("type".to_owned(), json!(GROUPS));
                entry.insert("name".to_owned(), json!(id.name()));
                entry.insert("subscription".to_owned(), json!(subscription));
                return entry;
            }
        } else if let Some(Some(group)) = self.groups.get(&id.resource_group().to_lowercase()) {
            let (kind, name) = (id.arm_type(), id.names());
            if ResourceId::in_group(group, &kind, &name)
                .is_some_and(|same| same.as_str() == id.as_str())
            {
                entry.insert("type".to_owned(), json!(kind));
                entry.insert("name".to_owned(), json!(name));
                entry.insert("resourceGroup".to_owned(), json!(group.name()));
                return entry;
            }
        }
        entry.insert("id".to_owned(), json!(id));
        entry
    }

    fn backend(&self, backend: &Backend) -> Value {
        let mut entry = Map::new();
        let mut put = |key: &str, value: Value| {
            entry.insert(key.to_owned(), value);
        };
        if !backend.addresses.is_empty() {
            put("addresses", json!(backend.addresses));
        }
        if let Some(fqdn) = &backend.fqdn {
            put("fqdn", json!(fqdn));
        }
        if !backend.ports.is_empty() {
            put("ports", json!(backend.ports));
        }
        if let Some(network) = &backend.virtual_network {
            let known = self.networks.get(&network.name().to_lowercase());
            let is_known = matches!(known, Some(Some(known)) if known == network);
            let reference = if is_known {
                network.name()
            } else {
                network.as_str()
            };
            put("virtualNetwork", json!(reference));
        }
        if let Some(id) = &backend.id {
            put("id", json!(id));
        }
        Value::Object(entry)
    }

    fn client(&self, client: &Client) -> Value {
        let subnet = &client.subnet;
        let network = subnet.parent();
        let is_known = network.as_ref().is_some_and(|network| {
            let known = self.networks.get(&network.name().to_lowercase());
            matches!(known, Some(Some(known)) if known == network)
        });
        let subnet = match network {
            Some(network) if is_known => format!("{}/{}", network.name(), subnet.name()),
            _ => subnet.to_string(),
        };
        let mut entry = Map::new();
        entry.insert("subnet".to_owned(), json!(subnet));
        if let Some(address) = client.private_ip_address {
            entry.insert("privateIPAddress".to_owned(), json!(address));
        }
        if !client.hosts.is_empty() {
            entry.insert("hosts".to_owned(), json!(client.hosts));
        }
        Value::Object(entry)
    }
}

fn expectation(expectation: &Expectation) -> Value {
    let mut entry = Map::new();
    let from = match expectation.effect {
        Effect::Allow => "allow",
        Effect::Deny => "deny",
    };
    if let Some(name) = &expectation.name {
        entry.insert("name".to_owned(), json!(name));
    }
    entry.insert(from.to_owned(), json!(expectation.from.text));
    entry.insert("to".to_owned(), json!(expectation.to.text));
    if !expectation.ports.is_empty() {
        let ports: Vec<String> = expectation.ports.iter().map(ToString::to_string).collect();
        entry.insert("ports".to_owned(), json!(ports));
    }
    if let Some(because) = &expectation.because {
        entry.insert("because".to_owned(), json!(because));
    }
    Value::Object(entry)
}

fn suppression(item: &Suppress) -> Value {
    let mut entry = Map::new();
    for (key, value) in [
        ("code", &item.code),
        ("at", &item.at),
        ("reason", &item.reason),
    ] {
        if let Some(value) = value {
            entry.insert(key.to_owned(), json!(value.value));
        }
    }
    Value::Object(entry)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnose, manifest::document, source::SourceMap};

    const EXAMPLES: &[(&str, &str)] = &[
        (
            "internal-apim",
            include_str!("../../../examples/internal-apim.yaml"),
        ),
        (
            "tutorial-as-published",
            include_str!("../../../examples/tutorial-as-published.yaml"),
        ),
    ];

    /// Expands, reads the expanded form and compares.
    #[track_caller]
    fn check(text: &str) {
        let first = diagnose(&SourceMap::of("a", text));
        let once = document(&expand(&first).unwrap());
        let second = diagnose(&SourceMap::of("b", once.as_str()));
        assert!(second.is_readable, "{:?}\n{once}", second.findings);
        let (old, new) = (&first.topology, &second.topology);
        assert_eq!(
            old.resources.keys().collect::<Vec<_>>(),
            new.resources.keys().collect::<Vec<_>>()
        );
        for (id, resource) in &old.resources {
            assert_eq!(resource, &new.resources[id], "{id}\n{once}");
            assert_eq!(
                arm::export(resource).unwrap(),
                arm::export(&new.resources[id]).unwrap()
            );
        }
        assert_eq!(old.subscriptions, new.subscriptions);
        assert_eq!(old.clients.len(), new.clients.len());
        for (name, client) in &old.clients {
            let other = &new.clients[name];
            assert_eq!(
                (&client.subnet, client.private_ip_address, &client.hosts),
                (&other.subnet, other.private_ip_address, &other.hosts)
            );
        }
        let shown = |topology: &Topology| -> Vec<Value> {
            topology.expectations.iter().map(expectation).collect()
        };
        assert_eq!(shown(old), shown(new));
        let codes = |diagnosis: &Diagnosis| {
            let mut codes: Vec<_> = diagnosis
                .findings
                .iter()
                .map(|finding| (finding.code, finding.message.clone()))
                .collect();
            codes.sort();
            codes
        };
        assert_eq!(codes(&first), codes(&second));
        assert_eq!(document(&expand(&second).unwrap()), once);
    }

    #[test]
    fn the_examples_expand_to_the_same_resources() {
        for (_, text) in EXAMPLES {
            check(text);
        }
    }

    #[test]
    fn oddities_survive() {
        let (_, text) = EXAMPLES[0];
        check(&format!(
            "{text}expect:\n- {{ allow: testvm, to: \"https://apim1449.azure-api.net\" }}\n- {{ deny: External, to: MainNet, ports: [22, 80-90], because: \"no $$(x)\" }}\n\
             resources:\n\
             - {{ id: /subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/APIM/providers/Contoso.Things/things/t, existing: true, odd: {{ a: null, \"1\": \"2\" }}, properties: {{ x: [{{}}, [], \"\", 1.5, \"$$(y)\"] }} }}\n\
             - {{ id: /subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/APIM, location: uksouth }}\n\
             - {{ id: /subscriptions/44444444-4444-4444-4444-444444444444/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/MainNet, location: UK South, properties: {{ addressSpace: {{ addressPrefixes: [10.9.0.0/16] }}, subnets: [{{ name: s, properties: {{ addressPrefix: 10.9.0.0/24 }} }}] }} }}\n"
        ));
    }
}
