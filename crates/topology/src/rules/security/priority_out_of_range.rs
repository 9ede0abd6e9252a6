//! `NSG002`: priority out of range.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG002",
    severity: Severity::Error,
    title: "priority out of range",
    why: "priorities go from 100 to 4096",
    mend: "use a priority from 100 to 4096",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: Some("SecurityRuleInvalidPriority"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 5000, direction: Inbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 4096, direction: Inbound, access: Allow, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (group, body) in subject.topology.network_security_groups() {
        for (index, one) in body.security_rules.iter().enumerate() {
            if !(100..=4096).contains(&one.properties.priority) {
                let message = format!(
                    "`{}` has the priority {}",
                    one.name, one.properties.priority
                );
                out.push(rule.at(
                    &group.id,
                    format!("/properties/securityRules/{index}/properties/priority"),
                    message,
                ));
            }
        }
    }
}
