//! `PE012`: zone group that makes no record.

use crate::rules::facts::approval::is_private_link_service;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE012",
    severity: Severity::Warning,
    title: "zone group that makes no record",
    why: "a zone group writes records only for names that the service tells, and a Private Link Service without `fqdns` tells none",
    mend: "write the A record yourself, or give the Private Link Service `fqdns`",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateEndpoints/APIM-PE/privateDnsZoneGroups/default, properties: { privateDnsZoneConfigs: [ { name: one, properties: { privateDnsZoneId: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net } } ] } } ]",
    ],
    good: &["privateEndpoints: { APIM-PE: { manual: false } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (group, _) in subject.kinds.private_dns_zone_groups() {
        let endpoint = group
            .id
            .parent()
            .and_then(|id| subject.topology.private_endpoint(&id));
        let Some((endpoint, body)) = endpoint else {
            continue;
        };
        let is_nameless = body.connections().any(|connection| {
            let text = &connection.properties.private_link_service_id;
            let service = text.parse::<ResourceId>();
            is_private_link_service(text)
                && service.is_ok_and(|id| {
                    let known = subject.topology.private_link_service(&id);
                    known.is_some_and(|(_, service)| service.fqdns.is_empty())
                })
        });
        if is_nameless {
            out.push(
                rule.at(
                    &group.id,
                    "",
                    format!(
                        "zone group of `{}` gets no name from the service",
                        endpoint.id.name()
                    ),
                )
                .fix("delete the zone group", [Change::remove(&group.id, "")]),
            );
        }
    }
}
