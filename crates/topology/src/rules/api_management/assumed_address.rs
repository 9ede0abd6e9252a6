//! `APIM013`: address of the service written down.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM013",
    severity: Severity::Warning,
    title: "address of the service written down",
    why: "Azure chooses the private address of a service, and another one when the service is made again or changes its subnet, mode or zones",
    mend: "leave the record to Linkspan, or read `privateIPAddresses` after each change",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { aRecords: [ { ipv4Address: 10.0.2.5 } ] } } ]",
    ],
    good: &["apiManagement: { apim1449: { virtualNetworkType: Internal } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, links) in &subject.names.links {
        for (zone, _) in links {
            let Some(service) = subject.internal_service(zone.name()) else {
                continue;
            };
            let Some((set, body)) = subject.topology.a_record_set(&zone.child("A", "@")) else {
                continue;
            };
            for (index, record) in body.a_records.iter().enumerate() {
                let RecordAddress::Literal(address) = record.ipv4_address else {
                    continue;
                };
                let holder = subject.addresses.holder_in(network, address);
                if matches!(holder, Some(Holder::Vip(id) | Holder::RegionalVip(id, _) | Holder::Unit(id, _)) if *id == service.id)
                {
                    let pointer = format!("/properties/aRecords/{index}/ipv4Address");
                    let name = service.id.name();
                    let message = format!("`{address}` is what `{name}` happens to have today");
                    let text = RecordAddress::Of(service.id.clone()).to_string();
                    out.push(rule.at(&set.id, pointer.clone(), message).fix(
                        format!("point at `{name}`, whatever address it has"),
                        [Change::set(&set.id, pointer, text)],
                    ));
                }
            }
        }
    }
}
