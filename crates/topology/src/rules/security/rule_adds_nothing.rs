//! `NSG015`: rule that adds nothing.

use crate::rules::{
    facts::groups::{
        Direction,
        cover::{Standing, standings},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG015",
    severity: Severity::Hint,
    title: "rule that adds nothing",
    why: "what it allows is allowed without it, by a later rule or by the default rule between members of the network: it looks like a restriction and is none",
    mend: "add a denial after it, or take it away",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: false,
    after: &["NSG001", "NSG002"],
    also: &[],
    bad: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 } } } }",
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.0.0/16, destinationAddressPrefix: "*", destinationPortRange: 400-500 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 } } } }"#,
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: Internet, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 } } } }",
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        for direction in Direction::BOTH {
            let rules = group.rules(direction);
            for (one, standing) in rules
                .iter()
                .zip(standings(group, &subject.networks, direction))
            {
                let Standing::AddsNothing(by) = standing else {
                    continue;
                };
                let id = &group.resource.id;
                let by = by.and_then(|at| rules.get(at));
                let message = match by {
                    Some(by) => format!(
                        "`{}` adds nothing: `{}` allows the same",
                        one.rule.name, by.rule.name
                    ),
                    None => format!("`{}` adds nothing to the default rules", one.rule.name),
                };
                let finding = rule.at(id, one.pointer(""), message);
                out.push(match by {
                    Some(by) => finding.related(id, by.pointer(""), "allows the same"),
                    None => finding,
                });
            }
        }
    }
}
