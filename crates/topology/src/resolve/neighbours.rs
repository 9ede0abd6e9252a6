//! Who stands in front of whom, and who stands where.
//!
//! Found once, so that no step walks a whole section for each entry of another.

use super::{
    balancers::pools,
    index::{Index, fold},
};
use crate::{
    manifest::{Entry, Forwarder, LoadBalancer, Manifest, PrivateLinkService},
    model::{api_management::ApiManagement, id::ResourceId},
};
use std::collections::{HashMap, HashSet};

/// A pool: its load balancer, and its name.
pub(super) type PoolOf<'m> = (&'m String, &'m Entry<LoadBalancer>, &'m str);

/// By folded name, or by subnet.
#[derive(Default)]
pub(super) struct Neighbours<'m> {
    pools_of: HashMap<String, Vec<PoolOf<'m>>>,
    services_of: HashMap<String, Vec<&'m Entry<PrivateLinkService>>>,
    forwarders_behind: HashMap<String, Vec<&'m Entry<Forwarder>>>,
    forwarders_in: HashMap<ResourceId, Vec<(&'m String, &'m Entry<Forwarder>)>>,
    with_api_management: HashSet<ResourceId>,
    with_others: HashSet<ResourceId>,
    gateways: HashMap<String, ResourceId>,
}

impl<'m> Neighbours<'m> {
    pub(super) fn of(manifest: &'m Manifest, index: &Index) -> Self {
        let mut found = Self::default();
        for (name, entry) in &manifest.load_balancers {
            for pool in pools(&entry.value) {
                if let Some(backend) = pool.backend {
                    let known = found.pools_of.entry(fold(&backend.value)).or_default();
                    known.push((name, entry, pool.name));
                }
            }
        }
        for entry in manifest.private_link_services.values() {
            if let Some(balancer) = &entry.value.load_balancer {
                let known = found.services_of.entry(fold(&balancer.value)).or_default();
                known.push(entry);
            }
        }
        for (name, entry) in &manifest.forwarders {
            let mut before = HashSet::new();
            for (balancer, ..) in found.pools_of.get(&fold(name)).into_iter().flatten() {
                let balancer = fold(balancer);
                if before.insert(balancer.clone()) {
                    found
                        .forwarders_behind
                        .entry(balancer)
                        .or_default()
                        .push(entry);
                }
            }
            if let Some(subnet) = index.subnet(entry.value.subnet.as_ref()) {
                found
                    .forwarders_in
                    .entry(subnet.id)
                    .or_default()
                    .push((name, entry));
            }
        }
        let clients = manifest.clients.values().map(|entry| &entry.value.subnet);
        let endpoints = manifest.private_endpoints.values();
        let others = clients.chain(endpoints.map(|entry| &entry.value.subnet));
        let others = others.filter_map(|subnet| index.subnet(subnet.as_ref()));
        found.with_others.extend(others.map(|subnet| subnet.id));
        let services = manifest.api_management.values();
        let services = services.filter_map(|entry| index.subnet(entry.value.subnet.as_ref()));
        found
            .with_api_management
            .extend(services.map(|subnet| subnet.id));
        for placed in index.api_management.values().flatten() {
            let host = ApiManagement::gateway_host(placed.id.name());
            found
                .gateways
                .entry(host)
                .or_insert_with(|| placed.id.clone());
        }
        found
    }

    /// The pools that a forwarder is in.
    pub(super) fn pools_of(&self, forwarder: &str) -> &[PoolOf<'m>] {
        let found = self.pools_of.get(&fold(forwarder));
        found.map_or(&[], Vec::as_slice)
    }

    /// The Private Link Services that name a load balancer.
    pub(super) fn services_of(&self, balancer: &str) -> &[&'m Entry<PrivateLinkService>] {
        let found = self.services_of.get(&fold(balancer));
        found.map_or(&[], Vec::as_slice)
    }

    /// The forwarders that are in a pool of a load balancer.
    pub(super) fn forwarders_behind(&self, balancer: &str) -> &[&'m Entry<Forwarder>] {
        let found = self.forwarders_behind.get(&fold(balancer));
        found.map_or(&[], Vec::as_slice)
    }

    /// The forwarders that stand in a subnet.
    pub(super) fn forwarders_in(
        &self,
        subnet: &ResourceId,
    ) -> &[(&'m String, &'m Entry<Forwarder>)] {
        let found = self.forwarders_in.get(subnet);
        found.map_or(&[], Vec::as_slice)
    }

    /// Whether an API Management service stands in a subnet.
    pub(super) fn has_api_management(&self, subnet: &ResourceId) -> bool {
        self.with_api_management.contains(subnet)
    }

    /// Whether a client or a private endpoint stands in a subnet.
    pub(super) fn has_others(&self, subnet: &ResourceId) -> bool {
        self.with_others.contains(subnet)
    }

    /// The API Management service whose gateway has this host name.
    pub(super) fn gateway(&self, host: &str) -> Option<&ResourceId> {
        self.gateways.get(host)
    }
}
