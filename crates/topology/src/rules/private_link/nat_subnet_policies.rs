//! `PLS001`: network policies on the NAT subnet.

use crate::rules::prelude::*;

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
    for (service, body) in subject.topology.private_link_services() {
        let subnets = body
            .ip_configurations
            .iter()
            .filter_map(|config| subject.subnets.get(&config.properties.subnet.as_ref()?.id));
        let mut seen = BTreeSet::new();
        for at in subnets.filter(|at| seen.insert(&at.id)) {
            let policies = &at.subnet.properties.private_link_service_network_policies;
            if policies
                .as_deref()
                .is_some_and(|policies| policies.eq_ignore_ascii_case("Disabled"))
            {
                continue;
            }
            let pointer = at.pointer("/properties/privateLinkServiceNetworkPolicies");
            let mut finding = rule
                .at(
                    &service.id,
                    "/properties/ipConfigurations",
                    format!(
                        "`{}` cannot have a NAT address in subnet `{}`",
                        service.id.name(),
                        at.subnet.name
                    ),
                )
                .fix(
                    "disable `privateLinkServiceNetworkPolicies`",
                    [Change::set(&at.network.id, pointer.clone(), "Disabled")],
                );
            // The text to mend is the subnet's; ARM refuses the service.
            finding.span = subject.topology.provenance.span(&crate::finding::Place {
                id: at.network.id.clone(),
                pointer,
            });
            out.push(finding);
        }
    }
}
