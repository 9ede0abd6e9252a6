//! `DNS001`: service without a name in the client's network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "DNS001",
    severity: Severity::Error,
    title: "service without a name in the client's network",
    why: "names of internal services are in no public DNS, so the client's network needs a private zone with the name",
    mend: "link a private DNS zone with the host's name to the client's network, or give the client a `hosts` entry",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-dns",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { aRecords: [] } } ]",
    ],
    good: &["clients: { testvm: { subnet: External/default } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut endpoints = BTreeSet::new();
    for (_, endpoint) in subject.topology.private_endpoints() {
        endpoints.extend(
            endpoint
                .subnet
                .as_ref()
                .and_then(|subnet| subnet.id.parent()),
        );
    }
    // Only clients whose network has a private endpoint are meant to use a service by name.
    for client in subject.topology.clients.values() {
        let Some(network) = client.subnet.parent().filter(|id| endpoints.contains(id)) else {
            continue;
        };
        for (service, _) in subject.topology.api_managements() {
            let host = ApiManagement::gateway_host(service.id.name());
            if subject.is_private_name(&host)
                && !client.hosts.contains_key(&host)
                && subject.answers(&network, &host).is_empty()
            {
                let message = format!("`{host}` is not answered for `{}`", client.name);
                let mut finding = rule.at(&client.subnet, "", message);
                finding.span = client.span;
                out.push(finding);
            }
        }
    }
}
