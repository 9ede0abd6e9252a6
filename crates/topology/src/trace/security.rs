//! What network security groups say about one packet.
//!
//! First match by priority ends it; without a group everything passes. A rule that may or may not
//! match (service tags over public addresses, odd source ports, networks that the topology lacks)
//! gives *unknown*, unless what follows decides the same way.
//! Source: <https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works>.

use super::{
    decision::{DecidedBy, DecidedKind, Judgement},
    mend::{Admit, Remedy},
    world::{Place, World},
};
use crate::{
    model::{
        cidr::Cidr,
        id::ResourceId,
        network::{SecurityRuleProperties, SubResource},
    },
    sets::Ranges,
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// 168.63.129.16, where probes and DNS come from.
pub(crate) const HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);
/// Stands for a public address that the topology does not know.
pub(crate) const SOMEWHERE: Ipv4Addr = Ipv4Addr::UNSPECIFIED;

/// Which way a packet passes a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Inbound,
    Outbound,
}

impl Direction {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// One TCP packet; its source port is ephemeral.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Packet {
    pub(crate) source: Ipv4Addr,
    pub(crate) destination: SocketAddrV4,
}

/// Whether a rule matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Match {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

/// A group, read once: TCP rules only, in the order in which they are asked.
#[derive(Debug)]
pub(crate) struct Group<'t> {
    pub(crate) id: &'t ResourceId,
    inbound: Vec<Rule<'t>>,
    outbound: Vec<Rule<'t>>,
}

/// A rule, read once.
#[derive(Debug)]
pub(crate) struct Rule<'t> {
    pub(crate) name: &'t str,
    pub(crate) priority: u16,
    pub(crate) allows: bool,
    /// Where it is written; `None` for a default rule.
    place: Option<(&'t ResourceId, String)>,
    /// Whether an ephemeral source port is one of its source ports.
    pub(crate) source_ports: Match,
    pub(crate) sources: Side<'t>,
    pub(crate) destinations: Side<'t>,
    pub(crate) ports: Ranges,
}

/// The addresses of one side of a rule.
#[derive(Debug, Default)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a word that a rule may name beside addresses"
)]
pub(crate) struct Side<'t> {
    pub(crate) any: bool,
    pub(crate) ranges: Ranges,
    pub(crate) virtual_network: bool,
    pub(crate) internet: bool,
    /// A tag whose addresses are public ones that the topology does not know.
    pub(crate) other_tag: bool,
    pub(crate) members: Vec<&'t ResourceId>,
}

impl<'t> Side<'t> {
    fn of(one: Option<&'t String>, several: &'t [String], groups: &'t [SubResource]) -> Self {
        let mut side = Self {
            members: groups.iter().map(|group| &group.id).collect(),
            ..Self::default()
        };
        let mut ranges: Vec<(u32, u32)> = Vec::new();
        for text in one.into_iter().chain(several) {
            let text = text.trim();
            if text == "*" || text.eq_ignore_ascii_case("Any") {
                side.any = true;
            } else if let Ok(range) = text.parse::<Cidr>() {
                ranges.push((range.first().to_bits(), range.last().to_bits()));
            } else if let Ok(address) = text.parse::<Ipv4Addr>() {
                ranges.push((address.to_bits(), address.to_bits()));
            } else if text.contains(':') || text.is_empty() {
                // IPv6, which no IPv4 packet matches.
            } else if text.eq_ignore_ascii_case("VirtualNetwork") {
                side.virtual_network = true;
            } else if text.eq_ignore_ascii_case("Internet") {
                side.internet = true;
            } else if text.eq_ignore_ascii_case("AzureLoadBalancer") {
                ranges.push((HOST.to_bits(), HOST.to_bits()));
            } else {
                side.other_tag = true;
            }
        }
        side.ranges = ranges.into_iter().collect();
        side
    }

    fn tag(virtual_network: bool, internet: bool) -> Self {
        Self {
            virtual_network,
            internet,
            ..Self::default()
        }
    }

    fn all() -> Self {
        Self {
            any: true,
            ..Self::default()
        }
    }

    fn host() -> Self {
        Self {
            ranges: Ranges::address(HOST),
            ..Self::default()
        }
    }

    /// Whether the address is on this side, for a group that acts at `place`.
    pub(crate) fn holds(&self, world: &World<'_>, place: Place, address: Ipv4Addr) -> Match {
        if self.any || self.ranges.contains(address.to_bits()) {
            return Match::Yes;
        }
        let public = is_public(address);
        let mut found = if address == SOMEWHERE {
            // Some public address may be one of these.
            if self.may_be_public() {
                Match::Maybe
            } else {
                Match::No
            }
        } else {
            Match::No
        };
        if self.other_tag && public {
            found = Match::Maybe;
        }
        if (self.virtual_network || self.internet) && found != Match::Yes {
            let scope = world.scope(place);
            if self.virtual_network {
                found = found.max(scope.holds(address));
            }
            if self.internet && public {
                found = found.max(match scope.network_holds(address) {
                    Match::Yes => Match::No,
                    Match::Maybe => Match::Maybe,
                    Match::No => Match::Yes,
                });
            }
        }
        if !self.members.is_empty() && found != Match::Yes {
            found = found.max(world.is_member(place, address, &self.members).into());
        }
        found
    }
}

impl Side<'_> {
    /// Whether a public address that is not known may be one of the ranges.
    fn may_be_public(&self) -> bool {
        let host = (HOST.to_bits(), HOST.to_bits());
        self.ranges
            .parts()
            .iter()
            .any(|range| *range != host && !is_private_range(range.0, range.1))
    }

    /// The addresses that are on this side for sure, and those that may be, for a group that acts
    /// at `place`.
    pub(crate) fn sets(&self, world: &World<'_>, place: Place) -> (Ranges, Ranges) {
        if self.any {
            return (Ranges::all_addresses(), Ranges::EMPTY);
        }
        let mut yes = self.ranges.clone();
        let mut maybe = Ranges::EMPTY;
        if self.virtual_network || self.internet {
            let scope = world.scope(place);
            if self.virtual_network {
                yes = yes.or(&scope.tag);
                maybe = maybe.or(&scope.doubtful);
            }
            if self.internet {
                let outside = public().minus(&scope.network);
                yes = yes.or(&outside.minus(&scope.doubtful));
                maybe = maybe.or(&outside.and(&scope.doubtful));
            }
        }
        if self.other_tag {
            maybe = maybe.or(&public());
        }
        if self.may_be_public() {
            maybe = maybe.or(&Ranges::address(SOMEWHERE));
        }
        if !self.members.is_empty() {
            yes = yes.or(&world.addresses_of(place, &self.members));
        }
        maybe = maybe.minus(&yes);
        (yes, maybe)
    }

    /// The ranges that are written in it.
    pub(crate) fn written(&self) -> &Ranges {
        &self.ranges
    }
}

/// Public addresses that somebody can have: 0.0.0.0/8 is nobody's.
pub(crate) fn routable() -> Ranges {
    public().minus(&Ranges::of(0, Ipv4Addr::new(0, 255, 255, 255).to_bits()))
}

/// Every address that [`is_public`].
pub(crate) fn public() -> Ranges {
    let others = [
        (Ipv4Addr::new(127, 0, 0, 0), 8),
        (Ipv4Addr::new(169, 254, 0, 0), 16),
        (Ipv4Addr::new(224, 0, 0, 0), 4),
    ]
    .map(|(address, length)| Cidr { address, length });
    Ranges::all_addresses()
        .minus(&super::world::private())
        .minus(&Ranges::cidrs(others))
}

/// What the tag `VirtualNetwork` stands for at a subnet.
#[derive(Debug, Default)]
pub(crate) struct Scope {
    /// Spaces of the network and of its peers, and the host.
    pub(crate) network: Ranges,
    /// The same with the prefixes of the subnet's own routes, which count too.
    pub(crate) tag: Ranges,
    /// Addresses that may belong to it: what lies behind a gateway, a peer that is not known.
    pub(crate) doubtful: Ranges,
}

impl Scope {
    fn holds(&self, address: Ipv4Addr) -> Match {
        if self.tag.contains(address.to_bits()) {
            Match::Yes
        } else if self.doubtful.contains(address.to_bits()) {
            Match::Maybe
        } else {
            Match::No
        }
    }

    fn network_holds(&self, address: Ipv4Addr) -> Match {
        if self.network.contains(address.to_bits()) {
            Match::Yes
        } else if self.doubtful.contains(address.to_bits()) {
            Match::Maybe
        } else {
            Match::No
        }
    }
}

impl<'t> Group<'t> {
    /// Reads a group; `rules` are its own, with the place where each is written.
    pub(crate) fn of(
        id: &'t ResourceId,
        rules: impl Iterator<Item = (&'t str, &'t SecurityRuleProperties, &'t ResourceId, String)>,
    ) -> Self {
        let mut group = Self {
            id,
            inbound: Vec::new(),
            outbound: Vec::new(),
        };
        for (name, rule, at, pointer) in rules {
            let is_tcp = rule.protocol == "*"
                || rule.protocol.eq_ignore_ascii_case("Tcp")
                || rule.protocol.eq_ignore_ascii_case("Any");
            let source_ports = any(rule
                .source_port_range
                .iter()
                .chain(&rule.source_port_ranges)
                .map(|text| ephemeral(text)));
            let ports: Ranges = rule
                .destination_port_range
                .iter()
                .chain(&rule.destination_port_ranges)
                .filter_map(|text| ports(text))
                .map(|(low, high)| (u32::from(low), u32::from(high)))
                .collect();
            let read = Rule {
                name,
                priority: rule.priority,
                allows: rule.access.eq_ignore_ascii_case("Allow"),
                place: Some((at, pointer)),
                source_ports,
                sources: Side::of(
                    rule.source_address_prefix.as_ref(),
                    &rule.source_address_prefixes,
                    &rule.source_application_security_groups,
                ),
                destinations: Side::of(
                    rule.destination_address_prefix.as_ref(),
                    &rule.destination_address_prefixes,
                    &rule.destination_application_security_groups,
                ),
                ports,
            };
            if !is_tcp || source_ports == Match::No || read.ports.is_empty() {
                continue;
            }
            if rule.direction.eq_ignore_ascii_case("Inbound") {
                group.inbound.push(read);
            } else if rule.direction.eq_ignore_ascii_case("Outbound") {
                group.outbound.push(read);
            }
        }
        group.inbound.sort_by_key(|rule| rule.priority);
        group.outbound.sort_by_key(|rule| rule.priority);
        let network = || Side::tag(true, false);
        let default = |name, priority, allows, sources, destinations| Rule {
            name,
            priority,
            allows,
            place: None,
            source_ports: Match::Yes,
            sources,
            destinations,
            ports: Ranges::of(0, u16::MAX.into()),
        };
        group.inbound.extend([
            default("AllowVnetInBound", 65000, true, network(), network()),
            default(
                "AllowAzureLoadBalancerInBound",
                65001,
                true,
                Side::host(),
                Side::all(),
            ),
            default("DenyAllInBound", 65500, false, Side::all(), Side::all()),
        ]);
        group.outbound.extend([
            default("AllowVnetOutBound", 65000, true, network(), network()),
            default(
                "AllowInternetOutBound",
                65001,
                true,
                Side::all(),
                Side::tag(false, true),
            ),
            default("DenyAllOutBound", 65500, false, Side::all(), Side::all()),
        ]);
        group
    }

    /// Its rules for one direction, in order, the defaults last.
    pub(crate) fn rules(&self, direction: Direction) -> &[Rule<'t>] {
        match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound => &self.outbound,
        }
    }

    fn judge(
        &self,
        world: &World<'_>,
        direction: Direction,
        place: Place,
        packet: Packet,
    ) -> Judgement {
        let (mut may_allow, mut may_deny): (Option<&Rule<'_>>, Option<&Rule<'_>>) = (None, None);
        let port = u32::from(packet.destination.port());
        for rule in self.rules(direction) {
            if !rule.ports.contains(port) {
                continue;
            }
            let matches = rule
                .source_ports
                .min(rule.sources.holds(world, place, packet.source));
            let matches = if matches == Match::No {
                matches
            } else {
                matches.min(
                    rule.destinations
                        .holds(world, place, *packet.destination.ip()),
                )
            };
            match matches {
                Match::No => {}
                Match::Maybe => {
                    let slot = if rule.allows {
                        &mut may_allow
                    } else {
                        &mut may_deny
                    };
                    slot.get_or_insert(rule);
                }
                Match::Yes => {
                    let doubt = if rule.allows { may_deny } else { may_allow };
                    if let Some(doubt) = doubt {
                        return Judgement::unknown(format!(
                            "rule `{}` of network security group `{}` may match; the topology does not say what it stands for",
                            doubt.name,
                            self.id.name()
                        ))
                        .by(self.decided(doubt));
                    }
                    return self.decision(rule, direction, packet);
                }
            }
        }
        Judgement::drop(format!(
            "no rule of network security group `{}` allows it",
            self.id.name()
        ))
    }

    /// A rule as what decided.
    pub(crate) fn decided(&self, rule: &Rule<'_>) -> DecidedBy {
        match &rule.place {
            Some((id, pointer)) => {
                DecidedBy::at(DecidedKind::SecurityRule, id, rule.name, pointer.clone())
            }
            None => DecidedBy::at(DecidedKind::DefaultSecurityRule, self.id, rule.name, ""),
        }
    }

    /// The sentence about a rule that decided.
    pub(crate) fn sentence(&self, rule: &Rule<'_>) -> String {
        format!(
            "{} by {} `{}` of network security group `{}`{}",
            if rule.allows { "allowed" } else { "denied" },
            if rule.place.is_none() {
                "default rule"
            } else {
                "rule"
            },
            rule.name,
            self.id.name(),
            if rule.allows {
                String::new()
            } else {
                format!(" (priority {})", rule.priority)
            }
        )
    }

    fn decision(&self, rule: &Rule<'_>, direction: Direction, packet: Packet) -> Judgement {
        let sentence = self.sentence(rule);
        let by = self.decided(rule);
        if rule.allows {
            return Judgement::pass(sentence).by(by);
        }
        let below = if rule.place.is_none() {
            "from 100 to 4096".to_owned()
        } else {
            format!("below {}", rule.priority)
        };
        let sentence = format!(
            "{sentence}; add an {} rule with a priority {below} that allows TCP from {} to {} port {}{}",
            direction.word(),
            shown(packet.source),
            shown(*packet.destination.ip()),
            packet.destination.port(),
            if rule.place.is_none() {
                String::new()
            } else {
                format!(", or change `{}`", rule.name)
            },
        );
        let is_known = packet.source != SOMEWHERE && *packet.destination.ip() != SOMEWHERE;
        let remedy = is_known.then(|| {
            Remedy::Admit(Admit {
                group: self.id.clone(),
                inbound: direction == Direction::Inbound,
                before: rule.priority,
                sources: vec![packet.source],
                destinations: vec![*packet.destination.ip()],
                port: packet.destination.port(),
            })
        });
        Judgement::drop(sentence).by(by).remedy(remedy)
    }
}

/// An address for people.
pub(crate) fn shown(address: Ipv4Addr) -> String {
    if address == SOMEWHERE {
        "a public address".to_owned()
    } else {
        address.to_string()
    }
}

/// Judges a packet at the groups of a NIC and its subnet: inbound subnet first, outbound NIC first.
pub(crate) fn judge(
    world: &World<'_>,
    direction: Direction,
    of_nic: Option<&ResourceId>,
    place: Place,
    packet: Packet,
) -> Judgement {
    let mut by = Vec::new();
    let mut last: Option<Judgement> = None;
    for id in groups_at(world, direction, of_nic, place)
        .into_iter()
        .flatten()
    {
        let mut judgement = match world.group(id) {
            Some(group) => group.judge(world, direction, place, packet),
            None => missing_group(id),
        };
        by.append(&mut judgement.by);
        let ends = !judgement.passes();
        last = Some(judgement);
        if ends {
            break;
        }
    }
    match last {
        Some(last) => Judgement { by, ..last },
        None => closed(world, direction, place, packet).unwrap_or_else(|| {
            let word = direction.word();
            Judgement::pass(format!("no network security group acts on it {word}"))
                .by(DecidedBy::azure(DecidedKind::NoSecurityGroup, word))
        }),
    }
}

/// A peering without access to the other network keeps that out of the tag `VirtualNetwork`; where
/// no group asks for the tag, Azure does not say what becomes of the packet.
fn closed(
    world: &World<'_>,
    direction: Direction,
    place: Place,
    packet: Packet,
) -> Option<Judgement> {
    let other = match direction {
        Direction::Inbound => packet.source,
        Direction::Outbound => *packet.destination.ip(),
    };
    let found = world
        .closed_peers(place)
        .find(|(space, _)| space.contains(other.to_bits()));
    found.map(|(_, judgement)| judgement)
}

/// The groups that act, in order.
pub(crate) fn groups_at<'w>(
    world: &'w World<'_>,
    direction: Direction,
    of_nic: Option<&'w ResourceId>,
    place: Place,
) -> [Option<&'w ResourceId>; 2] {
    let of_subnet = world.group_of_subnet(place);
    match direction {
        Direction::Inbound => [of_subnet, of_nic],
        Direction::Outbound => [of_nic, of_subnet],
    }
}

pub(crate) fn missing_group(id: &ResourceId) -> Judgement {
    Judgement::unknown(format!(
        "network security group `{}` is not in the topology",
        id.name()
    ))
    .by(DecidedBy::at(DecidedKind::Missing, id, id.name(), ""))
}

/// Whether an address is neither private, shared, loopback nor link-local.
pub(crate) fn is_public(address: Ipv4Addr) -> bool {
    address == SOMEWHERE
        || !(address.is_private()
            || address.is_loopback()
            || address.is_link_local()
            || address.is_multicast()
            || is_shared(address))
}

/// 100.64.0.0/10.
fn is_shared(address: Ipv4Addr) -> bool {
    address.to_bits() >> 22 == Ipv4Addr::new(100, 64, 0, 0).to_bits() >> 22
}

/// Whether both ends of a range are private and of one private range.
fn is_private_range(first: u32, last: u32) -> bool {
    let (first, last) = (Ipv4Addr::from_bits(first), Ipv4Addr::from_bits(last));
    !is_public(first) && !is_public(last) && first.octets()[0] == last.octets()[0]
}

fn any(matches: impl Iterator<Item = Match>) -> Match {
    matches.max().unwrap_or(Match::No)
}

fn ports(text: &str) -> Option<(u16, u16)> {
    let text = text.trim();
    if text == "*" {
        return Some((0, u16::MAX));
    }
    match text.split_once('-') {
        Some((low, high)) => Some((low.trim().parse().ok()?, high.trim().parse().ok()?)),
        None => text.parse().ok().map(|port| (port, port)),
    }
}

/// Whether a range of source ports holds a client's port, which is some port from 1024 on.
fn ephemeral(text: &str) -> Match {
    match ports(text) {
        Some((low, u16::MAX)) if low <= 1024 => Match::Yes,
        Some((_, high)) if high < 1024 => Match::No,
        Some(_) => Match::Maybe,
        None => Match::No,
    }
}
