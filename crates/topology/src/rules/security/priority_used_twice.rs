//! `NSG001`: priority used twice.

use crate::rules::{
    facts::groups::{Direction, ReadRule},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG001",
    severity: Severity::Error,
    title: "priority used twice",
    why: "two rules of one direction with the same priority have no order",
    mend: "give one of them another priority from 100 to 4096",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: Some("SecurityRuleConflict"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 300, direction: Outbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.2.0/24, destinationPortRange: 8080 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        for direction in Direction::BOTH {
            let rules = group.rules(direction);
            let mut taken: BTreeSet<u16> = rules.iter().map(ReadRule::priority).collect();
            for pair in rules.windows(2) {
                let [first, second] = pair else { continue };
                if first.priority() != second.priority() {
                    continue;
                }
                let at = second.pointer("/properties/priority");
                let message = format!(
                    "`{}` has the priority of `{}`",
                    second.rule.name, first.rule.name
                );
                let finding = rule.at(&group.resource.id, at.clone(), message).related(
                    &group.resource.id,
                    first.pointer("/properties/priority"),
                    "has it first",
                );
                // Right behind the other one nothing lies between, so no other order changes.
                let next = (second.priority()..=4096).find(|priority| !taken.contains(priority));
                let Some(free) = next.filter(|free| is_next(&taken, second.priority(), *free))
                else {
                    out.push(finding);
                    continue;
                };
                taken.insert(free);
                out.push(finding.fix(
                    format!("give `{}` the priority {free}", second.rule.name),
                    [Change::set(&group.resource.id, at, free)],
                ));
            }
        }
    }
}

/// Whether no rule that had a place before lies between: only mends of the same clash.
fn is_next(taken: &BTreeSet<u16>, from: u16, free: u16) -> bool {
    let between = taken.range(from..free).count();
    free.saturating_sub(from) == u16::try_from(between).unwrap_or(u16::MAX)
}
