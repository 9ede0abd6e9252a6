//! What each virtual network resolves: the private DNS zones linked to it.
//!
//! Source: <https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links>.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};
use topology::{
    Topology,
    model::{dns::RecordAddress, id::ResourceId},
};

/// Seconds that an answer may be kept when a record set does not say.
const DEFAULT_TTL: u32 = 3600;

/// All zones.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Longest name first, so that the most specific zone answers.
    zones: Vec<Zone>,
}

#[derive(Debug)]
struct Zone {
    name: String,
    networks: BTreeSet<ResourceId>,
    records: BTreeMap<String, (u32, Vec<Ipv4Addr>)>,
}

/// What a network hears about a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Answer {
    /// Its addresses and for how many seconds they hold.
    Addresses(u32, Vec<Ipv4Addr>),
    /// The zone is there and has no such name.
    NoSuchName,
    /// No linked zone covers the name. The twin asks nobody outside.
    NotCovered,
}

impl Names {
    /// Reads zones, links and records.
    pub(crate) fn of(topology: &Topology) -> Self {
        let mut zones: Vec<Zone> = Vec::new();
        for (zone, _) in topology.private_dns_zones() {
            let is_child = |id: &ResourceId| id.parent().as_ref() == Some(&zone.id);
            let networks = topology
                .virtual_network_links()
                .filter(|(link, _)| is_child(&link.id))
                .filter_map(|(_, link)| Some(link.virtual_network.as_ref()?.id.clone()))
                .collect();
            let records = topology
                .a_record_sets()
                .filter(|(set, _)| is_child(&set.id))
                .map(|(set, records)| {
                    let literal = |address: &RecordAddress| match address {
                        RecordAddress::Literal(address) => Some(*address),
                        RecordAddress::Of(_) => None,
                    };
                    let addresses = records
                        .a_records
                        .iter()
                        .filter_map(|record| literal(&record.ipv4_address))
                        .collect();
                    (
                        set.id.name().to_ascii_lowercase(),
                        (records.ttl.unwrap_or(DEFAULT_TTL), addresses),
                    )
                })
                .collect();
            zones.push(Zone {
                name: zone.id.name().to_ascii_lowercase(),
                networks,
                records,
            });
        }
        zones.sort_by(|one, other| {
            other
                .name
                .len()
                .cmp(&one.name.len())
                .then_with(|| one.name.cmp(&other.name))
        });
        Self { zones }
    }

    /// What `network` hears when it asks for the addresses of `host`.
    pub(crate) fn answer(&self, network: &ResourceId, host: &str) -> Answer {
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        for zone in self
            .zones
            .iter()
            .filter(|zone| zone.networks.contains(network))
        {
            let label = match host.strip_suffix(&zone.name) {
                Some("") => "@",
                Some(rest) => match rest.strip_suffix('.') {
                    Some(label) => label,
                    None => continue,
                },
                None => continue,
            };
            let wildcard = || zone.records.get("*").filter(|_| label != "@");
            return match zone.records.get(label).or_else(wildcard) {
                Some((ttl, addresses)) => Answer::Addresses(*ttl, addresses.clone()),
                None if label == "@" => Answer::Addresses(DEFAULT_TTL, Vec::new()),
                None => Answer::NoSuchName,
            };
        }
        Answer::NotCovered
    }
}
