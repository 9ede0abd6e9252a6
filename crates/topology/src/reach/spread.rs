//! How far sets of connections get: the walk of [`crate::trace`] for all source addresses of a
//! subnet and all ports at once.
//!
//! A set keeps its own addresses and ports while its packets are translated: what a load balancer
//! does to the port and Private Link to the source is turned back, so that every end is said of
//! connections as their sender sees them. What lies behind a Private Link Service, who is healthy
//! behind a rule and where a relay leads is worked out once and kept.

mod arrive;
mod machines;

use super::{
    parts::{Cause, Part, PortPart, add, by_port, either},
    permits::permits,
};
use crate::{
    model::{addresses::Holder, id::ResourceId},
    sets::{Flows, Ranges},
    trace::{
        Outcome, Verdict,
        balance::{self, Ruled},
        decision::Judgement,
        outbound,
        security::{self, Direction, SOMEWHERE, shown},
        selector::holder_name,
        walk::{Station, Walk},
        way::{self, Onward},
        world::{Interface, Net, Place, World},
    },
};
use std::{cell::RefCell, collections::HashMap, net::Ipv4Addr, rc::Rc};

/// How many appliances a packet may pass; more is a loop.
const MAX_APPLIANCES: u8 = 4;

/// Reckons on sets in one world, and keeps what it has found.
#[derive(Debug)]
pub(crate) struct Reckoner<'w, 't> {
    pub(crate) world: &'w World<'t>,
    links: RefCell<HashMap<&'w ResourceId, Rc<[PortPart]>>>,
    backends: RefCell<HashMap<(ResourceId, usize), Rc<Backends<'w, 't>>>>,
    ends: RefCell<HashMap<(String, Vec<String>), Rc<(Outcome, Rc<Cause>)>>>,
}

#[derive(Debug)]
struct Backends<'w, 't> {
    healthy: Vec<Station<'w, 't>>,
    judgement: Judgement,
}

/// What connections want.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Goal<'a> {
    pub(crate) to: Ipv4Addr,
    /// Who should have the address; somebody else there is not the right one.
    pub(crate) meant: Option<&'a Holder>,
    /// The service whose public address is wanted, whatever that is.
    pub(crate) service: Option<&'a ResourceId>,
}

/// Who sends: addresses of one subnet that are alike.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Origin<'t> {
    pub(crate) place: Place,
    /// The group of the NIC itself.
    pub(crate) group: Option<&'t ResourceId>,
}

impl<'w, 't> Reckoner<'w, 't> {
    pub(crate) fn new(world: &'w World<'t>) -> Self {
        Self {
            world,
            links: RefCell::default(),
            backends: RefCell::default(),
            ends: RefCell::default(),
        }
    }

    fn walk(&self) -> Walk<'w, 't> {
        Walk::new(self.world, None, 0)
    }

    /// How connections from a subnet end.
    pub(crate) fn spread(&self, origin: Origin<'t>, goal: Goal<'_>, flows: Flows) -> Vec<Part> {
        let world = self.world;
        let to = goal.to;
        let rules = permits(
            world,
            Direction::Outbound,
            origin.group,
            origin.place,
            to,
            flows,
        );
        let way = way::from(world, origin.place, to);
        let mut parts = Vec::new();
        let passed = then(rules.passed, rules.stopped, &way.judgement, &mut parts);
        if passed.is_empty() {
            return parts;
        }
        let net = world.subnet(origin.place).network;
        let from = Some(origin.place);
        self.onward(net, &way.onward, goal, passed, from, 0, &mut parts);
        parts
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a walk")]
    fn onward(
        &self,
        net: Net,
        onward: &Onward<'w, 't>,
        goal: Goal<'_>,
        flows: Flows,
        from: Option<Place>,
        passed: u8,
        parts: &mut Vec<Part>,
    ) {
        let to = goal.to;
        let stop = |outcome, because: String| {
            Part::stopped(flows.clone(), outcome, Cause::new(because, Vec::new()))
        };
        match onward {
            Onward::Nobody => add(
                parts,
                stop(
                    Outcome::Unknown,
                    format!("the topology does not say who has {}", shown(to)),
                ),
            ),
            Onward::Holder(at, holder) => {
                if let Some(meant) = goal.meant
                    && meant != *holder
                {
                    let because = format!(
                        "{to} in `{}` is the address of {}, not of {}, which is in another network",
                        self.world.network(*at).resource.id.name(),
                        holder_name(holder),
                        holder_name(meant)
                    );
                    add(parts, stop(Outcome::Dropped, because));
                    return;
                }
                for part in self.arrive(*at, holder, to, flows, from, None) {
                    add(parts, part);
                }
            }
            Onward::Appliance(at, machines) => {
                self.through(*at, machines, goal, flows, from, passed, parts);
            }
            Onward::Appliances(balancer, frontend) => {
                let (machines, judgement) = self.appliances(balancer, *frontend);
                let flows = then(flows, Vec::new(), &judgement, parts);
                let at = machines
                    .first()
                    .map_or(net, |machine| self.world.subnet(machine.place).network);
                if !flows.is_empty() {
                    self.through(at, &machines, goal, flows, from, passed, parts);
                }
            }
            Onward::Backend(backend) => {
                for part in arrive::at_backend(backend, flows) {
                    add(parts, part);
                }
            }
            Onward::Outside => {
                for part in self.outside(goal, flows, from) {
                    add(parts, part);
                }
            }
        }
    }

    /// Machines behind a load balancer that a route names.
    fn appliances(&self, id: &ResourceId, frontend: usize) -> (Vec<&'w Interface<'t>>, Judgement) {
        let Some((resource, balancer)) = self.world.topology.load_balancer(id) else {
            let because = format!("load balancer `{}` is not in the topology", id.name());
            return (Vec::new(), Judgement::unknown(because));
        };
        let ruled = balance::rules_of(resource, balancer, frontend)
            .into_iter()
            .find(Ruled::takes_all);
        let Some(ruled) = ruled else {
            let because = format!(
                "`{}` is the next hop of a route and has no rule for all ports",
                id.short()
            );
            return (Vec::new(), Judgement::drop(because));
        };
        let backends = self.backends(resource, balancer, ruled);
        let machines = backends
            .healthy
            .iter()
            .filter_map(|station| station.interface)
            .collect();
        (machines, backends.judgement.clone())
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a walk")]
    fn through(
        &self,
        at: Net,
        machines: &[&'w Interface<'t>],
        goal: Goal<'_>,
        flows: Flows,
        from: Option<Place>,
        passed: u8,
        parts: &mut Vec<Part>,
    ) {
        let world = self.world;
        let to = goal.to;
        let passed = passed.saturating_add(1);
        if passed > MAX_APPLIANCES {
            let because = format!(
                "the packet passes more than {MAX_APPLIANCES} appliances, which looks like a loop"
            );
            let cause = Cause::new(because, Vec::new());
            add(parts, Part::stopped(flows, Outcome::Dropped, cause));
            return;
        }
        let Some(first) = machines.first() else {
            let cause = Cause::new("the appliance is not in the topology", Vec::new());
            add(parts, Part::stopped(flows, Outcome::Unknown, cause));
            return;
        };
        let mut all: Option<Vec<Part>> = None;
        let mut onward = None;
        for machine in machines {
            let mut own = Vec::new();
            let judge = |direction, flows| {
                permits(world, direction, machine.group, machine.place, to, flows)
            };
            let inbound = judge(Direction::Inbound, flows.clone());
            let going = then(
                inbound.passed,
                inbound.stopped,
                &way::forwards(machine),
                &mut own,
            );
            let outbound = judge(Direction::Outbound, going);
            let way = way::from(world, machine.place, to);
            let going = then(outbound.passed, outbound.stopped, &way.judgement, &mut own);
            let inside = &world.network(at).space;
            let of_network = going.and(&Flows::of(inside, &Ranges::all_ports()));
            let others = going.minus(&of_network);
            let doubt = way::forwarded(world, at, way.peering, Ipv4Addr::BROADCAST);
            let others = then(others, Vec::new(), &doubt, &mut own);
            let cause = Cause::new("it is forwarded", Vec::new());
            let going = of_network.or(&others);
            add(
                &mut own,
                Part::admitted(going, Outcome::Delivered, Verdict::Pass, cause),
            );
            if onward.is_none() {
                onward = Some(way.onward);
            }
            all = Some(match all {
                None => own,
                Some(known) => either(&known, &own),
            });
        }
        let mut going = Flows::EMPTY;
        for part in all.unwrap_or_default() {
            if part.outcome == Outcome::Delivered {
                going = going.or(&part.flows);
            } else {
                add(parts, part);
            }
        }
        match onward {
            Some(_) if going.is_empty() => {}
            // The appliance's own address is what leaves.
            Some(Onward::Outside) => {
                let all = Flows::of(&going.sources(), &Ranges::all_ports());
                let egress = outbound::egress(world, first.place, Some(first));
                for part in self.leaving(goal, going.and(&all), egress) {
                    add(parts, part);
                }
            }
            Some(onward) => self.onward(at, &onward, goal, going, from, passed, parts),
            None => {}
        }
    }

    /// With what a way out does to the source, at a public address.
    fn leaving(&self, goal: Goal<'_>, flows: Flows, egress: outbound::Egress) -> Vec<Part> {
        if !egress.leaves {
            let cause = Cause::new(egress.because, vec![egress.by]);
            return vec![Part::stopped(flows, Outcome::Dropped, cause)];
        }
        let sources = if egress.addresses.is_empty() {
            vec![SOMEWHERE]
        } else {
            egress.addresses
        };
        self.at_public_address(goal, &flows, Some(sources))
    }

    /// Out to a public address.
    fn outside(&self, goal: Goal<'_>, flows: Flows, from: Option<Place>) -> Vec<Part> {
        let Some(place) = from else {
            return self.at_public_address(goal, &flows, None);
        };
        let mut parts = Vec::new();
        // Machines with an address or a pool of their own leave in their own way.
        for (addresses, interface) in self.senders_at(place, &flows.sources()) {
            let egress = outbound::egress(self.world, place, interface);
            let own = flows.and(&Flows::of(&addresses, &Ranges::all_ports()));
            for part in self.leaving(goal, own, egress) {
                add(&mut parts, part);
            }
        }
        parts
    }

    /// The addresses of a subnet by how their packets leave.
    fn senders_at(
        &self,
        place: Place,
        sources: &Ranges,
    ) -> Vec<(Ranges, Option<&'w Interface<'t>>)> {
        let mut all = Vec::new();
        let mut rest = sources.clone();
        for interface in self.world.interfaces_in(place) {
            let has_own = interface.public_ip.is_some() || !interface.pools.is_empty();
            if has_own && sources.contains(interface.address.to_bits()) {
                let own = Ranges::address(interface.address);
                rest = rest.minus(&own);
                all.push((own, Some(interface)));
            }
        }
        if !rest.is_empty() {
            all.push((rest, None));
        }
        all
    }

    /// Packets at a public address; `sources` are what they were translated to on the way out,
    /// `None` if they come from the internet as they are.
    pub(crate) fn at_public_address(
        &self,
        goal: Goal<'_>,
        flows: &Flows,
        sources: Option<Vec<Ipv4Addr>>,
    ) -> Vec<Part> {
        let world = self.world;
        let to = goal.to;
        if !security::is_public(to) {
            let because = format!("{to} is a private address, which nobody outside reaches");
            let cause = Cause::new(because, Vec::new());
            return vec![Part::stopped(flows.clone(), Outcome::Dropped, cause)];
        }
        if let Some(backend) = world.public_backend(to) {
            return arrive::at_backend(backend, flows.clone());
        }
        let of_service = goal.service.map(|id| Holder::Vip(id.clone()));
        let Some(user) = of_service.as_ref().or_else(|| world.public_user(to)) else {
            let because = format!(
                "{} is a public address; who answers there the topology does not say",
                shown(to)
            );
            let cause = Cause::new(because, Vec::new());
            let mut part = Part::stopped(flows.clone(), Outcome::Unknown, cause);
            // Nothing of the topology stops it any more.
            part.network = Verdict::Pass;
            return vec![part];
        };
        let ends = |flows: Flows| -> Vec<Part> {
            match user {
                Holder::Frontend(id, index) => self.balanced(id, *index, to, flows, None, None),
                Holder::Nic(id, _) => {
                    let own: Vec<Station<'w, 't>> = world
                        .interfaces_of(id)
                        .filter(|interface| interface.has_public_address(world, to))
                        .map(Station::of)
                        .collect();
                    self.machines(&own, flows, None)
                }
                Holder::Vip(id) => self.public_service(id, flows),
                other => vec![Part::stopped(
                    flows,
                    Outcome::Dropped,
                    Cause::new(
                        format!(
                            "{to} belongs to {}, where nothing listens",
                            holder_name(other)
                        ),
                        Vec::new(),
                    ),
                )],
            }
        };
        match sources {
            None => ends(flows.clone()),
            Some(sources) => {
                let set = sources
                    .iter()
                    .map(|source| (source.to_bits(), source.to_bits()))
                    .collect();
                let parts = ends(Flows::of(&set, &flows.ports()));
                widened(&by_port(&parts, &sources), flows)
            }
        }
    }
}

/// What groups passed and then meets a judgement: goes on, or ends with what was stopped before.
fn then(passed: Flows, stopped: Vec<Part>, judgement: &Judgement, parts: &mut Vec<Part>) -> Flows {
    for part in stopped {
        // A drop outweighs what is not known.
        if part.outcome == Outcome::Unknown && judgement.verdict == Verdict::Drop {
            add(parts, Part::judged(part.flows, judgement));
        } else {
            add(parts, part);
        }
    }
    if judgement.passes() {
        return passed;
    }
    add(parts, Part::judged(passed, judgement));
    Flows::EMPTY
}

/// The ends of ports as ends of whole sets.
fn widened(ports: &[PortPart], flows: &Flows) -> Vec<Part> {
    let mut parts = Vec::new();
    for one in ports {
        let own = flows.and(&Flows::of(&Ranges::all_addresses(), &one.ports));
        add(&mut parts, one.part.for_flows(own));
    }
    parts
}
