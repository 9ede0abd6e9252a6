//! Which packets a rule matches, as a set: whether earlier rules leave it anything to decide, and
//! whether later ones would decide the same.
//!
//! Service tags and application security groups are taken as names whose addresses nobody knows,
//! apart from what is sure: that `VirtualNetwork` holds the network, its peers, the host and every
//! member of an application security group, and that `Internet` holds no private address. What is
//! taken away is never more than what really goes, so nothing is called covered that is not.

use super::{
    Direction, Group, HOST, ReadRule,
    protocol::EVERY,
    side::{BALANCER, INTERNET, NETWORK, Side, private},
};
use crate::{reach::sets::Ranges, rules::facts::networks::Networks};
use std::collections::BTreeSet;

/// Rests of more parts than this are not followed further.
const MOST_PARTS: usize = 64;

/// Names of addresses: some, or all but some.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Names {
    Only(BTreeSet<String>),
    AllBut(BTreeSet<String>),
}

impl Names {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Only(names) if names.is_empty())
    }

    /// Whether every address of the name is surely in these.
    fn hold(&self, name: &str) -> bool {
        let implied = |names: &BTreeSet<String>| {
            names.contains(name)
                || name
                    .rsplit_once('.')
                    .is_some_and(|(stem, _)| !name.starts_with('/') && names.contains(stem))
                || (name.starts_with('/') || name == BALANCER) && names.contains(NETWORK)
        };
        match self {
            Self::Only(names) => implied(names),
            Self::AllBut(names) => !names.contains(name),
        }
    }

    fn and(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(names), _) => Self::Only(
                names
                    .iter()
                    .filter(|name| other.hold(name))
                    .cloned()
                    .collect(),
            ),
            // What is in both for sure; the rest stays with the difference.
            (Self::AllBut(without), Self::Only(names)) => Self::Only(
                names
                    .iter()
                    .filter(|name| !without.contains(*name))
                    .cloned()
                    .collect(),
            ),
            (Self::AllBut(one), Self::AllBut(other)) => Self::AllBut(one | other),
        }
    }

    fn minus(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Only(names), _) => Self::Only(
                names
                    .iter()
                    .filter(|name| !other.hold(name))
                    .cloned()
                    .collect(),
            ),
            (Self::AllBut(without), Self::Only(names)) => Self::AllBut(without | names),
            (Self::AllBut(one), Self::AllBut(other)) => Self::Only(other - one),
        }
    }
}

/// Addresses of one side: numbers, and names whose numbers nobody knows.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Spot {
    numbers: Ranges,
    names: Names,
}

impl Spot {
    fn everything() -> Self {
        Self {
            numbers: Ranges::all_addresses(),
            names: Names::AllBut(BTreeSet::new()),
        }
    }

    fn tag(name: &str) -> Self {
        Self {
            numbers: Ranges::EMPTY,
            names: Names::Only(BTreeSet::from([name.to_owned()])),
        }
    }

    fn of(side: &Side) -> Self {
        if side.is_every {
            return Self::everything();
        }
        let groups = side
            .groups
            .iter()
            .map(|group| group.as_str().to_ascii_lowercase());
        let names = side.tags.iter().chain(&side.others).cloned();
        Self {
            numbers: side.numbers.clone(),
            names: Names::Only(names.chain(groups).collect()),
        }
    }

    /// With the numbers that its names surely stand for.
    fn spelled_out(mut self, sure: &Sure) -> Self {
        if let Names::Only(names) = &self.names {
            for (tag, numbers) in [
                (NETWORK, &sure.network),
                (INTERNET, &sure.internet),
                (BALANCER, &sure.host),
            ] {
                if names.contains(tag) {
                    self.numbers = self.numbers.or(numbers);
                }
            }
        }
        self
    }

    fn is_empty(&self) -> bool {
        self.numbers.is_empty() && self.names.is_empty()
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            numbers: self.numbers.and(&other.numbers),
            names: self.names.and(&other.names),
        }
    }

    fn minus(&self, other: &Self) -> Self {
        Self {
            numbers: self.numbers.minus(&other.numbers),
            names: self.names.minus(&other.names),
        }
    }

    /// Whether they may share an address.
    fn may_meet(&self, other: &Self) -> bool {
        !self.numbers.and(&other.numbers).is_empty()
            || self.names.may_meet_numbers(&other.numbers)
            || other.names.may_meet_numbers(&self.numbers)
            || match (&self.names, &other.names) {
                (Names::Only(one), Names::Only(other)) => one
                    .iter()
                    .any(|name| other.iter().any(|other| may_share(name, other))),
                (one, other) => !one.is_empty() && !other.is_empty(),
            }
    }
}

impl Names {
    fn may_meet_numbers(&self, numbers: &Ranges) -> bool {
        if numbers.is_empty() {
            return false;
        }
        match self {
            Self::AllBut(_) => true,
            Self::Only(names) => names.iter().any(|name| match name.as_str() {
                BALANCER => numbers.contains(HOST.to_bits()),
                NETWORK => true,
                name if name.starts_with('/') => true,
                // IPv6.
                name if name.contains(':') => false,
                _ => !private().contains_all(numbers),
            }),
        }
    }
}

/// Whether two names may stand for a common address.
fn may_share(one: &str, other: &str) -> bool {
    let is_inside = |name: &str| name == NETWORK || name == BALANCER || name.starts_with('/');
    // A tag may have IPv6 addresses too.
    if one == other || one.contains(':') || other.contains(':') {
        return true;
    }
    match (is_inside(one), is_inside(other)) {
        // The host is in the network and no member of a group.
        (true, true) => one == NETWORK || other == NETWORK || one != BALANCER && other != BALANCER,
        (false, false) => true,
        _ => false,
    }
}

/// Packets: protocol × source × destination × ports.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Packets {
    protocols: u8,
    source: Spot,
    destination: Spot,
    source_ports: Ranges,
    ports: Ranges,
}

impl Packets {
    fn of(rule: &ReadRule<'_>) -> Self {
        Self {
            protocols: rule.protocols,
            source: Spot::of(&rule.source),
            destination: Spot::of(&rule.destination),
            source_ports: rule.source_ports.clone(),
            ports: rule.ports.clone(),
        }
    }

    fn spelled_out(self, sure: &Sure) -> Self {
        Self {
            source: self.source.spelled_out(sure),
            destination: self.destination.spelled_out(sure),
            ..self
        }
    }

    fn is_empty(&self) -> bool {
        self.protocols == 0
            || self.ports.is_empty()
            || self.source_ports.is_empty()
            || self.source.is_empty()
            || self.destination.is_empty()
    }

    fn may_meet(&self, other: &Self) -> bool {
        self.protocols & other.protocols != 0
            && !self.ports.and(&other.ports).is_empty()
            && !self.source_ports.and(&other.source_ports).is_empty()
            && self.source.may_meet(&other.source)
            && self.destination.may_meet(&other.destination)
    }

    /// What is left of it, in parts that share nothing.
    fn minus(&self, other: &Self) -> Vec<Self> {
        let common = Self {
            protocols: self.protocols & other.protocols,
            source: self.source.and(&other.source),
            destination: self.destination.and(&other.destination),
            source_ports: self.source_ports.and(&other.source_ports),
            ports: self.ports.and(&other.ports),
        };
        if common.is_empty() {
            return vec![self.clone()];
        }
        // Each part differs in one dimension, and agrees in those before it.
        let mut rest = self.clone();
        let mut parts = Vec::new();
        let mut take = |part: Self| {
            if !part.is_empty() {
                parts.push(part);
            }
        };
        take(Self {
            protocols: rest.protocols & !other.protocols,
            ..rest.clone()
        });
        rest.protocols = common.protocols;
        take(Self {
            ports: rest.ports.minus(&other.ports),
            ..rest.clone()
        });
        rest.ports = common.ports;
        take(Self {
            source_ports: rest.source_ports.minus(&other.source_ports),
            ..rest.clone()
        });
        rest.source_ports = common.source_ports;
        take(Self {
            source: rest.source.minus(&other.source),
            ..rest.clone()
        });
        rest.source = common.source;
        take(Self {
            destination: rest.destination.minus(&other.destination),
            ..rest
        });
        parts
    }
}

/// What the tags surely hold, wherever a group is attached.
#[derive(Debug)]
struct Sure {
    network: Ranges,
    internet: Ranges,
    host: Ranges,
}

impl Sure {
    fn of(group: &Group<'_>, networks: &Networks<'_>) -> Self {
        let inside: Vec<_> = group
            .networks
            .iter()
            .filter_map(|network| networks.inside(network))
            .collect();
        let network = inside
            .iter()
            .map(|inside| inside.sure.clone())
            .reduce(|one, other| one.and(&other));
        let outside = inside.iter().fold(private(), |all, inside| {
            all.or(&inside.sure).or(&inside.perhaps)
        });
        let is_known = inside.len() == group.networks.len() && !inside.is_empty();
        let only_known = |ranges: Ranges| if is_known { ranges } else { Ranges::EMPTY };
        Self {
            network: only_known(network.unwrap_or_default()),
            internet: only_known(Ranges::all_addresses().minus(&outside)),
            host: Ranges::address(HOST),
        }
    }
}

/// What becomes of a rule among the others of its group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Standing {
    /// It decides about something that nobody else would decide the same way.
    Decides,
    /// Earlier rules leave it nothing: their positions among the rules of the direction.
    Shadowed(Vec<usize>),
    /// It allows only what later own rules or the default rule between members of the network
    /// allow as well. The position of the own rule that allows all of it, if one does.
    AddsNothing(Option<usize>),
}

/// Judges every own rule of a direction, in the order of their priorities. Rules that share a
/// priority have no order, and rules that cannot be read match nobody knows what.
pub(in crate::rules) fn standings(
    group: &Group<'_>,
    networks: &Networks<'_>,
    direction: Direction,
) -> Vec<Standing> {
    let rules = group.rules(direction);
    let sure = Sure::of(group, networks);
    let plain: Vec<Option<Packets>> = rules
        .iter()
        .map(|rule| rule.is_clear.then(|| Packets::of(rule)))
        .collect();
    let spelled: Vec<Option<Packets>> = plain
        .iter()
        .map(|packets| packets.clone().map(|packets| packets.spelled_out(&sure)))
        .collect();
    let within = Packets {
        protocols: EVERY,
        source: Spot::tag(NETWORK),
        destination: Spot::tag(NETWORK),
        source_ports: Ranges::of(0, u16::MAX.into()),
        ports: Ranges::of(0, u16::MAX.into()),
    }
    .spelled_out(&sure);
    let judge = |at: usize| {
        let (Some(rule), Some(Some(own))) = (rules.get(at), plain.get(at)) else {
            return Standing::Decides;
        };
        let has_order = |other: &ReadRule<'_>| other.priority() != rule.priority();
        let mut rest = vec![own.clone()];
        let mut by = Vec::new();
        for (earlier, packets) in spelled.iter().enumerate().take(at) {
            let (Some(packets), Some(true)) = (packets, rules.get(earlier).map(has_order)) else {
                continue;
            };
            if take_away(&mut rest, packets) {
                by.push(earlier);
            }
            if rest.is_empty() {
                return Standing::Shadowed(by);
            }
            if rest.len() > MOST_PARTS {
                return Standing::Decides;
            }
        }
        // What a load balancer needs is spelled out on purpose, so that a later denial spares it.
        if !rule.allows || rule.is_only_for_probes() {
            return Standing::Decides;
        }
        let whole = rest.clone();
        let mut alone = None;
        for (later, other) in rules.iter().enumerate().skip(at.saturating_add(1)) {
            let (Some(Some(packets)), true) = (spelled.get(later), has_order(other)) else {
                return Standing::Decides;
            };
            if other.allows {
                if alone.is_none() && whole.iter().all(|part| part.minus(packets).is_empty()) {
                    alone = Some(later);
                }
                take_away(&mut rest, packets);
                if rest.is_empty() {
                    return Standing::AddsNothing(alone);
                }
            } else if rest.iter().any(|part| part.may_meet(packets)) {
                return Standing::Decides;
            }
            if rest.len() > MOST_PARTS {
                return Standing::Decides;
            }
        }
        take_away(&mut rest, &within);
        if rest.is_empty() {
            Standing::AddsNothing(None)
        } else {
            Standing::Decides
        }
    };
    (0..rules.len()).map(judge).collect()
}

/// Takes packets away from all parts; whether anything went.
fn take_away(rest: &mut Vec<Packets>, packets: &Packets) -> bool {
    let mut left = Vec::with_capacity(rest.len());
    let mut has_gone = false;
    for part in rest.drain(..) {
        let parts = part.minus(packets);
        has_gone |= parts.first() != Some(&part) || parts.len() != 1;
        left.extend(parts);
    }
    *rest = left;
    has_gone
}

/// Whether a rule would leave nothing to another one that comes after it.
pub(super) fn overtakes(
    first: &ReadRule<'_>,
    second: &ReadRule<'_>,
    group: &Group<'_>,
    networks: &Networks<'_>,
) -> bool {
    let sure = Sure::of(group, networks);
    let first = Packets::of(first).spelled_out(&sure);
    second.is_clear && Packets::of(second).minus(&first).is_empty()
}

/// Whether a rule denies every packet of its direction.
pub(in crate::rules) fn denies_everything(rule: &ReadRule<'_>) -> bool {
    let all = Ranges::of(0, u16::MAX.into());
    rule.is_clear
        && !rule.allows
        && rule.protocols == EVERY
        && rule.source.is_every
        && rule.destination.is_every
        && rule.ports == all
        && rule.source_ports == all
}
