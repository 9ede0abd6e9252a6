//! `PE006`: not exactly one connection.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE006",
    severity: Severity::Error,
    title: "not exactly one connection",
    why: "a private endpoint connects to one service",
    mend: "give exactly one connection",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: null } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, location: eastus } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let count = body.connections().count();
        if count != 1 {
            out.push(rule.at(
                &endpoint.id,
                "/properties/privateLinkServiceConnections",
                format!("`{}` has {count} connections", endpoint.id.name()),
            ));
        }
    }
}
