//! What the other side of a question about reach stands for: one destination, the addresses of
//! networks, or the internet.

use super::{
    classes::{Class, Names, ends},
    parts::Part,
    spread::{Goal, Origin, Reckoner},
};
use crate::{
    model::{
        addresses::Holder,
        expectation::{Selector, SelectorKind},
    },
    sets::{Flows, Ranges},
    trace::{
        SelectionError, Verdict,
        destination::Destination,
        routes,
        security::{self, Direction},
        selector::{Sender, holder_name},
        world::{Net, World},
    },
};
use std::net::Ipv4Addr;

/// A destination of a question.
#[derive(Clone, Debug)]
pub(crate) enum Target {
    /// A host, address or resource.
    One(Destination),
    /// Addresses of networks.
    Addresses(Vec<(Net, Ranges)>),
    /// Public addresses outside the topology.
    Internet,
    /// All of them.
    Any(Vec<(Net, Ranges)>),
}

/// Connections to one thing, and how they end.
#[derive(Clone, Debug)]
pub(crate) struct Reached {
    /// As a person would write the destination.
    pub(crate) to: String,
    /// What the sender dials: a host name or an address.
    pub(crate) host: String,
    pub(crate) meant: Option<Holder>,
    pub(crate) parts: Vec<Part>,
    /// Which verdict of the parts says whether they got there.
    pub(crate) by: Judged,
    /// Whether what is dialled is the destination itself, not something that leads to it.
    pub(crate) is_direct: bool,
}

/// Which verdict says whether connections got to a destination.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Judged {
    /// That of the network: whoever gets past it is there, whatever listens.
    Network,
    /// That of the end: a relay on the way is not the destination.
    End,
}

impl Reached {
    /// Whether the connections of a part got there.
    pub(crate) fn verdict(&self, part: &Part) -> Verdict {
        match self.by {
            Judged::Network => part.network,
            Judged::End => part.reached,
        }
    }
}

/// What a selector stands for as a destination.
pub(crate) fn of(world: &World<'_>, selector: &Selector) -> Result<Target, SelectionError> {
    match &selector.kind {
        SelectorKind::Any => Ok(Target::Any(all(world))),
        SelectorKind::Internet => Ok(Target::Internet),
        SelectorKind::Host(_) => world.destination(selector).map(Target::One),
        SelectorKind::Range { range, .. } if range.length == 32 => {
            world.destination(selector).map(Target::One)
        }
        SelectorKind::Range { network, range } => {
            let nets: Vec<Net> = match network {
                Some(name) => world.networks_named(name),
                None => (0..world.networks.len()).map(Net).collect(),
            };
            let set = Ranges::cidrs([*range]);
            let found: Vec<(Net, Ranges)> = nets
                .into_iter()
                .map(|net| (net, world.network(net).space.and(&set)))
                .filter(|(_, set)| !set.is_empty())
                .collect();
            if found.is_empty() {
                return Err(SelectionError(format!(
                    "no virtual network has addresses in `{}`",
                    selector.text
                )));
            }
            Ok(Target::Addresses(found))
        }
        SelectorKind::Name(_) => named(world, selector),
    }
}

fn all(world: &World<'_>) -> Vec<(Net, Ranges)> {
    let networks = world.networks.iter().enumerate();
    networks
        .map(|(index, network)| (Net(index), network.space.clone()))
        .collect()
}

fn named(world: &World<'_>, selector: &Selector) -> Result<Target, SelectionError> {
    let single = world.destination(selector);
    if let Ok(destination) = &single
        && (destination.meant.is_some() || !destination.known_ports.is_empty())
    {
        return single.map(Target::One);
    }
    // Networks, subnets and subscriptions stand for their addresses.
    let mut found: Vec<(Net, Ranges)> = Vec::new();
    for sender in world.senders(selector).unwrap_or_default() {
        if let Sender::Subnet(place, ranges) = sender {
            let net = world.subnet(place).network;
            let set = Ranges::cidrs(ranges);
            match found.iter_mut().find(|(known, _)| *known == net) {
                Some((_, all)) => *all = all.or(&set),
                None => found.push((net, set)),
            }
        }
    }
    if found.is_empty() {
        return single.map(Target::One);
    }
    Ok(Target::Addresses(found))
}

/// How connections of a class to a target end, each thing of the target apart. Empty if nothing of
/// the target is in sight.
pub(crate) fn reach<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    names: &mut Names,
    class: &Class<'w, 't>,
    target: &Target,
    ports: &Ranges,
) -> Vec<Reached> {
    match target {
        Target::One(destination) => match machine(reckoner.world, destination) {
            // A machine is reached by its own address, and by what leads to it.
            Some(sets) => {
                let mut all = match class.origin {
                    Some(_) => vec![one(reckoner, names, class, destination, ports)],
                    None => Vec::new(),
                };
                let others = within(reckoner, class, &sets, ports).into_iter();
                all.extend(others.filter(|reached| !reached.is_direct || class.origin.is_none()));
                all
            }
            None => vec![one(reckoner, names, class, destination, ports)],
        },
        Target::Addresses(sets) => within(reckoner, class, sets, ports),
        Target::Internet => internet(reckoner, class, ports),
        Target::Any(sets) => {
            let mut all = within(reckoner, class, sets, ports);
            all.extend(internet(reckoner, class, ports));
            all
        }
    }
}

fn one<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    names: &mut Names,
    class: &Class<'w, 't>,
    destination: &Destination,
    ports: &Ranges,
) -> Reached {
    let meant = destination.meant.as_ref();
    let is_machine = matches!(
        meant,
        Some(Holder::Nic(..) | Holder::Instance(..) | Holder::Client(_) | Holder::Frontend(..))
    );
    Reached {
        to: meant.map_or_else(|| format!("`{}`", destination.host), holder_name),
        host: destination.host.clone(),
        meant: destination.meant.clone(),
        parts: ends(reckoner, names, class, &destination.host, meant, ports),
        by: if is_machine {
            Judged::Network
        } else {
            Judged::End
        },
        is_direct: true,
    }
}

/// The address of a machine, client or frontend, and of nothing else.
fn machine(world: &World<'_>, destination: &Destination) -> Option<Vec<(Net, Ranges)>> {
    let holder = destination.meant.as_ref()?;
    if !matches!(
        holder,
        Holder::Nic(..) | Holder::Instance(..) | Holder::Client(_) | Holder::Frontend(..)
    ) {
        return None;
    }
    let (net, _) = world.kept(holder)?;
    let address = world.addresses.get(holder)?;
    Some(vec![(net, Ranges::address(address))])
}

/// Whether packets from a subnet may get to a network at all, by themselves.
pub(crate) fn may_route(world: &World<'_>, origin: Origin<'_>, net: Net) -> bool {
    let own = world.subnet(origin.place).network;
    own == net
        || world.peers(own).iter().any(|peer| peer.remote == Some(net))
        || routes::of(world, origin.place).has_appliance()
}

/// The networks whose addresses a class sees.
pub(crate) fn in_sight(world: &World<'_>, origin: Origin<'_>) -> Vec<Net> {
    (0..world.networks.len())
        .map(Net)
        .filter(|net| may_route(world, origin, *net))
        .collect()
}

fn within<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    class: &Class<'w, 't>,
    sets: &[(Net, Ranges)],
    ports: &Ranges,
) -> Vec<Reached> {
    let world = reckoner.world;
    let Some(origin) = class.origin else {
        return from_outside(reckoner, class, sets, ports);
    };
    let flows = Flows::of(&class.sources, ports);
    let in_sets = |net: Net, address: Ipv4Addr| {
        sets.iter()
            .any(|(known, set)| *known == net && set.contains(address.to_bits()))
    };
    let mut all = Vec::new();
    for net in in_sight(world, origin) {
        for (address, holder) in world.holders_in(net) {
            let is_meant = in_sets(net, *address);
            let leads_on = matches!(holder, Holder::Endpoint(_) | Holder::Frontend(..));
            if !is_meant && !leads_on {
                continue;
            }
            let goal = Goal {
                to: *address,
                meant: Some(holder),
                service: None,
            };
            let mut parts = reckoner.spread(origin, goal, flows.clone());
            if !is_meant {
                // A private endpoint or frontend elsewhere counts where it leads to the target.
                parts.retain(|part| {
                    part.stations
                        .iter()
                        .skip(1)
                        .any(|(net, address)| in_sets(*net, *address))
                });
                if parts.is_empty() {
                    continue;
                }
            }
            all.push(Reached {
                to: holder_name(holder),
                host: address.to_string(),
                meant: Some(holder.clone()),
                parts,
                by: Judged::Network,
                is_direct: is_meant,
            });
        }
    }
    all
}

/// What the internet reaches of networks: by public addresses.
fn from_outside<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    class: &Class<'w, 't>,
    sets: &[(Net, Ranges)],
    ports: &Ranges,
) -> Vec<Reached> {
    let flows = Flows::of(&class.sources, ports);
    let mut all = Vec::new();
    for (address, user) in reckoner.world.public_users() {
        let goal = Goal {
            to: address,
            meant: None,
            service: None,
        };
        let mut parts = reckoner.at_public_address(goal, &flows, None);
        parts.retain(|part| {
            part.stations.iter().any(|(net, address)| {
                sets.iter()
                    .any(|(known, set)| known == net && set.contains(address.to_bits()))
            })
        });
        if !parts.is_empty() {
            all.push(Reached {
                to: format!("{address} ({})", holder_name(&user)),
                host: address.to_string(),
                meant: None,
                parts,
                by: Judged::Network,
                is_direct: true,
            });
        }
    }
    all
}

/// Public addresses that stand for all: one of each range that a rule or route of the sender
/// names, and one that none of them names.
fn internet<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    class: &Class<'w, 't>,
    ports: &Ranges,
) -> Vec<Reached> {
    let world = reckoner.world;
    let Some(origin) = class.origin else {
        return Vec::new();
    };
    let mut others = security::routable();
    for network in &world.networks {
        others = others.minus(&network.space);
    }
    let (users, reserved) = world.public_users().into_iter().fold(
        (Ranges::EMPTY, Ranges::address(security::HOST)),
        |(users, reserved), (address, _)| (users.or(&Ranges::address(address)), reserved),
    );
    others = others.minus(&users).minus(&reserved);
    let mut named: Vec<Ranges> = vec![routes::of(world, origin.place).prefixes.clone()];
    for id in security::groups_at(world, Direction::Outbound, origin.group, origin.place)
        .into_iter()
        .flatten()
    {
        if let Some(group) = world.group(id) {
            let rules = group.rules(Direction::Outbound).iter();
            named.extend(rules.map(|rule| rule.destinations.written().clone()));
        }
    }
    // Split all public addresses at every border that is named.
    let mut classes = vec![others];
    for set in named {
        classes = classes
            .into_iter()
            .flat_map(|class| [class.and(&set), class.minus(&set)])
            .filter(|class| !class.is_empty())
            .collect();
    }
    let flows = Flows::of(&class.sources, ports);
    let each = classes.into_iter().filter_map(|class| {
        let to = Ipv4Addr::from_bits(class.first()?);
        let goal = Goal {
            to,
            meant: None,
            service: None,
        };
        Some(Reached {
            to: format!("the internet ({to})"),
            host: to.to_string(),
            meant: None,
            parts: reckoner.spread(origin, goal, flows.clone()),
            by: Judged::Network,
            is_direct: true,
        })
    });
    each.collect()
}
