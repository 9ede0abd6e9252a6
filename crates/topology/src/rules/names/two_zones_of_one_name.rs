//! `DNS002`: two zones of one name for one network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS002",
    severity: Severity::Error,
    title: "two zones of one name for one network",
    why: "a network is linked to one zone of a name",
    mend: "keep one of the links",
    source: "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links",
    arm_code: Some("BadRequest"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateDnsZones, name: apim1449.azure-api.net, resourceGroup: Other, location: global, properties: {} }, { type: Microsoft.Network/privateDnsZones/virtualNetworkLinks, name: apim1449.azure-api.net/External, resourceGroup: Other, location: global, properties: { registrationEnabled: false, virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External } } } ]\nresourceGroups: { Other: { subscription: partner, location: eastus } }",
    ],
    good: &["clients: { testvm: { subnet: External/default } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, links) in &subject.names.links {
        let mut first: BTreeMap<String, &(ResourceId, &Resource)> = BTreeMap::new();
        for linked in links {
            let (zone, link) = linked;
            let (other, earlier) = *first
                .entry(zone.name().to_ascii_lowercase())
                .or_insert(linked);
            if other != zone {
                out.push(
                    rule.at(
                        &link.id,
                        "",
                        format!(
                            "`{}` is linked to two zones `{}`",
                            network.name(),
                            zone.name()
                        ),
                    )
                    .related(&earlier.id, "", "the other link"),
                );
            }
        }
    }
}
