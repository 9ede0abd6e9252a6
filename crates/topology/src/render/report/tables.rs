//! The tables of the report.

use super::super::{
    part::{key_of, waits_for_approval},
    relay,
};
use super::{Table, cell, code, counted};
use crate::{
    arm,
    model::{
        Body, Topology,
        addresses::{Addresses, Holder},
        dns::RecordAddress,
        id::ResourceId,
        network::SubnetProperties,
    },
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    net::Ipv4Addr,
};

/// Azure keeps five addresses of every subnet for itself.
/// Source: <https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq>.
const RESERVED: u64 = 5;
/// At most this many addresses of a subnet are named.
const NAMED: usize = 12;

fn holder(holder: &Holder) -> String {
    match holder {
        Holder::Client(name) => name.clone(),
        Holder::Nic(id, _)
        | Holder::Frontend(id, _)
        | Holder::Nat(id, _)
        | Holder::Endpoint(id)
        | Holder::Unit(id, _)
        | Holder::Vip(id)
        | Holder::RegionalVip(id, _) => id.name().to_owned(),
        Holder::Instance(id, number, ..) => format!("{} #{number}", id.name()),
    }
}

/// Every subnet with its network.
fn subnets(topology: &Topology) -> Vec<(ResourceId, String, &SubnetProperties)> {
    let mut found = Vec::new();
    for (network, body) in topology.virtual_networks() {
        for subnet in &body.subnets {
            found.push((
                network.id.child("subnets", &subnet.name),
                network.id.name().to_owned(),
                &subnet.properties,
            ));
        }
    }
    for resource in topology.resources.values() {
        if let (Body::Subnet(inner), Some(network)) = (&resource.body, resource.id.parent()) {
            found.push((resource.id.clone(), network.name().to_owned(), inner));
        }
    }
    found
}

/// The address plan.
pub(super) fn addresses(topology: &Topology, addresses: &Addresses) -> String {
    let mut held: BTreeMap<ResourceId, BTreeMap<Ipv4Addr, BTreeSet<String>>> = BTreeMap::new();
    for (who, subnet, address) in addresses.iter() {
        held.entry(subnet.clone())
            .or_default()
            .entry(address)
            .or_default()
            .insert(holder(who));
    }
    let mut text = String::new();
    let mut networks = Table::new(&["network", "address space", "region", "subscription"]);
    for (network, body) in topology.virtual_networks() {
        let spaces: Vec<String> = body
            .address_space
            .address_prefixes
            .iter()
            .map(ToString::to_string)
            .collect();
        networks.row(vec![
            code(network.id.name()),
            spaces.join(", "),
            cell(network.location.as_deref().unwrap_or("")),
            cell(&key_of(topology, network.id.subscription())),
        ]);
    }
    text.push_str(&networks.print("There is no virtual network."));
    let mut table = Table::new(&["subnet", "range", "network", "used", "free", "who"]);
    for (id, network, properties) in subnets(topology) {
        let ranges: Vec<String> = properties.ranges().map(|range| range.to_string()).collect();
        let size: u64 = properties
            .prefixes()
            .map(|prefix| 1_u64 << 32_u32.saturating_sub(u32::from(prefix.length)))
            .map(|size| size.saturating_sub(RESERVED))
            .sum();
        let own = held.remove(&id).unwrap_or_default();
        let used = own.len();
        let mut who: Vec<String> = own
            .iter()
            .take(NAMED)
            .map(|(address, names)| {
                let names: Vec<String> = names.iter().map(|name| code(name)).collect();
                format!("{address} {}", names.join(", "))
            })
            .collect();
        if used > NAMED {
            who.push(format!("and {} more", used.saturating_sub(NAMED)));
        }
        table.row(vec![
            code(id.name()),
            ranges.join(", "),
            code(&network),
            used.to_string(),
            size.saturating_sub(u64::try_from(used).unwrap_or(u64::MAX))
                .to_string(),
            who.join("<br/>"),
        ]);
    }
    text.push('\n');
    text.push_str(&table.print("There is no subnet."));
    text.push_str("\nAddresses that Azure will choose are predicted: the lowest free one. Azure keeps five addresses of every subnet.\n");
    text
}

/// One side of a rule, of which either the singular or the plural is given.
fn either(rule: &Value, singular: &str, plural: &str) -> String {
    let mut all: Vec<&str> = Vec::new();
    all.extend(rule.get(singular).and_then(Value::as_str));
    let list = rule.get(plural).and_then(Value::as_array);
    all.extend(list.into_iter().flatten().filter_map(Value::as_str));
    cell(&all.join(", "))
}

/// The groups that a side names.
fn groups(rule: &Value, name: &str) -> String {
    let list = rule.get(name).and_then(Value::as_array);
    let names: Vec<String> = list
        .into_iter()
        .flatten()
        .filter_map(|group| group.get("id")?.as_str()?.rsplit('/').next())
        .map(code)
        .collect();
    names.join(", ")
}

/// Rules that every group has behind its own.
/// Source: <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#default-security-rules>.
const DEFAULTS: [[&str; 5]; 6] = [
    [
        "65000",
        "Inbound",
        "AllowVnetInBound",
        "Allow",
        "VirtualNetwork → VirtualNetwork",
    ],
    [
        "65001",
        "Inbound",
        "AllowAzureLoadBalancerInBound",
        "Allow",
        "AzureLoadBalancer → *",
    ],
    ["65500", "Inbound", "DenyAllInBound", "Deny", "* → *"],
    [
        "65000",
        "Outbound",
        "AllowVnetOutBound",
        "Allow",
        "VirtualNetwork → VirtualNetwork",
    ],
    [
        "65001",
        "Outbound",
        "AllowInternetOutBound",
        "Allow",
        "* → Internet",
    ],
    ["65500", "Outbound", "DenyAllOutBound", "Deny", "* → *"],
];

/// Every group with all its rules in the order in which they are read.
pub(super) fn security(topology: &Topology) -> String {
    let mut text = String::new();
    let mut used: BTreeMap<&ResourceId, Vec<String>> = BTreeMap::new();
    let all = subnets(topology);
    for (id, network, properties) in &all {
        if let Some(group) = &properties.network_security_group {
            let words = format!("subnet {}", code(&format!("{network}/{}", id.name())));
            used.entry(&group.id).or_default().push(words);
        }
    }
    for (nic, body) in topology.network_interfaces() {
        if let Some(group) = &body.network_security_group {
            let words = format!("NIC {}", code(nic.id.name()));
            used.entry(&group.id).or_default().push(words);
        }
    }
    for (group, body) in topology.network_security_groups() {
        let where_used = used.get(&group.id).map_or(&[][..], Vec::as_slice);
        let place = if where_used.is_empty() {
            "nothing".to_owned()
        } else {
            where_used.join(", ")
        };
        let _infallible = write!(text, "### {}\n\nOn {place}.\n\n", cell(group.id.name()));
        let mut rows: Vec<(String, u32, Vec<String>)> = Vec::new();
        for rule in &body.security_rules {
            let json = serde_json::to_value(&rule.properties).unwrap_or_default();
            let word = |name: &str| {
                json.get(name)
                    .and_then(Value::as_str)
                    .unwrap_or("")
                    .to_owned()
            };
            let priority = json.get("priority").and_then(Value::as_u64).unwrap_or(0);
            let side = |prefix: &str, prefixes: &str, own: &str| {
                let named = groups(&json, own);
                if named.is_empty() {
                    either(&json, prefix, prefixes)
                } else {
                    named
                }
            };
            rows.push((
                word("direction"),
                u32::try_from(priority).unwrap_or(u32::MAX),
                vec![
                    priority.to_string(),
                    cell(&word("direction")),
                    code(&rule.name),
                    cell(&word("access")),
                    cell(&word("protocol")),
                    side(
                        "sourceAddressPrefix",
                        "sourceAddressPrefixes",
                        "sourceApplicationSecurityGroups",
                    ),
                    side(
                        "destinationAddressPrefix",
                        "destinationAddressPrefixes",
                        "destinationApplicationSecurityGroups",
                    ),
                    either(&json, "destinationPortRange", "destinationPortRanges"),
                ],
            ));
        }
        for [priority, direction, name, access, sides] in DEFAULTS {
            let (from, to) = sides.split_once(" → ").unwrap_or((sides, ""));
            rows.push((
                direction.to_owned(),
                priority.parse().unwrap_or(u32::MAX),
                [priority, direction, name, access, "*", from, to, "*"]
                    .map(cell)
                    .to_vec(),
            ));
        }
        rows.sort_by(|one, other| (&one.0, one.1).cmp(&(&other.0, other.1)));
        let mut table = Table::new(&[
            "priority",
            "direction",
            "rule",
            "access",
            "protocol",
            "from",
            "to",
            "ports",
        ]);
        for (_, _, row) in rows {
            table.row(row);
        }
        text.push_str(&table.print(""));
        text.push('\n');
    }
    if text.is_empty() {
        return "There is none.\n".to_owned();
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// Private endpoints, and what they lead to.
pub(super) fn connections(topology: &Topology) -> String {
    let mut table = Table::new(&[
        "private endpoint",
        "subscription",
        "service",
        "stands before",
        "approval",
        "PROXY protocol",
    ]);
    for (endpoint, body) in topology.private_endpoints() {
        for connection in body.connections() {
            let target = &connection.properties.private_link_service_id;
            let id = target.parse::<ResourceId>().ok();
            let service = id
                .as_ref()
                .and_then(|id| topology.private_link_service(id))
                .map(|(_, service)| service);
            let manual = body
                .manual_private_link_service_connections
                .iter()
                .any(|one| one.name == connection.name);
            let own = id.as_ref().map_or("", ResourceId::subscription);
            let waits = waits_for_approval(service, endpoint.id.subscription(), own, manual);
            let before = service.map_or_else(String::new, |service| {
                if let Some(address) = service.destination_ip_address {
                    return format!("{address}, directly");
                }
                let names: Vec<String> = service
                    .load_balancer_frontend_ip_configurations
                    .iter()
                    .filter_map(|frontend| Some(code(frontend.id.parent()?.name())))
                    .collect();
                names.join(", ")
            });
            table.row(vec![
                code(endpoint.id.name()),
                cell(&key_of(topology, endpoint.id.subscription())),
                code(id.as_ref().map_or(target.as_str(), ResourceId::name)),
                before,
                if waits { "by hand" } else { "at once" }.to_owned(),
                match service.and_then(|service| service.enable_proxy_protocol) {
                    Some(true) => "v2",
                    _ => "no",
                }
                .to_owned(),
            ]);
        }
    }
    table.print("There is no private endpoint.")
}

/// What each network resolves by private zones.
pub(super) fn names(topology: &Topology, addresses: &Addresses) -> String {
    let mut records: BTreeMap<ResourceId, Vec<(String, String)>> = BTreeMap::new();
    for (record, body) in topology.a_record_sets() {
        let Some(zone) = record.id.parent() else {
            continue;
        };
        let name = match record.id.name() {
            "@" => zone.name().to_owned(),
            label => format!("{label}.{}", zone.name()),
        };
        let answers: Vec<String> = body
            .a_records
            .iter()
            .map(|record| match &record.ipv4_address {
                RecordAddress::Literal(address) => address.to_string(),
                RecordAddress::Of(id) => {
                    let predicted = addresses
                        .of_resource(id)
                        .map_or_else(|| "not known yet".to_owned(), |address| address.to_string());
                    format!("that of {} ({predicted})", code(id.name()))
                }
            })
            .collect();
        records
            .entry(zone)
            .or_default()
            .push((name, answers.join(", ")));
    }
    let mut table = Table::new(&["network", "name", "answer", "zone of"]);
    for (link, body) in topology.virtual_network_links() {
        let (Some(zone), Some(network)) = (link.id.parent(), &body.virtual_network) else {
            continue;
        };
        for (name, answer) in records.get(&zone).into_iter().flatten() {
            table.row(vec![
                code(network.id.name()),
                code(name),
                answer.clone(),
                cell(&key_of(topology, zone.subscription())),
            ]);
        }
    }
    table.print("No private zone answers a name.")
}

/// What each relay listens on and leads to.
pub(super) fn relays(topology: &Topology) -> String {
    let mut table = Table::new(&["machine", "listens on", "leads to", "health"]);
    for (id, config) in relay::all(topology) {
        let health = config.health.as_ref().map_or_else(String::new, |health| {
            format!("{}{}", health.listen, health.path)
        });
        for listener in &config.listeners {
            let to: Vec<String> = listener.to.iter().map(|upstream| code(upstream)).collect();
            table.row(vec![
                code(id.name()),
                listener.listen.to_string(),
                to.join(", then "),
                cell(&health),
            ]);
        }
    }
    table.print("There is no relay.")
}

/// Azure's own idle timeout where none is given, in minutes.
/// Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset>.
const IDLE_MINUTES: u64 = 4;

/// How long what may stay silent, and what runs out first.
pub(super) fn limits(topology: &Topology, addresses: &Addresses) -> String {
    let mut table = Table::new(&["what", "idle timeout", "reset when it ends"]);
    for (balancer, _) in topology.load_balancers() {
        let json = topology
            .resources
            .get(&balancer.id)
            .and_then(|resource| arm::body(resource).ok())
            .unwrap_or_default();
        let rules = json.pointer("/properties/loadBalancingRules");
        for rule in rules.and_then(Value::as_array).into_iter().flatten() {
            let name = rule.get("name").and_then(Value::as_str).unwrap_or("");
            let minutes = rule
                .pointer("/properties/idleTimeoutInMinutes")
                .and_then(Value::as_u64)
                .unwrap_or(IDLE_MINUTES);
            let resets = rule.pointer("/properties/enableTcpReset") == Some(&Value::Bool(true));
            table.row(vec![
                format!("rule {} of {}", code(name), code(balancer.id.name())),
                format!("{minutes} min"),
                if resets { "yes" } else { "no" }.to_owned(),
            ]);
        }
    }
    for (gateway, body) in topology.nat_gateways() {
        let minutes = body.idle_timeout_in_minutes.map_or(IDLE_MINUTES, u64::from);
        table.row(vec![
            format!("NAT gateway {}", code(gateway.id.name())),
            format!("{minutes} min"),
            "yes".to_owned(),
        ]);
    }
    let mut text = table.print("Nothing here closes silent connections.");
    let mut led: BTreeMap<ResourceId, usize> = BTreeMap::new();
    for connection in topology
        .private_endpoints()
        .flat_map(|(_, endpoint)| endpoint.connections())
    {
        if let Ok(id) = connection.properties.private_link_service_id.parse() {
            let count = led.entry(id).or_default();
            *count = count.saturating_add(1);
        }
    }
    let mut nat = Table::new(&["Private Link Service", "NAT addresses", "endpoints here"]);
    for (service, body) in topology.private_link_services() {
        let own: Vec<String> = (0..body.ip_configurations.len())
            .filter_map(|at| addresses.get(&Holder::Nat(service.id.clone(), at)))
            .map(|address| address.to_string())
            .collect();
        let endpoints = led.get(&service.id).copied().unwrap_or(0);
        nat.row(vec![
            code(service.id.name()),
            format!(
                "{}: {}",
                counted(own.len(), "address", "addresses"),
                own.join(", ")
            ),
            endpoints.to_string(),
        ]);
    }
    if !nat.rows.is_empty() {
        let _infallible = write!(text, "\n{}", nat.print(""));
    }
    text
}
