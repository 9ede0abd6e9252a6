//! What stands where and who connects to whom: what every picture shows.

use crate::model::{
    Topology,
    addresses::{Addresses, Holder},
    id::ResourceId,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// One thing that stands in a subnet.
pub(super) struct Thing {
    pub(super) key: String,
    pub(super) title: String,
    pub(super) kind: &'static str,
    pub(super) addresses: Vec<Ipv4Addr>,
}

/// Things by network and subnet, and the arrows between them, by key.
pub(super) struct Picture {
    pub(super) networks: Vec<(ResourceId, Vec<(ResourceId, String, Vec<Thing>)>)>,
    pub(super) arrows: Vec<(String, String)>,
}

fn key(holder: &Holder) -> (String, String, &'static str) {
    let of = |id: &ResourceId, kind| (id.as_str().to_ascii_lowercase(), id.name().to_owned(), kind);
    match holder {
        Holder::Client(name) => (format!("client/{name}"), name.clone(), "client"),
        Holder::Nic(id, _) => of(id, "network interface"),
        Holder::Frontend(id, _) => of(id, "load balancer"),
        Holder::Nat(id, _) => of(id, "Private Link Service"),
        Holder::Endpoint(id) => of(id, "private endpoint"),
        Holder::Unit(id, _) | Holder::Vip(id) => of(id, "API Management"),
        Holder::Instance(id, ..) => of(id, "scale set"),
    }
}

impl Picture {
    pub(super) fn of(topology: &Topology) -> Self {
        let addresses = Addresses::of(topology);
        let mut by_subnet: BTreeMap<ResourceId, Vec<Thing>> = BTreeMap::new();
        for (holder, subnet, address) in addresses.iter() {
            let (key, title, kind) = key(holder);
            let things = by_subnet.entry(subnet.clone()).or_default();
            match things.iter_mut().find(|thing| thing.key == key) {
                Some(thing) => thing.addresses.push(address),
                None => things.push(Thing {
                    key,
                    title,
                    kind,
                    addresses: vec![address],
                }),
            }
        }
        // The consumer's side first, as the connection goes.
        let has_client = |network: &ResourceId| {
            topology
                .clients
                .values()
                .any(|client| client.subnet.parent().as_ref() == Some(network))
        };
        let mut networks: Vec<_> = topology
            .virtual_networks()
            .map(|(network, body)| {
                let subnets = body
                    .subnets
                    .iter()
                    .map(|subnet| {
                        let id = network.id.child("subnets", &subnet.name);
                        let range = subnet
                            .properties
                            .prefixes()
                            .map(|prefix| prefix.to_string())
                            .collect::<Vec<_>>()
                            .join(", ");
                        let things = by_subnet.remove(&id).unwrap_or_default();
                        (id, format!("{} {range}", subnet.name), things)
                    })
                    .collect::<Vec<_>>();
                (network.id.clone(), subnets)
            })
            .collect();
        networks.sort_by_key(|(network, _)| !has_client(network));
        Self {
            networks,
            arrows: arrows(topology),
        }
    }
}

/// Who connects to whom.
fn arrows(topology: &Topology) -> Vec<(String, String)> {
    let folded = |id: &ResourceId| id.as_str().to_ascii_lowercase();
    let mut found = BTreeSet::new();
    for (endpoint, body) in topology.private_endpoints() {
        let network = body.subnet.as_ref().and_then(|sub| sub.id.parent());
        for client in topology
            .clients
            .values()
            .filter(|client| client.subnet.parent() == network)
        {
            found.insert((format!("client/{}", client.name), folded(&endpoint.id)));
        }
        for connection in body.connections() {
            if let Ok(service) = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
            {
                found.insert((folded(&endpoint.id), folded(&service)));
            }
        }
    }
    for (service, body) in topology.private_link_services() {
        for balancer in body
            .load_balancer_frontend_ip_configurations
            .iter()
            .filter_map(|frontend| frontend.id.parent())
        {
            found.insert((folded(&service.id), folded(&balancer)));
        }
    }
    for (nic, body) in topology.network_interfaces() {
        let pools = body
            .ip_configurations
            .iter()
            .flat_map(|config| &config.properties.load_balancer_backend_address_pools);
        for balancer in pools.filter_map(|pool| pool.id.parent()) {
            found.insert((folded(&balancer), folded(&nic.id)));
        }
    }
    for (_, machine) in topology.virtual_machines() {
        let (Some(nic), Some(relay)) = (
            machine.network_profile.network_interfaces.first(),
            machine.relay(),
        ) else {
            continue;
        };
        for upstream in relay.listeners.iter().flat_map(|listener| &listener.to) {
            let host = upstream
                .rsplit_once(':')
                .map_or(upstream.as_str(), |(host, _)| host);
            for (service, _) in topology.api_managements() {
                if host.eq_ignore_ascii_case(&format!("{}.azure-api.net", service.id.name())) {
                    found.insert((folded(&nic.id), folded(&service.id)));
                }
            }
        }
    }
    found.into_iter().collect()
}
