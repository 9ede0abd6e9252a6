//! What network security groups and routes say about one packet.
//!
//! First match by priority ends it; without a group everything passes. A rule that may or may not
//! match (service tags over public addresses, application security groups, odd source ports)
//! gives *unknown*, unless what follows decides the same way.
//! Source: <https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works>.

use super::Verdict;
use crate::model::{
    Topology,
    cidr::Cidr,
    id::ResourceId,
    network::{NetworkSecurityGroup, SecurityRuleProperties, SubResource},
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// A verdict and what gave it.
#[derive(Clone, Debug)]
pub(super) struct Judgement {
    pub(super) verdict: Verdict,
    pub(super) because: String,
}

impl Judgement {
    pub(super) fn pass(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Pass,
            because: because.into(),
        }
    }

    pub(super) fn drop(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Drop,
            because: because.into(),
        }
    }

    pub(super) fn unknown(because: impl Into<String>) -> Self {
        Self {
            verdict: Verdict::Unknown,
            because: because.into(),
        }
    }

    /// This one, and then `next` if it passes.
    pub(super) fn and(self, next: Self) -> Self {
        if self.verdict == Verdict::Drop || next.verdict == Verdict::Pass && next.because.is_empty()
        {
            return self;
        }
        if next.verdict == Verdict::Drop || self.verdict == Verdict::Pass && self.because.is_empty()
        {
            return next;
        }
        match (self.verdict, next.verdict) {
            (Verdict::Pass, Verdict::Pass) => {
                Self::pass(format!("{}; {}", self.because, next.because))
            }
            (Verdict::Pass, _) => next,
            _ => self,
        }
    }

    /// One judgement over all members or addresses that may be chosen: what differs among them
    /// cannot be known beforehand.
    pub(super) fn over_all(all: impl IntoIterator<Item = Self>) -> Self {
        let all: Vec<Self> = all.into_iter().collect();
        let Some(first) = all.first() else {
            return Self::pass("nothing decides");
        };
        match all.iter().find(|other| other.verdict != first.verdict) {
            None => first.clone(),
            Some(other) => {
                let worse = if first.verdict == Verdict::Pass {
                    other
                } else {
                    first
                };
                Self::unknown(format!(
                    "depends on which of several is chosen: {}",
                    worse.because
                ))
            }
        }
    }
}

/// Which way a packet passes a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Inbound,
    Outbound,
}

impl Direction {
    fn word(self) -> &'static str {
        match self {
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
        }
    }
}

/// One TCP packet; its source port is ephemeral.
#[derive(Clone, Copy, Debug)]
pub(super) struct Packet {
    pub(super) source: Ipv4Addr,
    pub(super) destination: SocketAddrV4,
}

/// Judges a packet at the groups of a NIC and its subnet: inbound subnet first, outbound NIC first.
pub(super) fn judge(
    topology: &Topology,
    direction: Direction,
    nic: Option<&ResourceId>,
    subnet: &ResourceId,
    packet: Packet,
) -> Judgement {
    let of_subnet = topology
        .subnet(subnet)
        .and_then(|(_, found)| found.properties.network_security_group.as_ref());
    let of_nic = nic
        .and_then(|id| topology.network_interface(id))
        .and_then(|(_, nic)| nic.network_security_group.as_ref());
    let groups = match direction {
        Direction::Inbound => [of_subnet, of_nic],
        Direction::Outbound => [of_nic, of_subnet],
    };
    let mut last = Judgement::pass(format!(
        "no network security group acts on it {}",
        direction.word()
    ));
    for group in groups.into_iter().flatten() {
        last = match topology.network_security_group(&group.id) {
            Some((resource, rules)) => by_group(
                topology,
                resource.id.name(),
                rules,
                direction,
                subnet,
                packet,
            ),
            None => Judgement::unknown(format!(
                "network security group `{}` is not in the topology",
                group.id.name()
            )),
        };
        if last.verdict != Verdict::Pass {
            return last;
        }
    }
    last
}

struct Rule<'a> {
    name: &'a str,
    priority: u16,
    allows: bool,
    matches: Match,
    is_default: bool,
}

fn by_group(
    topology: &Topology,
    group: &str,
    rules: &NetworkSecurityGroup,
    direction: Direction,
    subnet: &ResourceId,
    packet: Packet,
) -> Judgement {
    let scope = Scope {
        topology,
        vnet: subnet.parent(),
    };
    let mut own: Vec<Rule<'_>> = rules
        .security_rules
        .iter()
        .filter(|rule| {
            rule.properties
                .direction
                .eq_ignore_ascii_case(direction.word())
        })
        .map(|rule| Rule {
            name: &rule.name,
            priority: rule.properties.priority,
            allows: rule.properties.access.eq_ignore_ascii_case("Allow"),
            matches: scope.rule(&rule.properties, packet),
            is_default: false,
        })
        .collect();
    own.sort_by_key(|rule| rule.priority);
    own.extend(scope.defaults(direction, packet));
    let mut doubtful: Vec<&Rule<'_>> = Vec::new();
    for rule in &own {
        match rule.matches {
            Match::No => {}
            Match::Maybe => doubtful.push(rule),
            Match::Yes => {
                if let Some(doubt) = doubtful.iter().find(|doubt| doubt.allows != rule.allows) {
                    return Judgement::unknown(format!(
                        "rule `{}` of network security group `{group}` may match; the topology does not say what it stands for",
                        doubt.name
                    ));
                }
                return decision(group, rule, direction, packet);
            }
        }
    }
    Judgement::drop(format!(
        "no rule of network security group `{group}` allows it"
    ))
}

fn decision(group: &str, rule: &Rule<'_>, direction: Direction, packet: Packet) -> Judgement {
    let kind = if rule.is_default {
        "default rule"
    } else {
        "rule"
    };
    let by = format!(
        "by {kind} `{}` of network security group `{group}`",
        rule.name
    );
    if rule.allows {
        return Judgement::pass(format!("allowed {by}"));
    }
    let below = if rule.is_default {
        "from 100 to 4096".to_owned()
    } else {
        format!("below {}", rule.priority)
    };
    Judgement::drop(format!(
        "denied {by} (priority {}); add an {} rule with a priority {below} that allows TCP from {} to {} port {}{}",
        rule.priority,
        direction.word(),
        packet.source,
        packet.destination.ip(),
        packet.destination.port(),
        if rule.is_default {
            String::new()
        } else {
            format!(", or change `{}`", rule.name)
        },
    ))
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Match {
    No,
    Maybe,
    Yes,
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

struct Scope<'a> {
    topology: &'a Topology,
    vnet: Option<ResourceId>,
}

/// 168.63.129.16, where probes and DNS come from.
pub(super) const HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

impl Scope<'_> {
    fn defaults(&self, direction: Direction, packet: Packet) -> [Rule<'static>; 3] {
        let within = self
            .tag("VirtualNetwork", packet.source)
            .min(self.tag("VirtualNetwork", *packet.destination.ip()));
        let rule = |name, priority, allows, matches| Rule {
            name,
            priority,
            allows,
            matches,
            is_default: true,
        };
        match direction {
            Direction::Inbound => [
                rule("AllowVnetInBound", 65000, true, within),
                rule(
                    "AllowAzureLoadBalancerInBound",
                    65001,
                    true,
                    self.tag("AzureLoadBalancer", packet.source),
                ),
                rule("DenyAllInBound", 65500, false, Match::Yes),
            ],
            Direction::Outbound => [
                rule("AllowVnetOutBound", 65000, true, within),
                rule(
                    "AllowInternetOutBound",
                    65001,
                    true,
                    self.tag("Internet", *packet.destination.ip()),
                ),
                rule("DenyAllOutBound", 65500, false, Match::Yes),
            ],
        }
    }

    fn rule(&self, rule: &SecurityRuleProperties, packet: Packet) -> Match {
        let protocol =
            Match::from(rule.protocol == "*" || rule.protocol.eq_ignore_ascii_case("Tcp"));
        let source_ports = any(rule
            .source_port_range
            .iter()
            .chain(&rule.source_port_ranges)
            .map(|text| ephemeral(text)));
        let destination_ports = any(rule
            .destination_port_range
            .iter()
            .chain(&rule.destination_port_ranges)
            .map(|text| Match::from(holds(text, packet.destination.port()))));
        let sources = self.prefixes(
            rule.source_address_prefix
                .iter()
                .chain(&rule.source_address_prefixes),
            group_members(&rule.source_application_security_groups),
            packet.source,
        );
        let destinations = self.prefixes(
            rule.destination_address_prefix
                .iter()
                .chain(&rule.destination_address_prefixes),
            group_members(&rule.destination_application_security_groups),
            *packet.destination.ip(),
        );
        protocol
            .min(source_ports)
            .min(destination_ports)
            .min(sources)
            .min(destinations)
    }

    fn prefixes<'t>(
        &self,
        texts: impl Iterator<Item = &'t String>,
        groups: Match,
        address: Ipv4Addr,
    ) -> Match {
        any(texts.map(|text| self.tag(text, address))).max(groups)
    }

    /// Whether a prefix, address or service tag holds the address.
    fn tag(&self, text: &str, address: Ipv4Addr) -> Match {
        if text == "*" || text.eq_ignore_ascii_case("Any") {
            return Match::Yes;
        }
        if let Ok(range) = text.parse::<Cidr>() {
            return range.contains(address).into();
        }
        if let Ok(one) = text.parse::<Ipv4Addr>() {
            return (one == address).into();
        }
        if text.contains(':') {
            return Match::No;
        }
        if text.eq_ignore_ascii_case("AzureLoadBalancer") {
            return (address == HOST).into();
        }
        let in_vnet = address == HOST || self.spaces().any(|range| range.contains(address));
        if text.eq_ignore_ascii_case("VirtualNetwork") {
            // Peered networks count too, and peerings are not modelled.
            return if !in_vnet && self.has_peerings() {
                Match::Maybe
            } else {
                in_vnet.into()
            };
        }
        if text.eq_ignore_ascii_case("Internet") {
            return (!in_vnet && is_public(address)).into();
        }
        // Every other service tag stands for public addresses of some Azure service.
        if is_public(address) {
            Match::Maybe
        } else {
            Match::No
        }
    }

    fn spaces(&self) -> impl Iterator<Item = Cidr> {
        let network = self
            .vnet
            .as_ref()
            .and_then(|id| self.topology.virtual_network(id));
        network
            .into_iter()
            .flat_map(|(_, inner)| inner.address_space.prefixes())
    }

    fn has_peerings(&self) -> bool {
        self.vnet
            .as_ref()
            .is_some_and(|id| has_peerings(self.topology, id))
    }
}

/// Whether a network says that it is peered.
pub(super) fn has_peerings(topology: &Topology, vnet: &ResourceId) -> bool {
    topology
        .virtual_network(vnet)
        .is_some_and(|(_, inner)| !inner.virtual_network_peerings.is_empty())
}

/// Whether packets may leave a network for private addresses: by peering, gateway or own routes.
pub(super) fn has_ways_out(topology: &Topology, vnet: &ResourceId) -> bool {
    has_peerings(topology, vnet)
        || topology.virtual_network(vnet).is_some_and(|(_, inner)| {
            inner
                .subnets
                .iter()
                .any(|subnet| subnet.name.eq_ignore_ascii_case("GatewaySubnet"))
        })
}

/// Whether an address is neither private, shared, loopback nor link-local.
pub(super) fn is_public(address: Ipv4Addr) -> bool {
    let shared = Cidr {
        address: Ipv4Addr::new(100, 64, 0, 0),
        length: 10,
    };
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || shared.contains(address))
}

fn group_members(groups: &[SubResource]) -> Match {
    if groups.is_empty() {
        Match::No
    } else {
        Match::Maybe
    }
}

fn any(matches: impl Iterator<Item = Match>) -> Match {
    matches.max().unwrap_or(Match::No)
}

fn ports(text: &str) -> Option<(u16, u16)> {
    if text == "*" {
        return Some((0, u16::MAX));
    }
    match text.split_once('-') {
        Some((low, high)) => Some((low.trim().parse().ok()?, high.trim().parse().ok()?)),
        None => text.trim().parse().ok().map(|port| (port, port)),
    }
}

fn holds(text: &str, port: u16) -> bool {
    ports(text).is_some_and(|(low, high)| (low..=high).contains(&port))
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

/// What the route table of `subnet` does with a packet to `destination`, which lies in the same
/// network. A user route wins over the network's own route if it is at least as long.
pub(super) fn route(topology: &Topology, subnet: &ResourceId, destination: Ipv4Addr) -> Judgement {
    let direct = Judgement::pass("");
    let Some((network, found)) = topology.subnet(subnet) else {
        return direct;
    };
    let Some(table) = &found.properties.route_table else {
        return direct;
    };
    let Some((_, routes)) = topology.route_table(&table.id) else {
        return Judgement::unknown(format!(
            "route table `{}` is not in the topology",
            table.id.name()
        ));
    };
    let system = topology
        .virtual_network(&network.id)
        .into_iter()
        .flat_map(|(_, inner)| inner.address_space.prefixes())
        .filter(|range| range.contains(destination))
        .map(|range| range.length)
        .max()
        .unwrap_or(0);
    let chosen = routes
        .routes
        .iter()
        .filter_map(|route| Some((route.properties.address_prefix.parse::<Cidr>().ok()?, route)))
        .filter(|(range, _)| range.contains(destination) && range.length >= system)
        .max_by_key(|(range, _)| range.length);
    let Some((range, route)) = chosen else {
        return direct;
    };
    let name = format!(
        "route `{}` ({range}) of route table `{}`",
        route.name,
        table.id.name()
    );
    match route.properties.next_hop_type.to_ascii_lowercase().as_str() {
        "vnetlocal" => Judgement::pass(format!("{name} keeps it in the network")),
        "none" => Judgement::drop(format!(
            "{name} has next hop `None`; remove the route or give it a next hop"
        )),
        _ => Judgement::unknown(format!(
            "{name} sends it to `{}`, which is not followed",
            route.properties.next_hop_type
        )),
    }
}
