//! Children that were given apart from their parents.
//!
//! A template may deploy a subnet, a rule or a pool as a resource of its own; ARM then answers with
//! it inside its parent. The rest of the model looks for it there only.

use super::{Body, Extra, Resource, Topology, id::ResourceId, network::Child};
use serde_json::json;
use std::collections::{HashMap, HashSet};

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
    (
        "Microsoft.Network/loadBalancers/inboundNatRules",
        "inboundNatRules",
    ),
    (
        "Microsoft.Network/privateLinkServices/privateEndpointConnections",
        "privateEndpointConnections",
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

/// Puts children that were given apart into the list of their parent, where the parent is in the
/// topology. One that the parent lists too is replaced, as a later PUT would. Where they came from
/// is known under both ids afterwards.
///
/// A child whose parent is missing stays what it is.
pub fn fold_children(topology: &mut Topology) {
    let given: Vec<(ResourceId, ResourceId, &'static str)> = topology
        .resources
        .keys()
        .filter_map(|id| {
            let (parent, list) = inline_parent(id)?;
            Some((id.clone(), parent, list))
        })
        .collect();
    let mut folded = HashSet::new();
    let mut positions: HashMap<(ResourceId, &'static str), HashMap<String, usize>> = HashMap::new();
    for (id, parent_id, list) in given {
        let Some(child) = topology.resources.get(&id).cloned() else {
            continue;
        };
        let Some(parent) = topology.resources.get_mut(&parent_id) else {
            continue;
        };
        let positions = positions
            .entry((parent_id.clone(), list))
            .or_insert_with(|| names(&parent.body, list));
        let Some(position) = put(&mut parent.body, child, positions) else {
            continue;
        };
        let at = format!("/properties/{list}/{position}");
        topology.provenance.fold(&id, &parent_id, at);
        folded.insert(id);
    }
    topology.resources.retain(|id, _| !folded.contains(id));
}

fn names(body: &Body, list: &str) -> HashMap<String, usize> {
    fn of<P>(children: &[Child<P>]) -> HashMap<String, usize> {
        let names = children.iter().map(|child| child.name.to_ascii_lowercase());
        names.zip(0..).collect()
    }
    match (body, list) {
        (Body::VirtualNetwork(network), "subnets") => of(&network.subnets),
        (Body::VirtualNetwork(network), _) => of(&network.virtual_network_peerings),
        (Body::NetworkSecurityGroup(group), _) => of(&group.security_rules),
        (Body::RouteTable(table), _) => of(&table.routes),
        (Body::LoadBalancer(balancer), "inboundNatRules") => of(&balancer.inbound_nat_rules),
        (Body::LoadBalancer(balancer), _) => of(&balancer.backend_address_pools),
        (Body::PrivateLinkService(service), _) => of(&service.private_endpoint_connections),
        _ => HashMap::new(),
    }
}

/// Puts a child into its parent; its index, or `None` if they do not belong together.
fn put(
    parent: &mut Body,
    child: Resource,
    positions: &mut HashMap<String, usize>,
) -> Option<usize> {
    let (body, child) = apart(child);
    match (parent, body) {
        (Body::VirtualNetwork(network), Body::Subnet(subnet)) => {
            Some(replace(&mut network.subnets, child.with(subnet), positions))
        }
        (Body::VirtualNetwork(network), Body::VirtualNetworkPeering(peering)) => {
            let list = &mut network.virtual_network_peerings;
            Some(replace(list, child.with(peering), positions))
        }
        (Body::NetworkSecurityGroup(group), Body::SecurityRule(rule)) => Some(replace(
            &mut group.security_rules,
            child.with(rule),
            positions,
        )),
        (Body::RouteTable(table), Body::Route(route)) => {
            Some(replace(&mut table.routes, child.with(route), positions))
        }
        (Body::LoadBalancer(balancer), Body::BackendAddressPool(pool)) => {
            let list = &mut balancer.backend_address_pools;
            Some(replace(list, child.with(pool), positions))
        }
        (Body::LoadBalancer(balancer), Body::InboundNatRule(rule)) => {
            let list = &mut balancer.inbound_nat_rules;
            Some(replace(list, child.with(rule), positions))
        }
        (Body::PrivateLinkService(service), Body::PrivateEndpointConnection(connection)) => {
            let list = &mut service.private_endpoint_connections;
            Some(replace(list, child.with(connection), positions))
        }
        _ => None,
    }
}

/// A child without its properties.
struct Shell {
    id: ResourceId,
    zones: Vec<String>,
    extra: Extra,
}

impl Shell {
    fn with<P>(self, properties: P) -> Child<P> {
        Child {
            name: self.id.name().to_owned(),
            id: Some(self.id),
            zones: self.zones,
            properties,
            extra: self.extra,
        }
    }
}

/// What a resource keeps under these names is how they were given there, and not the child's.
const OWN: [&str; 7] = [
    "id",
    "name",
    "type",
    "location",
    "tags",
    "sku",
    "properties",
];

fn apart(resource: Resource) -> (Body, Shell) {
    let Resource {
        id,
        location,
        tags,
        sku,
        zones,
        body,
        extra,
        existing: _,
    } = resource;
    let mut rest: Extra = extra
        .into_iter()
        .filter(|(name, _)| !OWN.contains(&name.as_str()))
        .collect();
    if let Some(location) = location {
        rest.insert("location".to_owned(), json!(location));
    }
    if !tags.is_empty() {
        rest.insert("tags".to_owned(), json!(tags));
    }
    if let Some(sku) = sku {
        rest.insert("sku".to_owned(), json!(sku));
    }
    let extra = rest;
    (body, Shell { id, zones, extra })
}

fn replace<P>(
    list: &mut Vec<Child<P>>,
    child: Child<P>,
    positions: &mut HashMap<String, usize>,
) -> usize {
    let key = child.name.to_ascii_lowercase();
    if let Some(position) = positions.get(&key)
        && let Some(known) = list.get_mut(*position)
    {
        *known = child;
        return *position;
    }
    let position = list.len();
    positions.insert(key, position);
    list.push(child);
    position
}
