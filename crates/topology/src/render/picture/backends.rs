//! What is reached at the end and is no resource: hosts on-premises, databases.

use super::{
    Arrow, Kind, Network, Subnet,
    arrows::address_key,
    key,
    nodes::{Gathered, node},
};
use crate::model::{Backend, Topology};
use std::collections::{BTreeMap, BTreeSet};

fn key_of(backend: &Backend) -> String {
    format!("backend/{}", backend.name)
}

/// The names that backends are dialled by, with their keys.
pub(super) fn names(topology: &Topology) -> impl Iterator<Item = (String, String)> {
    let all = topology.backends.values();
    all.filter_map(|backend| Some((backend.fqdn.clone()?, key_of(backend))))
}

/// Puts each backend where its address is: into a subnet, or outside of all networks. An address
/// that something of the topology has stays its.
pub(super) fn place(
    topology: &Topology,
    arrows: &BTreeSet<Arrow>,
    holders: &mut BTreeMap<String, String>,
    by_subnet: &mut BTreeMap<String, Vec<(String, Gathered)>>,
) -> Option<Network> {
    let mut elsewhere = Vec::new();
    let mut through = BTreeSet::new();
    for backend in topology.backends.values() {
        let own = key_of(backend);
        let mut home = None;
        for address in &backend.addresses {
            if let Some(network) = &backend.virtual_network {
                let held = holders.entry(address_key(network, &address.to_string()));
                held.or_insert_with(|| own.clone());
                let network = topology.virtual_network(network);
                home = home.or_else(|| {
                    let (network, body) = network?;
                    let mut subnets = body.subnets.iter();
                    let subnet = subnets.find(|one| {
                        let mut prefixes = one.properties.prefixes();
                        prefixes.any(|prefix| prefix.contains(*address))
                    })?;
                    Some(network.id.child("subnets", &subnet.name))
                });
            }
            // Whoever connects to it from another network means it as well.
            let suffix = format!("#{address}");
            for arrow in arrows.iter().filter(|arrow| arrow.to.ends_with(&suffix)) {
                let held = holders.entry(arrow.to.clone());
                held.or_insert_with(|| own.clone());
            }
        }
        // What nothing leads to says nothing here, and in one side's part may be the other's.
        let is_reached = arrows
            .iter()
            .any(|arrow| arrow.to == own || holders.get(&arrow.to) == Some(&own));
        if !is_reached {
            continue;
        }
        let mut addresses: Vec<String> =
            backend.addresses.iter().map(ToString::to_string).collect();
        if addresses.is_empty() {
            addresses.extend(backend.fqdn.clone());
        }
        let thing = Gathered {
            title: backend.name.clone(),
            kind: Kind::Backend,
            addresses,
        };
        if let Some(subnet) = home {
            let things = by_subnet.entry(key(&subnet)).or_default();
            things.push((own, thing));
        } else {
            let network = backend.virtual_network.as_ref();
            through.extend(network.map(|network| network.name().to_owned()));
            elsewhere.push(node(own, thing));
        }
    }
    (!elsewhere.is_empty()).then(|| Network {
        key: "outside/backends".to_owned(),
        title: "Outside of networks".to_owned(),
        details: if through.is_empty() {
            vec!["no resource of the topology".to_owned()]
        } else {
            let through: Vec<String> = through.into_iter().collect();
            vec![format!("reached through {}", through.join(", "))]
        },
        overlaps: Vec::new(),
        subnets: vec![Subnet {
            key: String::new(),
            title: String::new(),
            notes: Vec::new(),
            nodes: elsewhere,
        }],
        lane: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Kind, Picture};
    use crate::{diagnose, source::SourceMap};

    /// `TITLE in NETWORK` of each backend, and who leads to it.
    fn shown(text: &str) -> Vec<(String, Vec<String>)> {
        let picture = Picture::of(&diagnose(&SourceMap::of("m.yaml", text)).topology);
        let mut found = Vec::new();
        for network in &picture.networks {
            for node in network.subnets.iter().flat_map(|subnet| &subnet.nodes) {
                if node.kind != Kind::Backend {
                    continue;
                }
                let arrows = picture.arrows.iter();
                let arrows = arrows.filter(|arrow| Some(&arrow.to) == node.keys.first());
                let from =
                    arrows.map(|arrow| arrow.from.rsplit('/').next().unwrap_or("").to_owned());
                found.push((
                    format!("{} in {}", node.title, network.title),
                    from.collect(),
                ));
            }
        }
        found
    }

    #[test]
    fn relays_lead_to_what_is_on_premises() {
        assert_eq!(
            shown(include_str!("../../../../../examples/sql-on-premises.yaml")),
            [(
                "sql in Outside of networks".to_owned(),
                vec!["relay-0-nic".to_owned(), "relay-1-nic".to_owned()]
            )]
        );
    }

    #[test]
    fn a_backend_with_an_address_of_a_subnet_stands_in_it() {
        assert_eq!(
            shown(include_str!("../../../../../examples/direct-connect.yaml")),
            [(
                "reports in reports-vnet".to_owned(),
                vec!["reports-pls".to_owned()]
            )]
        );
    }
}
