//! `DNS007`: DNS servers that cannot see the zones.

use crate::rules::prelude::*;
use std::net::IpAddr;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS007",
    severity: Severity::Warning,
    title: "DNS servers that cannot see the zones",
    why: "private zones are answered at 168.63.129.16 inside a linked network only, so servers elsewhere do not see them",
    mend: "forward from those servers to a resolver in a linked network, or leave the default DNS",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: External, resourceGroup: APIM, properties: { dhcpOptions: { dnsServers: [172.16.0.4] } } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: External, resourceGroup: APIM, properties: { dhcpOptions: { dnsServers: [192.168.0.53] } } } ]",
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: External, resourceGroup: APIM, properties: { dhcpOptions: { dnsServers: [168.63.129.16] } } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, body) in subject.kinds.virtual_networks() {
        let links = subject.names.links.get(&network.id);
        let Some(zone) = links.and_then(|links| links.first()) else {
            continue;
        };
        let servers = body
            .dhcp_options
            .as_ref()
            .map_or(&[] as &[_], |options| &options.dns_servers);
        // A server in a linked network may forward; that nobody can see from here.
        let sees = |server: Ipv4Addr| {
            server == HOST
                || subject.kinds.virtual_networks().any(|(other, inner)| {
                    let spaces = &inner.address_space;
                    spaces.prefixes().any(|space| space.contains(server))
                        && subject.names.links.contains_key(&other.id)
                })
        };
        let known: Vec<Ipv4Addr> = servers
            .iter()
            .filter_map(|server| match server {
                IpAddr::V4(server) => Some(*server),
                IpAddr::V6(_) => None,
            })
            .collect();
        if !known.is_empty() && !known.iter().any(|server| sees(*server)) {
            out.push(
                rule.at(
                    &network.id,
                    "/properties/dhcpOptions/dnsServers",
                    format!(
                        "the DNS servers of `{}` stand in no linked network",
                        network.id.name()
                    ),
                )
                .related(&zone.1.id, "", "the link that they do not see"),
            );
        }
    }
}
