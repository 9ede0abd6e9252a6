//! `PE005`: group ids for a Private Link Service.

use crate::rules::{
    facts::approval::{connections, is_private_link_service},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE005",
    severity: Severity::Error,
    title: "group ids for a Private Link Service",
    why: "a Private Link Service has no sub-resources, and a platform service is asked for one of its own",
    mend: "leave `groupIds` out for a Private Link Service, and name one such as `blob` for a platform service",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { groupIds: [gateway] } } ] } } ]",
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: ST-PE, resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, privateLinkServiceConnections: [ { name: st, properties: { privateLinkServiceId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st1 } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { groupIds: [] } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let name = endpoint.id.name();
        for (pointer, connection) in connections(body) {
            let properties = &connection.properties;
            let at = format!("{pointer}/properties/groupIds");
            let to_service = is_private_link_service(&properties.private_link_service_id);
            if to_service && !properties.group_ids.is_empty() {
                let message = format!("`{name}` asks for group ids of a Private Link Service");
                out.push(
                    rule.at(&endpoint.id, at.clone(), message)
                        .fix("leave `groupIds` out", [Change::remove(&endpoint.id, at)]),
                );
            } else if !to_service
                && properties.group_ids.is_empty()
                && properties
                    .private_link_service_id
                    .parse::<ResourceId>()
                    .is_ok()
            {
                let message = format!("`{name}` does not say which part of the service it wants");
                out.push(rule.at(&endpoint.id, at, message));
            }
        }
    }
}
