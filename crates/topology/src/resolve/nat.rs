//! The NAT addresses of a Private Link Service, as its manifest says them.

use super::index::nat_subnet;
use crate::{
    manifest::{Entry, Field, Manifest, NatConfiguration, PrivateLinkService},
    source::Spanned,
};
use std::net::Ipv4Addr;

/// Direct Connect takes two addresses at least (PLS026).
const DIRECT_CONNECT: usize = 2;

/// A NAT address.
pub(super) struct Nat<'m> {
    pub(super) name: String,
    pub(super) subnet: &'m Field<String>,
    pub(super) address: Option<&'m Spanned<Ipv4Addr>>,
    pub(super) method: &'m Field<String>,
    pub(super) is_primary: bool,
    /// The entry that says it, if it has one of its own.
    pub(super) own: Option<&'m Entry<NatConfiguration>>,
}

/// The NAT addresses of a Private Link Service, in order; at least one.
pub(super) fn of<'m>(manifest: &'m Manifest, stated: &'m PrivateLinkService) -> Vec<Nat<'m>> {
    let subnet = nat_subnet(manifest, stated);
    let method = &stated.private_ip_allocation_method;
    let named = &stated.ip_configurations;
    if named.is_empty() {
        let least = match stated.destination_ip_address {
            Some(_) => DIRECT_CONNECT,
            None => 1,
        };
        let given: &[Spanned<Ipv4Addr>] = stated.nat_ips.as_ref().map_or(&[], |list| &list.value);
        let count = if given.is_empty() { least } else { given.len() };
        return (0..count)
            .map(|at| Nat {
                name: format!("nat-{at}"),
                subnet,
                address: given.get(at),
                method,
                is_primary: at == 0,
                own: None,
            })
            .collect();
    }
    let is_said = named.values().any(|own| own.value.primary.is_some());
    let each = named.iter().enumerate();
    each.map(|(at, (name, own))| Nat {
        name: name.clone(),
        subnet: if own.value.subnet.is_some() {
            &own.value.subnet
        } else {
            subnet
        },
        address: own.value.private_ip_address.as_ref(),
        method: if own.value.private_ip_allocation_method.is_some() {
            &own.value.private_ip_allocation_method
        } else {
            method
        },
        is_primary: match (&own.value.primary, is_said) {
            (Some(stated), _) => stated.value,
            (None, true) => false,
            (None, false) => at == 0,
        },
        own: Some(own),
    })
    .collect()
}
