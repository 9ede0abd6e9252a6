//! What stands where and who connects to whom: what every picture shows.
//!
//! Works on anything, however broken: what leads nowhere is left out, what has no subnet stands
//! outside of all networks. Many things of a kind with the same neighbors are shown as one.

mod arrows;
mod backends;
mod nodes;

use crate::{
    finding::Severity,
    model::{Topology, cidr::Cidr, id::ResourceId},
    render::part::key_of,
};
use std::collections::{BTreeMap, BTreeSet};

/// What a node is; each has a sign of its own beside its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Client,
    Endpoint,
    Service,
    Balancer,
    Nic,
    ScaleSet,
    ApiManagement,
    NatGateway,
    PublicIp,
    Address,
    Target,
    Backend,
}

impl Kind {
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Endpoint => "private endpoint",
            Self::Service => "Private Link Service",
            Self::Balancer => "load balancer",
            Self::Nic => "network interface",
            Self::ScaleSet => "scale set",
            Self::ApiManagement => "API Management",
            Self::NatGateway => "NAT gateway",
            Self::PublicIp => "public IP",
            Self::Address => "address",
            Self::Target => "service",
            Self::Backend => "backend",
        }
    }
}

/// One thing, or several that are alike.
#[derive(Clone, Debug)]
pub(super) struct Node {
    /// `client/NAME` or an id, lower case; of all that it stands for.
    pub(super) keys: Vec<String>,
    pub(super) title: String,
    pub(super) kind: Kind,
    /// Addresses, or what else is worth a line.
    pub(super) detail: String,
    /// How far along the connection it stands.
    pub(super) rank: usize,
}

impl Node {
    /// Everything in words.
    pub(super) fn words(&self) -> String {
        let mut text = format!("{} {}", self.kind.words(), self.title);
        if !self.detail.is_empty() {
            text.push_str(", ");
            text.push_str(&self.detail);
        }
        text
    }
}

/// A subnet and what stands in it.
#[derive(Clone, Debug)]
pub(super) struct Subnet {
    /// Its id, lower case; empty outside of networks.
    pub(super) key: String,
    pub(super) title: String,
    /// NSG, routes, NAT gateway.
    pub(super) notes: Vec<String>,
    pub(super) nodes: Vec<Node>,
}

/// A virtual network, or what stands outside of all.
#[derive(Clone, Debug)]
pub(super) struct Network {
    /// Its id, lower case.
    pub(super) key: String,
    pub(super) title: String,
    /// Address spaces, region, subscription.
    pub(super) details: Vec<String>,
    /// Networks whose addresses overlap with its own.
    pub(super) overlaps: Vec<String>,
    pub(super) subnets: Vec<Subnet>,
    /// How far along the connection it stands, for its column.
    pub(super) lane: usize,
}

/// What an arrow says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// A connection goes this way.
    Connects,
    /// What goes out to the internet leaves by it.
    Outbound,
}

/// An arrow between keys.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Arrow {
    pub(super) from: String,
    pub(super) to: String,
    pub(super) way: Way,
}

/// Everything that a picture shows.
#[derive(Clone, Debug)]
pub(super) struct Picture {
    pub(super) networks: Vec<Network>,
    pub(super) arrows: Vec<Arrow>,
    /// Pairs of network keys.
    pub(super) peerings: Vec<(String, String)>,
}

/// The worst finding at a place, and what all say.
#[derive(Clone, Debug)]
pub(super) struct Mark {
    pub(super) severity: Severity,
    pub(super) messages: Vec<String>,
}

/// An id as a key.
pub(super) fn key(id: &ResourceId) -> String {
    id.as_str().to_ascii_lowercase()
}

impl Picture {
    pub(super) fn of(topology: &Topology) -> Self {
        let mut arrows = arrows::all(topology);
        let nodes::Placed {
            mut networks,
            known,
            holders,
        } = nodes::networks(topology, &arrows);
        arrows = arrows
            .into_iter()
            .map(|mut arrow| {
                if let Some(holder) = holders.get(&arrow.to) {
                    arrow.to.clone_from(holder);
                }
                arrow
            })
            .filter(|arrow| {
                known.contains(&arrow.from) && known.contains(&arrow.to) && arrow.from != arrow.to
            })
            .collect();
        merge_alike(&mut networks, &mut arrows);
        rank(&mut networks, &arrows);
        Self {
            networks,
            arrows: arrows.into_iter().collect(),
            peerings: arrows::peerings(topology),
        }
    }

    /// Where findings belong: a node, a subnet or a network, by key.
    pub(super) fn keys(&self) -> BTreeMap<String, String> {
        let mut keys = BTreeMap::new();
        for network in &self.networks {
            keys.insert(network.key.clone(), network.key.clone());
            for subnet in &network.subnets {
                keys.insert(subnet.key.clone(), subnet.key.clone());
                for node in &subnet.nodes {
                    for key in &node.keys {
                        if let Some(first) = node.keys.first() {
                            keys.insert(key.clone(), first.clone());
                        }
                    }
                }
            }
        }
        keys
    }
}

/// More than this many things that are alike become one.
const ALIKE: usize = 4;

/// Things of a kind in a subnet with the same neighbors become one.
fn merge_alike(networks: &mut [Network], arrows: &mut BTreeSet<Arrow>) {
    let mut neighbors: BTreeMap<&str, BTreeSet<(bool, &str)>> = BTreeMap::new();
    for arrow in arrows.iter() {
        neighbors
            .entry(&arrow.from)
            .or_default()
            .insert((true, &arrow.to));
        neighbors
            .entry(&arrow.to)
            .or_default()
            .insert((false, &arrow.from));
    }
    let mut renamed: BTreeMap<String, String> = BTreeMap::new();
    for subnet in networks.iter_mut().flat_map(|network| &mut network.subnets) {
        let mut groups: BTreeMap<(Kind, BTreeSet<(bool, &str)>), Vec<usize>> = BTreeMap::new();
        for (at, node) in subnet.nodes.iter().enumerate() {
            let own = node
                .keys
                .first()
                .and_then(|key| neighbors.get(key.as_str()))
                .cloned()
                .unwrap_or_default();
            groups.entry((node.kind, own)).or_default().push(at);
        }
        let mut gone = BTreeSet::new();
        for members in groups.into_values().filter(|members| members.len() > ALIKE) {
            let Some((first, rest)) = members.split_first() else {
                continue;
            };
            let others: Vec<Node> = rest
                .iter()
                .filter_map(|at| subnet.nodes.get(*at).cloned())
                .collect();
            gone.extend(rest.iter().copied());
            if let Some(node) = subnet.nodes.get_mut(*first) {
                let last = others.last().map_or("", |last| last.title.as_str());
                node.title = format!("{} … {last}", node.title);
                node.detail = format!("{} alike", others.len().saturating_add(1));
                for other in others {
                    for key in other.keys {
                        if let Some(first) = node.keys.first() {
                            renamed.insert(key.clone(), first.clone());
                        }
                        node.keys.push(key);
                    }
                }
            }
        }
        let mut at = 0_usize;
        subnet.nodes.retain(|_| {
            let keep = !gone.contains(&at);
            at = at.saturating_add(1);
            keep
        });
    }
    let rename = |key: &String| renamed.get(key).unwrap_or(key).clone();
    *arrows = arrows
        .iter()
        .map(|arrow| Arrow {
            from: rename(&arrow.from),
            to: rename(&arrow.to),
            way: arrow.way,
        })
        .collect();
}

/// How far along the connection each node and each network stands: one after all that lead to it.
fn rank(networks: &mut [Network], arrows: &BTreeSet<Arrow>) {
    let mut home: BTreeMap<String, usize> = BTreeMap::new();
    for (at, network) in networks.iter().enumerate() {
        for node in network.subnets.iter().flat_map(|subnet| &subnet.nodes) {
            home.extend(node.keys.iter().map(|key| (key.clone(), at)));
        }
        for subnet in &network.subnets {
            home.insert(subnet.key.clone(), at);
        }
    }
    let ways: Vec<(&str, &str)> = arrows
        .iter()
        .map(|arrow| (arrow.from.as_str(), arrow.to.as_str()))
        .collect();
    let ranks = longest(&ways);
    for network in networks.iter_mut() {
        for node in network
            .subnets
            .iter_mut()
            .flat_map(|subnet| &mut subnet.nodes)
        {
            node.rank = node
                .keys
                .first()
                .and_then(|key| ranks.get(key.as_str()).copied())
                .unwrap_or(0);
        }
    }
    let names: Vec<String> = (0..networks.len()).map(|at| at.to_string()).collect();
    let between: BTreeSet<(usize, usize)> = ways
        .iter()
        .filter_map(|(from, to)| Some((*home.get(*from)?, *home.get(*to)?)))
        .filter(|(from, to)| from != to)
        .collect();
    let between: Vec<(&str, &str)> = between
        .iter()
        .filter_map(|(from, to)| Some((names.get(*from)?.as_str(), names.get(*to)?.as_str())))
        .collect();
    let lanes = longest(&between);
    for (network, name) in networks.iter_mut().zip(&names) {
        network.lane = lanes.get(name.as_str()).copied().unwrap_or(0);
    }
}

/// The longest way to each place. Circles are cut where they close.
fn longest<'k>(ways: &[(&'k str, &'k str)]) -> BTreeMap<&'k str, usize> {
    let mut next: BTreeMap<&str, Vec<&'k str>> = BTreeMap::new();
    let mut open: BTreeMap<&'k str, usize> = BTreeMap::new();
    for (from, to) in ways {
        next.entry(from).or_default().push(to);
        open.entry(from).or_default();
        let count = open.entry(to).or_default();
        *count = count.saturating_add(1);
    }
    let mut found: BTreeMap<&'k str, usize> = open.keys().map(|place| (*place, 0)).collect();
    let mut ready: Vec<&'k str> = open
        .iter()
        .filter(|(_, count)| **count == 0)
        .map(|(place, _)| *place)
        .collect();
    let mut done: BTreeSet<&'k str> = BTreeSet::new();
    loop {
        let Some(place) = ready.pop() else {
            // A circle: begin at its first place.
            match open.keys().find(|place| !done.contains(*place)) {
                Some(place) => {
                    ready.push(place);
                    continue;
                }
                None => break,
            }
        };
        if !done.insert(place) {
            continue;
        }
        open.remove(place);
        let own = found.get(place).copied().unwrap_or(0);
        for to in next.get(place).into_iter().flatten() {
            if done.contains(to) {
                continue;
            }
            let rank = found.entry(to).or_default();
            *rank = (*rank).max(own.saturating_add(1));
            if let Some(count) = open.get_mut(to) {
                *count = count.saturating_sub(1);
                if *count == 0 {
                    ready.push(to);
                }
            }
        }
    }
    found
}

/// Networks whose IPv4 spaces share an address, by index.
fn overlapping(spaces: &[Vec<Cidr>]) -> BTreeSet<(usize, usize)> {
    // Sorted by their first address, a range overlaps only with those that begin before it ends.
    let mut all: Vec<(Cidr, usize)> = spaces
        .iter()
        .enumerate()
        .flat_map(|(at, list)| list.iter().map(move |range| (*range, at)))
        .collect();
    all.sort_by_key(|(range, at)| (range.first(), *at));
    let mut found = BTreeSet::new();
    for (index, (range, at)) in all.iter().enumerate() {
        let after = all.get(index.saturating_add(1)..).unwrap_or_default();
        for (_, other) in after
            .iter()
            .take_while(|(next, _)| next.first() <= range.last())
            .filter(|(_, other)| other != at)
        {
            found.insert((*at.min(other), *at.max(other)));
            // A picture of a thousand equal networks need not name every pair.
            if found.len() > 500 {
                return found;
            }
        }
    }
    found
}

/// `uksouth`, `provider`: where it stands.
fn whereabouts(topology: &Topology, id: &ResourceId, location: Option<&str>) -> Vec<String> {
    let mut words: Vec<String> = location.map(ToOwned::to_owned).into_iter().collect();
    words.push(format!(
        "subscription {}",
        key_of(topology, id.subscription())
    ));
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_follow_the_longest_way_and_survive_circles() {
        let ranks = longest(&[("a", "b"), ("b", "c"), ("a", "c"), ("x", "y"), ("y", "x")]);
        assert_eq!(ranks.get("c"), Some(&2));
        assert_eq!((ranks.get("x"), ranks.get("y")), (Some(&0), Some(&1)));
    }

    #[test]
    fn overlaps_are_found_whatever_their_size() {
        let spaces = [
            vec!["10.0.0.0/8".parse().unwrap()],
            vec!["10.9.0.0/16".parse().unwrap()],
            vec!["192.168.0.0/16".parse().unwrap()],
        ];
        assert_eq!(overlapping(&spaces), BTreeSet::from([(0, 1)]));
    }
}
