//! `NSG014`: outbound denial for a private endpoint.

use crate::rules::{facts::groups::Direction, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG014",
    severity: Severity::Hint,
    title: "outbound denial for a private endpoint",
    why: "a provider cannot open a connection towards a consumer, so nothing ever leaves a private endpoint",
    mend: "take the rule away",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Outbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Outbound, access: Deny, protocol: Tcp, sourceAddressPrefix: "*", destinationAddressPrefix: Internet, destinationPortRange: "*" } } } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        if group.subnets.is_empty() || !group.nics.is_empty() {
            continue;
        }
        if !group
            .subnets
            .iter()
            .all(|id| subject.holds_only_endpoints(id))
        {
            continue;
        }
        let id = &group.resource.id;
        let mut denials: Vec<_> = group
            .rules(Direction::Outbound)
            .iter()
            .filter(|one| !one.allows)
            .collect();
        let Some(first) = denials.first() else {
            continue;
        };
        let message = format!(
            "`{}` of `{}` denies what private endpoints never send",
            first.rule.name,
            id.name()
        );
        let mut finding = rule.at(id, first.pointer(""), message);
        for other in denials.iter().skip(1) {
            finding = finding.related(id, other.pointer(""), "this one too");
        }
        // The last first, so that the places of the others stay.
        denials.sort_by_key(|one| std::cmp::Reverse(one.index));
        let changes: Vec<Change> = denials
            .iter()
            .map(|one| Change::remove(id, one.pointer("")))
            .collect();
        out.push(finding.fix("take it away", changes));
    }
}
