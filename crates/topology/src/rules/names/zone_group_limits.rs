//! `DNS006`: more zone groups or zones than fit.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS006",
    severity: Severity::Error,
    title: "more zone groups or zones than fit",
    why: "a private endpoint has one zone group, with at most five zones",
    mend: "keep one group with five zones or fewer",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: ST-PE, resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, privateLinkServiceConnections: [ { name: st, properties: { privateLinkServiceId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st1, groupIds: [blob] } } ] } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/ST-PE/privateDnsZoneGroups/one, properties: { privateDnsZoneConfigs: [ { name: z0, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z0.internal } } ] } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/ST-PE/privateDnsZoneGroups/two, properties: { privateDnsZoneConfigs: [ { name: z0, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z0.internal } } ] } } ]",
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: ST-PE, resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, privateLinkServiceConnections: [ { name: st, properties: { privateLinkServiceId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st1, groupIds: [blob] } } ] } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/ST-PE/privateDnsZoneGroups/one, properties: { privateDnsZoneConfigs: [ { name: z0, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z0.internal } }, { name: z1, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z1.internal } }, { name: z2, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z2.internal } }, { name: z3, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z3.internal } }, { name: z4, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z4.internal } }, { name: z5, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z5.internal } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: ST-PE, resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, privateLinkServiceConnections: [ { name: st, properties: { privateLinkServiceId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st1, groupIds: [blob] } } ] } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/ST-PE/privateDnsZoneGroups/one, properties: { privateDnsZoneConfigs: [ { name: z0, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/z0.internal } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut first: BTreeMap<ResourceId, &ResourceId> = BTreeMap::new();
    for (group, body) in subject.kinds.private_dns_zone_groups() {
        let Some(endpoint) = group.id.parent() else {
            continue;
        };
        let count = body.private_dns_zone_configs.len();
        if count > 5 {
            out.push(rule.at(
                &group.id,
                "/properties/privateDnsZoneConfigs",
                format!("zone group of `{}` has {count} zones", endpoint.name()),
            ));
        }
        let name = endpoint.name().to_owned();
        let other = *first.entry(endpoint).or_insert(&group.id);
        if *other != group.id {
            out.push(
                rule.at(&group.id, "", format!("`{name}` has a second zone group"))
                    .related(other, "", "the first one"),
            );
        }
    }
}
