//! One connection from its sender to whoever holds the address it wants.
//!
//! A hop may stand for several machines at once: a load balancer may choose any healthy member and
//! a Private Link Service any of its NAT addresses. What differs among them is *unknown*.

use super::{
    Flow, Hop, HopKind, Live, Outcome, Trace, Verdict, names,
    security::{self, Direction, Judgement, Packet},
};
use crate::model::{
    Topology,
    addresses::{Addresses, Holder},
    id::ResourceId,
};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddrV4},
};

/// How many relays one connection may pass; more is a loop.
const MAX_RELAYS: u8 = 4;

/// Walks `flow`.
pub(super) fn walk(topology: &Topology, flow: &Flow, live: Option<&Live>) -> Trace {
    let addresses = Addresses::of(topology);
    let mut walk = Walk::new(topology, &addresses, live, 0);
    let end = walk.start(flow);
    walk.finish(end)
}

/// Why a walk ends before the service.
#[derive(Clone, Debug)]
pub(super) enum Stop {
    Dropped(String),
    Unknown(String),
}

/// `Ok` is the reason for delivery.
pub(super) type End = Result<String, Stop>;

/// A machine that sends or receives: one of those a hop stands for.
#[derive(Clone, Debug)]
pub(super) struct Machine {
    pub(super) at: String,
    pub(super) nic: Option<ResourceId>,
    pub(super) subnet: ResourceId,
    pub(super) address: Ipv4Addr,
}

/// A packet between hops: its possible sources, its destination.
#[derive(Clone, Debug)]
pub(super) struct Sent {
    pub(super) sources: Vec<Ipv4Addr>,
    pub(super) destination: SocketAddrV4,
}

/// The walk so far.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    pub(super) topology: &'a Topology,
    pub(super) addresses: &'a Addresses,
    pub(super) live: Option<&'a Live>,
    pub(super) relays: u8,
    pub(super) hops: Vec<Hop>,
    pub(super) idle: Option<u32>,
}

impl<'a> Walk<'a> {
    pub(super) fn new(
        topology: &'a Topology,
        addresses: &'a Addresses,
        live: Option<&'a Live>,
        relays: u8,
    ) -> Self {
        Self {
            topology,
            addresses,
            live,
            relays,
            hops: Vec::new(),
            idle: None,
        }
    }

    /// A walk of its own for the connection of a relay that this one has reached.
    pub(super) fn beyond_relay(&self) -> Result<Self, Stop> {
        let relays = self.relays.saturating_add(1);
        if relays > MAX_RELAYS {
            return Err(Stop::Dropped(format!(
                "the connection passes more than {MAX_RELAYS} relays, which looks like a loop; let the last relay lead to the service"
            )));
        }
        Ok(Self::new(self.topology, self.addresses, self.live, relays))
    }

    fn start(&mut self, flow: &Flow) -> End {
        let (sender, hosts) = self.sender(&flow.from)?;
        self.dial(
            &[sender],
            HopKind::Client,
            hosts,
            &flow.to.host,
            flow.to.port,
        )
    }

    fn sender(
        &self,
        from: &str,
    ) -> Result<(Machine, Option<&'a BTreeMap<String, Ipv4Addr>>), Stop> {
        let name = from.strip_prefix("client/").unwrap_or(from);
        if let Some((name, client)) = self
            .topology
            .clients
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
        {
            let address = self.addresses.get(&Holder::Client(name.clone()));
            let address = address.ok_or_else(|| {
                Stop::Unknown(format!(
                    "client `{name}` has no address: its subnet is missing or full"
                ))
            })?;
            let at = format!("client/{name}");
            return Ok((
                Machine {
                    at,
                    nic: None,
                    subnet: client.subnet.clone(),
                    address,
                },
                Some(&client.hosts),
            ));
        }
        let named = |id: &ResourceId| {
            id.as_str().eq_ignore_ascii_case(from) || id.name().eq_ignore_ascii_case(from)
        };
        let of_machines = self
            .topology
            .virtual_machines()
            .filter(|(resource, _)| named(&resource.id))
            .filter_map(|(_, machine)| machine.network_profile.network_interfaces.first())
            .map(|nic| nic.id.clone());
        let own = self
            .topology
            .network_interfaces()
            .map(|(resource, _)| resource.id.clone())
            .filter(named);
        let mut found: Vec<ResourceId> = of_machines.chain(own).collect();
        found.dedup();
        match found.as_slice() {
            [nic] => match self.machines_of(nic).into_iter().next() {
                Some(machine) => Ok((machine, None)),
                None => Err(Stop::Unknown(format!("`{}` has no address", nic.short()))),
            },
            [] => Err(Stop::Unknown(format!(
                "there is no client or machine `{from}`"
            ))),
            _ => Err(Stop::Unknown(format!(
                "`{from}` is the name of several machines; give the full resource id"
            ))),
        }
    }

    /// A NIC as a machine, once for each of its addresses.
    pub(super) fn machines_of(&self, nic: &ResourceId) -> Vec<Machine> {
        let Some((resource, inner)) = self.topology.network_interface(nic) else {
            return Vec::new();
        };
        let each = inner
            .ip_configurations
            .iter()
            .enumerate()
            .filter_map(|(index, config)| {
                Some(Machine {
                    at: resource.id.as_str().to_owned(),
                    nic: Some(resource.id.clone()),
                    subnet: config.properties.subnet.as_ref()?.id.clone(),
                    address: self
                        .addresses
                        .get(&Holder::Nic(resource.id.clone(), index))?,
                })
            });
        each.collect()
    }

    /// Resolves `host` as the senders' network does, then connects. The senders are in one network.
    pub(super) fn dial(
        &mut self,
        senders: &[Machine],
        kind: HopKind,
        hosts: Option<&BTreeMap<String, Ipv4Addr>>,
        host: &str,
        port: u16,
    ) -> End {
        let Some(first) = senders.first() else {
            return Err(Stop::Unknown("nobody sends".to_owned()));
        };
        let Some(vnet) = first
            .subnet
            .parent()
            .filter(|vnet| self.topology.virtual_network(vnet).is_some())
        else {
            return Err(Stop::Unknown(format!(
                "the network of `{}` is not in the topology",
                first.subnet.short()
            )));
        };
        let address = match host.parse() {
            Ok(address) => address,
            Err(_) => self.resolve(senders, &vnet, hosts, host)?,
        };
        self.connect(senders, kind, &vnet, SocketAddrV4::new(address, port))
    }

    fn resolve(
        &mut self,
        senders: &[Machine],
        vnet: &ResourceId,
        hosts: Option<&BTreeMap<String, Ipv4Addr>>,
        host: &str,
    ) -> Result<Ipv4Addr, Stop> {
        let answer = names::resolve(self.topology, self.addresses, vnet, hosts, host);
        let (judgement, address) = match answer {
            names::Answer::Address(address, because) => (Judgement::pass(because), Some(address)),
            names::Answer::Missing(because) => (
                Judgement::drop(format!(
                    "`{host}` is not resolved in `{}`: {because}",
                    vnet.name()
                )),
                None,
            ),
            names::Answer::Unknown(because) => (Judgement::unknown(because), None),
        };
        let mut hop = blank(HopKind::Resolve, &judgement);
        set_places(&mut hop, senders);
        hop.destination = address.map_or_else(String::new, |address| address.to_string());
        self.hops.push(hop);
        stop_if_not_passed(&judgement)?;
        address.ok_or(Stop::Unknown(judgement.because))
    }

    fn connect(
        &mut self,
        senders: &[Machine],
        kind: HopKind,
        vnet: &ResourceId,
        destination: SocketAddrV4,
    ) -> End {
        let holder = self.addresses.holder_in(vnet, *destination.ip()).cloned();
        let judgement = Judgement::over_all(senders.iter().map(|sender| {
            let packet = Packet {
                source: sender.address,
                destination,
            };
            security::judge(
                self.topology,
                Direction::Outbound,
                sender.nic.as_ref(),
                &sender.subnet,
                packet,
            )
            .and(self.way_out(sender, vnet, *destination.ip(), holder.as_ref()))
        }));
        let sent = Sent {
            sources: senders.iter().map(|sender| sender.address).collect(),
            destination,
        };
        self.flow_record(vnet);
        self.push(kind, senders, &sent, &[], judgement)?;
        let Some(holder) = holder else {
            return Err(Stop::Unknown(format!(
                "the topology does not say who has {}",
                destination.ip()
            )));
        };
        self.arrive(&holder, sent, senders)
    }

    /// Hands a packet to whoever holds its destination address.
    pub(super) fn arrive(&mut self, holder: &Holder, sent: Sent, senders: &[Machine]) -> End {
        match holder {
            Holder::Endpoint(id) => self.private_endpoint(id, &sent),
            Holder::Frontend(id, index) => self.load_balancer(id, *index, &sent, senders),
            Holder::Nic(id, _) => {
                let own = self
                    .machines_of(id)
                    .into_iter()
                    .filter(|machine| machine.address == *sent.destination.ip());
                self.network_interfaces(
                    &own.collect::<Vec<_>>(),
                    &sent.sources,
                    sent.destination.port(),
                )
            }
            Holder::Vip(id) => self.service(id, &sent),
            Holder::Unit(id, _) => Err(Stop::Unknown(format!(
                "{} is a unit of `{}`; whether it answers on its own address is not known: use the VIP",
                sent.destination.ip(),
                id.short()
            ))),
            Holder::Nat(id, _) => Err(Stop::Dropped(format!(
                "{} is a NAT address of `{}`, where nothing listens; connect to a private endpoint instead",
                sent.destination.ip(),
                id.short()
            ))),
            Holder::Client(name) => Err(Stop::Unknown(format!(
                "the topology does not say what listens on client `{name}`"
            ))),
        }
    }

    /// The route from a sender's subnet.
    fn way_out(
        &self,
        sender: &Machine,
        vnet: &ResourceId,
        to: Ipv4Addr,
        holder: Option<&Holder>,
    ) -> Judgement {
        // A private endpoint's own /32 beats every route, unless its subnet lets route tables act.
        if let Some(Holder::Endpoint(id)) = holder
            && !self.endpoint_policy(id, "RouteTableEnabled")
        {
            return Judgement::pass("");
        }
        let route = security::route(self.topology, &sender.subnet, to);
        if route.verdict != Verdict::Pass || holder.is_some() {
            return route;
        }
        let inside = self
            .topology
            .virtual_network(vnet)
            .is_some_and(|(_, inner)| {
                inner
                    .address_space
                    .prefixes()
                    .any(|range| range.contains(to))
            });
        if inside {
            return Judgement::drop(format!(
                "nobody in `{}` has the address {to}; check the address or record",
                vnet.name()
            ));
        }
        if to == security::HOST
            || security::is_public(to)
            || security::has_ways_out(self.topology, vnet)
        {
            return Judgement::unknown(format!(
                "{to} is outside `{}`, which the topology does not follow",
                vnet.name()
            ));
        }
        Judgement::drop(format!(
            "{to} is a private address outside `{}`, which has no peering and no gateway; reach it through a private endpoint in this network",
            vnet.name()
        ))
    }

    /// Whether the network policies of a private endpoint's subnet are `Enabled` or this part of them is.
    pub(super) fn endpoint_policy(&self, endpoint: &ResourceId, part: &str) -> bool {
        let subnet = self
            .topology
            .private_endpoint(endpoint)
            .and_then(|(_, inner)| inner.subnet.as_ref());
        let policies = subnet
            .and_then(|subnet| self.topology.subnet(&subnet.id))
            .and_then(|(_, found)| {
                found
                    .properties
                    .private_endpoint_network_policies
                    .as_deref()
            });
        policies.is_some_and(|policies| {
            policies.eq_ignore_ascii_case("Enabled") || policies.eq_ignore_ascii_case(part)
        })
    }

    /// A network may forget flows sooner than its load balancers do.
    fn flow_record(&mut self, vnet: &ResourceId) {
        let minutes = self
            .topology
            .virtual_network(vnet)
            .and_then(|(_, inner)| inner.flow_timeout_in_minutes);
        if let Some(minutes) = minutes {
            self.limit_idle(minutes.saturating_mul(60));
        }
    }

    pub(super) fn limit_idle(&mut self, seconds: u32) {
        self.idle = Some(self.idle.map_or(seconds, |idle| idle.min(seconds)));
    }

    /// Adds a hop at one of `places`; `destinations` are listed if the hop may choose.
    pub(super) fn push(
        &mut self,
        kind: HopKind,
        places: &[Machine],
        sent: &Sent,
        destinations: &[SocketAddrV4],
        judgement: Judgement,
    ) -> Result<(), Stop> {
        let mut hop = blank(kind, &judgement);
        set_places(&mut hop, places);
        (hop.source, hop.source_any_of) = one_of(sent.sources.iter().map(ToString::to_string));
        let destinations = if destinations.is_empty() {
            std::slice::from_ref(&sent.destination)
        } else {
            destinations
        };
        (hop.destination, hop.destination_any_of) =
            one_of(destinations.iter().map(ToString::to_string));
        self.hops.push(hop);
        stop_if_not_passed(&judgement)
    }

    /// Adds a hop at a resource that is no machine.
    pub(super) fn push_at(
        &mut self,
        kind: HopKind,
        at: &ResourceId,
        sent: &Sent,
        destinations: &[SocketAddrV4],
        judgement: Judgement,
    ) -> Result<(), Stop> {
        let place = Machine {
            at: at.as_str().to_owned(),
            nic: None,
            subnet: at.clone(),
            address: *sent.destination.ip(),
        };
        self.push(kind, &[place], sent, destinations, judgement)
    }

    fn finish(self, end: End) -> Trace {
        let (outcome, because) = match end {
            Ok(because) => (Outcome::Delivered, because),
            Err(Stop::Dropped(because)) => (Outcome::Dropped, because),
            Err(Stop::Unknown(because)) => (Outcome::Unknown, because),
        };
        let delivered = outcome == Outcome::Delivered;
        let back = if delivered {
            way_back(&self.hops)
        } else {
            Vec::new()
        };
        let idle_timeout_seconds = if delivered { self.idle } else { None };
        Trace {
            version: 1,
            outcome,
            because,
            hops: self.hops,
            back,
            idle_timeout_seconds,
        }
    }
}

fn blank(kind: HopKind, judgement: &Judgement) -> Hop {
    Hop {
        at: String::new(),
        at_any_of: Vec::new(),
        kind,
        verdict: judgement.verdict,
        because: judgement.because.clone(),
        source: String::new(),
        source_any_of: Vec::new(),
        destination: String::new(),
        destination_any_of: Vec::new(),
    }
}

fn set_places(hop: &mut Hop, places: &[Machine]) {
    (hop.at, hop.at_any_of) = one_of(places.iter().map(|place| place.at.clone()));
}

/// The first, and all of them if there are several.
fn one_of(all: impl Iterator<Item = String>) -> (String, Vec<String>) {
    let all: Vec<String> = all.collect();
    let first = all.first().cloned().unwrap_or_default();
    if all.len() > 1 {
        (first, all)
    } else {
        (first, Vec::new())
    }
}

pub(super) fn stop_if_not_passed(judgement: &Judgement) -> Result<(), Stop> {
    match judgement.verdict {
        Verdict::Pass => Ok(()),
        Verdict::Drop => Err(Stop::Dropped(judgement.because.clone())),
        Verdict::Unknown => Err(Stop::Unknown(judgement.because.clone())),
    }
}

/// Every hop hands back what it got, with the addresses turned round.
fn way_back(hops: &[Hop]) -> Vec<Hop> {
    let there: Vec<&Hop> = hops
        .iter()
        .filter(|hop| hop.kind != HopKind::Resolve)
        .collect();
    let came_as = std::iter::once(there.first())
        .chain(there.iter().map(Some))
        .flatten();
    let pairs: Vec<_> = came_as.zip(&there).collect();
    let each = pairs.into_iter().rev().map(|(came, hop)| {
        let because = match hop.kind {
            HopKind::PrivateEndpoint => "answers take the same way back",
            HopKind::PrivateLinkService => "Private Link translates both addresses back",
            HopKind::LoadBalancer => "answers leave with the frontend's address as source",
            HopKind::Relay => "the relay answers on the connection that it accepted",
            HopKind::Service => "the service answers the connection that it accepted",
            _ => "flow records let answers pass without a rule",
        };
        Hop {
            at: hop.at.clone(),
            at_any_of: hop.at_any_of.clone(),
            kind: hop.kind,
            verdict: Verdict::Pass,
            because: because.to_owned(),
            source: came.destination.clone(),
            source_any_of: came.destination_any_of.clone(),
            destination: came.source.clone(),
            destination_any_of: came.source_any_of.clone(),
        }
    });
    each.collect()
}
