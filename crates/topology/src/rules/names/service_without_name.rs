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
    // Hosts that a network's endpoints lead to: what the relays behind them dial by name.
    let mut hosts: BTreeMap<ResourceId, BTreeSet<String>> = BTreeMap::new();
    for (_, endpoint) in subject.kinds.private_endpoints() {
        let Some(network) = endpoint.subnet.as_ref().and_then(|sub| sub.id.parent()) else {
            continue;
        };
        let services = endpoint.connections().filter_map(|connection| {
            let id = connection.properties.private_link_service_id.parse().ok()?;
            subject.topology.private_link_service(&id)
        });
        for (_, service) in services {
            let balancers = service
                .load_balancer_frontend_ip_configurations
                .iter()
                .filter_map(|frontend| frontend.id.parent());
            for balancer in balancers {
                for relay in subject.relays.behind(&balancer) {
                    let names = relay
                        .upstreams()
                        .map(|(_, host, _)| host.to_ascii_lowercase());
                    let private = names.filter(|host| subject.is_private_name(host));
                    hosts.entry(network.clone()).or_default().extend(private);
                }
            }
        }
    }
    for client in subject.topology.clients.values() {
        let Some(network) = client.subnet.parent() else {
            continue;
        };
        for host in hosts.get(&network).into_iter().flatten() {
            if !client.hosts.contains_key(host) && subject.answers(&network, host).is_empty() {
                let message = format!("`{host}` is not answered for `{}`", client.name);
                let mut finding = rule.at(&client.subnet, "", message);
                finding.span = client.span;
                out.push(finding);
            }
        }
    }
}
