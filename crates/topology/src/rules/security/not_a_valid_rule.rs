//! `NSG006`: rule that does not fit its schema.

use crate::rules::{facts::groups::protocol, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG006",
    severity: Severity::Error,
    title: "rule that does not fit its schema",
    why: "a rule has a protocol of Tcp, Udp, Icmp, Esp, Ah or *, and a name of at most 80 characters that begins with a letter, digit or underscore",
    mend: "use one of these protocols, and such a name",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Any, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: -raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Tcp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
    ],
    good: &[
        r#"resources: [ { type: Microsoft.Network/networkSecurityGroups, name: NSG-PLS, resourceGroup: PrivateAPIM, properties: { securityRules: [ { name: Raw, properties: { priority: 250, direction: Inbound, access: Allow, protocol: Udp, sourcePortRange: "*", destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: "8443", sourceAddressPrefix: 10.0.2.0/24 } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let id = &group.resource.id;
        for one in group.all_rules() {
            let said = &one.rule.properties.protocol;
            if protocol::read(said).is_none() {
                let message = format!("`{}` has the protocol `{said}`", one.rule.name);
                let at = one.pointer("/properties/protocol");
                let finding = rule.at(id, at.clone(), message);
                let means_every = ["Any", "All"]
                    .iter()
                    .any(|word| said.eq_ignore_ascii_case(word));
                out.push(if means_every {
                    finding.fix("write `*`", [Change::set(id, at, "*")])
                } else {
                    finding
                });
            }
            let name = &one.rule.name;
            if name.starts_with(is_word) && name.chars().count() <= 80 {
                continue;
            }
            let message = format!("`{name}` is no name for a rule");
            let finding = rule.at(id, one.pointer("/name"), message);
            let better: String = name
                .trim_start_matches(|c| !is_word(c))
                .chars()
                .take(80)
                .collect();
            let is_taken = group
                .all_rules()
                .any(|other| other.rule.name.eq_ignore_ascii_case(&better));
            out.push(if better.is_empty() || is_taken {
                finding
            } else {
                let change = Change::set(id, one.pointer("/name"), better.clone());
                finding.fix(format!("name it `{better}`"), [change])
            });
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '_'
}
