//! `PLS001`: network policies on the NAT subnet.

use crate::{
    finding::Place,
    rules::{facts::services::held, prelude::*},
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS001",
    severity: Severity::Error,
    title: "network policies on the NAT subnet",
    why: "a NAT address must not be under the subnet's policies; turning them off affects that address only",
    mend: "say `privateLinkServiceNetworkPolicies: Disabled` on the subnet, or leave it out",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-link-service-network-policy",
    arm_code: Some("PrivateLinkServiceCannotBeCreatedInSubnetThatHasNetworkPoliciesEnabled"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { privateLinkServiceNetworkPolicies: Enabled } } } }",
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { privateLinkServiceNetworkPolicies: Disabled } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for held in held(subject, false) {
        let service = &held.service.id;
        let message = format!(
            "`{}` cannot have a NAT address in subnet `{}`",
            service.name(),
            held.at.subnet.name
        );
        let mut finding = rule
            .at(service, "/properties/ipConfigurations", message)
            .related(&held.at.network.id, held.pointer.clone(), "its policies")
            .fix(
                "disable `privateLinkServiceNetworkPolicies`",
                [Change::set(
                    &held.at.network.id,
                    held.pointer.clone(),
                    "Disabled",
                )],
            );
        // The text to mend is the subnet's; ARM refuses the service.
        finding.span = subject.topology.provenance.span(&Place {
            id: held.at.network.id.clone(),
            pointer: held.pointer,
        });
        out.push(finding);
    }
}
