//! Load balancers and the machines behind them.

use super::{Backends, Reckoner, then};
use crate::{
    model::{Resource, addresses::Holder, id::ResourceId, network::LoadBalancer},
    reach::{
        parts::{Cause, Part, add, either, outcome_of, verdict_of},
        permits::permits,
    },
    sets::{Flows, Ranges},
    trace::{
        Outcome, Verdict,
        balance::{self, Ruled},
        decision::Judgement,
        machine,
        security::Direction,
        walk::{Station, Walk},
        world::{Net, Place},
    },
};
use std::{net::Ipv4Addr, rc::Rc};

impl<'w, 't> Reckoner<'w, 't> {
    /// A frontend of a load balancer.
    pub(super) fn balanced(
        &self,
        id: &ResourceId,
        frontend: usize,
        to: Ipv4Addr,
        flows: Flows,
        from: Option<Place>,
        proxied: Option<&ResourceId>,
    ) -> Vec<Part> {
        let Some((resource, balancer)) = self.world.topology.load_balancer(id) else {
            let because = format!("load balancer `{}` is not in the topology", id.name());
            let cause = Cause::new(because, Vec::new());
            return vec![Part::stopped(flows, Outcome::Unknown, cause)];
        };
        let mut parts = Vec::new();
        let mut left = flows;
        for ruled in balance::rules_of(resource, balancer, frontend) {
            let frontend_port = ruled.rule.properties.frontend_port;
            let ports = if ruled.takes_all() {
                Ranges::all_ports()
            } else {
                Ranges::port(frontend_port)
            };
            let own = left.and(&Flows::of(&Ranges::all_addresses(), &ports));
            if own.is_empty() {
                continue;
            }
            left = left.minus(&own);
            let shift =
                (!ruled.takes_all()).then(|| (frontend_port, ruled.backend_port(frontend_port)));
            for part in self.by_rule(resource, balancer, ruled, own, from, proxied, shift) {
                add(&mut parts, part);
            }
        }
        for (port, natted) in balance::nat_rules(self.world, resource, balancer, frontend) {
            let own = left.and(&Flows::of(&Ranges::all_addresses(), &Ranges::port(port)));
            if own.is_empty() {
                continue;
            }
            left = left.minus(&own);
            let shift = Some((port, natted.port));
            let ends = self.machines(&[natted.station], shifted(&own, shift), proxied);
            for part in turned_back(ends, shift) {
                add(&mut parts, part);
            }
        }
        if let Some((_, port)) = left.witness() {
            let judgement = balance::no_rule(resource, balancer, frontend, port);
            let because = format!(
                "`{}` has no rule for TCP port {} of this frontend",
                resource.id.short(),
                left.ports().ports_text()
            );
            let cause = Cause::new(because, judgement.by);
            add(&mut parts, Part::stopped(left, Outcome::Dropped, cause));
        }
        let net = self.world.kept(&Holder::Frontend(id.clone(), frontend));
        if let Some((net, _)) = net {
            for part in &mut parts {
                let mut stations = vec![(net, to)];
                stations.extend(part.stations.iter().copied());
                part.stations = Rc::from(stations);
            }
        }
        parts
    }

    #[expect(clippy::too_many_arguments, reason = "the state of a walk")]
    fn by_rule(
        &self,
        resource: &'t Resource,
        balancer: &'t LoadBalancer,
        ruled: Ruled<'t>,
        flows: Flows,
        from: Option<Place>,
        proxied: Option<&ResourceId>,
        shift: Option<(u16, u16)>,
    ) -> Vec<Part> {
        let backends = self.backends(resource, balancer, ruled);
        let mut parts = Vec::new();
        let mut going = then(flows, Vec::new(), &backends.judgement, &mut parts);
        if let Some(place) = from {
            let own: Ranges = backends
                .healthy
                .iter()
                .filter(|member| member.place == Some(place))
                .map(|member| (member.address.to_bits(), member.address.to_bits()))
                .collect();
            let hairpin = going.and(&Flows::of(&own, &Ranges::all_ports()));
            if !hairpin.is_empty() {
                going = going.minus(&hairpin);
                let because = "the sender is a member of the pool: its connection fails whenever it is chosen itself";
                let cause = Cause::new(because, vec![ruled.decided(resource)]);
                add(&mut parts, Part::stopped(hairpin, Outcome::Unknown, cause));
            }
        }
        if !going.is_empty() {
            let ends = self.machines(&backends.healthy, shifted(&going, shift), proxied);
            for part in turned_back(ends, shift) {
                add(&mut parts, part);
            }
        }
        parts
    }

    pub(super) fn backends(
        &self,
        resource: &'t Resource,
        balancer: &'t LoadBalancer,
        ruled: Ruled<'t>,
    ) -> Rc<Backends<'w, 't>> {
        let key = (resource.id.clone(), ruled.index);
        if let Some(known) = self.backends.borrow().get(&key) {
            return Rc::clone(known);
        }
        let found = self.walk().backends(resource, balancer, ruled, &[]);
        let found = Rc::new(Backends {
            healthy: found.healthy,
            judgement: found.judgement,
        });
        self.backends.borrow_mut().insert(key, Rc::clone(&found));
        found
    }

    /// Machines of which any may be chosen.
    pub(super) fn machines(
        &self,
        stations: &[Station<'w, 't>],
        flows: Flows,
        proxied: Option<&ResourceId>,
    ) -> Vec<Part> {
        let Some(first) = stations.first() else {
            let cause = Cause::new(
                "the NIC that holds the address is not in the topology",
                Vec::new(),
            );
            return vec![Part::stopped(flows, Outcome::Unknown, cause)];
        };
        let mut all: Option<Vec<Part>> = None;
        let walk = self.walk();
        for station in stations {
            let own = self.machine(&walk, station, flows.clone(), proxied);
            all = Some(match all {
                None => own,
                Some(known) => either(&known, &own),
            });
        }
        let mut parts = Vec::new();
        for part in all.unwrap_or_default() {
            if part.outcome != Outcome::Delivered {
                add(&mut parts, part);
                continue;
            }
            for (port, flows) in at_ports(&part.flows) {
                let end = self.accepted(&walk, stations, port);
                let (outcome, cause) = (end.0, Rc::clone(&end.1));
                add(
                    &mut parts,
                    Part::admitted(flows, outcome, verdict_of(outcome), cause),
                );
            }
        }
        let at: Vec<(Net, Ipv4Addr)> = stations
            .iter()
            .filter_map(|station| {
                Some((self.world.subnet(station.place?).network, station.address))
            })
            .collect();
        let at: Rc<[(Net, Ipv4Addr)]> = Rc::from(at);
        for part in &mut parts {
            part.stations = Rc::clone(&at);
        }
        debug_assert!(first.place.is_some(), "a machine is in a subnet");
        parts
    }

    /// One machine: its groups, and whether something listens. What a relay accepts counts as
    /// delivered here; where it leads is said by [`Self::accepted`].
    fn machine(
        &self,
        walk: &Walk<'w, 't>,
        station: &Station<'w, 't>,
        flows: Flows,
        proxied: Option<&ResourceId>,
    ) -> Vec<Part> {
        let mut parts = Vec::new();
        let Some(place) = station.place else {
            let cause = Cause::new("the machine is in no subnet", Vec::new());
            return vec![Part::stopped(flows, Outcome::Unknown, cause)];
        };
        let rules = permits(
            self.world,
            Direction::Inbound,
            station.group(),
            place,
            station.address,
            flows,
        );
        // Ports at which the relay has something of its own, and one for all others.
        let mut others = Ranges::all_ports();
        let mut classes: Vec<(Ranges, Judgement)> = Vec::new();
        let mut listens = |ports: Ranges, port: u16| {
            let judgement = match walk.listener(station, port) {
                Ok(found) => machine::accepts(&found, proxied),
                Err(judgement) => judgement,
            };
            classes.push((ports, judgement));
        };
        if let Some((_, relay)) = walk.relay_of(station) {
            let own = relay
                .listeners
                .iter()
                .map(|listener| listener.listen.port());
            let health = relay.health.iter().map(|health| health.listen.port());
            for port in own.chain(health) {
                let ports = Ranges::port(port).and(&others);
                if !ports.is_empty() {
                    others = others.minus(&ports);
                    listens(ports, port);
                }
            }
        }
        if let Some(port) = others.first().and_then(|port| u16::try_from(port).ok()) {
            listens(others, port);
        }
        for (ports, judgement) in classes {
            let at = Flows::of(&Ranges::all_addresses(), &ports);
            for part in &rules.stopped {
                let flows = part.flows.and(&at);
                let ends = if judgement.verdict == Verdict::Drop && part.outcome == Outcome::Unknown
                {
                    let mut ends = part.for_flows(flows);
                    ends.outcome = Outcome::Dropped;
                    ends.cause = Cause::of(&judgement);
                    ends
                } else {
                    part.for_flows(flows)
                };
                add(&mut parts, ends);
            }
            let outcome = outcome_of(judgement.verdict);
            let cause = Cause::of(&judgement);
            // A machine may run what the topology does not know: the network has let it in.
            let reached = if cause.is_listener() {
                Verdict::Pass
            } else {
                judgement.verdict
            };
            add(
                &mut parts,
                Part::admitted(rules.passed.and(&at), outcome, reached, cause),
            );
        }
        parts
    }

    /// What becomes of a connection that all of these machines accept at a port.
    fn accepted(
        &self,
        walk: &Walk<'w, 't>,
        stations: &[Station<'w, 't>],
        port: u16,
    ) -> Rc<(Outcome, Rc<Cause>)> {
        let key = (
            stations
                .iter()
                .map(|station| station.at.as_str())
                .collect::<Vec<_>>()
                .join(" "),
            vec![port.to_string()],
        );
        if let Some(known) = self.ends.borrow().get(&key) {
            return Rc::clone(known);
        }
        let end = match walk.accepted(stations, port) {
            Ok(because) => (Outcome::Delivered, Cause::new(because, Vec::new())),
            Err(stop) => (stop.outcome, Cause::new(stop.because, Vec::new())),
        };
        let end = Rc::new(end);
        self.ends.borrow_mut().insert(key, Rc::clone(&end));
        end
    }
}

/// The same connections at the port to which a rule sends them.
fn shifted(flows: &Flows, shift: Option<(u16, u16)>) -> Flows {
    match shift {
        Some((_, backend)) if !flows.is_empty() => {
            Flows::of(&flows.sources(), &Ranges::port(backend))
        }
        _ => flows.clone(),
    }
}

/// The ends of connections at the member's port as ends at the frontend's.
fn turned_back(parts: Vec<Part>, shift: Option<(u16, u16)>) -> Vec<Part> {
    let Some((frontend, _)) = shift else {
        return parts;
    };
    parts
        .into_iter()
        .map(|part| {
            let flows = Flows::of(&part.flows.sources(), &Ranges::port(frontend));
            part.for_flows(flows)
        })
        .collect()
}

/// The single ports of a set, each with its connections; a relay accepts at few.
fn at_ports(flows: &Flows) -> Vec<(u16, Flows)> {
    let ports = flows.ports();
    let each = ports
        .parts()
        .iter()
        .flat_map(|(first, last)| *first..=*last);
    each.filter_map(|port| u16::try_from(port).ok())
        .map(|port| {
            let at = Flows::of(&Ranges::all_addresses(), &Ranges::port(port));
            (port, flows.and(&at))
        })
        .collect()
}
