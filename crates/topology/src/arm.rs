//! ARM JSON in and out.
//!
//! Reading keeps what it does not know; writing gives back what was read.

pub mod template;

use crate::{
    finding::{Finding, Severity},
    model::{Body, Extra, Resource, Sku, Topology, id::ResourceId},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Why a JSON value is no resource that the model can hold.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// No `id`, or one that cannot be read.
    #[error("the resource has no readable `id`")]
    Id,
    /// `properties` do not fit the type.
    #[error("`{id}` does not fit its type")]
    Properties {
        /// The resource.
        id: ResourceId,
        /// What does not fit.
        #[source]
        source: serde_json::Error,
    },
}

/// Reads one resource as ARM answers it.
pub fn resource(value: &Value) -> Result<Resource, ImportError> {
    let mut members = value.as_object().cloned().unwrap_or_default();
    let id: ResourceId = members
        .shift_remove("id")
        .and_then(|id| id.as_str().and_then(|text| text.parse().ok()))
        .ok_or(ImportError::Id)?;
    members.shift_remove("name");
    members.shift_remove("type");
    let properties = members
        .shift_remove("properties")
        .unwrap_or_else(|| json!({}));
    let body = Body::from_properties(&id.arm_type(), properties).map_err(|source| {
        ImportError::Properties {
            id: id.clone(),
            source,
        }
    })?;
    let location = members
        .shift_remove("location")
        .and_then(|value| value.as_str().map(normal_location));
    let tags = members
        .shift_remove("tags")
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default();
    let sku = members
        .shift_remove("sku")
        .and_then(|value| serde_json::from_value::<Sku>(value).ok());
    let zones = members
        .shift_remove("zones")
        .and_then(|value| serde_json::from_value(value).ok())
        .unwrap_or_default();
    Ok(Resource {
        id,
        location,
        tags,
        sku,
        zones,
        body,
        extra: members,
        existing: false,
    })
}

/// Children that the model keeps in a list of their parent: type of the child, list in the parent's
/// `properties`.
const INLINE: &[(&str, &str)] = &[
    ("Microsoft.Network/virtualNetworks/subnets", "subnets"),
    (
        "Microsoft.Network/virtualNetworks/virtualNetworkPeerings",
        "virtualNetworkPeerings",
    ),
    (
        "Microsoft.Network/networkSecurityGroups/securityRules",
        "securityRules",
    ),
    ("Microsoft.Network/routeTables/routes", "routes"),
    (
        "Microsoft.Network/loadBalancers/backendAddressPools",
        "backendAddressPools",
    ),
];

/// The resource in whose JSON a child stands inline, and the list in its `properties`; `None` for
/// what is a resource of its own.
pub fn inline_parent(id: &ResourceId) -> Option<(ResourceId, &'static str)> {
    let kind = id.arm_type();
    let (_, list) = INLINE
        .iter()
        .find(|(child, _)| child.eq_ignore_ascii_case(&kind))?;
    Some((id.parent()?, list))
}

/// A region as ARM compares it: lower case, no spaces.
pub fn normal_location(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .flat_map(char::to_lowercase)
        .collect()
}

/// Reads resources as ARM answers them; what cannot be read becomes a finding.
pub fn import(values: &[Value]) -> (Topology, Vec<Finding>) {
    let mut topology = Topology::default();
    let mut findings = Vec::new();
    for value in values {
        match resource(value) {
            Ok(resource) => {
                topology.resources.insert(resource.id.clone(), resource);
            }
            Err(error) => {
                let mut message = error.to_string();
                if let Some(source) = std::error::Error::source(&error) {
                    message = format!("{message}: {source}");
                }
                findings.push(Finding {
                    related: Vec::new(),
                    fix: None,
                    code: "ARM001",
                    severity: Severity::Error,
                    message,
                    span: None,
                    place: None,
                    note: "the resource is left out of the topology".to_owned(),
                    help: "export it again, or report the property that is not understood"
                        .to_owned(),
                    source: "",
                });
            }
        }
    }
    (topology, findings)
}

/// Writes one resource as ARM takes it in a PUT.
pub fn body(resource: &Resource) -> Result<Value, serde_json::Error> {
    let mut members: Map<String, Value> = Extra::new();
    if let Some(location) = &resource.location {
        members.insert("location".to_owned(), json!(location));
    }
    if !resource.tags.is_empty() {
        let tags: &BTreeMap<String, String> = &resource.tags;
        members.insert("tags".to_owned(), json!(tags));
    }
    if let Some(sku) = &resource.sku {
        members.insert("sku".to_owned(), serde_json::to_value(sku)?);
    }
    if !resource.zones.is_empty() {
        members.insert("zones".to_owned(), json!(resource.zones));
    }
    members.extend(resource.extra.clone());
    members.insert("properties".to_owned(), resource.body.to_properties()?);
    Ok(Value::Object(members))
}

/// Writes one resource as ARM answers it: the body with `id`, `name` and `type`.
pub fn export(resource: &Resource) -> Result<Value, serde_json::Error> {
    let mut members = Map::new();
    members.insert("id".to_owned(), json!(resource.id));
    members.insert("name".to_owned(), json!(resource.id.name()));
    members.insert("type".to_owned(), json!(resource.id.arm_type()));
    if let Value::Object(body) = body(resource)? {
        members.extend(body);
    }
    Ok(Value::Object(members))
}
