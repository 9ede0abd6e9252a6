//! `NSG001`: priority used twice.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG001",
    severity: Severity::Error,
    title: "priority used twice",
    why: "two rules of one direction with the same priority have no order",
    mend: "give one of them another priority from 100 to 4096",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: Some("SecurityRuleConflict"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 300, direction: Inbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 300, direction: Outbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (group, body) in subject.topology.network_security_groups() {
        let mut taken: BTreeMap<(String, u16), usize> = BTreeMap::new();
        for (index, one) in body.security_rules.iter().enumerate() {
            let key = (
                one.properties.direction.to_ascii_lowercase(),
                one.properties.priority,
            );
            let Some(first) = taken.get(&key) else {
                taken.insert(key, index);
                continue;
            };
            let Some(other) = body.security_rules.get(*first) else {
                continue;
            };
            let at = format!("/properties/securityRules/{index}/properties/priority");
            let message = format!("`{}` has the priority of `{}`", one.name, other.name);
            out.push(rule.at(&group.id, at, message).related(
                &group.id,
                format!("/properties/securityRules/{first}/properties/priority"),
                "has it first",
            ));
        }
    }
}
