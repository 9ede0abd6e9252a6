//! Resources as Azure, its CLI and Resource Graph answer them.
//!
//! ARM nests what is particular to a type under `properties`. Many commands of the CLI print it
//! without that nesting, at the resource and at what is listed in it; here it is put back. What a
//! member is called does not depend on the command's age: see [`super::canonical`].

use super::{Given, world::World};
use crate::source::{
    Span,
    json::{Member, Node, Value},
};
use serde_json::{Map, Value as Json};

/// Members of every resource; the others stand in `properties`.
const OUTSIDE: [&str; 16] = [
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "zones",
    "kind",
    "identity",
    "plan",
    "etag",
    "extendedLocation",
    "managedBy",
    "systemData",
    "properties",
    "apiVersion",
];

/// Members of something that is listed in a resource; the others stand in its `properties`.
const OUTSIDE_CHILD: [&str; 6] = ["id", "name", "type", "etag", "zones", "properties"];

/// Lists in `properties` whose items have `properties` of their own.
const CHILDREN: [&str; 28] = [
    "subnets",
    "securityRules",
    "defaultSecurityRules",
    "routes",
    "virtualNetworkPeerings",
    "ipConfigurations",
    "frontendIPConfigurations",
    "backendAddressPools",
    "loadBalancerBackendAddresses",
    "loadBalancingRules",
    "probes",
    "inboundNatRules",
    "inboundNatPools",
    "outboundRules",
    "privateLinkServiceConnections",
    "manualPrivateLinkServiceConnections",
    "privateEndpointConnections",
    "privateDnsZoneConfigs",
    "delegations",
    "networkInterfaces",
    "networkInterfaceConfigurations",
    "serviceAssociationLinks",
    "resourceNavigationLinks",
    "serviceEndpointPolicies",
    "serviceEndpointPolicyDefinitions",
    "ipConfigurationProfiles",
    "backendIPConfigurations",
    "gatewayIPConfigurations",
];

/// What the CLI and Resource Graph put beside a resource's own members.
const ADDED: [&str; 4] = ["resourceGroup", "subscriptionId", "tenantId", "apiVersion"];

/// Takes over a resource.
pub(super) fn resource(world: &mut World<'_>, node: &Node) {
    let is_flat = node.get("properties").is_none() && has_particulars(node);
    let mut reader = Reader {
        spans: Vec::new(),
        is_flat,
    };
    let mut members = Map::new();
    let mut inside: Vec<&Member> = Vec::new();
    reader.spans.push((String::new(), node.span));
    for member in node.members().unwrap_or(&[]) {
        let key = member.key.value.as_str();
        let is = |name: &&str| name.eq_ignore_ascii_case(key);
        if ADDED.iter().any(is) || is_nothing(&member.value) {
            continue;
        }
        match OUTSIDE.iter().find(|name| is(name)) {
            None if is_flat => inside.push(member),
            known => {
                let key = known.map_or(key, |known| known);
                let pointer = format!("/{key}");
                members.insert(key.to_owned(), reader.value(&member.value, pointer, key));
            }
        }
    }
    if is_flat {
        let mut properties = Map::new();
        reader.spans.push(("/properties".to_owned(), node.span));
        for member in inside {
            let key = &member.key.value;
            let pointer = format!("/properties/{}", escaped(key));
            properties.insert(key.clone(), reader.value(&member.value, pointer, key));
        }
        members.insert("properties".to_owned(), properties.into());
    }
    if !members.contains_key("properties") {
        world.without_properties(node.first());
    }
    world.add(Given {
        json: members.into(),
        spans: reader.spans,
        is_observed: true,
    });
}

/// Whether something stands beside the members that every resource has.
fn has_particulars(node: &Node) -> bool {
    node.members().unwrap_or(&[]).iter().any(|member| {
        let key = member.key.value.as_str();
        let is = |name: &&str| name.eq_ignore_ascii_case(key);
        !OUTSIDE.iter().any(is) && !ADDED.iter().any(is) && !is_nothing(&member.value)
    })
}

/// `null`, and the empty text that Resource Graph gives for what is not set.
fn is_nothing(node: &Node) -> bool {
    match &node.value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        _ => false,
    }
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

struct Reader {
    spans: Vec<(String, Span)>,
    /// Whether `properties` have to be put back.
    is_flat: bool,
}

impl Reader {
    fn value(&mut self, node: &Node, pointer: String, key: &str) -> Json {
        let json = match &node.value {
            Value::Array(items) => {
                let is_list =
                    self.is_flat && CHILDREN.iter().any(|name| name.eq_ignore_ascii_case(key));
                self.spans.push((pointer.clone(), node.span));
                let items = items.iter().filter(|item| item.value != Value::Null);
                return items
                    .enumerate()
                    .map(|(at, item)| {
                        let pointer = format!("{pointer}/{at}");
                        if is_list && is_child(item) {
                            self.child(item, &pointer)
                        } else {
                            self.value(item, pointer, "")
                        }
                    })
                    .collect();
            }
            Value::Object(members) => {
                self.spans.push((pointer.clone(), node.span));
                let has_id = node.get("id").is_some();
                let mut out = Map::new();
                for member in members {
                    let key = &member.key.value;
                    let is_added = has_id && key == "resourceGroup";
                    if member.value.value == Value::Null || is_added {
                        continue;
                    }
                    let pointer = format!("{pointer}/{}", escaped(key));
                    out.insert(key.clone(), self.value(&member.value, pointer, key));
                }
                return out.into();
            }
            _ => node.to_json(),
        };
        self.spans.push((pointer, node.span));
        json
    }

    /// Something that is listed in a resource, its `properties` put back.
    fn child(&mut self, node: &Node, pointer: &str) -> Json {
        self.spans.push((pointer.to_owned(), node.span));
        let mut out = Map::new();
        let mut properties = Map::new();
        let at = format!("{pointer}/properties");
        self.spans.push((at.clone(), node.span));
        for member in node.members().unwrap_or(&[]) {
            let key = &member.key.value;
            if member.value.value == Value::Null || key == "resourceGroup" {
                continue;
            }
            let is_outside = OUTSIDE_CHILD
                .iter()
                .any(|name| name.eq_ignore_ascii_case(key));
            let (into, base) = if is_outside {
                (&mut out, pointer)
            } else {
                (&mut properties, at.as_str())
            };
            let pointer = format!("{base}/{}", escaped(key));
            into.insert(key.clone(), self.value(&member.value, pointer, key));
        }
        out.insert("properties".to_owned(), properties.into());
        out.into()
    }
}

/// Whether a listed thing has lost its `properties`: it has more than a reference has.
fn is_child(node: &Node) -> bool {
    let members = node.members().unwrap_or(&[]);
    node.get("properties").is_none()
        && members.iter().any(|member| {
            let key = &member.key.value;
            let is_outside = OUTSIDE_CHILD
                .iter()
                .any(|name| name.eq_ignore_ascii_case(key));
            !is_outside && key != "resourceGroup" && member.value.value != Value::Null
        })
}
