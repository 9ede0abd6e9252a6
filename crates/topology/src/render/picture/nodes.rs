//! What stands in which subnet.

use super::{
    Arrow, Kind, Network, Node, Subnet, arrows::address_key, backends, key, overlapping,
    whereabouts,
};
use crate::model::{
    Body, Topology,
    addresses::{Addresses, Holder},
    id::ResourceId,
    network::SubnetProperties,
};
use std::collections::{BTreeMap, BTreeSet};

/// A node that is being gathered.
pub(super) struct Gathered {
    pub(super) title: String,
    pub(super) kind: Kind,
    pub(super) addresses: Vec<String>,
}

fn holder(holder: &Holder) -> (String, String, Kind) {
    let of = |id: &ResourceId, kind| (key(id), id.name().to_owned(), kind);
    match holder {
        Holder::Client(name) => (format!("client/{name}"), name.clone(), Kind::Client),
        Holder::Nic(id, _) => of(id, Kind::Nic),
        Holder::Frontend(id, _) => of(id, Kind::Balancer),
        Holder::Nat(id, _) => of(id, Kind::Service),
        Holder::Endpoint(id) => of(id, Kind::Endpoint),
        Holder::Unit(id, _) | Holder::Vip(id) | Holder::RegionalVip(id, _) => {
            of(id, Kind::ApiManagement)
        }
        Holder::Instance(id, ..) => of(id, Kind::ScaleSet),
    }
}

/// At most this many addresses are written out.
const SHOWN: usize = 3;

fn detail(addresses: &[String]) -> String {
    match addresses.len().saturating_sub(SHOWN) {
        0 => addresses.join(", "),
        more => {
            let shown: Vec<&str> = addresses.iter().take(SHOWN).map(String::as_str).collect();
            format!("{} +{more}", shown.join(", "))
        }
    }
}

pub(super) fn node(key: String, gathered: Gathered) -> Node {
    Node {
        keys: vec![key],
        title: gathered.title,
        kind: gathered.kind,
        detail: detail(&gathered.addresses),
        rank: 0,
    }
}

/// What stands where.
pub(super) struct Placed {
    pub(super) networks: Vec<Network>,
    /// Every key that arrows may lead to.
    pub(super) known: BTreeSet<String>,
    /// Keys of addresses, and of what holds them.
    pub(super) holders: BTreeMap<String, String>,
}

/// All networks with what stands in them.
pub(super) fn networks(topology: &Topology, arrows: &BTreeSet<Arrow>) -> Placed {
    let addresses = Addresses::of(topology);
    let mut by_subnet: BTreeMap<String, Vec<(String, Gathered)>> = BTreeMap::new();
    let mut index: BTreeMap<(String, String), usize> = BTreeMap::new();
    let mut holders: BTreeMap<String, String> = BTreeMap::new();
    for (held, subnet, address) in addresses.iter() {
        let (own, title, kind) = holder(held);
        let home = key(subnet);
        if let Some(network) = subnet.parent() {
            holders.insert(address_key(&network, &address.to_string()), own.clone());
        }
        let things = by_subnet.entry(home.clone()).or_default();
        let at = *index.entry((home, own.clone())).or_insert(things.len());
        match things.get_mut(at) {
            Some((_, thing)) => thing.addresses.push(address.to_string()),
            None => things.push((
                own,
                Gathered {
                    title,
                    kind,
                    addresses: vec![address.to_string()],
                },
            )),
        }
    }
    let elsewhere = backends::place(topology, arrows, &mut holders, &mut by_subnet);
    bare_addresses(topology, arrows, &holders, &mut by_subnet);
    let mut placed: BTreeSet<String> = by_subnet
        .values()
        .flatten()
        .map(|(key, _)| key.clone())
        .collect();
    let mut apart: BTreeMap<String, Vec<(&ResourceId, &SubnetProperties)>> = BTreeMap::new();
    for resource in topology.resources.values() {
        if let (Body::Subnet(inner), Some(network)) = (&resource.body, resource.id.parent()) {
            apart
                .entry(key(&network))
                .or_default()
                .push((&resource.id, inner));
        }
    }
    let mut networks = Vec::new();
    let mut spaces = Vec::new();
    for (resource, body) in topology.virtual_networks() {
        spaces.push(body.address_space.prefixes().collect::<Vec<_>>());
        let mut details: Vec<String> = body
            .address_space
            .address_prefixes
            .iter()
            .map(ToString::to_string)
            .collect();
        details.extend(whereabouts(
            topology,
            &resource.id,
            resource.location.as_deref(),
        ));
        let mut subnets: Vec<Subnet> = body
            .subnets
            .iter()
            .map(|child| {
                let id = resource.id.child("subnets", &child.name);
                subnet(&id, &child.properties, by_subnet.remove(&key(&id)))
            })
            .collect();
        for (id, inner) in apart.remove(&key(&resource.id)).into_iter().flatten() {
            let things = by_subnet.remove(&key(id));
            subnets.push(subnet(id, inner, things));
        }
        networks.push(Network {
            key: key(&resource.id),
            title: resource.id.name().to_owned(),
            details,
            overlaps: Vec::new(),
            subnets,
            lane: 0,
        });
    }
    let names: Vec<String> = networks
        .iter()
        .map(|network| network.title.clone())
        .collect();
    for (one, other) in overlapping(&spaces) {
        for (at, with) in [(one, other), (other, one)] {
            if let (Some(network), Some(name)) = (networks.get_mut(at), names.get(with)) {
                network.overlaps.push(name.clone());
            }
        }
    }
    networks.extend(outside(topology, &placed));
    networks.extend(elsewhere);
    for network in &networks {
        placed.extend(network.subnets.iter().map(|subnet| subnet.key.clone()));
        let nodes = network.subnets.iter().flat_map(|subnet| &subnet.nodes);
        placed.extend(nodes.flat_map(|node| node.keys.iter().cloned()));
    }
    Placed {
        networks,
        known: placed,
        holders,
    }
}

/// Addresses that something leads to. One that is held by something of the picture is that thing,
/// and its arrow goes there.
fn bare_addresses(
    topology: &Topology,
    arrows: &BTreeSet<Arrow>,
    holders: &BTreeMap<String, String>,
    by_subnet: &mut BTreeMap<String, Vec<(String, Gathered)>>,
) {
    let wanted: BTreeSet<&str> = arrows
        .iter()
        .map(|arrow| arrow.to.as_str())
        .filter(|to| to.contains('#') && !holders.contains_key(*to))
        .collect();
    for to in wanted {
        let Some((network, text)) = to.split_once('#') else {
            continue;
        };
        let (Ok(network), Ok(address)) = (
            network.parse::<ResourceId>(),
            text.parse::<std::net::Ipv4Addr>(),
        ) else {
            continue;
        };
        let home = topology.virtual_network(&network).and_then(|(_, body)| {
            body.subnets.iter().find(|child| {
                child
                    .properties
                    .prefixes()
                    .any(|prefix| prefix.contains(address))
            })
        });
        if let Some(child) = home {
            let id = network.child("subnets", &child.name);
            by_subnet.entry(key(&id)).or_default().push((
                to.to_owned(),
                Gathered {
                    title: text.to_owned(),
                    kind: Kind::Address,
                    addresses: Vec::new(),
                },
            ));
        }
    }
}

fn subnet(
    id: &ResourceId,
    properties: &SubnetProperties,
    things: Option<Vec<(String, Gathered)>>,
) -> Subnet {
    let ranges: Vec<String> = properties.ranges().map(|range| range.to_string()).collect();
    let mut notes = Vec::new();
    for (word, reference) in [
        ("NSG", &properties.network_security_group),
        ("routes", &properties.route_table),
        ("NAT gateway", &properties.nat_gateway),
    ] {
        if let Some(reference) = reference {
            notes.push(format!("{word} {}", reference.id.name()));
        }
    }
    if let Some(service) = properties.delegated_to() {
        notes.push(format!("delegated to {service}"));
    }
    Subnet {
        key: key(id),
        title: format!("{} {}", id.name(), ranges.join(", ")),
        notes,
        nodes: things
            .into_iter()
            .flatten()
            .map(|(key, thing)| node(key, thing))
            .collect(),
    }
}

/// What stands in no network: public addresses, NAT gateways, platform services that a private
/// endpoint leads to, and whatever has no subnet.
fn outside(topology: &Topology, placed: &BTreeSet<String>) -> Vec<Network> {
    let mut targets: BTreeMap<String, ResourceId> = BTreeMap::new();
    for (_, body) in topology.private_endpoints() {
        for connection in body.connections() {
            if let Ok(id) = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
            {
                targets.insert(key(&id), id);
            }
        }
    }
    let mut by_subscription: BTreeMap<String, Vec<(String, Gathered)>> = BTreeMap::new();
    let mut add = |id: &ResourceId, kind, addresses| {
        if !placed.contains(&key(id)) {
            by_subscription
                .entry(super::key_of(topology, id.subscription()))
                .or_default()
                .push((
                    key(id),
                    Gathered {
                        title: id.name().to_owned(),
                        kind,
                        addresses,
                    },
                ));
        }
    };
    for resource in topology.resources.values() {
        let kind = match &resource.body {
            Body::NatGateway(_) => Kind::NatGateway,
            Body::PublicIpAddress(address) => {
                let known = address.ip_address.map(|known| known.to_string());
                add(&resource.id, Kind::PublicIp, known.into_iter().collect());
                continue;
            }
            Body::ApiManagement(_) => Kind::ApiManagement,
            Body::LoadBalancer(_) => Kind::Balancer,
            Body::PrivateLinkService(_) => Kind::Service,
            Body::PrivateEndpoint(_) => Kind::Endpoint,
            Body::VirtualMachineScaleSet(_) => Kind::ScaleSet,
            _ => continue,
        };
        add(&resource.id, kind, Vec::new());
    }
    // A service of another owner is known by its id alone.
    for id in targets.values() {
        if topology
            .resources
            .get(id)
            .is_some_and(|found| !matches!(found.body, Body::Opaque(_)))
        {
            continue;
        }
        let arm_type = id.arm_type();
        let words = arm_type.rsplit('/').next().unwrap_or_default().to_owned();
        let kind = if id.is_type("Microsoft.Network/privateLinkServices") {
            Kind::Service
        } else {
            Kind::Target
        };
        add(id, kind, vec![words]);
    }
    by_subscription
        .into_iter()
        .map(|(subscription, things)| Network {
            key: format!("outside/{subscription}"),
            title: "Outside of networks".to_owned(),
            details: vec![format!("subscription {subscription}")],
            overlaps: Vec::new(),
            subnets: vec![Subnet {
                key: String::new(),
                title: String::new(),
                notes: Vec::new(),
                nodes: things
                    .into_iter()
                    .map(|(key, thing)| node(key, thing))
                    .collect(),
            }],
            lane: 0,
        })
        .collect()
}
