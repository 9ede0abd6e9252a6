//! A topology as a manifest.
//!
//! What a short section says exactly is written there, everything else whole under `resources`.
//! Whether a section says it exactly is not reasoned about but tried: the manifest is read again,
//! and what does not come back as the same resource is written whole instead.

mod short;

use super::essence::{NOISE, essence};
use crate::{
    arm,
    finding::Severity,
    manifest,
    model::{Topology, id::ResourceId},
    resolve,
};
use serde_json::{Map, Value, json};
use short::Short;
use std::collections::HashSet;

/// The name of a manifest whose topology has none.
const NAME: &str = "imported";
/// Each time what could not be said shortly is written whole; a reference to it may then make one
/// more thing impossible to say shortly, and so on once or twice.
const ROUNDS: usize = 6;

/// Writes a topology as a manifest that expands to the same resources ([`essence`] of each is the
/// same). Noise that [`essence`] leaves out is left out here as well, except for ids.
pub fn to_manifest(topology: &Topology) -> String {
    let short = Short::of(topology);
    let mut whole: HashSet<ResourceId> = HashSet::new();
    for _ in 0..ROUNDS {
        let text = written(topology, &short, &whole);
        let wrong = differing(topology, &text, &whole);
        if wrong.is_empty() {
            return text;
        }
        whole.extend(wrong);
    }
    let all = topology.resources.keys().cloned().collect();
    written(topology, &short, &all)
}

fn written(topology: &Topology, short: &Short<'_>, whole: &HashSet<ResourceId>) -> String {
    let sections = short.sections(whole);
    let mut document = Map::new();
    document.insert("linkspan".to_owned(), json!("v1"));
    let name = if topology.name.is_empty() {
        NAME
    } else {
        &topology.name
    };
    document.insert("name".to_owned(), json!(name));
    for (key, section) in sections.sections {
        document.insert(key.to_owned(), section.into());
    }
    let rest: Vec<Value> = topology
        .resources
        .iter()
        .filter(|(id, _)| !sections.said.contains(*id))
        .map(|(id, resource)| entry(id, resource, &sections.groups))
        .collect();
    if !rest.is_empty() {
        document.insert("resources".to_owned(), rest.into());
    }
    manifest::document(&Value::Object(document))
}

/// A resource as an entry of `resources`.
fn entry(
    id: &ResourceId,
    resource: &crate::model::Resource,
    groups: &HashSet<ResourceId>,
) -> Value {
    let mut out = Map::new();
    let kind = id.arm_type();
    let is_short = groups.contains(&id.group_id()) && !kind.contains("/providers");
    if is_short && *id != id.group_id() {
        out.insert("type".to_owned(), json!(kind));
        let segments: Vec<&str> = id.as_str().split('/').collect();
        let names = segments.get(7..).unwrap_or(&[]);
        let names: Vec<&str> = names.iter().skip(1).step_by(2).copied().collect();
        out.insert("name".to_owned(), json!(names.join("/")));
        out.insert("resourceGroup".to_owned(), json!(id.resource_group()));
    } else {
        out.insert("id".to_owned(), json!(id.as_str()));
    }
    if resource.existing {
        out.insert("existing".to_owned(), json!(true));
    }
    if let Ok(Value::Object(members)) = arm::export(resource) {
        for (key, mut value) in members {
            if matches!(key.as_str(), "id" | "name" | "type") || NOISE.contains(&key.as_str()) {
                continue;
            }
            quieten(&mut value);
            if key == "properties" && value.as_object().is_some_and(Map::is_empty) {
                continue;
            }
            out.insert(key, value);
        }
    }
    out.into()
}

/// Drops noise.
fn quieten(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(quieten),
        Value::Object(members) => {
            members
                .retain(|key, _| !NOISE.contains(&key.as_str()) && key != "defaultSecurityRules");
            members.values_mut().for_each(quieten);
        }
        _ => {}
    }
}

/// Resources that the manifest does not give back as they are, of those that it says shortly.
fn differing(topology: &Topology, text: &str, whole: &HashSet<ResourceId>) -> Vec<ResourceId> {
    let everything = || {
        let all = topology.resources.keys();
        all.filter(|id| !whole.contains(*id)).cloned().collect()
    };
    // What derives more than is there goes first.
    let deriving = || -> Vec<ResourceId> {
        let all = topology.resources.iter();
        all.filter(|(id, resource)| !whole.contains(*id) && short::derives(resource))
            .map(|(id, _)| id.clone())
            .collect()
    };
    let (parsed, findings) = manifest::parse(text);
    let resolved = resolve::resolve(&parsed);
    let is_refused = findings
        .iter()
        .chain(&resolved.findings)
        .any(|finding| finding.severity == Severity::Error);
    let found = &resolved.topology.resources;
    if is_refused || found.keys().any(|id| !topology.resources.contains_key(id)) {
        let first = deriving();
        return if first.is_empty() {
            everything()
        } else {
            first
        };
    }
    topology
        .resources
        .iter()
        .filter(|(id, _)| !whole.contains(*id))
        .filter(|(id, resource)| {
            let is_same = found.get(*id).is_some_and(|found| {
                found.existing == resource.existing && essence(found) == essence(resource)
            });
            !is_same
        })
        .map(|(id, _)| id.clone())
        .collect()
}
