//! `NSG011`: client blocked.

use crate::rules::{
    facts::groups::{
        Direction, Flow, Stand,
        denials::{Denials, Wanted, Wording},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG011",
    severity: Severity::Error,
    title: "client blocked",
    why: "what a client sends to a private endpoint passes the groups of the client, whatever the policies of the endpoint say",
    mend: "allow the client to the endpoint on its port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &["NSG001"],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Outbound, access: Deny, protocol: Tcp, sourceAddressPrefix: "*", destinationAddressPrefix: 192.168.0.0/16, destinationPortRange: "*" } } } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Outbound, access: Deny, protocol: Tcp, sourceAddressPrefix: "*", destinationAddressPrefix: Internet, destinationPortRange: "*" } } } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }"#,
        r#"networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Outbound, access: Deny, protocol: Tcp, sourceAddressPrefix: "*", destinationAddressPrefix: 192.168.0.0/16, destinationPortRange: "*" } } } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }
expect: [ { deny: testvm, to: apim1449 } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut denials = Denials::new(Wording {
        what: "what clients send",
        joint: "of",
        name: "AllowPrivateEndpoint",
        nth: 3,
    });
    for (name, client) in &subject.topology.clients {
        if is_denied_on_purpose(subject, name) {
            continue;
        }
        let (Some(from), Some(network)) = (
            subject.addresses.get(&Holder::Client(name.clone())),
            client.subnet.parent(),
        ) else {
            continue;
        };
        let sources = subject.subnets.prefixes(&client.subnet);
        let stand = Stand {
            subnet: &client.subnet,
            nic: None,
        };
        for endpoint in subject.endpoints.in_network(&network) {
            let Some(to) = endpoint.address else { continue };
            let ports = subject.ports_of(endpoint);
            let is_cut = |port: &u16| {
                let flow = Flow {
                    from,
                    to,
                    port: *port,
                };
                let groups = &subject.groups;
                !groups
                    .denials(&subject.networks, stand, Direction::Outbound, flow)
                    .is_empty()
            };
            // One port that is open shows that the others are closed on purpose.
            if !ports.iter().all(is_cut) {
                continue;
            }
            let destinations = subject.subnets.prefixes(endpoint.subnet);
            for port in ports {
                let wanted = Wanted {
                    flow: Flow { from, to, port },
                    whom: endpoint.resource.id.name(),
                    sources: &sources,
                    destinations: &destinations,
                    passes: &[],
                };
                denials.ask(subject, stand, Direction::Outbound, &wanted);
            }
        }
    }
    denials.report(rule, subject, out);
}

/// Whether an expectation says that the client must not get through.
fn is_denied_on_purpose(subject: &Subject<'_>, client: &str) -> bool {
    subject.topology.expectations.iter().any(|expectation| {
        let from = expectation.from.text.as_str();
        let from = from.strip_prefix("client/").unwrap_or(from);
        expectation.effect == Effect::Deny
            && (from.eq_ignore_ascii_case(client) || matches!(from, "any" | "*"))
    })
}
