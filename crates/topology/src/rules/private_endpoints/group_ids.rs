//! `PE005`: group ids for a Private Link Service.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE005",
    severity: Severity::Error,
    title: "group ids for a Private Link Service",
    why: "a Private Link Service has no sub-resources",
    mend: "leave `groupIds` out",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { groupIds: [gateway] } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { groupIds: [] } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        for connection in body
            .connections()
            .filter(|connection| !connection.properties.group_ids.is_empty())
        {
            let is_service = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
                .is_ok_and(|id| id.is_type("Microsoft.Network/privateLinkServices"));
            if is_service {
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections",
                    format!(
                        "`{}` asks for group ids of a Private Link Service",
                        endpoint.id.name()
                    ),
                ));
            }
        }
    }
}
