//! What network security groups let through at a NIC.

use super::Subject;
use crate::{
    finding::Finding,
    model::{
        Resource, Topology,
        cidr::Cidr,
        id::ResourceId,
        network::{NetworkSecurityGroup, SecurityRuleProperties},
    },
    rules::Rule,
};
use std::net::Ipv4Addr;

/// Where probes, DNS and DHCP come from.
/// Source: <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>.
pub(in crate::rules) const HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// The groups at a NIC, the subnet's first.
pub(in crate::rules) fn groups_at<'t>(
    topology: &'t Topology,
    nic: &ResourceId,
) -> Vec<(&'t Resource, &'t NetworkSecurityGroup)> {
    let Some((_, body)) = topology.network_interface(nic) else {
        return Vec::new();
    };
    let subnet = body
        .ip_configurations
        .first()
        .and_then(|config| topology.subnet(&config.properties.subnet.as_ref()?.id));
    let of_subnet =
        subnet.and_then(|(_, subnet)| subnet.properties.network_security_group.as_ref());
    of_subnet
        .into_iter()
        .chain(&body.network_security_group)
        .filter_map(|group| topology.network_security_group(&group.id))
        .collect()
}

/// The inbound rule that denies, by index; `None` in it means a default rule.
pub(in crate::rules) fn denial(
    topology: &Topology,
    network: Option<&ResourceId>,
    group: &NetworkSecurityGroup,
    from: Ipv4Addr,
    to: Ipv4Addr,
    port: u16,
) -> Option<Option<usize>> {
    let spaces: Vec<Cidr> = network
        .and_then(|id| topology.virtual_network(id))
        .map(|(_, body)| body.address_space.prefixes().collect())
        .unwrap_or_default();
    let inside = |address: Ipv4Addr| spaces.iter().any(|space| space.contains(address));
    let mut rules: Vec<(usize, &SecurityRuleProperties)> = group
        .security_rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (index, &rule.properties))
        .filter(|(_, rule)| rule.direction.eq_ignore_ascii_case("Inbound"))
        .collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let address_fits = |one: &Option<String>, many: &[String], address: Ipv4Addr| {
        let mut all = one.iter().chain(many).peekable();
        all.peek().is_none()
            || all.any(|text| match text.as_str() {
                "*" | "0.0.0.0/0" => true,
                text if text.eq_ignore_ascii_case("VirtualNetwork") => {
                    inside(address) || address == HOST
                }
                text if text.eq_ignore_ascii_case("AzureLoadBalancer") => address == HOST,
                text => {
                    text.parse::<Cidr>()
                        .is_ok_and(|range| range.contains(address))
                        || text.parse() == Ok(address)
                }
            })
    };
    let port_fits = |one: &Option<String>, many: &[String]| {
        let mut all = one.iter().chain(many).peekable();
        all.peek().is_none()
            || all.any(|text| match text.split_once('-') {
                Some((low, high)) => {
                    low.parse().is_ok_and(|low: u16| low <= port)
                        && high.parse().is_ok_and(|high: u16| port <= high)
                }
                None => text == "*" || text.parse() == Ok(port),
            })
    };
    for (index, rule) in rules {
        let fits = (rule.protocol == "*" || rule.protocol.eq_ignore_ascii_case("Tcp"))
            && address_fits(
                &rule.source_address_prefix,
                &rule.source_address_prefixes,
                from,
            )
            && address_fits(
                &rule.destination_address_prefix,
                &rule.destination_address_prefixes,
                to,
            )
            && port_fits(&rule.destination_port_range, &rule.destination_port_ranges);
        if fits {
            return rule
                .access
                .eq_ignore_ascii_case("Deny")
                .then_some(Some(index));
        }
    }
    (from != HOST && !(inside(from) && inside(to))).then_some(None)
}

fn network_of(topology: &Topology, nic: &ResourceId) -> Option<ResourceId> {
    topology
        .network_interface(nic)?
        .1
        .ip_configurations
        .first()?
        .properties
        .subnet
        .as_ref()?
        .id
        .parent()
}

/// Reports the first group at the NIC that drops a TCP packet, if one does.
pub(in crate::rules) fn blocked(
    rule: &Rule,
    subject: &Subject<'_>,
    nic: &ResourceId,
    from: Ipv4Addr,
    to: Ipv4Addr,
    port: u16,
    what: &str,
) -> Option<Finding> {
    let network = network_of(subject.topology, nic);
    for (group, body) in groups_at(subject.topology, nic) {
        let Some(by) = denial(subject.topology, network.as_ref(), body, from, to, port) else {
            continue;
        };
        let (pointer, name) =
            match by.and_then(|index| Some((index, body.security_rules.get(index)?))) {
                Some((index, rule)) => (
                    format!("/properties/securityRules/{index}"),
                    rule.name.as_str(),
                ),
                None => (String::new(), "DenyAllInBound"),
            };
        return Some(rule.at(
            &group.id,
            pointer,
            format!(
                "`{name}` of `{}` drops {what} to port {port} of `{}`",
                group.id.name(),
                nic.name()
            ),
        ));
    }
    None
}
