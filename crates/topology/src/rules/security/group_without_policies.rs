//! `NSG012`: group that does not act on private endpoints.

use crate::rules::{
    facts::{
        endpoints::{groups_act, routes_act},
        groups::{Direction, Flow, Group, Verdict},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG012",
    severity: Severity::Warning,
    title: "group that does not act on private endpoints",
    why: "with the policies of the subnet off, the group acts on other NICs there and not on private endpoints",
    mend: "set `privateEndpointNetworkPolicies` to `NetworkSecurityGroupEnabled`, or take the rules away",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 192.168.0.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 192.168.0.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
        r#"networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: Internet, destinationAddressPrefix: "*", destinationPortRange: "*" } } } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let properties = &at.subnet.properties;
        if groups_act(properties) || at.network.existing {
            continue;
        }
        let Some(group) = subject
            .groups
            .of_subnet(&at.id)
            .and_then(|group| subject.groups.get(group))
        else {
            continue;
        };
        let endpoints: Ranges = subject
            .endpoints
            .in_subnet(&at.id)
            .filter_map(|endpoint| endpoint.address)
            .map(|address| (address.to_bits(), address.to_bits()))
            .collect();
        // Beside other things that the group does act on, only a rule for an endpoint's address.
        let only_endpoints = subject.holds_only_endpoints(&at.id);
        let mut rules = group.rules(Direction::Inbound).iter();
        let Some(inert) = rules.find(|one| {
            let to = &one.destination;
            let is_for_endpoint = !to.numbers.is_empty() && endpoints.contains_all(&to.numbers);
            only_endpoints || is_for_endpoint && to.tags.is_empty() && to.groups.is_empty()
        }) else {
            continue;
        };
        let name = group.resource.id.name();
        let message = format!(
            "`{}` of `{name}` does not act on the private endpoints of `{}`",
            inert.rule.name, at.subnet.name
        );
        let pointer = at.pointer("/properties/privateEndpointNetworkPolicies");
        let finding = rule.at(&at.network.id, pointer.clone(), message).related(
            &group.resource.id,
            inert.pointer(""),
            "does nothing to them",
        );
        let policies = if routes_act(properties) {
            "Enabled"
        } else {
            "NetworkSecurityGroupEnabled"
        };
        out.push(if cuts_clients(subject, at, group) {
            finding
        } else {
            let change = Change::set(&at.network.id, pointer, policies);
            finding.fix(format!("set the policies to `{policies}`"), [change])
        });
    }
}

/// Whether the group, once it acts, would cut off a client of the network.
fn cuts_clients(subject: &Subject<'_>, at: &SubnetAt<'_>, group: &Group<'_>) -> bool {
    let inside = subject.networks.inside(&at.network.id);
    let clients = subject.topology.clients.iter();
    let clients = clients
        .filter(|(_, client)| client.subnet.parent().as_ref() == Some(&at.network.id))
        .filter_map(|(name, _)| subject.addresses.get(&Holder::Client(name.clone())));
    let clients: Vec<Ipv4Addr> = clients.collect();
    subject.endpoints.in_subnet(&at.id).any(|endpoint| {
        let Some(to) = endpoint.address else {
            return false;
        };
        let ports = subject.ports_of(endpoint);
        clients.iter().any(|from| {
            ports.iter().any(|port| {
                let flow = Flow {
                    from: *from,
                    to,
                    port: *port,
                };
                subject
                    .groups
                    .verdict(group, inside, Direction::Inbound, flow)
                    != Verdict::Allowed
            })
        })
    })
}
