//! `DNS013`: consumer linked to the provider's zone.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS013",
    severity: Severity::Warning,
    title: "consumer linked to the provider's zone",
    why: "the zone answers with an address of the provider's network, which the consumer cannot reach, or which is somebody else's there",
    mend: "give the consumer's network a zone of its own with the endpoint's address",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { Third: { resourceGroup: APIM, addressPrefixes: [192.168.0.0/16] } }\nresources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/virtualNetworkLinks/Third, location: global, properties: { registrationEnabled: false, virtualNetwork: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/Third } } } ]",
    ],
    good: &["privateEndpoints: { APIM-PE: { manual: false } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, links) in &subject.names.links {
        for (zone, link) in links {
            let Some(service) = subject.internal_service(zone.name()) else {
                continue;
            };
            let home = subject
                .topology
                .api_management(&service.id)
                .and_then(|(_, body)| body.subnet().and_then(ResourceId::parent));
            let Some(home) = home.filter(|home| home != *network) else {
                continue;
            };
            let Some((_, set)) = subject.topology.a_record_set(&zone.child("A", "@")) else {
                continue;
            };
            let is_vip = set
                .a_records
                .iter()
                .any(|record| match &record.ipv4_address {
                    RecordAddress::Of(id) => *id == service.id,
                    RecordAddress::Literal(address) => matches!(
                        subject.addresses.holder_in(&home, *address),
                        Some(Holder::Vip(_) | Holder::RegionalVip(..) | Holder::Unit(..))
                    ),
                });
            if is_vip && !subject.may_be_joined(network, &home) {
                out.push(rule.at(
                    &link.id,
                    "/properties/virtualNetwork",
                    format!(
                        "`{}` gets the address that `{}` has in `{}`",
                        network.name(),
                        zone.name(),
                        home.name()
                    ),
                ));
            }
        }
    }
}
