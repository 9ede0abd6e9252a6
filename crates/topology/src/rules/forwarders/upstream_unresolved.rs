//! `FWD008`: upstream that does not resolve.

use crate::{model::dns::ARecordSet, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD008",
    severity: Severity::Error,
    title: "upstream that does not resolve",
    why: "names of internal services are in no public DNS, so the forwarder's network needs a private zone with the name",
    mend: "link a private DNS zone with the name to the forwarder's network",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@,
    properties: { aRecords: [] } } ]"],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

/// Records of a zone's own name, by that name.
type Answers<'t> = BTreeMap<String, Vec<(&'t Resource, &'t ARecordSet, ResourceId)>>;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut known: Answers<'_> = BTreeMap::new();
    for (set, body) in subject.kinds.a_record_sets() {
        if let Some(zone) = set.id.parent().filter(|_| set.id.name() == "@") {
            let name = zone.name().to_ascii_lowercase();
            known.entry(name).or_default().push((set, body, zone));
        }
    }
    for relay in &subject.relays.all {
        let Some(network) = &relay.network else {
            continue;
        };
        for dial in relay.dials() {
            if !subject.is_private_name(dial.host)
                || !subject.answers(network, dial.host).is_empty()
            {
                continue;
            }
            let message = format!("`{}` is not answered in `{}`", dial.host, network.name());
            let finding = rule.at(&relay.machine.id, relay.dial_at(&dial), message);
            out.push(match mend(subject, &known, network, dial.host) {
                Some((title, change)) => finding.fix(title, [change]),
                None => finding,
            });
        }
    }
}

/// Fills the empty record of a zone that the network sees, or links one that has the answer.
fn mend(
    subject: &Subject<'_>,
    known: &Answers<'_>,
    network: &ResourceId,
    host: &str,
) -> Option<(String, Change)> {
    let service = subject.internal_service(host)?;
    let wanted = RecordAddress::Of(service.id.clone());
    let sets = known.get(&host.to_ascii_lowercase())?;
    let links = subject.names.links.get(network);
    let is_seen =
        |zone: &ResourceId| links.is_some_and(|links| links.iter().any(|(known, _)| known == zone));
    if let Some((set, _, _)) = sets.iter().find(|(_, _, zone)| is_seen(zone)) {
        let records = json!([{ "ipv4Address": wanted.to_string() }]);
        let change = Change::set(&set.id, "/properties/aRecords", records);
        return Some((
            format!("answer with the address of `{}`", service.id.name()),
            change,
        ));
    }
    let (_, _, zone) = sets.iter().find(|(_, body, _)| {
        let mut records = body.a_records.iter();
        records.any(|record| record.ipv4_address == wanted)
    })?;
    let link = zone.child("virtualNetworkLinks", network.name());
    let whole = json!({
        "location": "global",
        "properties": {
            "registrationEnabled": false,
            "virtualNetwork": { "id": network.as_str() },
        },
    });
    Some((
        format!("link `{}` to `{}`", zone.name(), network.name()),
        Change::set(&link, "", whole),
    ))
}
