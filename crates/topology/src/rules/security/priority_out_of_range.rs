//! `NSG002`: priority out of range.

use crate::rules::{
    facts::groups::{Direction, ReadRule},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG002",
    severity: Severity::Error,
    title: "priority out of range",
    why: "priorities go from 100 to 4096",
    mend: "use a priority from 100 to 4096",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 5000, direction: Inbound, access: Allow, protocol: "*", sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 4096, direction: Inbound, access: Allow, protocol: "*", sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        for direction in Direction::BOTH {
            let rules = group.rules(direction);
            for one in rules.iter().filter(|one| !is_valid(one)) {
                let message = format!("`{}` has the priority {}", one.rule.name, one.priority());
                let at = one.pointer("/properties/priority");
                let finding = rule.at(&group.resource.id, at.clone(), message);
                out.push(match in_range(rules, one) {
                    Some(priority) => finding.fix(
                        format!("give `{}` the priority {priority}", one.rule.name),
                        [Change::set(&group.resource.id, at, priority)],
                    ),
                    None => finding,
                });
            }
        }
    }
}

fn is_valid(one: &ReadRule<'_>) -> bool {
    (100..=4096).contains(&one.priority())
}

/// The priority at the end of the range that keeps the order among all rules of the direction.
fn in_range(rules: &[ReadRule<'_>], one: &ReadRule<'_>) -> Option<u16> {
    let valid = || rules.iter().filter(|rule| is_valid(rule));
    let beyond = |fits: fn(u16, u16) -> bool| {
        let all = rules.iter().filter(|rule| !is_valid(rule));
        let all = all.filter(|rule| fits(rule.priority(), one.priority()));
        u16::try_from(all.count()).unwrap_or(u16::MAX)
    };
    if one.priority() > 4096 {
        let after = beyond(|rule, own| rule > own);
        let priority = 4096_u16.checked_sub(after)?;
        let last = valid().map(ReadRule::priority).max();
        (last < Some(priority)).then_some(priority)
    } else {
        let before = beyond(|rule, own| rule < own);
        let priority = before.checked_add(100)?;
        let first = valid().map(ReadRule::priority).min();
        first
            .is_none_or(|first| priority < first)
            .then_some(priority)
    }
}
