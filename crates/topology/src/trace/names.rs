//! What a name is in a virtual network: hosts file, then private zones, then public DNS.
//!
//! Azure DNS asks the zones linked to the asking network, longest suffix first; a zone that
//! matches but has no record answers NXDOMAIN and ends the search.
//! Source: <https://learn.microsoft.com/azure/dns/private-dns-overview>.

use crate::model::{
    Topology, addresses::Addresses, api_management::ApiManagement, dns::RecordAddress,
    id::ResourceId,
};
use std::{collections::BTreeMap, net::Ipv4Addr};

/// What the resolver says, and why.
pub(super) enum Answer {
    Address(Ipv4Addr, String),
    /// There is no such name.
    Missing(String),
    /// The topology does not say.
    Unknown(String),
}

/// Resolves `host` as a machine in `vnet` does.
pub(super) fn resolve(
    topology: &Topology,
    addresses: &Addresses,
    vnet: &ResourceId,
    hosts: Option<&BTreeMap<String, Ipv4Addr>>,
    host: &str,
) -> Answer {
    if let Some((_, address)) = hosts
        .into_iter()
        .flatten()
        .find(|(name, _)| name.eq_ignore_ascii_case(host))
    {
        return Answer::Address(
            *address,
            format!("the hosts file says `{host}` is {address}"),
        );
    }
    let has_own_servers = topology
        .virtual_network(vnet)
        .is_some_and(|(_, inner)| !inner.dns_servers().is_empty());
    if has_own_servers {
        return Answer::Unknown(format!(
            "`{}` asks its own DNS servers, whose answer the topology does not know",
            vnet.name()
        ));
    }
    let zone = topology
        .virtual_network_links()
        .filter(|(_, link)| {
            link.virtual_network
                .as_ref()
                .is_some_and(|linked| linked.id == *vnet)
        })
        .filter_map(|(resource, _)| resource.id.parent())
        .filter_map(|zone| Some((relative_name(host, zone.name())?, zone)))
        .max_by_key(|(_, zone)| zone.name().len());
    match zone {
        Some((relative, zone)) => in_zone(topology, addresses, &zone, &relative, host),
        None => public(topology, vnet, host),
    }
}

/// `echo.api` in `example.com` for `echo.api.example.com`; `@` for the zone itself.
fn relative_name(host: &str, zone: &str) -> Option<String> {
    let zone = zone.to_ascii_lowercase();
    let host = host.to_ascii_lowercase();
    if host == zone {
        return Some("@".to_owned());
    }
    host.strip_suffix(&zone)?
        .strip_suffix('.')
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
}

fn in_zone(
    topology: &Topology,
    addresses: &Addresses,
    zone: &ResourceId,
    relative: &str,
    host: &str,
) -> Answer {
    // A wildcard answers for names that have no record of their own, on any depth below it.
    let mut names = vec![relative.to_owned()];
    let mut rest = relative;
    while let Some((_, after)) = rest.split_once('.') {
        names.push(format!("*.{after}"));
        rest = after;
    }
    if relative != "@" {
        names.push("*".to_owned());
    }
    for name in names {
        if let Some((_, set)) = topology.a_record_set(&zone.child("A", &name)) {
            return match set.a_records.first().map(|record| &record.ipv4_address) {
                Some(RecordAddress::Literal(address)) => Answer::Address(
                    *address,
                    format!(
                        "record `{name}` of private DNS zone `{}` says {address}",
                        zone.name()
                    ),
                ),
                Some(RecordAddress::Of(id)) => match addresses.of_resource(id) {
                    Some(address) => Answer::Address(
                        address,
                        format!(
                            "record `{name}` of private DNS zone `{}` is the address of `{}`, {address}",
                            zone.name(),
                            id.short()
                        ),
                    ),
                    None => Answer::Unknown(format!(
                        "record `{name}` of private DNS zone `{}` is the address of `{}`, which has none",
                        zone.name(),
                        id.short()
                    )),
                },
                None => Answer::Missing(format!(
                    "record set `{name}` of private DNS zone `{}` is empty; give it an address",
                    zone.name()
                )),
            };
        }
        if topology.resources.contains_key(&zone.child("CNAME", &name)) {
            return Answer::Unknown(format!(
                "`{host}` is an alias (CNAME) in private DNS zone `{}`; aliases are not followed",
                zone.name()
            ));
        }
    }
    Answer::Missing(format!(
        "private DNS zone `{}` is linked to this network and has no record for `{host}`, so the answer is NXDOMAIN; add record `{relative}` to it",
        zone.name()
    ))
}

fn public(topology: &Topology, vnet: &ResourceId, host: &str) -> Answer {
    // An internal API Management service has no public record under its gateway's name.
    let internal = topology.api_managements().find(|(resource, apim)| {
        apim.virtual_network_type.as_deref() == Some("Internal")
            && ApiManagement::gateway_host(resource.id.name()).eq_ignore_ascii_case(host)
    });
    match internal {
        Some((resource, _)) => Answer::Missing(format!(
            "`{host}` has no public record because `{}` is internal, and no private DNS zone linked to `{}` has one; \
             add a private DNS zone `{host}` with record `@` and link it to `{}`",
            resource.id.short(),
            vnet.name(),
            vnet.name()
        )),
        None => Answer::Unknown(format!(
            "`{host}` is left to public DNS, which the topology does not know"
        )),
    }
}
