//! Network security groups.
//!
//! The first rule by priority that matches decides; the six default rules come last.
//! Source: <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview>.

use super::{METADATA, PLATFORM};
use crate::packet::{ICMP, TCP, UDP};
use std::{net::Ipv4Addr, ops::RangeInclusive};
use topology::model::{
    cidr::Cidr,
    network::{NetworkSecurityGroup, SecurityRuleProperties},
};

/// Which way, seen from the port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
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

/// A connection as a group sees it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen<'w> {
    pub(crate) protocol: u8,
    pub(crate) source: Ipv4Addr,
    /// `None` where the source port does not count (private endpoints).
    pub(crate) source_port: Option<u16>,
    pub(crate) destination: Ipv4Addr,
    pub(crate) destination_port: u16,
    /// The address space of the virtual network.
    pub(crate) space: &'w [Cidr],
}

#[derive(Debug)]
enum Selector {
    Any,
    Range(Cidr),
    VirtualNetwork,
    AzureLoadBalancer,
    Internet,
    /// A tag whose addresses are not known here.
    Unknown,
}

impl Selector {
    fn of(text: &str) -> Self {
        match text.to_ascii_lowercase().as_str() {
            "*" => Self::Any,
            "virtualnetwork" => Self::VirtualNetwork,
            "azureloadbalancer" => Self::AzureLoadBalancer,
            "internet" => Self::Internet,
            other => {
                let range = other.parse().or_else(|_| {
                    other.parse().map(|address| Cidr {
                        address,
                        length: 32,
                    })
                });
                range.map_or(Self::Unknown, Self::Range)
            }
        }
    }

    fn matches(&self, address: Ipv4Addr, space: &[Cidr]) -> bool {
        let is_inside =
            || address == PLATFORM || space.iter().any(|prefix| prefix.contains(address));
        match self {
            Self::Any => true,
            Self::Range(range) => range.contains(address),
            Self::VirtualNetwork => is_inside(),
            Self::AzureLoadBalancer => address == PLATFORM,
            Self::Internet => !is_inside() && address != METADATA,
            Self::Unknown => false,
        }
    }
}

#[derive(Debug)]
struct Rule {
    name: String,
    priority: u16,
    is_inbound: bool,
    allows: bool,
    /// `None` is any; a word that is no protocol matches none.
    protocol: Option<u8>,
    sources: Vec<Selector>,
    source_ports: Vec<RangeInclusive<u16>>,
    destinations: Vec<Selector>,
    destination_ports: Vec<RangeInclusive<u16>>,
}

/// A compiled group.
#[derive(Debug)]
pub(crate) struct Nsg {
    name: String,
    rules: Vec<Rule>,
}

/// What a group says, and by which rule.
pub(crate) struct Answer {
    pub(crate) allows: bool,
    pub(crate) because: String,
}

impl Nsg {
    pub(crate) fn of(name: &str, group: &NetworkSecurityGroup) -> Self {
        let mut rules: Vec<Rule> = group
            .security_rules
            .iter()
            .map(|rule| Rule::of(&rule.name, &rule.properties))
            .collect();
        rules.extend(defaults());
        rules.sort_by_key(|rule| rule.priority);
        Self {
            name: name.to_owned(),
            rules,
        }
    }

    pub(crate) fn ask(&self, direction: Direction, seen: &Seen<'_>) -> Answer {
        let found = self.rules.iter().find(|rule| rule.matches(direction, seen));
        let allows = found.is_some_and(|rule| rule.allows);
        let verb = if allows { "allows" } else { "denies" };
        let word = direction.word();
        let because = match found {
            Some(rule) => format!(
                "{} {verb} it {word} by rule {} (priority {})",
                self.name, rule.name, rule.priority
            ),
            None => format!("{} has no {word} rule for it", self.name),
        };
        Answer { allows, because }
    }
}

impl Rule {
    fn of(name: &str, rule: &SecurityRuleProperties) -> Self {
        Self {
            name: name.to_owned(),
            priority: rule.priority,
            is_inbound: rule.direction.eq_ignore_ascii_case("Inbound"),
            allows: rule.access.eq_ignore_ascii_case("Allow"),
            protocol: match rule.protocol.to_ascii_lowercase().as_str() {
                "*" | "" => None,
                "tcp" => Some(TCP),
                "udp" => Some(UDP),
                "icmp" => Some(ICMP),
                "esp" => Some(50),
                "ah" => Some(51),
                _ => Some(u8::MAX),
            },
            sources: selectors(
                rule.source_address_prefix.as_ref(),
                &rule.source_address_prefixes,
            ),
            source_ports: ranges(rule.source_port_range.as_ref(), &rule.source_port_ranges),
            destinations: selectors(
                rule.destination_address_prefix.as_ref(),
                &rule.destination_address_prefixes,
            ),
            destination_ports: ranges(
                rule.destination_port_range.as_ref(),
                &rule.destination_port_ranges,
            ),
        }
    }

    fn matches(&self, direction: Direction, seen: &Seen<'_>) -> bool {
        if self.is_inbound != (direction == Direction::Inbound)
            || self.protocol.is_some_and(|number| number != seen.protocol)
        {
            return false;
        }
        let has_ports = seen.protocol == TCP || seen.protocol == UDP;
        let is_port = |ranges: &[RangeInclusive<u16>], port: Option<u16>| match port {
            Some(port) if has_ports => ranges.iter().any(|range| range.contains(&port)),
            // A rule about ports says nothing about a protocol without ports, unless it is its own.
            None if has_ports => true,
            _ => {
                self.protocol.is_some()
                    || ranges
                        .iter()
                        .any(|range| *range.start() == 0 && *range.end() == u16::MAX)
            }
        };
        is_port(&self.source_ports, seen.source_port)
            && is_port(&self.destination_ports, Some(seen.destination_port))
            && self
                .sources
                .iter()
                .any(|selector| selector.matches(seen.source, seen.space))
            && self
                .destinations
                .iter()
                .any(|selector| selector.matches(seen.destination, seen.space))
    }
}

/// Both forms of a side together; a side that is not given at all is `*`.
fn selectors(one: Option<&String>, many: &[String]) -> Vec<Selector> {
    let all: Vec<Selector> = one
        .into_iter()
        .chain(many)
        .map(|text| Selector::of(text))
        .collect();
    if all.is_empty() {
        vec![Selector::Any]
    } else {
        all
    }
}

fn ranges(one: Option<&String>, many: &[String]) -> Vec<RangeInclusive<u16>> {
    let texts: Vec<&String> = one.into_iter().chain(many).collect();
    if texts.is_empty() {
        return vec![0..=u16::MAX];
    }
    texts
        .into_iter()
        .flat_map(|text| text.split(','))
        .filter_map(|text| range(text.trim()))
        .collect()
}

fn range(text: &str) -> Option<RangeInclusive<u16>> {
    if text == "*" {
        return Some(0..=u16::MAX);
    }
    match text.split_once('-') {
        Some((first, last)) => Some(first.trim().parse().ok()?..=last.trim().parse().ok()?),
        None => text.parse().ok().map(|port| port..=port),
    }
}

fn defaults() -> impl Iterator<Item = Rule> {
    [
        (
            "AllowVnetInBound",
            "Inbound",
            65000,
            "VirtualNetwork",
            "VirtualNetwork",
            "Allow",
        ),
        (
            "AllowAzureLoadBalancerInBound",
            "Inbound",
            65001,
            "AzureLoadBalancer",
            "*",
            "Allow",
        ),
        ("DenyAllInBound", "Inbound", 65500, "*", "*", "Deny"),
        (
            "AllowVnetOutBound",
            "Outbound",
            65000,
            "VirtualNetwork",
            "VirtualNetwork",
            "Allow",
        ),
        (
            "AllowInternetOutBound",
            "Outbound",
            65001,
            "*",
            "Internet",
            "Allow",
        ),
        ("DenyAllOutBound", "Outbound", 65500, "*", "*", "Deny"),
    ]
    .into_iter()
    .map(|(name, direction, priority, source, destination, access)| {
        Rule::of(
            name,
            &SecurityRuleProperties {
                priority,
                direction: direction.to_owned(),
                access: access.to_owned(),
                protocol: "*".to_owned(),
                source_address_prefix: Some(source.to_owned()),
                destination_address_prefix: Some(destination.to_owned()),
                ..SecurityRuleProperties::default()
            },
        )
    })
}
