//! `DNS011`: zone that Azure does not take.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS011",
    severity: Severity::Error,
    title: "zone that Azure does not take",
    why: "private zones are global, and have names of 2 to 34 labels",
    mend: "use `location: global` and a name such as `contoso.internal`",
    source: "https://learn.microsoft.com/azure/dns/private-dns-privatednszone",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: eastus, properties: {} } ]",
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/internal, location: global, properties: {} } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (zone, _) in subject.kinds.private_dns_zones() {
        let location = zone.location.as_deref().unwrap_or("global");
        if location != "global" {
            out.push(
                rule.at(
                    &zone.id,
                    "/location",
                    format!("zone `{}` is placed in {location}", zone.id.name()),
                )
                .fix(
                    "set `location` to global",
                    [Change::set(&zone.id, "/location", "global")],
                ),
            );
        }
        let labels = zone
            .id
            .name()
            .split('.')
            .filter(|label| !label.is_empty())
            .count();
        if !(2..=34).contains(&labels) {
            let message = format!("the name of zone `{}` has {labels} labels", zone.id.name());
            out.push(rule.at(&zone.id, "", message));
        }
    }
}
