//! `DNS003`: zone of a public service's whole domain.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS003",
    severity: Severity::Warning,
    title: "zone of a public service's whole domain",
    why: "the zone answers for every other name of the domain too, and says that they do not exist",
    mend: "use one zone for each host, with the record `@`",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateDnsZones, name: azure-api.net, resourceGroup: APIM, location: global, properties: {} } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateDnsZones, name: contoso.internal, resourceGroup: APIM, location: global, properties: {} } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (zone, _) in subject.kinds.private_dns_zones() {
        if zone.id.name().eq_ignore_ascii_case("azure-api.net") {
            out.push(rule.at(
                &zone.id,
                "",
                format!(
                    "zone `{}` covers every API Management service",
                    zone.id.name()
                ),
            ));
        }
    }
}
