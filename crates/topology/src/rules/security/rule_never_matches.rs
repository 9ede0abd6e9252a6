//! `NSG016`: rule that never matches.

use crate::rules::{
    facts::groups::{
        Direction,
        cover::{Standing, standings},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG016",
    severity: Severity::Warning,
    title: "rule that never matches",
    why: "rules before it decide about everything that it would match",
    mend: "give it a priority before them, or take it away",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &["NSG001", "NSG002", "NSG007", "NSG008", "NSG010", "NSG011"],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 400-500 }, B: { priority: 310, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, C: { priority: 320, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: "*", destinationPortRange: 22 } } } }"#,
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: 22 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/25, destinationPortRange: 22 } } } }"#,
    ],
    good: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 22 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: 10.0.2.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 22-23 } } } }",
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: Internet, destinationAddressPrefix: "*", destinationPortRange: 22 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: "*", destinationPortRange: 22 } } } }"#,
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
                let Standing::Shadowed(by) = standing else {
                    continue;
                };
                let by: Vec<_> = by.iter().filter_map(|at| rules.get(*at)).collect();
                let Some(first) = by.first() else { continue };
                let id = &group.resource.id;
                let rest = match by.len() {
                    1 => String::new(),
                    many => format!(" and {} more", many.saturating_sub(1)),
                };
                let message = format!(
                    "`{}` never matches: `{}`{rest} decides before it",
                    one.rule.name, first.rule.name
                );
                let mut finding = rule.at(id, one.pointer(""), message);
                for other in &by {
                    finding = finding.related(id, other.pointer(""), "decides before it");
                }
                // Where all decide the same way it is only superfluous; else somebody erred.
                let is_superfluous = by.iter().all(|other| other.allows == one.allows);
                out.push(if is_superfluous {
                    let change = Change::remove(id, one.pointer(""));
                    finding.fix(format!("take `{}` away", one.rule.name), [change])
                } else {
                    finding
                });
            }
        }
    }
}
