//! Derived private DNS: one zone for each host name, in each resource group whose networks need it.
//!
//! A zone holds one host (its record `@`), so that no other name of the public suffix is hidden
//! (DNS003). On the provider's side it answers with the service's own address, where a forwarder
//! dials the service by name; on the consumer's side with the private endpoint's. A zone group
//! would make no record for a Private Link Service (PE012), so the record is ours. Where a stated
//! zone answers, nothing is derived; where it only has the right name, record and link are added.

use super::{
    Context, Draft, Placed, is_set,
    upstreams::upstreams,
    zones::{Standing, Stated, global},
};
use crate::{
    finding::{Finding, Severity},
    manifest::{Field, LoadBalancer, suggest::clip},
    model::{
        Body,
        dns::{ARecord, ARecordSet, PrivateDnsZone, RecordAddress, VirtualNetworkLink},
        id::ResourceId,
        network::SubResource,
    },
    source::Span,
};

/// Short, because both ends' addresses are Azure's choice and may move (DNS009).
pub(super) const TTL_SECONDS: u32 = 10;

/// Networks of one group would need different answers to one name.
pub(crate) const TWO_ANSWERS: &str = "MAN013";

/// A name that must resolve in a network.
struct Wish {
    host: String,
    network: ResourceId,
    answer: ResourceId,
    span: Span,
    existing: bool,
}

pub(super) fn zones(cx: &mut Context<'_>, stated: &Stated) {
    let mut wishes = provider_wishes(cx);
    wishes.extend(consumer_wishes(cx));
    for wish in wishes {
        grant(cx, &wish, stated);
    }
}

/// Networks whose forwarders dial a service by name.
fn provider_wishes(cx: &Context<'_>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for entry in cx.manifest.forwarders.values() {
        let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) else {
            continue;
        };
        for upstream in upstreams(cx, &entry.value) {
            let (Some(host), Some(service)) = (upstream.host, upstream.service) else {
                continue;
            };
            // Only an internal service has a private address to answer with; the others are in public DNS.
            let is_internal = super::entry(&cx.manifest.api_management, service.name())
                .and_then(|(_, entry)| entry.value.virtual_network_type.as_ref())
                .is_some_and(|kind| kind.value == "Internal");
            if is_internal {
                let existing = is_set(&entry.value.existing);
                wishes.push(Wish {
                    host,
                    network: subnet.network.id.clone(),
                    answer: service,
                    span: entry.name.span,
                    existing,
                });
            }
        }
    }
    wishes
}

/// Networks with a private endpoint that leads to a named host.
fn consumer_wishes(cx: &Context<'_>) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for (name, entry) in &cx.manifest.private_endpoints {
        let (Some(subnet), Some(Some(endpoint))) = (
            cx.index.subnet(entry.value.subnet.as_ref()),
            cx.index.endpoints.get(&name.to_lowercase()),
        ) else {
            continue;
        };
        for host in hosts_behind(cx, &entry.value.service) {
            let existing = is_set(&entry.value.existing);
            wishes.push(Wish {
                host,
                network: subnet.network.id.clone(),
                answer: endpoint.id.clone(),
                span: entry.name.span,
                existing,
            });
        }
    }
    wishes
}

/// The host names that a Private Link Service leads to: those it says itself, those that the
/// forwarders behind it dial, that of the backend it points at.
fn hosts_behind(cx: &Context<'_>, service: &Field<String>) -> Vec<String> {
    let service = service
        .as_ref()
        .and_then(|service| super::entry(&cx.manifest.private_link_services, &service.value));
    let Some((_, service)) = service else {
        return Vec::new();
    };
    let mut hosts = Vec::new();
    let mut add = |host: &str| {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        // Only a name with a suffix is a zone of its own.
        if host.contains('.') && !hosts.contains(&host) {
            hosts.push(host);
        }
    };
    for fqdn in service.value.fqdns.iter().flat_map(|list| &list.value) {
        add(&fqdn.value);
    }
    if let Some(address) = &service.value.destination_ip_address {
        for backend in cx.manifest.backends.values() {
            let mut addresses = backend.value.addresses.iter().flat_map(|list| &list.value);
            let is_it = addresses.any(|one| one.value == address.value);
            if let (true, Some(fqdn)) = (is_it, &backend.value.fqdn) {
                add(&fqdn.value);
            }
        }
    }
    let Some(balancer) = &service.value.load_balancer else {
        return hosts;
    };
    for forwarder in cx.near.forwarders_behind(&balancer.value) {
        let all = upstreams(cx, &forwarder.value).into_iter();
        for host in all.filter_map(|upstream| upstream.host) {
            add(&host);
        }
    }
    // A pool may also have a backend itself.
    let known = super::entry(&cx.manifest.load_balancers, &balancer.value);
    for fqdn in known
        .into_iter()
        .flat_map(|(_, lb)| backends_in(cx, &lb.value))
    {
        add(&fqdn);
    }
    hosts
}

/// The names of backends that are in the pools of a load balancer.
fn backends_in(cx: &Context<'_>, balancer: &LoadBalancer) -> Vec<String> {
    let named = super::balancers::pools(balancer)
        .into_iter()
        .filter_map(|pool| pool.backend.as_ref());
    named
        .filter_map(|name| super::entry(&cx.manifest.backends, &name.value))
        .filter_map(|(_, backend)| Some(backend.value.fqdn.as_ref()?.value.clone()))
        .collect()
}

fn grant(cx: &mut Context<'_>, wish: &Wish, stated: &Stated) {
    let group = wish.network.group_id();
    let derived = ResourceId::new(
        group.subscription(),
        group.resource_group(),
        "Microsoft.Network/privateDnsZones",
        &wish.host,
    );
    let (zone, is_stated) = match stated.standing(&wish.host, &wish.network, &derived) {
        Standing::Closed => return,
        Standing::Open(zone) => (zone.clone(), true),
        Standing::Free => (derived, false),
    };
    let record = zone.child("A", "@");
    if let Some((_, set)) = cx.out.topology.a_record_set(&record) {
        let is_same = set
            .a_records
            .iter()
            .all(|record| record.ipv4_address == RecordAddress::Of(wish.answer.clone()));
        if !is_same {
            let message = format!(
                "`{}` would need two answers in one zone",
                clip(&wish.host, 50)
            );
            cx.out.findings.push(
                Finding::at_span(TWO_ANSWERS, Severity::Warning, message, wish.span)
                    .note("a private DNS zone is one resource in its group, and every linked network gets the same answer")
                    .help(if is_stated {
                        "link only one of the networks to this zone"
                    } else {
                        "put this network into a resource group of its own"
                    }),
            );
            return;
        }
    } else {
        if !is_stated {
            let body = Body::PrivateDnsZone(PrivateDnsZone::default());
            let draft = Draft::new(&global(&zone), body, wish.existing);
            cx.out.add(draft, wish.span);
        }
        let a_records = vec![ARecord {
            ipv4_address: RecordAddress::Of(wish.answer.clone()),
        }];
        let body = Body::ARecordSet(ARecordSet {
            ttl: Some(TTL_SECONDS),
            a_records,
            ..ARecordSet::default()
        });
        let mut draft = Draft::new(
            &Placed {
                id: record,
                location: None,
            },
            body,
            wish.existing,
        );
        draft.is_taggable = false;
        cx.out.add(draft, wish.span);
    }
    if stated.is_linked(&zone, &wish.network) {
        return;
    }
    let link = zone.child("virtualNetworkLinks", wish.network.name());
    if cx.out.topology.resources.contains_key(&link) {
        return;
    }
    let body = Body::VirtualNetworkLink(VirtualNetworkLink {
        virtual_network: Some(SubResource::to(&wish.network)),
        registration_enabled: Some(false),
        ..VirtualNetworkLink::default()
    });
    cx.out
        .add(Draft::new(&global(&link), body, wish.existing), wish.span);
}
