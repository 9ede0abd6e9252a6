//! `DNS009`: long time to live.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS009",
    severity: Severity::Warning,
    title: "long time to live",
    why: "for that long clients go on with an address that Azure has changed",
    mend: "use 10 to 60 seconds",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { ttl: 3600 } } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { ttl: 60 } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (set, body) in subject.kinds.a_record_sets() {
        let Some(ttl) = body.ttl.filter(|ttl| *ttl > 300) else {
            continue;
        };
        let Some(zone) = set.id.parent() else {
            continue;
        };
        let is_assigned = |record: &RecordAddress| match record {
            RecordAddress::Of(_) => true,
            RecordAddress::Literal(address) => subject.names.networks_of(&zone).any(|network| {
                matches!(
                    subject.addresses.holder_in(network, *address),
                    Some(
                        Holder::Endpoint(_)
                            | Holder::Vip(_)
                            | Holder::RegionalVip(..)
                            | Holder::Unit(..)
                    )
                )
            }),
        };
        if body
            .a_records
            .iter()
            .any(|record| is_assigned(&record.ipv4_address))
        {
            let pointer = "/properties/ttl";
            out.push(
                rule.at(
                    &set.id,
                    pointer,
                    format!(
                        "`{}` in `{}` lives {ttl} seconds",
                        set.id.name(),
                        zone.name()
                    ),
                )
                .fix("set `ttl` to 60", [Change::set(&set.id, pointer, 60)]),
            );
        }
    }
}
