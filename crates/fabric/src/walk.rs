//! The decision about a connection's first packet.

mod link;

use crate::{
    Fault, PortId, Time,
    engine::Health,
    nat::{Lease, Nat},
    packet::{Delta, TCP, UDP},
    records::FlowHop,
    world::{
        METADATA, PLATFORM, SubnetIndex, Target, VnetIndex, World,
        balancer::{Distribution, Member},
        nsg::{Direction, Seen},
        routes::{self, NextHop},
    },
};
use std::net::{Ipv4Addr, SocketAddrV4};
use topology::{ResourceId, model::cidr::Cidr, trace::HopKind};

/// How long an untranslated TCP connection may be silent (Azure: 4 to 30 minutes).
const TCP_IDLE: Time = Time::from_mins(30);
/// The same for everything else.
const OTHER_IDLE: Time = Time::from_mins(4);

/// The two ends of a connection as they stand in a packet; ports are 0 where there are none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ends {
    pub(crate) protocol: u8,
    pub(crate) source: SocketAddrV4,
    pub(crate) destination: SocketAddrV4,
}

impl Ends {
    pub(crate) fn reversed(&self) -> Self {
        Self {
            protocol: self.protocol,
            source: self.destination,
            destination: self.source,
        }
    }

    /// What turns a packet with these ends into one with those.
    pub(crate) fn delta(&self, new: &Self) -> Delta {
        let pair = |end: SocketAddrV4| (*end.ip(), end.port());
        Delta::new(
            pair(self.source),
            pair(self.destination),
            pair(new.source),
            pair(new.destination),
        )
    }

    fn to(self, address: Ipv4Addr, port: u16) -> Self {
        Self {
            destination: SocketAddrV4::new(address, port),
            ..self
        }
    }

    fn from(self, address: Ipv4Addr, port: u16) -> Self {
        Self {
            source: SocketAddrV4::new(address, port),
            ..self
        }
    }

    fn has_ports(&self) -> bool {
        self.protocol == TCP || self.protocol == UDP
    }

    /// FNV-1a with a final mix; the same for the same ends, everywhere.
    fn hash(&self, distribution: Distribution) -> u64 {
        let mut bytes = Vec::with_capacity(13);
        bytes.extend(self.source.ip().octets());
        bytes.extend(self.destination.ip().octets());
        if distribution != Distribution::SourceIp {
            bytes.push(self.protocol);
        }
        if distribution == Distribution::FiveTuple {
            bytes.extend(self.source.port().to_be_bytes());
            bytes.extend(self.destination.port().to_be_bytes());
        }
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        let hash = bytes.iter().fold(0xcbf2_9ce4_8422_2325, step);
        let hash = (hash ^ hash >> 33).wrapping_mul(0xff51_afd7_ed55_8ccd);
        hash ^ hash >> 33
    }

    fn choose<'a, T>(&self, distribution: Distribution, among: &'a [T]) -> Option<&'a T> {
        let count = u64::try_from(among.len()).ok().filter(|count| *count > 0)?;
        among.get(usize::try_from(self.hash(distribution) % count).ok()?)
    }
}

/// Choices made for a connection, which it keeps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pins {
    pub(crate) lease: Option<Lease>,
    member: Option<Member>,
    unit: Option<PortId>,
    fault: Option<Fault>,
}

/// Where a connection goes.
#[derive(Debug)]
pub(crate) struct Path {
    pub(crate) to: PortId,
    pub(crate) received: Ends,
    pub(crate) idle: Time,
    /// Whether both sides are told when it was idle for too long.
    pub(crate) resets: bool,
    pub(crate) pins: Pins,
}

/// A walk through the world.
pub(crate) struct Walk<'a> {
    world: &'a World,
    health: &'a Health,
    nat: &'a mut Nat,
    /// Choices to keep; rules are then not asked again.
    pinned: Option<&'a Pins>,
    pins: Pins,
    idle: Time,
    resets: bool,
    hops: Vec<FlowHop>,
}

type Step = Result<(PortId, Ends), String>;

impl<'a> Walk<'a> {
    pub(crate) fn new(
        world: &'a World,
        health: &'a Health,
        nat: &'a mut Nat,
        fault: Option<Fault>,
        pinned: Option<&'a Pins>,
    ) -> Self {
        let fault = pinned.map_or(fault, |pins| pins.fault);
        let pins = Pins {
            fault,
            ..Pins::default()
        };
        Self {
            world,
            health,
            nat,
            pinned,
            pins,
            idle: OTHER_IDLE,
            resets: false,
            hops: Vec::new(),
        }
    }

    /// Walks from a port. A port taken for a connection that then fails is handed back.
    pub(crate) fn run(mut self, from: PortId, ends: Ends) -> (Vec<FlowHop>, Result<Path, String>) {
        if ends.protocol == TCP {
            self.idle = TCP_IDLE;
        }
        let step = if from == PortId::HOST {
            self.walk_from_host(ends)
        } else {
            self.walk_from_port(from, ends)
        };
        match step {
            Ok((to, received)) => (
                self.hops,
                Ok(Path {
                    to,
                    received,
                    idle: self.idle,
                    resets: self.resets,
                    pins: self.pins,
                }),
            ),
            Err(because) => {
                if let (Some(lease), None) = (&self.pins.lease, self.pinned) {
                    self.nat.release(lease);
                }
                if let Some(hop) = self.hops.last_mut() {
                    hop.because.clone_from(&because);
                }
                (self.hops, Err(because))
            }
        }
    }

    fn hop(&mut self, at: &str, kind: HopKind, ends: &Ends) {
        self.hops.push(FlowHop {
            at: at.to_owned(),
            kind,
            source: *ends.source.ip(),
            source_port: ends.source.port(),
            destination: ends.destination,
            because: String::new(),
        });
    }

    /// Completes the last hop: what left it, and why.
    fn left(&mut self, ends: &Ends, because: impl Into<String>) {
        if let Some(hop) = self.hops.last_mut() {
            hop.source = *ends.source.ip();
            hop.source_port = ends.source.port();
            hop.destination = ends.destination;
            hop.because = because.into();
        }
    }

    /// Asks groups in order; the first that denies ends it.
    fn filter(
        &self,
        direction: Direction,
        groups: [Option<&ResourceId>; 2],
        vnet: VnetIndex,
        seen: &Ends,
        ignores_source_port: bool,
    ) -> Result<String, String> {
        if self.pinned.is_some() {
            return Ok("an established connection".to_owned());
        }
        let space: &[Cidr] = self
            .world
            .vnet(vnet)
            .map(|vnet| vnet.prefixes.as_slice())
            .unwrap_or_default();
        let seen = Seen {
            protocol: seen.protocol,
            source: *seen.source.ip(),
            source_port: Some(seen.source.port()).filter(|_| !ignores_source_port),
            destination: *seen.destination.ip(),
            destination_port: seen.destination.port(),
            space,
        };
        let mut said = Vec::new();
        for nsg in groups.into_iter().filter_map(|id| self.world.nsg(id)) {
            let answer = nsg.ask(direction, &seen);
            if !answer.allows {
                return Err(answer.because);
            }
            said.push(answer.because);
        }
        Ok(if said.is_empty() {
            "no network security group".to_owned()
        } else {
            said.join("; ")
        })
    }

    /// From 168.63.129.16 or 169.254.169.254 to a port's alias.
    fn walk_from_host(&mut self, ends: Ends) -> Step {
        if ![PLATFORM, METADATA].contains(ends.source.ip()) {
            return Err(format!("{} is no address of the host", ends.source.ip()));
        }
        let to = PortId(
            ends.destination
                .ip()
                .to_bits()
                .wrapping_sub(PortId::HOST.host_alias().to_bits()),
        );
        let Some((port, (primary, subnet))) = self
            .world
            .port(to)
            .and_then(|port| Some((port, *port.addresses.first()?)))
        else {
            return Err(format!("{} is no port's alias", ends.destination.ip()));
        };
        let received = ends.to(primary, ends.destination.port());
        self.hop(&port.at, port.receives_as, &received);
        self.receive(to, subnet, &received, &received)
    }

    fn walk_from_port(&mut self, from: PortId, ends: Ends) -> Step {
        let world = self.world;
        let port = world.port(from).ok_or("the port is no longer there")?;
        let (source, destination) = (*ends.source.ip(), *ends.destination.ip());
        let subnet = port
            .subnet_of(source)
            .ok_or_else(|| format!("{source} is no address of {}", port.at))?;
        let place = world
            .subnet(subnet)
            .ok_or("its subnet is no longer there")?;
        self.hop(&port.at, port.sends_as, &ends);
        let is_platform = destination == PLATFORM || destination == METADATA;
        let bypasses = (destination == PLATFORM && ends.destination.port() == 53)
            || (destination == METADATA && ends.destination.port() == 80);
        let groups = [port.nsg.as_ref(), place.nsg.as_ref()];
        let said = if bypasses {
            "the platform's address, which no network security group filters".to_owned()
        } else {
            self.filter(Direction::Outbound, groups, place.vnet, &ends, false)?
        };
        if is_platform {
            self.left(&ends, said);
            return Ok((
                PortId::HOST,
                ends.from(from.host_alias(), ends.source.port()),
            ));
        }
        let appliance = self.route(from, subnet, destination)?;
        self.left(&ends, said);
        match appliance {
            Some((appliance, subnet)) => {
                let appliance_port = world
                    .port(appliance)
                    .ok_or("the next hop is no longer there")?;
                self.hop(&appliance_port.at, appliance_port.receives_as, &ends);
                self.receive(appliance, subnet, &ends, &ends)
            }
            None => self.walk_to_target(place.vnet, Some(from), ends),
        }
    }

    /// Finds the route; gives an appliance if the packet does not go straight to its destination.
    fn route(
        &self,
        from: PortId,
        subnet: SubnetIndex,
        destination: Ipv4Addr,
    ) -> Result<Option<(PortId, SubnetIndex)>, String> {
        let place = self
            .world
            .subnet(subnet)
            .ok_or("its subnet is no longer there")?;
        let vnet = self
            .world
            .vnet(place.vnet)
            .ok_or("its network is no longer there")?;
        let local = vnet
            .prefixes
            .iter()
            .filter(|prefix| prefix.contains(destination))
            .map(|prefix| prefix.length)
            .max();
        let target = self.world.target(place.vnet, destination);
        let written = match target {
            // An endpoint's own /32 wins, unless its subnet lets routes as narrow as the network act.
            Some(Target::Endpoint(_, at)) => {
                let is_routed = self
                    .world
                    .subnet(*at)
                    .is_some_and(|subnet| subnet.routes_endpoints);
                routes::find(&place.routes, destination, local.unwrap_or(0)).filter(|_| is_routed)
            }
            _ => routes::find(&place.routes, destination, local.unwrap_or(0)),
        };
        let Some(route) = written else {
            return match local {
                Some(_) => Ok(None),
                None => Err(format!(
                    "no route: {destination} is in no range of {}, and nothing leads out of it",
                    vnet.name
                )),
            };
        };
        let name = &route.name;
        match route.next_hop {
            NextHop::Local => Ok(None),
            NextHop::Nowhere => Err(format!(
                "route {name} ({}) leads nowhere (None)",
                route.prefix
            )),
            NextHop::Internet => Err(format!(
                "route {name} ({}) leads to the internet, which is not here",
                route.prefix
            )),
            NextHop::Gateway => Err(format!(
                "route {name} ({}) leads to a gateway, which is not here",
                route.prefix
            )),
            NextHop::Appliance(address) => match self.world.target(place.vnet, address) {
                Some(Target::Port(to, _)) if *to == from => Ok(None),
                Some(Target::Port(to, at)) => match self.world.port(*to) {
                    Some(port) if port.forwards => Ok(Some((*to, *at))),
                    _ => Err(format!(
                        "route {name} leads to {address}, whose NIC has no enableIPForwarding"
                    )),
                },
                _ => Err(format!("route {name} leads to {address}, which no NIC has")),
            },
        }
    }

    /// To whoever holds the destination in this network.
    fn walk_to_target(&mut self, vnet: VnetIndex, from: Option<PortId>, ends: Ends) -> Step {
        let world = self.world;
        let destination = *ends.destination.ip();
        let Some(target) = world.target(vnet, destination) else {
            let name = world
                .vnet(vnet)
                .map(|vnet| vnet.name.as_str())
                .unwrap_or_default();
            return Err(format!("nobody has the address {destination} in {name}"));
        };
        match target {
            Target::Port(to, _) if Some(*to) == from => {
                Err(format!("{destination} is its own address"))
            }
            Target::Port(to, subnet) => {
                let port = world.port(*to).ok_or("the receiver is no longer there")?;
                self.hop(&port.at, port.receives_as, &ends);
                self.receive(*to, *subnet, &ends, &ends)
            }
            Target::Vip(apim, subnet) => self.walk_to_vip(apim, *subnet, from, ends),
            Target::Frontend(lb, frontend) => self.balance(lb, *frontend, from, ends),
            Target::Endpoint(endpoint, subnet) => self.link(endpoint, *subnet, ends),
            Target::Nat(pls) => Err(format!(
                "{destination} is a NAT address of {}, which takes no connections",
                pls.short()
            )),
        }
    }

    /// To a unit of API Management, which has the VIP itself: nothing is translated.
    fn walk_to_vip(
        &mut self,
        apim: &ResourceId,
        subnet: SubnetIndex,
        from: Option<PortId>,
        ends: Ends,
    ) -> Step {
        self.hop(apim.as_str(), HopKind::Service, &ends);
        // Each region has its own units, in a subnet of their own.
        let is_there = |unit: &PortId| {
            let port = self.world.port(*unit);
            port.is_some_and(|port| port.addresses.iter().any(|(_, place)| *place == subnet))
        };
        let units = self.world.units(apim).iter().copied();
        let units: Vec<PortId> = units.filter(is_there).collect();
        let units = units.as_slice();
        if from.is_some_and(|from| units.contains(&from)) {
            return Err(format!("{} is its own address", ends.destination.ip()));
        }
        let pinned = self
            .pinned
            .and_then(|pins| pins.unit)
            .filter(|unit| units.contains(unit));
        let unit = pinned.or_else(|| ends.choose(Distribution::FiveTuple, units).copied());
        let unit = unit.ok_or_else(|| format!("{} has no unit", apim.short()))?;
        self.pins.unit = Some(unit);
        self.receive(unit, subnet, &ends, &ends)
    }

    /// Asks the receiver's groups about `seen`, and delivers `ends`. Its hop is already there.
    fn receive(&mut self, to: PortId, subnet: SubnetIndex, ends: &Ends, seen: &Ends) -> Step {
        let port = self
            .world
            .port(to)
            .ok_or("the receiver is no longer there")?;
        let place = self
            .world
            .subnet(subnet)
            .ok_or("its subnet is no longer there")?;
        let groups = [place.nsg.as_ref(), port.nsg.as_ref()];
        let said = self.filter(Direction::Inbound, groups, place.vnet, seen, false)?;
        self.left(ends, said);
        Ok((to, *ends))
    }
}
