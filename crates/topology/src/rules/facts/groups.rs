//! What network security groups let through: the effective rules, at a subnet and at a NIC.
//!
//! The first rule that matches decides, own rules by priority and then the six default ones;
//! without a group everything passes. What the topology does not say (addresses behind a service
//! tag, members of a group that it does not know) gives *unknown*, unless what follows decides the
//! same way. This shares no code with the tracer and the fabric: they must agree.
//! Source: <https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works>.

pub(in crate::rules) mod cover;
pub(in crate::rules) mod denials;
pub(in crate::rules) mod side;

use super::networks::{Inside, Networks};
use crate::{
    model::{
        Body, IdMap, Resource, Topology,
        addresses::{Addresses, Holder},
        expectation::PortRange,
        id::ResourceId,
        kinds::Kinds,
        network::{NetworkSecurityGroup, SecurityRule, SubResource},
    },
    reach::sets::Ranges,
};
use indexmap::IndexMap;
use side::{Match, MemberAt, Members, Side};
use std::{collections::BTreeSet, net::Ipv4Addr};

/// Where probes, DNS and DHCP come from.
/// Source: <https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16>.
pub(in crate::rules) const HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

/// Which way a packet passes a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(in crate::rules) enum Direction {
    /// Towards what the group protects.
    Inbound,
    /// Away from it.
    Outbound,
}

impl Direction {
    /// Both.
    pub(in crate::rules) const BOTH: [Self; 2] = [Self::Inbound, Self::Outbound];

    /// As ARM spells it.
    pub(in crate::rules) fn word(self) -> &'static str {
        match self {
            Self::Inbound => "Inbound",
            Self::Outbound => "Outbound",
        }
    }
}

/// A TCP connection from some ephemeral port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) struct Flow {
    /// Who opens it.
    pub(in crate::rules) from: Ipv4Addr,
    /// Who is connected to.
    pub(in crate::rules) to: Ipv4Addr,
    /// On which port.
    pub(in crate::rules) port: u16,
}

/// What one group says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::rules) enum Verdict {
    /// It passes.
    Allowed,
    /// It is dropped: by the own rule with this index in `securityRules`, or by a default one.
    Denied(Option<usize>),
    /// The topology does not say enough.
    Unknown,
}

/// Protocols as bits.
pub(in crate::rules) mod protocol {
    /// TCP.
    pub(in crate::rules) const TCP: u8 = 1;
    /// Every protocol.
    pub(in crate::rules) const EVERY: u8 = u8::MAX;

    /// The bits of a protocol's name; `None` for a name that no rule may have.
    pub(in crate::rules) fn read(text: &str) -> Option<u8> {
        const NAMES: &[(&str, u8)] = &[
            ("*", EVERY),
            ("Tcp", TCP),
            ("Udp", 2),
            ("Icmp", 4),
            ("Esp", 8),
            ("Ah", 16),
        ];
        NAMES
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(text))
            .map(|(_, bits)| *bits)
    }
}

/// An own rule of a group, read once.
#[derive(Clone, Debug)]
pub(in crate::rules) struct ReadRule<'t> {
    /// Its index in `securityRules`.
    pub(in crate::rules) index: usize,
    /// The rule.
    pub(in crate::rules) rule: &'t SecurityRule,
    /// Whether it allows.
    pub(in crate::rules) allows: bool,
    /// Protocols as bits.
    pub(in crate::rules) protocols: u8,
    /// Where packets come from.
    pub(in crate::rules) source: Side,
    /// Where they go.
    pub(in crate::rules) destination: Side,
    /// From which ports.
    pub(in crate::rules) source_ports: Ranges,
    /// To which ports.
    pub(in crate::rules) ports: Ranges,
    /// Whether all of it could be read. What cannot is judged by other rules, and decides nothing.
    pub(in crate::rules) is_clear: bool,
}

impl<'t> ReadRule<'t> {
    fn read(index: usize, rule: &'t SecurityRule) -> Self {
        let said = &rule.properties;
        let source_ports = ports(said.source_port_range.as_ref(), &said.source_port_ranges);
        let ports = ports(
            said.destination_port_range.as_ref(),
            &said.destination_port_ranges,
        );
        let source = Side::read(
            said.source_address_prefix.as_ref(),
            &said.source_address_prefixes,
            &said.source_application_security_groups,
        );
        let destination = Side::read(
            said.destination_address_prefix.as_ref(),
            &said.destination_address_prefixes,
            &said.destination_application_security_groups,
        );
        let protocols = protocol::read(&said.protocol);
        let allows = said.access.eq_ignore_ascii_case("Allow");
        let is_clear = source.is_clear()
            && destination.is_clear()
            && source_ports.is_some()
            && ports.is_some()
            && protocols.is_some()
            && (allows || said.access.eq_ignore_ascii_case("Deny"));
        Self {
            index,
            rule,
            allows,
            protocols: protocols.unwrap_or_default(),
            source,
            destination,
            source_ports: source_ports.unwrap_or_default(),
            ports: ports.unwrap_or_default(),
            is_clear,
        }
    }

    /// Its priority.
    pub(in crate::rules) fn priority(&self) -> u16 {
        self.rule.properties.priority
    }

    /// JSON pointer into the group.
    pub(in crate::rules) fn pointer(&self, tail: &str) -> String {
        format!("/properties/securityRules/{}{tail}", self.index)
    }

    /// Both sides, with the word that ARM's properties begin with.
    pub(in crate::rules) fn sides(&self) -> [(&'static str, &Side); 2] {
        [("source", &self.source), ("destination", &self.destination)]
    }

    /// Whether it names every source port, as most rules do.
    pub(in crate::rules) fn is_of_every_source_port(&self) -> bool {
        self.source_ports == Ranges::of(0, u16::MAX.into())
    }

    /// Whether it is for probes and nothing else.
    pub(in crate::rules) fn is_only_for_probes(&self) -> bool {
        self.source.tags.len() == self.source.count
            && self.source.tags.iter().all(|tag| tag == side::BALANCER)
    }

    /// Whether probes may be among what it matches.
    pub(in crate::rules) fn may_match_probes(&self) -> bool {
        let tags = [side::BALANCER, side::NETWORK];
        self.source.is_every
            || self.source.numbers.contains(HOST.to_bits())
            || tags.iter().any(|tag| self.source.tags.contains(*tag))
    }

    fn matches(&self, flow: Flow, inside: Option<&Inside>, groups: &Groups<'_>) -> Match {
        if !self.is_clear {
            return Match::Perhaps;
        }
        if self.protocols & protocol::TCP == 0 || !self.ports.contains(flow.port.into()) {
            return Match::No;
        }
        // A client's port is one from 1024 on, nobody knows which.
        let ephemeral = Ranges::of(1024, u16::MAX.into());
        let from_port = if self.source_ports.contains_all(&ephemeral) {
            Match::Yes
        } else if self.source_ports.and(&ephemeral).is_empty() {
            Match::No
        } else {
            Match::Perhaps
        };
        from_port
            .min(self.source.holds(flow.from, inside, &groups.members))
            .min(self.destination.holds(flow.to, inside, &groups.members))
    }
}

/// The ports of a rule; nothing said is every port, `None` is what cannot be read.
fn ports(one: Option<&String>, many: &[String]) -> Option<Ranges> {
    let mut all = one.into_iter().chain(many).peekable();
    if all.peek().is_none() {
        return Some(Ranges::of(0, u16::MAX.into()));
    }
    let mut ranges = Vec::new();
    for text in all {
        let text = text.trim();
        let (first, last) = if text == "*" {
            (0, u16::MAX)
        } else if let Some((first, last)) = text.split_once('-') {
            (first.trim().parse().ok()?, last.trim().parse().ok()?)
        } else {
            let port = text.parse().ok()?;
            (port, port)
        };
        if first > last {
            return None;
        }
        ranges.push(PortRange { first, last });
    }
    Some(Ranges::ports(ranges))
}

/// A group with its rules in the order in which they are asked.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Group<'t> {
    /// The group.
    pub(in crate::rules) resource: &'t Resource,
    /// Its properties.
    pub(in crate::rules) body: &'t NetworkSecurityGroup,
    inbound: Vec<ReadRule<'t>>,
    outbound: Vec<ReadRule<'t>>,
    /// Subnets that it is attached to.
    pub(in crate::rules) subnets: Vec<ResourceId>,
    /// NICs that it is attached to.
    pub(in crate::rules) nics: Vec<&'t Resource>,
    /// Networks that those are in, each once.
    pub(in crate::rules) networks: BTreeSet<ResourceId>,
}

impl<'t> Group<'t> {
    fn of(resource: &'t Resource, body: &'t NetworkSecurityGroup) -> Self {
        let of = |direction: Direction| {
            let mut rules: Vec<ReadRule<'t>> = body
                .security_rules
                .iter()
                .enumerate()
                .filter(|(_, rule)| {
                    let said = &rule.properties.direction;
                    said.eq_ignore_ascii_case(direction.word())
                })
                .map(|(index, rule)| ReadRule::read(index, rule))
                .collect();
            rules.sort_by_key(ReadRule::priority);
            rules
        };
        Self {
            resource,
            body,
            inbound: of(Direction::Inbound),
            outbound: of(Direction::Outbound),
            subnets: Vec::new(),
            nics: Vec::new(),
            networks: BTreeSet::new(),
        }
    }

    /// Own rules of a direction, by priority.
    pub(in crate::rules) fn rules(&self, direction: Direction) -> &[ReadRule<'t>] {
        match direction {
            Direction::Inbound => &self.inbound,
            Direction::Outbound => &self.outbound,
        }
    }

    /// Own rules of both directions.
    pub(in crate::rules) fn all_rules(&self) -> impl Iterator<Item = &ReadRule<'t>> {
        self.inbound.iter().chain(&self.outbound)
    }

    /// Whether its rules are known: of a group that is only referred to they are not.
    fn is_known(&self) -> bool {
        !(self.resource.existing && self.body.security_rules.is_empty())
    }

    /// A free priority for a rule that must be asked before `before`, or before the default rules.
    /// `nth` chooses among them, so that several mends of one text do not take the same.
    pub(in crate::rules) fn free_priority(
        &self,
        direction: Direction,
        before: Option<u16>,
        nth: usize,
    ) -> Option<u16> {
        let rules = self.rules(direction);
        let is_free = |priority: &u16| {
            rules
                .binary_search_by_key(priority, ReadRule::priority)
                .is_err()
        };
        let below = before.unwrap_or(4097).min(4097);
        (100..below).rev().filter(is_free).nth(nth)
    }
}

/// Where somebody stands, as groups see it.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Stand<'a> {
    /// The subnet.
    pub(in crate::rules) subnet: &'a ResourceId,
    /// The NIC, if it is one.
    pub(in crate::rules) nic: Option<&'a ResourceId>,
}

/// All groups, and where they are attached.
#[derive(Debug, Default)]
pub(in crate::rules) struct Groups<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<Group<'t>>,
    by_id: IdMap<usize>,
    of_subnet: IdMap<&'t ResourceId>,
    of_nic: IdMap<&'t ResourceId>,
    /// Application security groups and their members.
    pub(in crate::rules) members: IndexMap<ResourceId, Members>,
}

impl<'t> Groups<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, kinds: &Kinds<'t>, addresses: &Addresses) -> Self {
        let mut found = Self::default();
        for (resource, body) in kinds.network_security_groups() {
            found.by_id.insert(&resource.id, found.all.len());
            found.all.push(Group::of(resource, body));
        }
        for (network, body) in kinds.virtual_networks() {
            for subnet in &body.subnets {
                if let Some(group) = &subnet.properties.network_security_group {
                    let id = network.id.child("subnets", &subnet.name);
                    if let Some(known) = found.get_mut(&group.id) {
                        known.subnets.push(id.clone());
                        known.networks.insert(network.id.clone());
                    }
                    found.of_subnet.insert(id, &group.id);
                }
            }
        }
        for (nic, body) in kinds.network_interfaces() {
            let Some(group) = &body.network_security_group else {
                continue;
            };
            let network = body.ip_configurations.iter().find_map(|config| {
                let subnet = config.properties.subnet.as_ref()?;
                subnet.id.parent()
            });
            if let Some(known) = found.get_mut(&group.id) {
                known.nics.push(nic);
                known.networks.extend(network);
            }
            found.of_nic.insert(&nic.id, &group.id);
        }
        found.read_members(topology, kinds, addresses);
        found
    }

    fn read_members(&mut self, topology: &'t Topology, kinds: &Kinds<'t>, addresses: &Addresses) {
        for (group, _) in kinds.application_security_groups() {
            if !group.existing {
                self.members.entry(group.id.clone()).or_default();
            }
        }
        for resource in topology.resources.values() {
            let id = &resource.id;
            match &resource.body {
                Body::NetworkInterface(body) => {
                    for (index, config) in body.ip_configurations.iter().enumerate() {
                        let said = &config.properties;
                        let groups = &said.application_security_groups;
                        let at = format!("/properties/ipConfigurations/{index}/properties");
                        let address = addresses.get(&Holder::Nic(id.clone(), index));
                        self.join(groups, id, at, said.subnet.as_ref(), address);
                    }
                }
                Body::PrivateEndpoint(body) => {
                    let groups = &body.application_security_groups;
                    let address = addresses.get(&Holder::Endpoint(id.clone()));
                    let at = "/properties".to_owned();
                    self.join(groups, id, at, body.subnet.as_ref(), address);
                }
                Body::VirtualMachineScaleSet(body) => {
                    for config in body.nics().iter().flat_map(|nic| {
                        let inner = nic.properties.ip_configurations.iter();
                        inner.map(|config| &config.properties)
                    }) {
                        let groups = &config.application_security_groups;
                        let at = "/properties/virtualMachineProfile/networkProfile".to_owned();
                        self.join(groups, id, at, config.subnet.as_ref(), None);
                    }
                }
                _ => {}
            }
        }
    }

    fn join(
        &mut self,
        groups: &[SubResource],
        id: &ResourceId,
        at: String,
        subnet: Option<&SubResource>,
        address: Option<Ipv4Addr>,
    ) {
        for group in groups {
            let members = self.members.entry(group.id.clone()).or_default();
            match address {
                Some(address) => {
                    members.addresses.insert(address);
                }
                None => members.is_open = true,
            }
            if let Some(network) = subnet.and_then(|subnet| subnet.id.parent()) {
                members.at.push(MemberAt {
                    id: id.clone(),
                    pointer: format!("{at}/applicationSecurityGroups"),
                    network,
                });
            }
        }
    }

    fn get_mut(&mut self, id: &ResourceId) -> Option<&mut Group<'t>> {
        self.all.get_mut(*self.by_id.get(id)?)
    }

    /// The group with this id.
    pub(in crate::rules) fn get(&self, id: &ResourceId) -> Option<&Group<'t>> {
        self.all.get(*self.by_id.get(id)?)
    }

    /// The group of a subnet, known or not.
    pub(in crate::rules) fn of_subnet(&self, subnet: &ResourceId) -> Option<&'t ResourceId> {
        self.of_subnet.get(subnet).copied()
    }

    /// The group of a NIC, known or not.
    pub(in crate::rules) fn of_nic(&self, nic: &ResourceId) -> Option<&'t ResourceId> {
        self.of_nic.get(nic).copied()
    }

    /// What a group says to a connection, at a place in this network.
    pub(in crate::rules) fn verdict(
        &self,
        group: &Group<'_>,
        inside: Option<&Inside>,
        direction: Direction,
        flow: Flow,
    ) -> Verdict {
        if !group.is_known() {
            return Verdict::Unknown;
        }
        let own = group.rules(direction).iter().map(|rule| {
            (
                rule.matches(flow, inside, self),
                rule.allows,
                Some(rule.index),
            )
        });
        let defaults = defaults(direction, flow, inside);
        let mut doubts = (false, false);
        for (matches, allows, by) in own.chain(defaults) {
            match (matches, allows) {
                (Match::No, _) => {}
                (Match::Perhaps, true) => doubts.0 = true,
                (Match::Perhaps, false) => doubts.1 = true,
                (Match::Yes, true) if doubts.1 => return Verdict::Unknown,
                (Match::Yes, false) if doubts.0 => return Verdict::Unknown,
                (Match::Yes, true) => return Verdict::Allowed,
                (Match::Yes, false) => return Verdict::Denied(by),
            }
        }
        Verdict::Unknown
    }

    /// Every group that a connection meets at a place and that drops it, with the rule.
    pub(in crate::rules) fn denials(
        &self,
        networks: &Networks<'_>,
        stand: Stand<'_>,
        direction: Direction,
        flow: Flow,
    ) -> Vec<(&Group<'t>, Option<usize>)> {
        let inside = stand
            .subnet
            .parent()
            .and_then(|network| networks.inside(&network));
        let of_subnet = self.of_subnet(stand.subnet);
        let of_nic = stand.nic.and_then(|nic| self.of_nic(nic));
        // The same group at both places says the same twice.
        let of_nic = of_nic.filter(|id| Some(*id) != of_subnet);
        of_subnet
            .into_iter()
            .chain(of_nic)
            .filter_map(|id| self.get(id))
            .filter_map(|group| match self.verdict(group, inside, direction, flow) {
                Verdict::Denied(by) => Some((group, by)),
                Verdict::Allowed | Verdict::Unknown => None,
            })
            .collect()
    }
}

/// The three default rules of a direction.
fn defaults(
    direction: Direction,
    flow: Flow,
    inside: Option<&Inside>,
) -> [(Match, bool, Option<usize>); 3] {
    let holds = |tag, address| side::by_tag(tag, address, inside);
    let within = holds(side::NETWORK, flow.from).min(holds(side::NETWORK, flow.to));
    let second = match direction {
        Direction::Inbound => holds(side::BALANCER, flow.from),
        Direction::Outbound => holds(side::INTERNET, flow.to),
    };
    [
        (within, true, None),
        (second, true, None),
        (Match::Yes, false, None),
    ]
}

#[cfg(test)]
mod tests;
