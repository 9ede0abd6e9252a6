//! ARM JSON in and out.
//!
//! Reading is total: only a value without a readable `id` is no resource. A property of the wrong
//! type is reported (`ARM002`), read as if it were not given, and written back as it came; so are
//! properties that are not modelled. Writing what was read gives the same JSON.
//!
//! ARM compares names of properties without case, and clients write them as its documentation does.
//! Here they are compared as they are written there: in another case they are kept, not understood.

mod plausible;
pub mod template;
pub mod user_data;

pub use crate::model::inline_parent;
pub(crate) use plausible::plausible;

use crate::{
    finding::{Finding, Severity},
    model::{
        Body, Resource, Sku, Topology, fold_children,
        id::ResourceId,
        json::{Arm as _, At, Fit, Members, Misfit, Misfits},
    },
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Why a JSON value is no resource that the model can hold.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No `id`, or one that cannot be read.
    #[error("the resource has no readable `id`")]
    Id,
}

/// Members of a resource, in the order in which they are written; what is not modelled stands
/// before `properties`.
const ID: u8 = 0;
const NAME: u8 = 1;
const TYPE: u8 = 2;
const LOCATION: u8 = 3;
const TAGS: u8 = 4;
const SKU: u8 = 5;
const ZONES: u8 = 6;
const OTHERS: u8 = 7;
const PROPERTIES: u8 = 8;
/// Which of them are always written, by their number.
const ALWAYS: [bool; 9] = [true, true, true, false, false, false, false, false, true];

/// Reads one resource as ARM answers it.
pub fn resource(value: &Value) -> Result<Resource, ImportError> {
    read(value).map(|(resource, _)| resource)
}

/// Reads one resource as ARM answers it, with a finding `ARM002` for each value of the wrong type.
pub fn read(value: &Value) -> Result<(Resource, Vec<Finding>), ImportError> {
    let members = value.as_object().ok_or(ImportError::Id)?;
    let id: ResourceId = members
        .get("id")
        .and_then(|id| id.as_str()?.parse().ok())
        .ok_or(ImportError::Id)?;
    let kind = id.arm_type();
    let at = At::Root;
    let mut misfits = Misfits::default();
    let mut kept = Members::default();
    let mut body = None;
    let mut location = None;
    let mut tags = None;
    let mut sku: Option<Sku> = None;
    let mut zones = None;
    for (name, given) in members {
        match name.as_str() {
            "id" => kept.derived("id", ID, given, id.as_str()),
            "name" => kept.derived("name", NAME, given, id.name()),
            "type" => kept.derived("type", TYPE, given, &kind),
            "location" => {
                let fit = read_location(given, &mut misfits);
                location = kept.fit("location", LOCATION, given, fit);
            }
            "tags" => tags = kept.member("tags", TAGS, given, &at, &mut misfits),
            "sku" => sku = kept.member("sku", SKU, given, &at, &mut misfits),
            "zones" => zones = kept.member("zones", ZONES, given, &at, &mut misfits),
            "properties" => {
                let at = At::Member(&at, "properties");
                body = Body::read(&kind, given, &at, &mut misfits);
                kept.seen("properties", PROPERTIES, given, body.is_some());
            }
            other => kept.other(OTHERS, other, given),
        }
    }
    let findings = misfits.into_found();
    let findings = findings
        .into_iter()
        .map(|misfit| finding(&id, misfit))
        .collect();
    let resource = Resource {
        location,
        tags: tags.unwrap_or_default(),
        sku,
        zones: zones.unwrap_or_default(),
        body: body.unwrap_or_else(|| Body::empty(&kind)),
        extra: kept.into_extra(&ALWAYS),
        existing: false,
        id,
    };
    Ok((resource, findings))
}

fn read_location(given: &Value, misfits: &mut Misfits) -> Fit<String> {
    let at = At::Member(&At::Root, "location");
    match given {
        Value::Null => Fit::Not,
        Value::String(text) => {
            let normal = normal_location(text);
            if normal == *text {
                Fit::Whole(normal)
            } else {
                Fit::Partly(normal)
            }
        }
        _ => String::read(given, &at, misfits),
    }
}

/// `ARM002`: a value of the wrong type.
fn finding(id: &ResourceId, misfit: Misfit) -> Finding {
    let Misfit {
        pointer,
        expected,
        given,
        is_read,
    } = misfit;
    let name = pointer
        .rsplit('/')
        .find(|segment| segment.parse::<usize>().is_err())
        .unwrap_or("");
    let (severity, note) = if is_read {
        let note = "ARM converts it, other readers of the same JSON may not";
        (Severity::Hint, note)
    } else {
        let note = "it is kept as it came, and read as if it were not given";
        (Severity::Warning, note)
    };
    let message = format!("`{name}` of `{}` is {given}, not {expected}", id.short());
    Finding::at_place("ARM002", severity, message, id, pointer)
        .note(note)
        .help(format!("write {expected}"))
        .source("https://learn.microsoft.com/azure/templates/")
}

/// A region as ARM compares it: lower case, no spaces.
pub fn normal_location(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Reads resources as ARM answers them, and puts children that were given apart into their parents
/// ([`fold_children`]). What cannot be read becomes a finding.
pub fn import(values: &[Value]) -> (Topology, Vec<Finding>) {
    let mut topology = Topology::default();
    let mut findings = Vec::new();
    for value in values {
        match read(value) {
            Ok((resource, misfits)) => {
                findings.extend(misfits);
                topology.resources.insert(resource.id.clone(), resource);
            }
            Err(error) => {
                findings.push(
                    Finding::nowhere("ARM001", Severity::Error, error.to_string())
                        .note("the resource is left out of the topology")
                        .help("give it the `id` that ARM answers with"),
                );
            }
        }
    }
    fold_children(&mut topology);
    (topology, findings)
}

/// Writes one resource as ARM takes it in a PUT: without `id`, `name` and `type`.
pub fn body(resource: &Resource) -> Result<Value, serde_json::Error> {
    let mut value = export(resource)?;
    if let Some(members) = value.as_object_mut() {
        for name in ["id", "name", "type"] {
            members.shift_remove(name);
        }
    }
    Ok(value)
}

/// Writes one resource as ARM answers it, or as it was read.
pub fn export(resource: &Resource) -> Result<Value, serde_json::Error> {
    let Resource { id, extra, .. } = resource;
    let kind = id.arm_type();
    let location =
        extra.member_as(
            "location",
            LOCATION,
            &resource.location,
            |given| match read_location(given, &mut Misfits::default()) {
                Fit::Whole(location) | Fit::Partly(location) => Some(location),
                Fit::Not => None,
            },
        );
    let tags: &BTreeMap<String, String> = &resource.tags;
    let is_empty = resource.body == Body::empty(&kind);
    let properties = match extra.get("properties") {
        Some(original) if is_empty => Some(original.clone()),
        None if is_empty && extra.lacks(PROPERTIES) => None,
        _ => Some(resource.body.to_properties()),
    };
    let members = vec![
        ("id", extra.derived("id", ID, id.as_str())),
        ("name", extra.derived("name", NAME, id.name())),
        ("type", extra.derived("type", TYPE, &kind)),
        ("location", location),
        ("tags", extra.member("tags", TAGS, tags)),
        ("sku", extra.member("sku", SKU, &resource.sku)),
        ("zones", extra.member("zones", ZONES, &resource.zones)),
        ("", None),
        ("properties", properties),
    ];
    Ok(extra.write(OTHERS, members))
}

/// A resource that says nothing but who it is, to build on.
pub fn bare(id: &ResourceId) -> Value {
    json!({ "id": id, "name": id.name(), "type": id.arm_type() })
}

#[cfg(test)]
mod tests;
