//! `PE014`: too many private endpoints in a network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE014",
    severity: Severity::Error,
    title: "too many private endpoints in a network",
    why: "a network takes 1,000 private endpoints, or 5,000 with `privateEndpointVNetPolicies: Basic`",
    mend: "spread them over several networks, or switch the limit",
    source: "https://learn.microsoft.com/azure/private-link/increase-private-endpoint-vnet-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { External: { subnets: { many: { addressPrefix: 192.168.16.0/20 } } } }\nresources:\n#* 1001:   - { type: Microsoft.Network/privateEndpoints, name: \"PE-{n}\", resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/many }, privateLinkServiceConnections: [ { name: one, properties: { privateLinkServiceId: \"/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st{n}\", groupIds: [blob] } } ] } }",
    ],
    good: &[
        "virtualNetworks: { External: { subnets: { many: { addressPrefix: 192.168.16.0/20 } } } }\nresources:\n#* 12:   - { type: Microsoft.Network/privateEndpoints, name: \"PE-{n}\", resourceGroup: APIM, location: eastus, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/many }, privateLinkServiceConnections: [ { name: one, properties: { privateLinkServiceId: \"/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Storage/storageAccounts/st{n}\", groupIds: [blob] } } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut counts: BTreeMap<ResourceId, usize> = BTreeMap::new();
    for (_, body) in subject.kinds.private_endpoints() {
        if let Some(network) = body.subnet.as_ref().and_then(|subnet| subnet.id.parent()) {
            let count = counts.entry(network).or_default();
            *count = count.saturating_add(1);
        }
    }
    for (id, count) in counts {
        let Some((network, body)) = subject.topology.virtual_network(&id) else {
            continue;
        };
        let policies = body
            .private_endpoint_vnet_policies
            .as_deref()
            .unwrap_or("Disabled");
        let limit = if policies.eq_ignore_ascii_case("Basic") {
            5_000
        } else {
            1_000
        };
        if count > limit {
            let message = format!(
                "`{}` has {count} private endpoints of {limit}",
                network.id.name()
            );
            out.push(rule.at(&network.id, "", message));
        }
    }
}
