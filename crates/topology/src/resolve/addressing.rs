//! Static addresses for what the manifest leaves open: the lowest free ones of each subnet.
//!
//! NICs come first, then frontends, then NAT addresses, in the order of the manifest. An address
//! that Azure will choose (`Dynamic`) is reserved here too, so that no static one takes it.

use super::{Context, balancers::frontends, forwarders::addressed, index::SubnetAt, nat, value};
use crate::{
    manifest::suggest::clip,
    model::id::ResourceId,
    source::{Span, Spanned},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// Chosen or stated addresses, by folded name of their holder.
#[derive(Default)]
pub(super) struct Allocated {
    /// One for each instance of a forwarder.
    pub(super) nics: BTreeMap<String, Vec<Option<Ipv4Addr>>>,
    /// One for each frontend of a load balancer.
    pub(super) frontends: BTreeMap<String, Vec<Option<Ipv4Addr>>>,
    /// The NAT addresses of a Private Link Service.
    pub(super) nat: BTreeMap<String, Vec<Option<Ipv4Addr>>>,
}

#[derive(Default)]
struct Pool {
    taken: BTreeMap<ResourceId, BTreeSet<Ipv4Addr>>,
    /// Everything below is taken; keeps many instances from being quadratic.
    next: BTreeMap<ResourceId, u32>,
    full: BTreeSet<ResourceId>,
}

impl Pool {
    fn reserve(&mut self, subnet: &SubnetAt, addresses: impl IntoIterator<Item = Ipv4Addr>) {
        self.taken
            .entry(subnet.id.clone())
            .or_default()
            .extend(addresses);
    }

    fn lowest(&mut self, subnet: &SubnetAt) -> Option<Ipv4Addr> {
        let prefix = subnet.prefix?;
        let taken = self.taken.entry(subnet.id.clone()).or_default();
        let next = self
            .next
            .entry(subnet.id.clone())
            .or_insert_with(|| prefix.first().to_bits().saturating_add(4));
        let found = (*next..prefix.last().to_bits())
            .map(Ipv4Addr::from_bits)
            .find(|address| !taken.contains(address))?;
        *next = found.to_bits().saturating_add(1);
        taken.insert(found);
        Some(found)
    }
}

/// Chooses all addresses; a subnet that is full is one finding.
pub(super) fn allocate(cx: &mut Context<'_>) -> Allocated {
    let mut pool = Pool::default();
    reserve_stated(cx, &mut pool);
    let mut allocated = Allocated::default();
    for (name, entry) in &cx.manifest.forwarders {
        let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) else {
            continue;
        };
        let stated = entry
            .value
            .private_ip_addresses
            .as_ref()
            .map_or(&[][..], |list| &list.value);
        let mut addresses = Vec::new();
        for instance in 0..addressed(&entry.value) {
            let chosen = match stated.get(instance) {
                Some(stated) => Some(stated.value),
                None => choose(
                    cx,
                    &mut pool,
                    &subnet,
                    name,
                    entry
                        .value
                        .subnet
                        .as_ref()
                        .map_or(entry.name.span, |subnet| subnet.span),
                ),
            };
            addresses.push(chosen);
        }
        allocated.nics.insert(name.to_lowercase(), addresses);
    }
    for (name, entry) in &cx.manifest.load_balancers {
        let mut chosen = Vec::new();
        for front in frontends(entry) {
            let subnet = cx.index.subnet(front.subnet.as_ref());
            chosen.push(match (front.address, subnet) {
                (Some(stated), _) => Some(stated.value),
                (None, Some(subnet)) => choose(cx, &mut pool, &subnet, name, front.span),
                (None, None) => None,
            });
        }
        allocated.frontends.insert(name.to_lowercase(), chosen);
    }
    for (name, entry) in &cx.manifest.private_link_services {
        let mut addresses = Vec::new();
        for nat in nat::of(cx.manifest, &entry.value) {
            let subnet = cx.index.subnet(nat.subnet.as_ref());
            addresses.push(match (nat.address, subnet) {
                (Some(stated), _) => Some(stated.value),
                (None, Some(subnet)) => choose(cx, &mut pool, &subnet, name, entry.name.span),
                (None, None) => None,
            });
        }
        allocated.nat.insert(name.to_lowercase(), addresses);
    }
    allocated
}

fn reserve_stated(cx: &Context<'_>, pool: &mut Pool) {
    let plain = |list: &crate::manifest::List<Ipv4Addr>| -> Vec<Ipv4Addr> {
        list.iter()
            .flat_map(|list| &list.value)
            .map(|stated: &Spanned<Ipv4Addr>| stated.value)
            .collect()
    };
    for entry in cx.manifest.forwarders.values() {
        if let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) {
            pool.reserve(&subnet, plain(&entry.value.private_ip_addresses));
        }
    }
    for entry in cx.manifest.load_balancers.values() {
        for front in frontends(entry) {
            if let Some(subnet) = cx.index.subnet(front.subnet.as_ref()) {
                pool.reserve(&subnet, value(front.address.as_ref()));
            }
        }
    }
    for entry in cx.manifest.private_link_services.values() {
        for nat in nat::of(cx.manifest, &entry.value) {
            if let Some(subnet) = cx.index.subnet(nat.subnet.as_ref()) {
                pool.reserve(&subnet, nat.address.map(|stated| stated.value));
            }
        }
    }
    for entry in cx.manifest.private_endpoints.values() {
        if let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) {
            pool.reserve(&subnet, value(entry.value.private_ip_address.as_ref()));
            let own = entry.value.ip_configurations.values();
            let stated = own.filter_map(|own| value(own.value.private_ip_address.as_ref()));
            pool.reserve(&subnet, stated);
        }
    }
    for entry in cx.manifest.clients.values() {
        if let Some(subnet) = cx.index.subnet(entry.value.subnet.as_ref()) {
            pool.reserve(&subnet, value(entry.value.private_ip_address.as_ref()));
        }
    }
}

fn choose(
    cx: &mut Context<'_>,
    pool: &mut Pool,
    subnet: &SubnetAt,
    name: &str,
    span: Span,
) -> Option<Ipv4Addr> {
    let found = pool.lowest(subnet);
    // Without a prefix the subnet is not ours to count: Azure chooses.
    if found.is_none() && subnet.prefix.is_some() && pool.full.insert(subnet.id.clone()) {
        let message = format!(
            "no free address for `{}` in `{}`",
            clip(name, 30),
            clip(subnet.id.name(), 30)
        );
        cx.out.error(
            "MAN011",
            message,
            span,
            "make the subnet larger, or use another one",
        );
    }
    found
}
