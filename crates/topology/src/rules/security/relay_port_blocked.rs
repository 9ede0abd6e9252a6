//! `NSG008`: relay's port blocked.

use crate::rules::{
    facts::groups::{
        Direction, Flow, Stand,
        denials::{Denials, Wanted, Wording},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG008",
    severity: Severity::Error,
    title: "relay's port blocked",
    why: "behind the load balancer a packet comes from the Private Link Service's NAT address and goes to the member's own address and port",
    mend: "allow the NAT subnet to the forwarder's subnet on this port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &["NSG001", "FWD006", "PLS009"],
    also: &[],
    bad: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 } } } }",
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 }, B: { priority: 310, direction: Inbound, access: Deny, sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 22 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut denials = Denials::new(Wording {
        what: "what comes by Private Link",
        joint: "of",
        name: "AllowPrivateLink",
        nth: 1,
    });
    for used in &subject.pools.used {
        for (service, body) in subject.pools.services(&used.balancer.id) {
            for (index, config) in body.ip_configurations.iter().enumerate() {
                let holder = Holder::Nat(service.id.clone(), index);
                let (Some(from), Some(nat)) =
                    (subject.addresses.get(&holder), &config.properties.subnet)
                else {
                    continue;
                };
                let sources = subject.subnets.prefixes(&nat.id);
                for member in subject.pools.members(used.pool) {
                    let Some((subnet, to)) = subject.where_is(member) else {
                        continue;
                    };
                    let stand = Stand {
                        subnet,
                        nic: Some(&member.nic.id),
                    };
                    let wanted = Wanted {
                        flow: Flow {
                            from,
                            to,
                            port: used.port,
                        },
                        whom: member.nic.id.name(),
                        sources: &sources,
                        destinations: &subject.subnets.prefixes(subnet),
                        passes: &[
                            (&used.balancer.id, "sends there"),
                            (&service.id, "comes from here"),
                        ],
                    };
                    denials.ask(subject, stand, Direction::Inbound, &wanted);
                }
            }
        }
    }
    denials.report(rule, subject, out);
}
