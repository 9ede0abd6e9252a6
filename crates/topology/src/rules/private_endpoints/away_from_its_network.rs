//! `PE001`: private endpoint away from its network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE001",
    severity: Severity::Error,
    title: "private endpoint away from its network",
    why: "a private endpoint stands in the region and subscription of its network; its service may be anywhere",
    mend: "use the network's region and subscription",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, location: uksouth } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, location: eastus } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let Some((network, _)) = body
            .subnet
            .as_ref()
            .and_then(|sub| subject.topology.subnet(&sub.id))
        else {
            continue;
        };
        if endpoint.location != network.location
            || !endpoint
                .id
                .subscription()
                .eq_ignore_ascii_case(network.id.subscription())
        {
            out.push(rule.at(
                &endpoint.id,
                "/location",
                format!(
                    "`{}` is not where `{}` is",
                    endpoint.id.name(),
                    network.id.name()
                ),
            ));
        }
    }
}
