//! Private DNS zones that the manifest states, with their links and records.
//!
//! What is stated is never overridden or doubled by a derived zone: [`Stated::standing`] says what
//! is already there for a host name in a network.

use super::{
    Context, Draft, Placed,
    index::{dangling, fold},
    is_set, named, value,
};
use crate::{
    manifest::{self, Entry, RecordSets},
    model::{
        Body, Form, Key,
        dns::{
            ARecord, ARecordSet, AaaaRecord, AaaaRecordSet, CnameRecord, CnameRecordSet, MxRecord,
            MxRecordSet, PrivateDnsZone, PtrRecord, PtrRecordSet, RecordAddress, SrvRecord,
            SrvRecordSet, TxtRecord, TxtRecordSet, VirtualNetworkLink,
        },
        id::ResourceId,
        network::SubResource,
    },
    source::{ManifestPath, Spanned},
};
use std::collections::BTreeSet;

const LINK: &[Key] = &[
    Key::reference("/properties/virtualNetwork", "virtualNetwork"),
    Key::value("/properties/registrationEnabled", "registrationEnabled"),
    Key::value("/properties/resolutionPolicy", "resolutionPolicy"),
];
const TTL: Key = Key::value("/properties/ttl", "ttl");
const A: &[Key] = &[
    TTL,
    Key::of(
        "/properties/aRecords",
        "aRecords",
        Form::Members("ipv4Address"),
    ),
];
const AAAA: &[Key] = &[
    TTL,
    Key::of(
        "/properties/aaaaRecords",
        "aaaaRecords",
        Form::Members("ipv6Address"),
    ),
];
const CNAME: &[Key] = &[
    TTL,
    Key::of(
        "/properties/cnameRecord",
        "cnameRecord",
        Form::Member("cname"),
    ),
];
const MX: &[Key] = &[TTL, Key::list("/properties/mxRecords", "mxRecords")];
const PTR: &[Key] = &[
    TTL,
    Key::of(
        "/properties/ptrRecords",
        "ptrRecords",
        Form::Members("ptrdname"),
    ),
];
const SRV: &[Key] = &[TTL, Key::list("/properties/srvRecords", "srvRecords")];
const TXT: &[Key] = &[TTL, Key::fixed("/properties/txtRecords", "txtRecords")];

/// Where nothing moves, nobody needs to ask twice in an hour.
const TTL_SECONDS: u32 = 3600;

/// The stated zones.
#[derive(Default)]
pub(super) struct Stated {
    zones: Vec<Zone>,
}

struct Zone {
    id: ResourceId,
    /// Its name in lower case.
    name: String,
    existing: bool,
    networks: BTreeSet<ResourceId>,
    /// Names that have an address, in lower case.
    names: BTreeSet<String>,
}

/// What stated zones say of a host name in a network.
pub(super) enum Standing<'z> {
    /// Nothing: a zone may be derived.
    Free,
    /// A zone of this name is there for the network, and may be added to.
    Open(&'z ResourceId),
    /// It is answered, or nothing may be changed: nothing is derived.
    Closed,
}

impl Zone {
    /// Whether it has an address for the host, which is its own name or below.
    fn answers(&self, host: &str) -> bool {
        let below = host.strip_suffix(self.name.as_str());
        let Some(relative) = below.map(|below| below.trim_end_matches('.')) else {
            return false;
        };
        if relative.is_empty() {
            return self.names.contains("@");
        }
        let wildcard = |at: usize| relative.get(at..).map(|rest| format!("*{rest}"));
        let dots = relative.match_indices('.').map(|(at, _)| at);
        self.names.contains(relative)
            || self.names.contains("*")
            || dots
                .filter_map(wildcard)
                .any(|name| self.names.contains(&name))
    }

    fn covers(&self, host: &str) -> bool {
        host.strip_suffix(self.name.as_str())
            .is_some_and(|below| below.is_empty() || below.ends_with('.'))
    }
}

impl Stated {
    /// Whether a stated link leads from the zone to the network.
    pub(super) fn is_linked(&self, zone: &ResourceId, network: &ResourceId) -> bool {
        self.zones
            .iter()
            .any(|known| known.id == *zone && known.networks.contains(network))
    }

    /// What is there for a host in a network; `derived` is the zone that would be made.
    pub(super) fn standing(
        &self,
        host: &str,
        network: &ResourceId,
        derived: &ResourceId,
    ) -> Standing<'_> {
        let host = host.to_ascii_lowercase();
        let linked = self.zones.iter().filter(|zone| {
            let is_linked = zone.networks.contains(network) || zone.id == *derived;
            is_linked && zone.covers(&host)
        });
        // Azure asks the zone with the longest name.
        let Some(zone) = linked.max_by_key(|zone| zone.name.len()) else {
            return Standing::Free;
        };
        let is_own = zone.name == host;
        if zone.answers(&host) || (is_own && zone.existing) {
            Standing::Closed
        } else if is_own {
            Standing::Open(&zone.id)
        } else {
            Standing::Free
        }
    }
}

/// Adds the stated zones.
pub(super) fn stated(cx: &mut Context<'_>) -> Stated {
    let mut stated = Stated::default();
    for (name, entry) in &cx.manifest.private_dns_zones {
        let placed = cx.index.named.zones.get(&fold(name));
        let Some(placed) = placed.cloned().flatten() else {
            continue;
        };
        let existing = is_set(&entry.value.existing);
        let body = Body::PrivateDnsZone(PrivateDnsZone::default());
        let draft = Draft::new(&global(&placed.id), body, existing);
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["privateDnsZones", name]);
        cx.out
            .link_whole(&placed.id, "", path.clone(), &[], &entry.value);
        let mut zone = Zone {
            name: name.to_ascii_lowercase(),
            id: placed.id,
            existing,
            networks: BTreeSet::new(),
            names: BTreeSet::new(),
        };
        for (name, inner) in &entry.value.virtual_network_links {
            let path = path.key("virtualNetworkLinks").key(name);
            zone.networks.extend(link(cx, &zone, name, inner, path));
        }
        for (name, inner) in &entry.value.records {
            let path = path.key("records").key(name);
            records(cx, &mut zone, name, inner, &path);
        }
        stated.zones.push(zone);
    }
    stated
}

pub(super) fn global(id: &ResourceId) -> Placed {
    Placed {
        id: id.clone(),
        location: Some("global".to_owned()),
    }
}

/// Adds a link; gives the network.
fn link(
    cx: &mut Context<'_>,
    zone: &Zone,
    name: &str,
    entry: &Entry<manifest::VirtualNetworkLink>,
    path: ManifestPath,
) -> Option<ResourceId> {
    let stated = &entry.value;
    let network = cx.refer_by_name(named::NETWORK, &stated.virtual_network, &entry.name)?;
    let body = Body::VirtualNetworkLink(VirtualNetworkLink {
        virtual_network: Some(SubResource::to(&network)),
        registration_enabled: value(stated.registration_enabled.as_ref()).or(Some(false)),
        resolution_policy: value(stated.resolution_policy.as_ref()),
        ..VirtualNetworkLink::default()
    });
    let id = zone.id.child("virtualNetworkLinks", name);
    let existing = value(stated.existing.as_ref()).unwrap_or(zone.existing);
    let draft = Draft::new(&global(&id), body, existing);
    cx.out.add(draft, entry.name.span);
    cx.out.link_whole(&id, "", path, LINK, stated);
    Some(network)
}

/// Adds a record set for each type that the entry has.
fn records(
    cx: &mut Context<'_>,
    zone: &mut Zone,
    name: &str,
    entry: &Entry<RecordSets>,
    path: &ManifestPath,
) {
    let stated = &entry.value;
    let a_records = addresses(cx, stated);
    let is_moving = a_records
        .iter()
        .any(|record| matches!(record.ipv4_address, RecordAddress::Of(_)));
    let usual = if is_moving {
        super::names::TTL_SECONDS
    } else {
        TTL_SECONDS
    };
    let ttl = Some(value(stated.ttl.as_ref()).unwrap_or(usual));
    let mut sets: Vec<(&str, &'static [Key], Body)> = Vec::new();
    if stated.a_records.is_some() {
        let body = Body::ARecordSet(ARecordSet {
            ttl,
            a_records,
            ..ARecordSet::default()
        });
        sets.push(("A", A, body));
    }
    if let Some(list) = &stated.aaaa_records {
        let aaaa_records = list.value.iter().map(|item| AaaaRecord {
            ipv6_address: Some(item.value),
            ..AaaaRecord::default()
        });
        let body = Body::AaaaRecordSet(AaaaRecordSet {
            ttl,
            aaaa_records: aaaa_records.collect(),
            ..AaaaRecordSet::default()
        });
        sets.push(("AAAA", AAAA, body));
    }
    if let Some(host) = &stated.cname_record {
        let body = Body::CnameRecordSet(CnameRecordSet {
            ttl,
            cname_record: Some(CnameRecord {
                cname: Some(host.value.clone()),
                ..CnameRecord::default()
            }),
            ..CnameRecordSet::default()
        });
        sets.push(("CNAME", CNAME, body));
    }
    if !sets.is_empty() {
        zone.names.insert(name.to_ascii_lowercase());
    }
    sets.extend(further(stated, ttl));
    let is_only = sets.len() == 1;
    for (kind, keys, body) in sets {
        let id = zone.id.child(kind, name);
        let existing = value(stated.existing.as_ref()).unwrap_or(zone.existing);
        let placed = Placed {
            id: id.clone(),
            location: None,
        };
        let mut draft = Draft::new(&placed, body, existing);
        draft.is_taggable = false;
        cx.out.add(draft, entry.name.span);
        if is_only {
            cx.out.link_whole(&id, "", path.clone(), keys, stated);
        } else {
            cx.out.link(&id, "", path.clone(), keys, stated);
        }
    }
}

/// Record sets that give no address.
fn further(stated: &RecordSets, ttl: Option<u32>) -> Vec<(&'static str, &'static [Key], Body)> {
    let mut sets: Vec<(&str, &'static [Key], Body)> = Vec::new();
    if let Some(list) = &stated.mx_records {
        let mx_records = list.value.iter().map(|item| MxRecord {
            preference: value(item.value.preference.as_ref()),
            exchange: value(item.value.exchange.as_ref()),
            ..MxRecord::default()
        });
        let body = Body::MxRecordSet(MxRecordSet {
            ttl,
            mx_records: mx_records.collect(),
            ..MxRecordSet::default()
        });
        sets.push(("MX", MX, body));
    }
    if let Some(list) = &stated.ptr_records {
        let ptr_records = list.value.iter().map(|item| PtrRecord {
            ptrdname: Some(item.value.clone()),
            ..PtrRecord::default()
        });
        let body = Body::PtrRecordSet(PtrRecordSet {
            ttl,
            ptr_records: ptr_records.collect(),
            ..PtrRecordSet::default()
        });
        sets.push(("PTR", PTR, body));
    }
    if let Some(list) = &stated.srv_records {
        let srv_records = list.value.iter().map(|item| SrvRecord {
            priority: value(item.value.priority.as_ref()),
            weight: value(item.value.weight.as_ref()),
            port: value(item.value.port.as_ref()),
            target: value(item.value.target.as_ref()),
            ..SrvRecord::default()
        });
        let body = Body::SrvRecordSet(SrvRecordSet {
            ttl,
            srv_records: srv_records.collect(),
            ..SrvRecordSet::default()
        });
        sets.push(("SRV", SRV, body));
    }
    if let Some(list) = &stated.txt_records {
        let txt_records = list.value.iter().map(|item| TxtRecord {
            value: vec![item.value.clone()],
            ..TxtRecord::default()
        });
        let body = Body::TxtRecordSet(TxtRecordSet {
            ttl,
            txt_records: txt_records.collect(),
            ..TxtRecordSet::default()
        });
        sets.push(("TXT", TXT, body));
    }
    sets
}

fn addresses(cx: &mut Context<'_>, stated: &RecordSets) -> Vec<ARecord> {
    let items = stated.a_records.iter().flat_map(|list| &list.value);
    items
        .filter_map(|item| address(cx, item))
        .map(|ipv4_address| ARecord { ipv4_address })
        .collect()
}

/// An address, or the thing whose address it is.
fn address(cx: &mut Context<'_>, reference: &Spanned<String>) -> Option<RecordAddress> {
    let text = reference.value.as_str();
    if let Ok(address) = text.parse() {
        return Some(RecordAddress::Literal(address));
    }
    if let Ok(id) = text.parse::<ResourceId>()
        && [
            "Microsoft.Network/privateEndpoints",
            "Microsoft.ApiManagement/service",
        ]
        .iter()
        .any(|kind| id.is_type(kind))
    {
        return Some(RecordAddress::Of(id));
    }
    let index = &cx.index;
    let (endpoint, service) = (
        index.endpoints.get(&fold(text)),
        index.api_management.get(&fold(text)),
    );
    if let (None, Some(found)) | (Some(found), None) = (endpoint, service) {
        // One that could not be placed was reported there.
        return found.clone().map(|placed| RecordAddress::Of(placed.id));
    }
    if endpoint.is_some() {
        let message = format!(
            "`{}` is a private endpoint and an API Management service",
            manifest::suggest::clip(text, 40)
        );
        let help = "write the id of the one whose address is meant";
        cx.out.error("MAN007", message, reference.span, help);
        return None;
    }
    let names = [&index.endpoints, &index.api_management];
    let candidates = names.into_iter().flat_map(|names| names.values().flatten());
    let what = "address, private endpoint or API Management service";
    dangling(
        &mut cx.out,
        what,
        reference,
        candidates.map(|placed| placed.id.name()),
    );
    None
}

#[cfg(test)]
mod tests;
