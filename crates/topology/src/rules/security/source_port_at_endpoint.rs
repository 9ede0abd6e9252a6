//! `NSG013`: source ports in a rule on private endpoints.

use crate::rules::{facts::groups::Direction, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG013",
    severity: Severity::Warning,
    title: "source ports in a rule on private endpoints",
    why: "on what goes to a private endpoint a rule is read as if it named every source port",
    mend: "write `*` as `sourcePortRange`",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 192.168.0.0/24, destinationAddressPrefix: "*", destinationPortRange: 443, sourcePortRange: 1024-65535 }, B: { priority: 310, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 192.168.0.0/24, destinationAddressPrefix: "*", destinationPortRange: 443, sourcePortRange: "*" }, B: { priority: 310, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let mut subnets = group.subnets.iter();
        let Some(subnet) = subnets.find(|id| subject.group_acts_on_endpoints(id)) else {
            continue;
        };
        let is_only_for_endpoints = group.nics.is_empty()
            && group
                .subnets
                .iter()
                .all(|id| subject.holds_only_endpoints(id));
        let endpoint = subject.endpoints.in_subnet(subnet).next();
        for one in group.rules(Direction::Inbound) {
            if one.is_of_every_source_port() {
                continue;
            }
            let id = &group.resource.id;
            let message = format!(
                "`{}` of `{}` names source ports, which do not count at `{}`",
                one.rule.name,
                id.name(),
                endpoint.map_or(subnet.name(), |endpoint| endpoint.resource.id.name())
            );
            let said = &one.rule.properties;
            let word = if said.source_port_range.is_some() {
                "sourcePortRange"
            } else {
                "sourcePortRanges"
            };
            let finding = rule.at(id, one.pointer(&format!("/properties/{word}")), message);
            out.push(if is_only_for_endpoints {
                let changes = [
                    Change::remove(id, one.pointer("/properties/sourcePortRanges")),
                    Change::set(id, one.pointer("/properties/sourcePortRange"), "*"),
                ];
                finding.fix("write `*`", changes)
            } else {
                finding
            });
        }
    }
}
