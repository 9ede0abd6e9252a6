//! `PE013`: two endpoints to one service in one network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE013",
    severity: Severity::Warning,
    title: "two endpoints to one service in one network",
    why: "one network has one answer for a name, so only one of the endpoints is ever used",
    mend: "keep one of them",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: SECOND-PE, resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, privateLinkServiceConnections: [ { name: one, properties: { privateLinkServiceId: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateLinkServices/APIM-PLS } } ] } } ]",
    ],
    good: &["privateEndpoints: { APIM-PE: { manual: false } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut first: BTreeMap<(String, ResourceId), &ResourceId> = BTreeMap::new();
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let Some(network) = body.subnet.as_ref().and_then(|subnet| subnet.id.parent()) else {
            continue;
        };
        for connection in body.connections() {
            let properties = &connection.properties;
            // Another sub-resource of the same service is another name.
            let key = format!(
                "{} {}",
                properties.private_link_service_id.to_ascii_lowercase(),
                properties.group_ids.join(",").to_ascii_lowercase()
            );
            let other = *first.entry((key, network.clone())).or_insert(&endpoint.id);
            if *other != endpoint.id {
                out.push(
                    rule.at(
                        &endpoint.id,
                        "",
                        format!(
                            "`{}` and `{}` lead to one service from one network",
                            other.name(),
                            endpoint.id.name()
                        ),
                    )
                    .related(other, "", "the other one"),
                );
            }
        }
    }
}
