//! The ARM templates, evaluated: they deploy exactly the resources of the topology.

use super::{examples, read, shapes};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use topology::{
    Checked, Topology,
    arm::{
        self,
        template::{DeploymentContext, Parameters, Runtime, expand_with},
    },
    render::{Options, exporter},
    source::{SourceId, json as text},
};

/// What Azure would answer of what only it knows.
#[derive(Debug)]
struct Azure;

impl Runtime for Azure {
    fn resource(&self, id: &str) -> Option<Value> {
        let folded = id.to_ascii_lowercase();
        if folded.contains("/privateendpoints/") {
            let nic = format!("{id}-nic").replace("privateEndpoints", "networkInterfaces");
            return Some(
                json!({ "id": id, "properties": { "networkInterfaces": [{ "id": nic }] } }),
            );
        }
        if folded.contains("/networkinterfaces/") && folded.ends_with("-nic") {
            return Some(
                json!({ "id": id, "properties": { "ipConfigurations": [{ "properties": { "privateIPAddress": "192.0.2.1" } }] } }),
            );
        }
        folded
            .contains("/service/")
            .then(|| json!({ "id": id, "properties": { "privateIPAddresses": ["192.0.2.2"] } }))
    }
}

/// The value without what says nothing, and with the addresses that Azure would answer.
fn comparable(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| (name.clone(), comparable(member)))
            // An inline child's id says where it stands, which it shows anyway.
            .filter(|(name, _)| {
                let is_child = members.contains_key("name") && members.contains_key("properties");
                !(is_child && name.as_str() == "id")
            })
            .filter(|(_, member)| !member.is_null() && *member != json!({}))
            .collect(),
        Value::Array(list) => list.iter().map(comparable).collect(),
        Value::String(text) if text.starts_with("addressOf(") => {
            let is_service = text.contains("Microsoft.ApiManagement/service");
            json!(if is_service { "192.0.2.2" } else { "192.0.2.1" })
        }
        // Ids compare without case.
        Value::String(text) if text.starts_with("/subscriptions/") => {
            json!(text.to_ascii_lowercase())
        }
        other => other.clone(),
    }
}

fn check(name: &str, checked: &Checked<Topology>) {
    let files = exporter("arm")
        .unwrap()
        .export(checked, &Options::default())
        .unwrap();
    let mut deployed: BTreeMap<String, Value> = BTreeMap::new();
    for file in &files {
        let mut findings = Vec::new();
        let root = text::read(&file.text, SourceId::default(), &mut findings).unwrap();
        assert!(findings.is_empty(), "{name}: {}: {findings:?}", file.path);
        let json: Value = serde_json::from_str(&file.text).unwrap();
        // The command in the notes names where it is to be deployed.
        let notes = json.pointer("/metadata/notes").unwrap().to_string();
        let after = |word: &str| {
            let rest = notes.split(word).nth(1)?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        let ctx = DeploymentContext {
            subscription_id: after("--subscription ").unwrap(),
            resource_group: after("--resource-group ").unwrap_or_default(),
            ..DeploymentContext::default()
        };
        let mut parameters = Parameters::default();
        let secrets = json.get("parameters").and_then(Value::as_object);
        for secret in secrets.into_iter().flatten().map(|(secret, _)| secret) {
            parameters.set(secret, &json!("a secret"));
        }
        let expansion = expand_with(&file.text, &root, &parameters, &ctx, &Azure);
        assert!(
            expansion.findings.is_empty(),
            "{name}: {}: {:#?}",
            file.path,
            expansion.findings
        );
        for planted in expansion.resources {
            assert!(
                planted.unknowns.is_empty() || !json["parameters"].as_object().unwrap().is_empty(),
                "{name}: {:?}",
                planted.unknowns
            );
            let id = planted.id.to_ascii_lowercase();
            let mut resource = planted.resource;
            for gone in ["id", "name", "type", "apiVersion"] {
                resource.as_object_mut().unwrap().remove(gone);
            }
            assert!(
                deployed.insert(id.clone(), resource).is_none(),
                "{name}: {id} twice"
            );
        }
    }
    for resource in checked.topology().resources.values() {
        let id = resource.id.as_str().to_ascii_lowercase();
        let Some(found) = deployed.remove(&id) else {
            assert!(resource.existing, "{name}: {id} is not deployed");
            continue;
        };
        assert!(!resource.existing, "{name}: {id} is there already");
        let mut wanted = arm::body(resource).unwrap();
        wanted.as_object_mut().unwrap().remove("apiVersion");
        assert_eq!(comparable(&found), comparable(&wanted), "{name}: {id}");
    }
    assert!(deployed.is_empty(), "{name}: {:?}", deployed.keys());
}

#[test]
fn templates_deploy_what_the_topology_holds() {
    for (name, text) in examples() {
        if let Ok(checked) = read(&text) {
            check(&name, &checked);
        }
    }
    for (name, text) in shapes::all() {
        check(name, &shapes::checked(&text));
    }
}
