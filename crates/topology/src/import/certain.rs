//! Findings of the rules that do not follow from a value that is not known.
//!
//! A value of the wrong type, or one that only Azure knows, was said where it is. The rules see the
//! resource as if the value were not given; but it is, or will be. So the rules are asked again with
//! something plausible in each such place, in two ways that differ, and only what is found in all
//! three is a finding. The same is done for manifests: `diagnose/certain.rs`.

use super::{Given, world::World};
use crate::{
    arm,
    finding::{Finding, Severity},
    model::{Topology, id::ResourceId},
    rules,
};
use serde_json::Value;
use std::collections::{BTreeSet, HashMap};

/// A value that is not known.
#[derive(Clone, Debug)]
pub(super) struct Hole {
    id: ResourceId,
    /// JSON pointer into the resource; of an element of a list it may be that of the list.
    pointer: String,
}

impl Hole {
    pub(super) fn new(id: &ResourceId, pointer: &str) -> Self {
        Self {
            id: id.clone(),
            pointer: pointer.to_owned(),
        }
    }

    /// The name of the member that it is, or is an element of.
    fn key(&self) -> &str {
        let mut names = self.pointer.rsplit('/');
        names
            .find(|name| name.parse::<usize>().is_err())
            .unwrap_or_default()
    }
}

/// More holes than these are left as they are.
const MOST: usize = 1_000;
/// More resources than these are not kept to be read again.
const LARGE: usize = 20_000;

/// The topology, and everything that is wrong with it.
pub(super) fn checked(mut world: World<'_>) -> (Topology, Vec<Finding>) {
    let again = (world.given().len() <= LARGE).then(|| world.clone());
    let (topology, mut findings) = world.finish();
    let mut found = rules::check(&topology);
    let Some(mut again) = again else {
        findings.extend(found);
        return (topology, findings);
    };
    let mut holes = again.holes.clone();
    let misfits = findings
        .iter()
        .filter(|one| one.code == "ARM002" && one.severity > Severity::Hint);
    let places = misfits.filter_map(|one| one.place.as_ref());
    holes.extend(places.map(|place| Hole::new(&place.id, &place.pointer)));
    if !holes.is_empty() && holes.len() <= MOST {
        let samples = samples(again.given(), &holes);
        for way in 0..2 {
            let mut filled = again.clone();
            for hole in &holes {
                fill(filled.given(), hole, &samples, way);
            }
            let (filled, _) = filled.finish();
            let others: BTreeSet<_> = rules::check(&filled).iter().map(likeness).collect();
            found.retain(|finding| others.contains(&likeness(finding)));
        }
    }
    findings.extend(found);
    (topology, findings)
}

/// By which findings of different ways are one. A message may name what was put in.
fn likeness(finding: &Finding) -> (&'static str, Option<(String, String)>) {
    let place = finding.place.as_ref();
    let place = place.map(|place| (place.id.to_string(), place.pointer.clone()));
    (finding.code, place)
}

/// Values that members of the same name have elsewhere.
fn samples(
    given: &indexmap::IndexMap<ResourceId, Given>,
    holes: &[Hole],
) -> HashMap<String, Vec<Value>> {
    let mut found: HashMap<String, Vec<Value>> = holes
        .iter()
        .map(|hole| (hole.key().to_owned(), Vec::new()))
        .collect();
    let broken: BTreeSet<&ResourceId> = holes.iter().map(|hole| &hole.id).collect();
    for (id, given) in given {
        if !broken.contains(id) {
            collect(&given.json, &mut found);
        }
    }
    found
}

fn collect(value: &Value, found: &mut HashMap<String, Vec<Value>>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if let Some(known) = found.get_mut(name)
                    && known.len() < 2
                    && !known.contains(member)
                {
                    known.push(member.clone());
                }
                collect(member, found);
            }
        }
        Value::Array(items) => {
            for item in items {
                collect(item, found);
            }
        }
        _ => {}
    }
}

fn fill(
    given: &mut indexmap::IndexMap<ResourceId, Given>,
    hole: &Hole,
    samples: &HashMap<String, Vec<Value>>,
    way: usize,
) {
    let key = hole.key();
    let known = samples.get(key).and_then(|known| known.get(way)).cloned();
    let (Some(mut value), Some(resource)) = (
        known.or_else(|| arm::plausible(key, way)),
        given.get_mut(&hole.id),
    ) else {
        return;
    };
    let Some((parent, name)) = hole.pointer.rsplit_once('/') else {
        return;
    };
    match resource.json.pointer_mut(parent) {
        Some(Value::Object(members)) => {
            let name = name.replace("~1", "/").replace("~0", "~");
            members.insert(name, value);
        }
        Some(Value::Array(items)) => {
            // A list as a sample stands for its elements.
            if let Value::Array(sample) = &mut value {
                value = sample.pop().unwrap_or_default();
            }
            let at = name.parse::<usize>().ok();
            if let Some(item) = at.and_then(|at| items.get_mut(at)) {
                *item = value;
            }
        }
        _ => {}
    }
}
