//! Who can reach this, and what can this reach.
//!
//! Both ask on sets: a subnet is one question, not one a machine, and what lies behind a private
//! endpoint or load balancer is worked out once for all who ask.

use super::{
    classes::{self, Class, Names},
    parts::Part,
    spread::{Goal, Reckoner},
    target,
};
use crate::{
    model::{
        Topology,
        addresses::Holder,
        expectation::{PortRange, Selector},
    },
    sets::{Flows, Ranges},
    trace::{
        DecidedBy, Outcome, SelectionError, Verdict, World,
        selector::{Sender, holder_name},
        world::{Net, Place},
    },
};
use serde::Serialize;
use std::collections::BTreeMap;

/// Senders for whom the answer is the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SenderGroup {
    /// How their connections end.
    pub outcome: Outcome,
    /// Whether the network lets them in, whatever is known to listen.
    pub is_let_in: bool,
    /// The reason, in one sentence.
    pub because: String,
    /// What decided.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<DecidedBy>,
    /// Who they are.
    pub senders: Vec<SenderSet>,
}

/// Addresses of one subnet, or the internet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SenderSet {
    /// `network/subnet`, or `internet`.
    pub name: String,
    /// Their addresses, as ranges.
    pub addresses: Vec<String>,
    /// Clients and machines among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named: Vec<String>,
}

/// Who can reach a destination, the ones who can first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhoCanReach {
    /// Contract version, 1.
    pub version: u32,
    /// The destination: host or address.
    pub to: String,
    /// The ports that were asked about.
    pub ports: String,
    /// Everybody, by how they end.
    pub groups: Vec<SenderGroup>,
}

/// Everybody who can reach a destination, and why the others cannot.
///
/// # Errors
/// The selector stands for nothing, or for several destinations.
pub fn who_can_reach(topology: &Topology, to: &Selector) -> Result<WhoCanReach, SelectionError> {
    let world = World::new(topology);
    let reckoner = Reckoner::new(&world);
    let mut names = Names::default();
    let destination = world.destination(to)?;
    let ports = match destination.port {
        Some(port) => Ranges::port(port),
        None if destination.known_ports.is_empty() => Ranges::port(443),
        None => Ranges::ports(
            destination
                .known_ports
                .iter()
                .map(|port| PortRange::one(*port)),
        ),
    };
    let mut groups: Vec<SenderGroup> = Vec::new();
    let places = (0..world.subnets.len()).map(Place);
    let senders = places
        .map(|place| world.whole(place))
        .chain([Sender::Internet(None)]);
    for sender in senders {
        let mut of_subnet: Vec<(Part, Ranges)> = Vec::new();
        for class in classes::of(&world, &sender) {
            let meant = destination.meant.as_ref();
            let parts = classes::ends(
                &reckoner,
                &mut names,
                &class,
                &destination.host,
                meant,
                &ports,
            );
            for part in parts {
                let sources = part.flows.sources();
                let like = of_subnet.iter_mut().find(|(known, _)| {
                    known.outcome == part.outcome
                        && known.network == part.network
                        && known.cause == part.cause
                });
                match like {
                    Some((_, all)) => *all = all.or(&sources),
                    None => of_subnet.push((part, sources)),
                }
            }
        }
        for (part, sources) in of_subnet {
            let set = sender_set(&world, &sender, &sources);
            let is_let_in = part.network == Verdict::Pass;
            let like = groups.iter_mut().find(|group| {
                group.outcome == part.outcome
                    && group.is_let_in == is_let_in
                    && group.because == part.cause.because
            });
            match like {
                Some(group) => group.senders.push(set),
                None => groups.push(SenderGroup {
                    outcome: part.outcome,
                    is_let_in,
                    because: part.cause.because.clone(),
                    decided_by: located(topology, &part.cause.by),
                    senders: vec![set],
                }),
            }
        }
    }
    groups.sort_by_key(|group| (rank(group.outcome), !group.is_let_in));
    Ok(WhoCanReach {
        version: 1,
        to: destination.host,
        ports: ports.ports_text(),
        groups,
    })
}

fn rank(outcome: Outcome) -> u8 {
    match outcome {
        Outcome::Delivered => 0,
        Outcome::Unknown => 1,
        Outcome::Dropped => 2,
    }
}

fn located(topology: &Topology, by: &[DecidedBy]) -> Vec<DecidedBy> {
    let mut all = by.to_vec();
    crate::trace::locate(topology, &mut all);
    all
}

fn sender_set(world: &World<'_>, sender: &Sender<'_, '_>, sources: &Ranges) -> SenderSet {
    let Sender::Subnet(place, _) = sender else {
        return SenderSet {
            name: world.sender_name(sender),
            addresses: Vec::new(),
            named: Vec::new(),
        };
    };
    let named = world
        .interfaces_in(*place)
        .filter(|interface| sources.contains(interface.address.to_bits()))
        .map(|interface| world.sender_name(&Sender::Interface(interface)));
    SenderSet {
        name: world.sender_name(&world.whole(*place)),
        addresses: texts(sources),
        named: named.collect(),
    }
}

fn texts(addresses: &Ranges) -> Vec<String> {
    let each = addresses.to_cidrs().into_iter();
    each.map(|range| {
        if range.length == 32 {
            range.address.to_string()
        } else {
            range.to_string()
        }
    })
    .collect()
}

/// Something that a sender can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachedThing {
    /// Who it is, as people call it: `` `privateEndpoints/APIM-PE` ``, `the internet`.
    pub name: String,
    /// Its address as the sender sees it; the first if several are alike.
    pub address: String,
    /// Names that lead to it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hosts: Vec<String>,
    /// Ports at which connections arrive.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub delivered: String,
    /// Ports at which the network lets connections in, and what listens is not known or nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub let_in: String,
    /// Ports of which the topology does not say enough.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub unknown: String,
}

/// What one sender can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhatCanReach {
    /// Contract version, 1.
    pub version: u32,
    /// The sender, as it was named.
    pub from: String,
    /// For each part of the sender that is alike: its addresses and what they reach.
    pub sets: Vec<ReachedBySet>,
}

/// What addresses that are alike can reach.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ReachedBySet {
    /// Who sends.
    pub sender: SenderSet,
    /// What they reach.
    pub reached: Vec<ReachedThing>,
    /// How many other addresses in sight they do not reach.
    pub not_reached: usize,
}

/// Everything that a sender can reach, with ports.
///
/// # Errors
/// The selector stands for nobody.
pub fn what_can(topology: &Topology, from: &Selector) -> Result<WhatCanReach, SelectionError> {
    let world = World::new(topology);
    let reckoner = Reckoner::new(&world);
    let mut names = Names::default();
    let mut sets = Vec::new();
    for sender in world.senders(from)? {
        for class in classes::of(&world, &sender) {
            let name = match (&sender, class.origin) {
                (Sender::Subnet(..), Some(origin)) => sender_set(
                    &world,
                    &Sender::Subnet(origin.place, Vec::new()),
                    &class.sources,
                ),
                _ => SenderSet {
                    name: world.sender_name(&sender),
                    addresses: texts(&class.sources),
                    named: Vec::new(),
                },
            };
            let (reached, not_reached) = things(&reckoner, &mut names, &class);
            sets.push(ReachedBySet {
                sender: name,
                reached,
                not_reached,
            });
        }
    }
    Ok(WhatCanReach {
        version: 1,
        from: from.text.clone(),
        sets,
    })
}

/// Which ports of something end how.
#[derive(Debug, Default)]
pub(crate) struct PortSets {
    pub(crate) delivered: Ranges,
    pub(crate) let_in: Ranges,
    pub(crate) unknown: Ranges,
}

impl PortSets {
    pub(crate) fn of(parts: &[Part]) -> Self {
        let mut sets = Self::default();
        for part in parts {
            let ports = part.flows.ports();
            let slot = match (part.outcome, part.network) {
                (Outcome::Delivered, _) => &mut sets.delivered,
                (_, Verdict::Pass) if part.cause.is_listener() => &mut sets.let_in,
                (Outcome::Unknown, _) => &mut sets.unknown,
                (Outcome::Dropped, _) => continue,
            };
            *slot = slot.or(&ports);
        }
        sets
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.delivered.is_empty() && self.let_in.is_empty() && self.unknown.is_empty()
    }
}

fn written(ports: &Ranges) -> String {
    if ports.is_empty() {
        String::new()
    } else {
        ports.ports_text()
    }
}

fn things<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    names: &mut Names,
    class: &Class<'w, 't>,
) -> (Vec<ReachedThing>, usize) {
    let world = reckoner.world;
    let flows = Flows::of(&class.sources, &Ranges::all_ports());
    let hosts = hosts_by_address(world, names, class);
    let mut all: Vec<ReachedThing> = Vec::new();
    let mut not_reached = 0_usize;
    let mut add = |name: String, address: String, hosts: Vec<String>, parts: &[Part]| {
        let sets = PortSets::of(parts);
        if sets.is_empty() {
            not_reached = not_reached.saturating_add(1);
            return;
        }
        all.push(ReachedThing {
            name,
            address,
            hosts,
            delivered: written(&sets.delivered),
            let_in: written(&sets.let_in),
            unknown: written(&sets.unknown),
        });
    };
    let Some(origin) = class.origin else {
        for (address, user) in world.public_users() {
            let goal = Goal {
                to: address,
                meant: None,
                service: None,
            };
            let parts = reckoner.at_public_address(goal, &flows, None);
            add(holder_name(&user), address.to_string(), Vec::new(), &parts);
        }
        return (all, not_reached);
    };
    for net in target::in_sight(world, origin) {
        for (address, holder) in world.holders_in(net) {
            if is_self(world, class, net, holder) {
                continue;
            }
            let goal = Goal {
                to: *address,
                meant: Some(holder),
                service: None,
            };
            let parts = reckoner.spread(origin, goal, flows.clone());
            let hosts = hosts.get(&address.to_string()).cloned().unwrap_or_default();
            add(holder_name(holder), address.to_string(), hosts, &parts);
        }
    }
    let public = target::reach(
        reckoner,
        names,
        class,
        &target::Target::Internet,
        &Ranges::all_ports(),
    );
    for reached in public {
        let mut parts = reached.parts;
        for part in &mut parts {
            // What is out is out: who answers there is nobody's business here.
            if part.network == Verdict::Pass && part.outcome == Outcome::Unknown {
                part.outcome = Outcome::Delivered;
            }
        }
        add("the internet".to_owned(), reached.host, Vec::new(), &parts);
    }
    (all, not_reached)
}

fn is_self(world: &World<'_>, class: &Class<'_, '_>, net: Net, holder: &Holder) -> bool {
    class.interface.is_some_and(|interface| {
        world.holder(net, interface.address) == Some(holder)
            && world.subnet(interface.place).network == net
    })
}

/// The names of linked zones and services by the address that they have for a class.
fn hosts_by_address(
    world: &World<'_>,
    names: &mut Names,
    class: &Class<'_, '_>,
) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    let Some(origin) = class.origin else {
        return all;
    };
    let network = world.network_at(origin.place);
    let mut hosts: Vec<String> = Vec::new();
    for (record, _) in world.topology.a_record_sets() {
        let Some(zone) = record.id.parent() else {
            continue;
        };
        if network.zones.iter().any(|linked| linked.id == zone) {
            hosts.push(match record.id.name() {
                "@" => zone.name().to_owned(),
                name if name.starts_with('*') => continue,
                name => format!("{name}.{}", zone.name()),
            });
        }
    }
    let own = class.interface.and_then(|interface| interface.hosts);
    hosts.extend(own.into_iter().flatten().map(|(name, _)| name.clone()));
    hosts.sort_unstable();
    hosts.dedup();
    for host in hosts {
        let answer = names.ask(world, class, &host);
        if let Some(crate::trace::names::Found::Address(address)) = &answer.found {
            all.entry(address.to_string()).or_default().push(host);
        }
    }
    all
}
