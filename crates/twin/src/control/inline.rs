//! Children that live inside their parent's JSON: subnets, security rules, the parts of a load
//! balancer, connections of a Private Link Service.

use super::error::ArmError;
use serde_json::{Map, Value, json};
use topology::ResourceId;

/// Parent type, the child's segment in ids, and where the list stands.
const INLINE: &[(&str, &str, &str)] = &[
    (
        "Microsoft.Network/virtualNetworks",
        "subnets",
        "/properties/subnets",
    ),
    (
        "Microsoft.Network/networkSecurityGroups",
        "securityRules",
        "/properties/securityRules",
    ),
    (
        "Microsoft.Network/routeTables",
        "routes",
        "/properties/routes",
    ),
    (
        "Microsoft.Network/loadBalancers",
        "frontendIPConfigurations",
        "/properties/frontendIPConfigurations",
    ),
    (
        "Microsoft.Network/loadBalancers",
        "backendAddressPools",
        "/properties/backendAddressPools",
    ),
    (
        "Microsoft.Network/loadBalancers",
        "loadBalancingRules",
        "/properties/loadBalancingRules",
    ),
    (
        "Microsoft.Network/loadBalancers",
        "probes",
        "/properties/probes",
    ),
    (
        "Microsoft.Network/networkInterfaces",
        "ipConfigurations",
        "/properties/ipConfigurations",
    ),
    (
        "Microsoft.Network/privateLinkServices",
        "ipConfigurations",
        "/properties/ipConfigurations",
    ),
    (
        "Microsoft.Network/privateLinkServices",
        "privateEndpointConnections",
        "/properties/privateEndpointConnections",
    ),
];

/// Children that may be put and deleted on their own.
const WRITABLE: &[&str] = &["subnets", "securityRules", "routes"];

/// Where a child's list stands in its parent, if the id is that of an inline child.
pub(crate) fn pointer(id: &ResourceId) -> Option<(ResourceId, &'static str, &'static str)> {
    let parent = id.parent()?;
    let kind = id.arm_type();
    let segment = kind.rsplit('/').next()?;
    let found = INLINE
        .iter()
        .find(|(of, child, _)| parent.is_type(of) && child.eq_ignore_ascii_case(segment));
    found.map(|(_, child, pointer)| (parent, *child, *pointer))
}

/// Whether the child may be written on its own.
pub(crate) fn is_writable(segment: &str) -> bool {
    WRITABLE.contains(&segment)
}

/// Gives ids, types and states to the children of a resource.
pub(crate) fn complete(id: &ResourceId, value: &mut Value) -> Result<(), ArmError> {
    for (of, segment, pointer) in INLINE.iter().filter(|(of, _, _)| id.is_type(of)) {
        let Some(list) = value.pointer_mut(pointer) else {
            continue;
        };
        if list.is_null() {
            *list = json!([]);
        }
        let Some(list) = list.as_array_mut() else {
            return Err(ArmError::bad(
                "InvalidRequestFormat",
                format!("Cannot parse the request: {pointer} is no list."),
            ));
        };
        for child in list {
            let Some(name) = child
                .get("name")
                .and_then(Value::as_str)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
            else {
                return Err(ArmError::bad(
                    "InvalidRequestFormat",
                    format!("Cannot parse the request: an item of {pointer} has no name."),
                ));
            };
            let Some(map) = child.as_object_mut() else {
                continue;
            };
            map.insert("id".to_owned(), json!(id.child(segment, &name)));
            map.insert("type".to_owned(), json!(format!("{of}/{segment}")));
            let properties = map.entry("properties").or_insert_with(|| json!({}));
            if let Some(properties) = properties.as_object_mut() {
                properties.insert("provisioningState".to_owned(), json!("Succeeded"));
                defaults(segment, properties);
            }
        }
    }
    Ok(())
}

/// What Azure fills in.
fn defaults(segment: &str, properties: &mut Map<String, Value>) {
    let given: &[(&str, Value)] = match segment {
        "subnets" => &[
            ("privateEndpointNetworkPolicies", json!("Disabled")),
            ("privateLinkServiceNetworkPolicies", json!("Enabled")),
            ("delegations", json!([])),
        ],
        "loadBalancingRules" => &[
            ("idleTimeoutInMinutes", json!(4)),
            ("enableFloatingIP", json!(false)),
            ("enableTcpReset", json!(false)),
            ("loadDistribution", json!("Default")),
        ],
        "probes" => &[
            ("intervalInSeconds", json!(15)),
            ("numberOfProbes", json!(1)),
            ("probeThreshold", json!(1)),
        ],
        _ => &[],
    };
    for (name, value) in given {
        if properties.get(*name).is_none_or(Value::is_null) {
            properties.insert((*name).to_owned(), value.clone());
        }
    }
}
