//! `DNS012`: alias record at the apex or beside others.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS012",
    severity: Severity::Error,
    title: "alias record at the apex or beside others",
    why: "the name of a CNAME record has no other record, and the zone's own name always has one",
    mend: "use an A record",
    source: "https://learn.microsoft.com/azure/dns/private-dns-privatednszone",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/CNAME/@, properties: { ttl: 60, cnameRecord: { cname: other.example } } } ]",
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/CNAME/www, properties: { ttl: 60, cnameRecord: { cname: other.example } } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/A/www, properties: { ttl: 60, aRecords: [ { ipv4Address: 192.168.0.9 } ] } } ]",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal, location: global, properties: {} }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/CNAME/www, properties: { ttl: 60, cnameRecord: { cname: other.example } } }, { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/one.internal/A/api, properties: { ttl: 60, aRecords: [ { ipv4Address: 192.168.0.9 } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (set, _) in subject.kinds.cname_record_sets() {
        let Some(zone) = set.id.parent() else {
            continue;
        };
        let name = set.id.name();
        if name == "@" {
            let message = format!("zone `{}` has a CNAME at its own name", zone.name());
            out.push(rule.at(&set.id, "", message));
            continue;
        }
        let beside = ["A", "AAAA", "MX", "TXT", "SRV", "PTR"]
            .iter()
            .map(|kind| zone.child(kind, name))
            .find(|id| subject.topology.resources.contains_key(id));
        if let Some(beside) = beside {
            let message = format!(
                "`{name}` in `{}` has a CNAME beside another record",
                zone.name()
            );
            out.push(
                rule.at(&set.id, "", message)
                    .related(&beside, "", "the other record"),
            );
        }
    }
}
