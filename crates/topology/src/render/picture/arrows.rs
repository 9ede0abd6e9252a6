//! Who connects to whom, and where what goes out leaves.

use super::{Arrow, Way, backends, key};
use crate::model::{
    Body, Topology, api_management::ApiManagement, id::ResourceId, network::SubResource,
    relay::RelayConfig,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// More connections than this between the clients and the endpoints of one network are not drawn.
const MANY: usize = 200;

pub(super) fn all(topology: &Topology) -> BTreeSet<Arrow> {
    let mut found = BTreeSet::new();
    let mut add = |from: String, to: String, way| {
        found.insert(Arrow { from, to, way });
    };
    endpoints(topology, &mut add);
    services(topology, &mut add);
    balancers(topology, &mut add);
    relays(topology, &mut add);
    outbound(topology, &mut add);
    found
}

type Add<'a> = &'a mut dyn FnMut(String, String, Way);

fn endpoints(topology: &Topology, add: Add<'_>) {
    let mut clients: BTreeMap<ResourceId, Vec<&str>> = BTreeMap::new();
    for client in topology.clients.values() {
        if let Some(network) = client.subnet.parent() {
            clients.entry(network).or_default().push(&client.name);
        }
    }
    let mut drawn: BTreeMap<ResourceId, usize> = BTreeMap::new();
    for (endpoint, body) in topology.private_endpoints() {
        let network = body.subnet.as_ref().and_then(|subnet| subnet.id.parent());
        for client in network
            .iter()
            .filter_map(|network| clients.get(network))
            .flatten()
        {
            let count = network
                .clone()
                .map(|network| drawn.entry(network).or_default());
            if let Some(count) = count {
                *count = count.saturating_add(1);
                if *count > MANY {
                    break;
                }
            }
            add(format!("client/{client}"), key(&endpoint.id), Way::Connects);
        }
        for connection in body.connections() {
            if let Ok(service) = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
            {
                add(key(&endpoint.id), key(&service), Way::Connects);
            }
        }
    }
}

fn services(topology: &Topology, add: Add<'_>) {
    for (service, body) in topology.private_link_services() {
        for balancer in body
            .load_balancer_frontend_ip_configurations
            .iter()
            .filter_map(|frontend| frontend.id.parent())
        {
            add(key(&service.id), key(&balancer), Way::Connects);
        }
        if let (Some(address), Some(network)) = (
            body.destination_ip_address,
            body.ip_configurations
                .first()
                .and_then(|config| config.properties.subnet.as_ref())
                .and_then(|subnet| subnet.id.parent()),
        ) {
            add(
                key(&service.id),
                address_key(&network, &address.to_string()),
                Way::Connects,
            );
        }
    }
}

/// The key of an address in a network: of whatever holds it.
pub(super) fn address_key(network: &ResourceId, address: &str) -> String {
    format!("{}#{address}", key(network))
}

fn balancers(topology: &Topology, add: Add<'_>) {
    let pools_of = |pools: &[SubResource]| -> Vec<ResourceId> {
        pools.iter().filter_map(|pool| pool.id.parent()).collect()
    };
    for (nic, body) in topology.network_interfaces() {
        for config in &body.ip_configurations {
            for balancer in pools_of(&config.properties.load_balancer_backend_address_pools) {
                add(key(&balancer), key(&nic.id), Way::Connects);
            }
        }
    }
    for (set, body) in topology.virtual_machine_scale_sets() {
        for config in body
            .nics()
            .iter()
            .flat_map(|nic| &nic.properties.ip_configurations)
        {
            for balancer in pools_of(&config.properties.load_balancer_backend_address_pools) {
                add(key(&balancer), key(&set.id), Way::Connects);
            }
        }
    }
    for (balancer, body) in topology.load_balancers() {
        let home = body
            .frontend_ip_configurations
            .iter()
            .find_map(|frontend| frontend.properties.subnet.as_ref()?.id.parent());
        let Ok(json) = serde_json::to_value(&body.backend_address_pools) else {
            continue;
        };
        for member in json
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|pool| pool.pointer("/properties/loadBalancerBackendAddresses"))
            .filter_map(Value::as_array)
            .flatten()
        {
            let address = member
                .pointer("/properties/ipAddress")
                .and_then(Value::as_str);
            let network = member
                .pointer("/properties/virtualNetwork/id")
                .and_then(Value::as_str)
                .and_then(|id| id.parse().ok())
                .or_else(|| home.clone());
            if let (Some(address), Some(network)) = (address, network) {
                add(
                    key(&balancer.id),
                    address_key(&network, address),
                    Way::Connects,
                );
            }
        }
    }
}

fn relays(topology: &Topology, add: Add<'_>) {
    let gateways = topology.api_managements().map(|(service, _)| {
        let host = ApiManagement::gateway_host(service.id.name());
        (host, key(&service.id))
    });
    let gateways: BTreeMap<String, String> = backends::names(topology).chain(gateways).collect();
    let mut lead = |from: &str, network: Option<&ResourceId>, relay: &RelayConfig| {
        for upstream in relay.listeners.iter().flat_map(|listener| &listener.to) {
            let host = upstream
                .rsplit_once(':')
                .map_or(upstream.as_str(), |(host, _)| host)
                .to_ascii_lowercase();
            if let Some(service) = gateways.get(&host) {
                add(from.to_owned(), service.clone(), Way::Connects);
            } else if let (Some(network), true) =
                (network, host.parse::<std::net::IpAddr>().is_ok())
            {
                add(from.to_owned(), address_key(network, &host), Way::Connects);
            }
        }
    };
    for (_, machine) in topology.virtual_machines() {
        let Some(nic) = machine.network_profile.network_interfaces.first() else {
            continue;
        };
        let network = topology.network_interface(&nic.id).and_then(|(_, body)| {
            body.ip_configurations
                .first()
                .and_then(|config| config.properties.subnet.as_ref())
                .and_then(|subnet| subnet.id.parent())
        });
        if let Some(relay) = machine.relay() {
            lead(&key(&nic.id), network.as_ref(), &relay);
        }
    }
    for (set, body) in topology.virtual_machine_scale_sets() {
        let network = body
            .nics()
            .iter()
            .flat_map(|nic| &nic.properties.ip_configurations)
            .find_map(|config| config.properties.subnet.as_ref()?.id.parent());
        if let Some(relay) = body.relay() {
            lead(&key(&set.id), network.as_ref(), &relay);
        }
    }
}

/// Where what goes out to the internet leaves: NAT gateways and public addresses.
fn outbound(topology: &Topology, add: Add<'_>) {
    for (network, body) in topology.virtual_networks() {
        for subnet in &body.subnets {
            if let Some(gateway) = &subnet.properties.nat_gateway {
                let own = network.id.child("subnets", &subnet.name);
                add(key(&own), key(&gateway.id), Way::Outbound);
            }
        }
    }
    for (gateway, body) in topology.nat_gateways() {
        for address in &body.public_ip_addresses {
            add(key(&gateway.id), key(&address.id), Way::Outbound);
        }
    }
    for (nic, body) in topology.network_interfaces() {
        for config in &body.ip_configurations {
            if let Some(address) = &config.properties.public_ip_address {
                add(key(&nic.id), key(&address.id), Way::Outbound);
            }
        }
    }
    for (balancer, body) in topology.load_balancers() {
        for frontend in &body.frontend_ip_configurations {
            if let Some(address) = &frontend.properties.public_ip_address {
                add(key(&balancer.id), key(&address.id), Way::Outbound);
            }
        }
    }
}

/// Pairs of peered networks, each once.
pub(super) fn peerings(topology: &Topology) -> Vec<(String, String)> {
    let mut found = BTreeSet::new();
    let mut add = |one: &ResourceId, other: &ResourceId| {
        let (one, other) = (key(one), key(other));
        found.insert((one.clone().min(other.clone()), one.max(other)));
    };
    for (network, body) in topology.virtual_networks() {
        for peering in &body.virtual_network_peerings {
            if let Some(remote) = &peering.properties.remote_virtual_network {
                add(&network.id, &remote.id);
            }
        }
    }
    for peering in topology.resources.values() {
        if let Body::VirtualNetworkPeering(body) = &peering.body
            && let (Some(network), Some(remote)) =
                (peering.id.parent(), &body.remote_virtual_network)
        {
            add(&network, &remote.id);
        }
    }
    found.into_iter().collect()
}
