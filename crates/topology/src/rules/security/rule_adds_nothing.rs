//! `NSG015`: rule that adds nothing.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG015",
    severity: Severity::Hint,
    title: "rule that adds nothing",
    why: "the default rule 65000 admits everything from `VirtualNetwork` to `VirtualNetwork` already, so this looks like a restriction and is none",
    mend: "add a denial after it, or delete it",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 } } } }",
    ],
    good: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 22 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let is_network = |one: &Option<String>| {
        one.as_deref()
            .is_some_and(|text| text.eq_ignore_ascii_case("VirtualNetwork"))
    };
    for (group, body) in subject.topology.network_security_groups() {
        for (index, one) in body.security_rules.iter().enumerate() {
            let properties = &one.properties;
            let is_default = properties.access.eq_ignore_ascii_case("Allow")
                && is_network(&properties.source_address_prefix)
                && is_network(&properties.destination_address_prefix);
            let denies_later = body.security_rules.iter().any(|other| {
                other.properties.access.eq_ignore_ascii_case("Deny")
                    && other
                        .properties
                        .direction
                        .eq_ignore_ascii_case(&properties.direction)
                    && other.properties.priority > properties.priority
            });
            if is_default && !denies_later {
                out.push(rule.at(
                    &group.id,
                    format!("/properties/securityRules/{index}"),
                    format!("`{}` adds nothing to the default rules", one.name),
                ));
            }
        }
    }
}
