//! `DNS004`: record that points elsewhere.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS004",
    severity: Severity::Error,
    title: "record that points elsewhere",
    why: "the addresses of endpoints and services are given out by Azure, and a written one goes wrong when they change",
    mend: "write the address that the endpoint has, or leave the record to Linkspan",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { aRecords: [ { ipv4Address: 192.168.0.200 } ] } } ]",
        "clients: { testvm: { hosts: { apim1449.azure-api.net: 192.168.0.200 } } }",
    ],
    good: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { aRecords: [ { ipv4Address: 192.168.0.5 } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut endpoints: BTreeMap<ResourceId, Vec<&ResourceId>> = BTreeMap::new();
    for (endpoint, body) in subject.kinds.private_endpoints() {
        if let Some(network) = body.subnet.as_ref().and_then(|subnet| subnet.id.parent()) {
            endpoints.entry(network).or_default().push(&endpoint.id);
        }
    }
    let is_endpoint = |network: &ResourceId, address: Ipv4Addr| {
        matches!(
            subject.addresses.holder_in(network, address),
            Some(Holder::Endpoint(_))
        )
    };
    for (network, links) in &subject.names.links {
        // Without an endpoint the network is no consumer, and its records are its own affair.
        let Some(there) = endpoints.get(*network) else {
            continue;
        };
        for (zone, _) in links {
            let set_id = zone.child("A", "@");
            let Some((set, body)) = subject.topology.a_record_set(&set_id) else {
                continue;
            };
            if !subject.is_private_name(zone.name()) {
                continue;
            }
            for (index, record) in body.a_records.iter().enumerate() {
                let RecordAddress::Literal(address) = record.ipv4_address else {
                    continue;
                };
                if is_endpoint(network, address) {
                    continue;
                }
                let pointer = format!("/properties/aRecords/{index}/ipv4Address");
                let message = format!(
                    "`{address}` is the address of no private endpoint in `{}`",
                    network.name()
                );
                let mut finding = rule.at(&set.id, pointer.clone(), message);
                if let [only] = there.as_slice() {
                    let title = format!("point at `{}`", only.name());
                    let text = RecordAddress::Of((*only).clone()).to_string();
                    finding = finding.fix(title, [Change::set(&set.id, pointer, text)]);
                }
                out.push(finding);
            }
        }
    }
    for client in subject.topology.clients.values() {
        let Some(network) = client
            .subnet
            .parent()
            .filter(|id| endpoints.contains_key(id))
        else {
            continue;
        };
        for (host, address) in &client.hosts {
            if subject.is_private_name(host) && !is_endpoint(&network, *address) {
                let message = format!(
                    "`{}` takes `{address}` for `{host}`, where no private endpoint is",
                    client.name
                );
                let mut finding = rule.at(&client.subnet, "", message);
                finding.span = client.span;
                out.push(finding);
            }
        }
    }
}
