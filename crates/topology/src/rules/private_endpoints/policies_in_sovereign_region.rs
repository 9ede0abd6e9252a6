//! `PE019`: subnet policies in a sovereign region.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE019",
    severity: Severity::Hint,
    title: "subnet policies in a sovereign region",
    why: "where security groups on endpoints came late, an endpoint in a subnet with policies switched on was refused",
    mend: "set `privateEndpointNetworkPolicies: Disabled`",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resourceGroups: { APIM: { location: chinaeast2 } }\nvirtualNetworks: { External: { subnets: { default: { privateEndpointNetworkPolicies: Enabled } } } }",
    ],
    good: &[
        "resourceGroups: { APIM: { location: chinaeast2 } }\nvirtualNetworks: { External: { subnets: { default: { privateEndpointNetworkPolicies: Disabled } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let Some(at) = body
            .subnet
            .as_ref()
            .and_then(|sub| subject.subnets.get(&sub.id))
        else {
            continue;
        };
        let region = at.network.location.as_deref().unwrap_or("");
        let is_sovereign = ["china", "usgov", "usdod"]
            .iter()
            .any(|prefix| region.starts_with(prefix));
        let policies = at
            .subnet
            .properties
            .private_endpoint_network_policies
            .as_deref();
        let is_on = policies.is_some_and(|policies| !policies.eq_ignore_ascii_case("Disabled"));
        if is_sovereign && is_on && seen.insert(&at.id) {
            let pointer = at.pointer("/properties/privateEndpointNetworkPolicies");
            out.push(
                rule.at(
                    &at.network.id,
                    pointer.clone(),
                    format!(
                        "`{}` may be refused in `{}`",
                        endpoint.id.name(),
                        at.subnet.name
                    ),
                )
                .fix(
                    "switch the policies off",
                    [Change::set(&at.network.id, pointer, "Disabled")],
                ),
            );
        }
    }
}
