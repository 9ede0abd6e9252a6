//! `PLS002`: network policies turned on again under a service.

use crate::rules::{facts::services::held, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS002",
    severity: Severity::Error,
    title: "network policies turned on again under a service",
    why: "the service is there already, and Azure does not put its NAT address back under policies; a network that is sent without the member turns them on as well",
    mend: "keep `privateLinkServiceNetworkPolicies: Disabled`",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy",
    arm_code: Some("PrivateLinkServiceNetworkPoliciesCannotBeEnabledOnPrivateLinkServiceSubnet"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["virtualNetworks: { MainNet: { subnets: { plsSubnet: { privateLinkServiceNetworkPolicies: Enabled } } } }
privateLinkServices: { APIM-PLS: { existing: true } }"],
    good: &["virtualNetworks: { MainNet: { subnets: { plsSubnet: { privateLinkServiceNetworkPolicies: Disabled } } } }
privateLinkServices: { APIM-PLS: { existing: true } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for held in held(subject, true) {
        let message = format!(
            "subnet `{}` turns policies on, and `{}` is in it",
            held.at.subnet.name,
            held.service.id.name()
        );
        out.push(
            rule.at(&held.at.network.id, held.pointer.clone(), message)
                .related(&held.service.id, "/properties/ipConfigurations", "is there")
                .fix(
                    "disable `privateLinkServiceNetworkPolicies`",
                    [Change::set(&held.at.network.id, held.pointer, "Disabled")],
                ),
        );
    }
}
