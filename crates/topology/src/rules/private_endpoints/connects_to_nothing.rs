//! `PE004`: no service.

use crate::{model::network::is_alias, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE004",
    severity: Severity::Error,
    title: "no service",
    why: "a connection names a resource id or an alias",
    mend: "name a Private Link Service or its alias",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceId: nothing } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, location: eastus } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        for connection in body.connections() {
            let text = &connection.properties.private_link_service_id;
            if text.parse::<ResourceId>().is_err() && !is_alias(text) {
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections",
                    format!("`{text}` is neither a resource id nor an alias"),
                ));
            }
        }
    }
}
