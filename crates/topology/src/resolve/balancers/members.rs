//! Members of a pool that are given by address: plain ones, or those of a backend.

use super::{
    One,
    parts::{self, Pool},
};
use crate::{
    model::{
        id::ResourceId,
        network::{BackendAddressProperties, LoadBalancerBackendAddress, SubResource},
    },
    resolve::{Context, entry},
    source::Spanned,
};
use std::net::{IpAddr, Ipv4Addr};

/// The members by address of a pool; those of a forwarder name the pool themselves.
pub(super) fn of(
    cx: &mut Context<'_>,
    one: &One<'_>,
    pool: &Pool<'_>,
    base: &str,
) -> Vec<LoadBalancerBackendAddress> {
    let backend = pool
        .backend
        .as_ref()
        .filter(|backend| entry(&cx.manifest.forwarders, &backend.value).is_none())
        .and_then(|backend| entry(&cx.manifest.backends, &backend.value));
    let of_backend = backend.and_then(|(_, backend)| backend.value.addresses.as_ref());
    let plain = pool.addresses.as_ref();
    let addresses: Vec<Spanned<Ipv4Addr>> = of_backend
        .into_iter()
        .chain(plain)
        .flat_map(|list| list.value.clone())
        .collect();
    if addresses.is_empty() {
        return Vec::new();
    }
    let of_backend = backend.and_then(|(_, backend)| backend.value.virtual_network.as_ref());
    let stated = pool.network.as_ref().or(of_backend);
    let network: Option<ResourceId> = match stated {
        Some(reference) => cx.index.network(&reference.value).map(|placed| placed.id),
        None => cx
            .index
            .subnet(parts::subnet(one.entry).as_ref())
            .map(|subnet| subnet.network.id),
    };
    let mut members = Vec::new();
    for (at, address) in addresses.iter().enumerate() {
        members.push(LoadBalancerBackendAddress {
            name: Some(format!("{}-{at}", pool.name)),
            properties: BackendAddressProperties {
                ip_address: Some(IpAddr::V4(address.value)),
                virtual_network: network.as_ref().map(SubResource::to),
                ..BackendAddressProperties::default()
            },
            ..LoadBalancerBackendAddress::default()
        });
        let base = format!("{base}/properties/loadBalancerBackendAddresses/{at}");
        cx.out.record(&one.id, base.clone(), Some(address));
        let network = format!("{base}/properties/virtualNetwork");
        cx.out.record(&one.id, network, stated);
    }
    members
}
