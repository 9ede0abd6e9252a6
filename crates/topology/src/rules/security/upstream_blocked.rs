//! `NSG010`: way to the upstream blocked.

use crate::rules::{
    facts::{
        endpoints::groups_act,
        groups::{
            Direction, Flow, Stand,
            denials::{Denials, Wanted, Wording},
        },
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG010",
    severity: Severity::Error,
    title: "way to the upstream blocked",
    why: "a relay opens a connection of its own, which must pass outbound where the relay stands and inbound where the upstream stands",
    mend: "allow the relay to the upstream on its port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works",
    arm_code: None,
    has_fix: true,
    after: &["NSG001", "FWD009"],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 300, direction: Outbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 290, direction: Outbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.2.0/24, destinationPortRange: 443 }, C: { priority: 300, direction: Outbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut denials = Denials::new(Wording {
        what: "what relays send",
        joint: "of",
        name: "AllowUpstream",
        nth: 2,
    });
    for relay in &subject.relays.all {
        let Some((nic, body)) = relay.nic else {
            continue;
        };
        let subnet = body
            .ip_configurations
            .first()
            .and_then(|config| config.properties.subnet.as_ref());
        let (Some(subnet), Some(network), Some(from)) = (
            subnet.map(|subnet| &subnet.id),
            &relay.network,
            subject.addresses.get(&Holder::Nic(nic.id.clone(), 0)),
        ) else {
            continue;
        };
        let sources = subject.subnets.prefixes(subnet);
        for (_, host, port) in relay.upstreams() {
            for to in subject.addresses_of(network, host) {
                let there = subject.found_at(network, to);
                let destinations = match there {
                    Some((_, subnet)) => subject.subnets.prefixes(subnet),
                    None => vec![format!("{to}/32")],
                };
                let wanted = Wanted {
                    flow: Flow { from, to, port },
                    whom: host,
                    sources: &sources,
                    destinations: &destinations,
                    passes: &[],
                };
                let here = Stand {
                    subnet,
                    nic: Some(&nic.id),
                };
                denials.ask(subject, here, Direction::Outbound, &wanted);
                if let Some(stand) =
                    there.and_then(|(holder, subnet)| receiving(subject, holder, subnet))
                {
                    denials.ask(subject, stand, Direction::Inbound, &wanted);
                }
            }
        }
    }
    denials.report(rule, subject, out);
}

/// Where groups act on what arrives at a holder: at its NIC and subnet, at a private endpoint only
/// if its subnet says so, at a frontend not at all.
fn receiving<'a>(
    subject: &Subject<'_>,
    holder: &'a Holder,
    subnet: &'a ResourceId,
) -> Option<Stand<'a>> {
    let nic = match holder {
        Holder::Nic(id, _) => Some(id),
        Holder::Instance(..)
        | Holder::Unit(..)
        | Holder::Vip(_)
        | Holder::RegionalVip(..)
        | Holder::Client(_) => None,
        Holder::Endpoint(_) => {
            let at = subject.subnets.get(subnet)?;
            return groups_act(&at.subnet.properties).then_some(Stand { subnet, nic: None });
        }
        Holder::Frontend(..) | Holder::Nat(..) => return None,
    };
    Some(Stand { subnet, nic })
}
