//! Names: private DNS zones, hosts files.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::{api_management::ApiManagement, dns::RecordAddress, id::ResourceId},
};

const DNS: &str = "https://learn.microsoft.com/azure/private-link/private-endpoint-dns";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "DNS001",
        severity: Severity::Error,
        title: "service without a name in the client's network",
        why: "names of internal services are in no public DNS, so the client's network needs a private zone with the name",
        mend: "link a private DNS zone with the host's name to the client's network, or give the client a `hosts` entry",
        source: DNS,
        arm_code: None,
        check: unnamed,
    },
    Rule {
        code: "DNS002",
        severity: Severity::Error,
        title: "two zones of one name for one network",
        why: "a network is linked to one zone of a name",
        mend: "keep one of the links",
        source: "https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links",
        arm_code: Some("BadRequest"),
        check: two_zones,
    },
    Rule {
        code: "DNS003",
        severity: Severity::Warning,
        title: "zone of a public service's whole domain",
        why: "the zone answers for every other name of the domain too, and says that they do not exist",
        mend: "use one zone for each host, with the record `@`",
        source: DNS,
        arm_code: None,
        check: apex,
    },
    Rule {
        code: "DNS008",
        severity: Severity::Hint,
        title: "hosts file",
        why: "it covers one machine, has no time to live and goes stale; it is documented for tests only",
        mend: "use a private DNS zone that is linked to the network",
        source: DNS,
        arm_code: None,
        check: hosts_file,
    },
];

/// What a network's private zones answer for a host.
pub(super) fn answers(
    subject: &Subject<'_>,
    network: &ResourceId,
    host: &str,
) -> Vec<RecordAddress> {
    let host = host.to_ascii_lowercase();
    let mut best: Option<(usize, Vec<RecordAddress>)> = None;
    for (link, body) in subject.topology.virtual_network_links() {
        let (Some(zone), true) = (
            link.id.parent(),
            body.virtual_network
                .as_ref()
                .is_some_and(|sub| sub.id == *network),
        ) else {
            continue;
        };
        let name = zone.name().to_ascii_lowercase();
        let label = match host.strip_suffix(&name) {
            Some("") => "@",
            Some(rest) => match rest.strip_suffix('.') {
                Some(label) => label,
                None => continue,
            },
            None => continue,
        };
        let records = subject.topology.a_record_sets().filter(|(set, _)| {
            set.id.parent().as_ref() == Some(&zone) && set.id.name().eq_ignore_ascii_case(label)
        });
        let found: Vec<RecordAddress> = records
            .flat_map(|(_, set)| {
                set.a_records
                    .iter()
                    .map(|record| record.ipv4_address.clone())
            })
            .collect();
        if best.as_ref().is_none_or(|(length, _)| name.len() > *length) {
            best = Some((name.len(), found));
        }
    }
    best.map(|(_, found)| found).unwrap_or_default()
}

/// Whether the host is one that no public DNS knows: that of an internal service here.
pub(super) fn is_private_name(subject: &Subject<'_>, host: &str) -> bool {
    subject.topology.api_managements().any(|(service, body)| {
        body.virtual_network_type.as_deref() == Some("Internal")
            && ApiManagement::gateway_host(service.id.name()).eq_ignore_ascii_case(host)
    })
}

fn unnamed(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, _) in subject.topology.api_managements() {
        let host = ApiManagement::gateway_host(service.id.name());
        if !is_private_name(subject, &host) {
            continue;
        }
        for client in subject.topology.clients.values() {
            let Some(network) = client.subnet.parent() else {
                continue;
            };
            // Only clients that a private endpoint, or the service's own network, is there for.
            let has_endpoint = subject.topology.private_endpoints().any(|(_, endpoint)| {
                endpoint
                    .subnet
                    .as_ref()
                    .is_some_and(|sub| sub.id.parent().as_ref() == Some(&network))
            });
            if has_endpoint
                && !client.hosts.contains_key(&host)
                && answers(subject, &network, &host).is_empty()
            {
                let mut finding = rule.at(
                    &client.subnet,
                    "",
                    format!("`{host}` is not answered for `{}`", client.name),
                );
                finding.span = client.span;
                out.push(finding);
            }
        }
    }
}

fn two_zones(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let links: Vec<_> = subject
        .topology
        .virtual_network_links()
        .filter_map(|(link, body)| {
            Some((
                link,
                body.virtual_network.as_ref()?.id.clone(),
                link.id.parent()?,
            ))
        })
        .collect();
    for (position, (link, network, zone)) in links.iter().enumerate() {
        let other = links.iter().take(position).find(|(_, other, theirs)| {
            other == network && theirs != zone && theirs.name().eq_ignore_ascii_case(zone.name())
        });
        if let Some((first, _, _)) = other {
            out.push(rule.at(
                &link.id,
                "",
                format!(
                    "`{}` is linked to two zones `{}` ({} and {})",
                    network.name(),
                    zone.name(),
                    first.id.name(),
                    link.id.name()
                ),
            ));
        }
    }
}

fn apex(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (zone, _) in subject.topology.private_dns_zones() {
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

fn hosts_file(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for client in subject
        .topology
        .clients
        .values()
        .filter(|client| !client.hosts.is_empty())
    {
        let mut finding = rule.at(
            &client.subnet,
            "",
            format!("`{}` resolves by a hosts file", client.name),
        );
        finding.span = client.span;
        out.push(finding);
    }
}
