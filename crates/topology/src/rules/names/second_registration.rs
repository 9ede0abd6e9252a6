//! `DNS005`: second link of its kind for one network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS005",
    severity: Severity::Error,
    title: "second link of its kind for one network",
    why: "a network registers its machines in one zone, and is linked to a zone once",
    mend: "set `registrationEnabled: false`, or delete the second link",
    source: "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/two.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/virtualNetworkLinks/a, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: true } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/two.internal/virtualNetworkLinks/b, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: true } } ]",
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/virtualNetworkLinks/a, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: false } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/virtualNetworkLinks/b, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: false } } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/two.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/virtualNetworkLinks/a, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: true } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/two.internal/virtualNetworkLinks/b, location: global, properties: { virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External }, registrationEnabled: false } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, links) in &subject.names.links {
        let mut registering: Option<&ResourceId> = None;
        let mut by_zone: BTreeMap<&ResourceId, &ResourceId> = BTreeMap::new();
        for (zone, link) in links {
            if let Some(first) = by_zone.get(zone) {
                let message = format!("`{}` is linked to `{}` twice", network.name(), zone.name());
                out.push(
                    rule.at(&link.id, "", message)
                        .related(first, "", "the first link")
                        .fix("delete the second link", [Change::remove(&link.id, "")]),
                );
                continue;
            }
            by_zone.insert(zone, &link.id);
            let body = subject.topology.virtual_network_link(&link.id);
            if body.is_none_or(|(_, body)| body.registration_enabled != Some(true)) {
                continue;
            }
            match registering {
                None => registering = Some(&link.id),
                Some(first) => {
                    let pointer = "/properties/registrationEnabled";
                    let message = format!("`{}` would register in two zones", network.name());
                    out.push(
                        rule.at(&link.id, pointer, message)
                            .related(first, pointer, "registers already")
                            .fix(
                                "do not register in this one",
                                [Change::set(&link.id, pointer, false)],
                            ),
                    );
                }
            }
        }
    }
}
