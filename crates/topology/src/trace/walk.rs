//! One connection from its sender to whoever holds the address it wants.
//!
//! A hop may stand for several machines at once: a load balancer may choose any healthy member and
//! a Private Link Service any of its NAT addresses. What differs among them is *unknown*.

use super::{
    Hop, HopKind, IdleTimeout, Live, Outcome, Verdict,
    decision::{DecidedBy, DecidedKind, Judgement},
    mend::Remedy,
    names::{self, Asker, Found},
    outbound,
    security::{self, Direction, Packet, SOMEWHERE, shown},
    selector::holder_name,
    way::{self, Onward, Way},
    world::{Interface, Net, Place, World},
};
use crate::model::{addresses::Holder, id::ResourceId};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddrV4},
};

/// How many relays one connection may pass; more is a loop.
const MAX_RELAYS: u8 = 4;
/// How many appliances one packet may pass; more is a loop.
const MAX_APPLIANCES: u8 = 4;
/// Why a walk ends before the service.
#[derive(Clone, Debug)]
pub(crate) struct Stop {
    pub(crate) outcome: Outcome,
    pub(crate) because: String,
    pub(crate) remedy: Option<Remedy>,
}

impl Stop {
    pub(crate) fn dropped(because: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Dropped,
            because: because.into(),
            remedy: None,
        }
    }

    pub(crate) fn unknown(because: impl Into<String>) -> Self {
        Self {
            outcome: Outcome::Unknown,
            because: because.into(),
            remedy: None,
        }
    }

    /// The same as a judgement, for whoever asked whether the walk would arrive.
    pub(crate) fn judgement(self) -> Judgement {
        match self.outcome {
            Outcome::Dropped => Judgement::drop(self.because).remedy(self.remedy),
            _ => Judgement::unknown(self.because),
        }
    }
}

/// `Ok` is the reason for delivery.
pub(crate) type End = Result<String, Stop>;

/// Who sends or receives at a hop: one of those that it stands for.
#[derive(Clone, Debug)]
pub(crate) struct Station<'w, 't> {
    pub(crate) at: String,
    pub(crate) interface: Option<&'w Interface<'t>>,
    /// Nowhere for a sender outside of all networks.
    pub(crate) place: Option<Place>,
    pub(crate) address: Ipv4Addr,
}

impl<'w, 't> Station<'w, 't> {
    pub(crate) fn of(interface: &'w Interface<'t>) -> Self {
        Self {
            at: interface.at.clone(),
            interface: Some(interface),
            place: Some(interface.place),
            address: interface.address,
        }
    }

    pub(crate) fn group(&self) -> Option<&'t ResourceId> {
        self.interface.and_then(|interface| interface.group)
    }
}

/// A packet between hops: its possible sources, its destination.
#[derive(Clone, Debug)]
pub(crate) struct Sent {
    pub(crate) sources: Vec<Ipv4Addr>,
    pub(crate) destination: SocketAddrV4,
}

/// What a connection wants.
#[derive(Clone, Debug)]
pub(crate) struct Wanted<'a> {
    pub(crate) host: &'a str,
    pub(crate) port: u16,
    /// The resource that should have the address; somebody else there is not the right one.
    pub(crate) meant: Option<&'a Holder>,
    /// The service whose public address is wanted, whatever that is.
    pub(crate) service: Option<&'a ResourceId>,
}

/// The walk so far.
#[derive(Debug)]
pub(crate) struct Walk<'w, 't> {
    pub(crate) world: &'w World<'t>,
    pub(crate) live: Option<&'w Live>,
    pub(crate) relays: u8,
    pub(crate) hops: Vec<Hop>,
    pub(crate) idle: Vec<IdleTimeout>,
    /// The Private Link Service that puts a PROXY header before the connection.
    pub(crate) proxied: Option<ResourceId>,
}

impl<'w, 't> Walk<'w, 't> {
    pub(crate) fn new(world: &'w World<'t>, live: Option<&'w Live>, relays: u8) -> Self {
        Self {
            world,
            live,
            relays,
            hops: Vec::new(),
            idle: Vec::new(),
            proxied: None,
        }
    }

    /// A walk of its own for the connection of a relay that this one has reached.
    pub(crate) fn beyond_relay(&self) -> Result<Self, Stop> {
        let relays = self.relays.saturating_add(1);
        if relays > MAX_RELAYS {
            return Err(Stop::dropped(format!(
                "the connection passes more than {MAX_RELAYS} relays, which looks like a loop; let the last relay lead to the service"
            )));
        }
        Ok(Self::new(self.world, self.live, relays))
    }

    /// Resolves the host as the senders' network does, then connects. The senders are in one
    /// network.
    pub(crate) fn dial(
        &mut self,
        senders: &[Station<'w, 't>],
        kind: HopKind,
        hosts: Option<&BTreeMap<String, Ipv4Addr>>,
        wanted: &Wanted<'_>,
    ) -> End {
        let Some(first) = senders.first() else {
            return Err(Stop::unknown("nobody sends"));
        };
        let found = match (wanted.host.parse(), first.place) {
            (Ok(address), _) => Found::Address(address),
            (Err(_), Some(place)) => {
                let net = self.world.subnet(place).network;
                self.resolve(senders, net, hosts, wanted.host)?
            }
            (Err(_), None) => self.resolve_outside(senders, wanted.host)?,
        };
        self.connect(senders, kind, found, wanted)
    }

    fn resolve(
        &mut self,
        senders: &[Station<'w, 't>],
        net: Net,
        hosts: Option<&BTreeMap<String, Ipv4Addr>>,
        host: &str,
    ) -> Result<Found, Stop> {
        let servers = senders
            .first()
            .and_then(|sender| sender.interface)
            .map_or(&[][..], |interface| interface.dns_servers);
        let asker = Asker {
            net,
            hosts,
            servers,
        };
        let answer = names::resolve(self.world, asker, host);
        self.resolved(senders, answer)
    }

    /// Public DNS, which knows no private zone.
    fn resolve_outside(&mut self, senders: &[Station<'w, 't>], host: &str) -> Result<Found, Stop> {
        let answer = names::resolve_outside(self.world, host);
        self.resolved(senders, answer)
    }

    fn resolved(
        &mut self,
        senders: &[Station<'w, 't>],
        answer: names::Answer,
    ) -> Result<Found, Stop> {
        let mut hop = blank(HopKind::Resolve, &answer.judgement);
        set_places(&mut hop, senders);
        if let Some(Found::Address(address)) = &answer.found {
            hop.destination = address.to_string();
        }
        self.hops.push(hop);
        let because = answer.judgement.because.clone();
        stop_if_not_passed(answer.judgement)?;
        answer.found.ok_or(Stop::unknown(because))
    }

    fn connect(
        &mut self,
        senders: &[Station<'w, 't>],
        kind: HopKind,
        found: Found,
        wanted: &Wanted<'_>,
    ) -> End {
        let (to, service) = match found {
            Found::Address(address) => (address, None),
            Found::Service(id) => (SOMEWHERE, Some(id)),
        };
        let wanted = &Wanted {
            service: service.as_ref(),
            ..*wanted
        };
        let destination = SocketAddrV4::new(to, wanted.port);
        let rules = Judgement::over_all(senders.iter().map(|sender| match sender.place {
            None => Judgement::pass("it comes from the internet"),
            Some(place) => {
                let packet = Packet {
                    source: sender.address,
                    destination,
                };
                security::judge(
                    self.world,
                    Direction::Outbound,
                    sender.group(),
                    place,
                    packet,
                )
            }
        }));
        let sent = Sent {
            sources: senders.iter().map(|sender| sender.address).collect(),
            destination,
        };
        let way = self.way(senders, to);
        let onward = way.onward.clone();
        let peering = way.peering;
        self.push(
            kind,
            senders,
            &sent,
            &[],
            rules.and(way.judgement),
            wanted.host,
        )?;
        if let Some(place) = senders.first().and_then(|sender| sender.place) {
            self.flow_record(place);
        }
        let net = senders
            .first()
            .and_then(|sender| sender.place)
            .map(|place| self.world.subnet(place).network);
        match onward {
            Onward::Outside => self.outside(senders, sent, wanted),
            Onward::Backend(backend) => self.at_backend(backend, &sent),
            Onward::Nobody => Err(Stop::unknown(format!(
                "the topology does not say who has {}",
                shown(to)
            ))),
            Onward::Holder(at, holder) => {
                self.is_meant(at, holder, to, wanted)?;
                debug_assert!(
                    peering.is_none() || net != Some(at),
                    "a peering leads elsewhere"
                );
                self.arrive(holder, sent, senders)
            }
            Onward::Appliance(at, machines) => {
                let machines: Vec<Station<'w, 't>> =
                    machines.into_iter().map(Station::of).collect();
                self.through(at, &machines, sent, senders, wanted, 1)
            }
            Onward::Appliances(balancer, frontend) => {
                let machines = self.balanced_appliances(&balancer, frontend, &sent)?;
                let at = machines
                    .first()
                    .and_then(|machine| machine.place)
                    .map(|place| self.world.subnet(place).network);
                match at {
                    Some(at) => self.through(at, &machines, sent, senders, wanted, 1),
                    None => Err(Stop::unknown("the appliances are in no network")),
                }
            }
        }
    }

    /// The way out of the senders' subnets, which must be the same for all of them.
    fn way(&self, senders: &[Station<'w, 't>], to: Ipv4Addr) -> Way<'w, 't> {
        let mut places: Vec<Option<Place>> = senders.iter().map(|sender| sender.place).collect();
        places.dedup();
        let mut ways = places.into_iter().map(|place| match place {
            Some(place) => way::from(self.world, place, to),
            None => Way {
                judgement: Judgement::silent(),
                onward: Onward::Outside,
                peering: None,
            },
        });
        let Some(mut first) = ways.next() else {
            return Way {
                judgement: Judgement::unknown("nobody sends"),
                onward: Onward::Nobody,
                peering: None,
            };
        };
        let mut all = vec![first.judgement.clone()];
        for other in ways {
            let same = match (&first.onward, &other.onward) {
                (Onward::Holder(a, x), Onward::Holder(b, y)) => a == b && x == y,
                (Onward::Appliance(_, a), Onward::Appliance(_, b)) => {
                    a.iter().map(|one| &one.at).eq(b.iter().map(|one| &one.at))
                }
                (Onward::Appliances(a, x), Onward::Appliances(b, y)) => a == b && x == y,
                (Onward::Backend(a), Onward::Backend(b)) => a == b,
                (Onward::Outside, Onward::Outside) | (Onward::Nobody, Onward::Nobody) => true,
                _ => false,
            };
            all.push(if same {
                other.judgement
            } else {
                Judgement::unknown("the subnets of the senders route it differently")
            });
        }
        first.judgement = Judgement::over_all(all);
        first
    }

    /// Whether the address belongs to whom the user named.
    fn is_meant(
        &self,
        at: Net,
        holder: &Holder,
        to: Ipv4Addr,
        wanted: &Wanted<'_>,
    ) -> Result<(), Stop> {
        match wanted.meant {
            Some(meant) if meant != holder => Err(Stop::dropped(format!(
                "{to} in `{}` is the address of {}, not of {}, which is in another network",
                self.world.network(at).resource.id.name(),
                holder_name(holder),
                holder_name(meant)
            ))),
            _ => Ok(()),
        }
    }

    /// Through machines that forward packets which are not for themselves.
    fn through(
        &mut self,
        at: Net,
        machines: &[Station<'w, 't>],
        sent: Sent,
        senders: &[Station<'w, 't>],
        wanted: &Wanted<'_>,
        passed: u8,
    ) -> End {
        if passed > MAX_APPLIANCES {
            return Err(Stop::dropped(format!(
                "the packet passes more than {MAX_APPLIANCES} appliances, which looks like a loop; change the routes of the last one's subnet"
            )));
        }
        let to = *sent.destination.ip();
        let way = self.way(machines, to);
        let world = self.world;
        let judgement = Judgement::over_all(machines.iter().flat_map(|machine| {
            let sent = &sent;
            let way = &way;
            sent.sources.iter().map(move |source| {
                let (Some(place), Some(interface)) = (machine.place, machine.interface) else {
                    return Judgement::unknown("the appliance is not in the topology");
                };
                let packet = Packet {
                    source: *source,
                    destination: sent.destination,
                };
                let judge =
                    |direction| security::judge(world, direction, machine.group(), place, packet);
                judge(Direction::Inbound)
                    .and(way::forwards(interface))
                    .and(judge(Direction::Outbound))
                    .and(way.judgement.clone())
                    .and(way::forwarded(world, at, way.peering, *source))
            })
        }));
        let onward = way.onward.clone();
        self.push(
            HopKind::Appliance,
            machines,
            &sent,
            &[],
            judgement,
            wanted.host,
        )?;
        match onward {
            Onward::Holder(at, holder) => {
                self.is_meant(at, holder, to, wanted)?;
                self.arrive(holder, sent, senders)
            }
            Onward::Appliance(at, next) => {
                let next: Vec<Station<'w, 't>> = next.into_iter().map(Station::of).collect();
                self.through(at, &next, sent, senders, wanted, passed.saturating_add(1))
            }
            Onward::Appliances(balancer, frontend) => {
                let next = self.balanced_appliances(&balancer, frontend, &sent)?;
                self.through(at, &next, sent, senders, wanted, passed.saturating_add(1))
            }
            Onward::Outside => self.outside(machines, sent, wanted),
            Onward::Backend(backend) => self.at_backend(backend, &sent),
            Onward::Nobody => Err(Stop::unknown(format!(
                "the topology does not say who has {}",
                shown(to)
            ))),
        }
    }

    /// Out to a public address: with which source, and to whom.
    fn outside(&mut self, senders: &[Station<'w, 't>], mut sent: Sent, wanted: &Wanted<'_>) -> End {
        let world = self.world;
        if let Some((first, place)) = senders
            .first()
            .and_then(|sender| Some((sender, sender.place?)))
        {
            let egress = outbound::egress(world, place, first.interface);
            let judgement = if egress.leaves {
                Judgement::pass(egress.because)
            } else {
                Judgement::drop(egress.because)
            }
            .by(egress.by);
            if !egress.addresses.is_empty() {
                sent.sources = egress.addresses;
            } else if egress.leaves {
                sent.sources = vec![SOMEWHERE];
            }
            let at = egress
                .at
                .map_or_else(|| first.at.clone(), |id| id.as_str().to_owned());
            let station = Station {
                at,
                interface: None,
                place: None,
                address: SOMEWHERE,
            };
            self.push(
                HopKind::Outbound,
                &[station],
                &sent,
                &[],
                judgement,
                wanted.host,
            )?;
            let because = "the public address forgets an idle flow";
            self.limit_idle(egress.idle_minutes.saturating_mul(60), because);
        }
        if let Some(service) = wanted.service {
            return self.public_service(service, &sent, wanted.host);
        }
        self.at_public_address(sent, wanted)
    }

    /// A packet from the internet to a public address.
    pub(crate) fn at_public_address(&mut self, sent: Sent, wanted: &Wanted<'_>) -> End {
        let to = *sent.destination.ip();
        if !security::is_public(to) {
            return Err(Stop::dropped(format!(
                "{to} is a private address, which nobody outside reaches; use a public one"
            )));
        }
        if let Some(backend) = self.world.public_backend(to) {
            return self.at_backend(backend, &sent);
        }
        let Some(user) = self.world.public_user(to) else {
            return Err(Stop::unknown(format!(
                "{} is a public address; who answers there the topology does not say",
                if to == SOMEWHERE {
                    wanted.host.to_owned()
                } else {
                    to.to_string()
                }
            )));
        };
        let port = sent.destination.port();
        match user {
            Holder::Frontend(id, index) => {
                let (id, index) = (id.clone(), *index);
                self.load_balancer(&id, index, &sent, &[])
            }
            Holder::Nic(id, _) => {
                // Azure translates the public address to the NIC's own.
                let own: Vec<Station<'w, 't>> = self
                    .world
                    .interfaces_of(id)
                    .filter(|interface| interface.has_public_address(self.world, to))
                    .map(Station::of)
                    .collect();
                self.network_interfaces(&own, &sent.sources, port)
            }
            Holder::Vip(id) => {
                let id = id.clone();
                self.public_service(&id, &sent, wanted.host)
            }
            other => Err(Stop::dropped(format!(
                "{to} belongs to {}, where nothing listens",
                holder_name(other)
            ))),
        }
    }

    /// Hands a packet to whoever holds its destination address.
    pub(crate) fn arrive(
        &mut self,
        holder: &Holder,
        sent: Sent,
        senders: &[Station<'w, 't>],
    ) -> End {
        let port = sent.destination.port();
        match holder {
            Holder::Endpoint(id) => self.private_endpoint(id, &sent),
            Holder::Frontend(id, index) => self.load_balancer(id, *index, &sent, senders),
            Holder::Nic(id, _) => {
                let own: Vec<Station<'w, 't>> = self
                    .world
                    .interfaces_of(id)
                    .filter(|interface| interface.address == *sent.destination.ip())
                    .map(Station::of)
                    .collect();
                self.network_interfaces(&own, &sent.sources, port)
            }
            Holder::Instance(..) => {
                let own: Vec<Station<'w, 't>> = self
                    .world
                    .interface_of(holder)
                    .map(Station::of)
                    .into_iter()
                    .collect();
                self.network_interfaces(&own, &sent.sources, port)
            }
            Holder::Vip(id) => self.service(id, None, &sent),
            Holder::RegionalVip(id, index) => self.service(id, Some(*index), &sent),
            Holder::Unit(id, _) => Err(Stop::unknown(format!(
                "{} is a unit of `{}`; whether it answers on its own address is not known: use the VIP",
                sent.destination.ip(),
                id.short()
            ))),
            Holder::Nat(id, _) => Err(Stop::dropped(format!(
                "{} is a NAT address of `{}`, where nothing listens; connect to a private endpoint instead",
                sent.destination.ip(),
                id.short()
            ))),
            Holder::Client(name) => {
                let own: Vec<Station<'w, 't>> = self
                    .world
                    .client(name)
                    .map(Station::of)
                    .into_iter()
                    .collect();
                self.network_interfaces(&own, &sent.sources, port)
            }
        }
    }

    /// A network may forget flows sooner than its load balancers do.
    fn flow_record(&mut self, place: Place) {
        let network = self.world.network_at(place);
        if let Some(minutes) = network.inner.flow_timeout_in_minutes {
            let because = format!(
                "`{}` forgets an idle flow (flowTimeoutInMinutes)",
                network.resource.id.name()
            );
            self.limit_idle(minutes.saturating_mul(60), &because);
        }
    }

    /// The last hop forgets a connection that is idle this long.
    pub(crate) fn limit_idle(&mut self, seconds: u32, because: &str) {
        self.idle.push(IdleTimeout {
            hop: self.hops.len(),
            seconds,
            because: because.to_owned(),
        });
    }

    /// Goes on where another walk has been.
    pub(crate) fn take_in(&mut self, inner: Self) {
        let before = self.hops.len();
        self.idle
            .extend(inner.idle.into_iter().map(|idle| IdleTimeout {
                hop: idle.hop.saturating_add(before),
                ..idle
            }));
        self.hops.extend(inner.hops);
    }

    /// Adds a hop at one of `places`; `destinations` are listed if the hop may choose.
    pub(crate) fn push(
        &mut self,
        kind: HopKind,
        places: &[Station<'w, 't>],
        sent: &Sent,
        destinations: &[SocketAddrV4],
        judgement: Judgement,
        host: &str,
    ) -> Result<(), Stop> {
        let mut hop = blank(kind, &judgement);
        set_places(&mut hop, places);
        (hop.source, hop.source_any_of) = one_of(sent.sources.iter().map(|address| {
            if *address == SOMEWHERE {
                "internet".to_owned()
            } else {
                address.to_string()
            }
        }));
        let destinations = if destinations.is_empty() {
            std::slice::from_ref(&sent.destination)
        } else {
            destinations
        };
        (hop.destination, hop.destination_any_of) =
            one_of(destinations.iter().map(|destination| {
                if *destination.ip() == SOMEWHERE && !host.is_empty() {
                    format!("{host}:{}", destination.port())
                } else {
                    destination.to_string()
                }
            }));
        self.hops.push(hop);
        stop_if_not_passed(judgement)
    }

    /// Adds a hop at a resource that is no machine.
    pub(crate) fn push_at(
        &mut self,
        kind: HopKind,
        at: &ResourceId,
        sent: &Sent,
        destinations: &[SocketAddrV4],
        judgement: Judgement,
    ) -> Result<(), Stop> {
        let place = Station {
            at: at.as_str().to_owned(),
            interface: None,
            place: None,
            address: *sent.destination.ip(),
        };
        self.push(kind, &[place], sent, destinations, judgement, "")
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
        decided_by: judgement.by.clone(),
        translations: Vec::new(),
    }
}

fn set_places(hop: &mut Hop, places: &[Station<'_, '_>]) {
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

pub(crate) fn stop_if_not_passed(judgement: Judgement) -> Result<(), Stop> {
    let outcome = match judgement.verdict {
        Verdict::Pass => return Ok(()),
        Verdict::Drop => Outcome::Dropped,
        Verdict::Unknown => Outcome::Unknown,
    };
    Err(Stop {
        outcome,
        because: judgement.because,
        remedy: judgement.remedy,
    })
}

/// What is not in the topology, as what decided.
pub(crate) fn missing(id: &ResourceId) -> DecidedBy {
    DecidedBy::at(DecidedKind::Missing, id, id.name(), "")
}
