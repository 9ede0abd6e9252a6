//! Where connections arrive: private endpoints, what lies behind them, services.

use super::{Reckoner, then, widened};
use crate::{
    model::{Backend, Resource, addresses::Holder, id::ResourceId, network::PrivateLinkService},
    reach::{
        parts::{Cause, Part, PortPart, add, by_port, outcome_of},
        permits::permits,
    },
    sets::{Flows, Ranges},
    trace::{
        Outcome, Verdict, backends, balance,
        decision::Judgement,
        link, machine,
        security::Direction,
        walk::Station,
        world::{Net, Place},
    },
};
use std::{net::Ipv4Addr, rc::Rc};

impl<'w, 't> Reckoner<'w, 't> {
    /// A service at its public address.
    pub(super) fn public_service(&self, id: &ResourceId, flows: Flows) -> Vec<Part> {
        let mut parts = Vec::new();
        let (access, place, to) = machine::public_access(self.world, id);
        let going = then(flows, Vec::new(), &access, &mut parts);
        let (going, stopped) = match place {
            Some(place) => {
                let rules = permits(self.world, Direction::Inbound, None, place, to, going);
                (rules.passed, rules.stopped)
            }
            None => (going, Vec::new()),
        };
        let listens = |port| machine::gateway_listens(id, port);
        at_service(
            &id.short(),
            going,
            stopped,
            &machine::GATEWAY_PORTS,
            listens,
            &mut parts,
        );
        parts
    }

    /// Packets at whoever has their address.
    pub(crate) fn arrive(
        &self,
        net: Net,
        holder: &'w Holder,
        to: Ipv4Addr,
        flows: Flows,
        from: Option<Place>,
        proxied: Option<&ResourceId>,
    ) -> Vec<Part> {
        let world = self.world;
        let one = |outcome, because: String| {
            let cause = Cause::new(because, Vec::new());
            vec![Part::stopped(flows.clone(), outcome, cause)]
        };
        let mut parts = match holder {
            Holder::Endpoint(id) => self.endpoint(id, to, flows),
            Holder::Frontend(id, index) => self.balanced(id, *index, to, flows, from, proxied),
            Holder::Nic(id, _) => {
                let own: Vec<Station<'w, 't>> = world
                    .interfaces_of(id)
                    .filter(|interface| interface.address == to)
                    .map(Station::of)
                    .collect();
                self.machines(&own, flows, proxied)
            }
            Holder::Instance(..) => {
                let own: Vec<Station<'w, 't>> = world
                    .interface_of(holder)
                    .map(Station::of)
                    .into_iter()
                    .collect();
                self.machines(&own, flows, proxied)
            }
            Holder::Client(name) => {
                let own: Vec<Station<'w, 't>> =
                    world.client(name).map(Station::of).into_iter().collect();
                self.machines(&own, flows, proxied)
            }
            Holder::Vip(id) => self.service(id, None, to, flows),
            Holder::RegionalVip(id, index) => self.service(id, Some(*index), to, flows),
            Holder::Unit(id, _) => one(
                Outcome::Unknown,
                format!(
                    "{to} is a unit of `{}`; whether it answers on its own address is not known: use the VIP",
                    id.short()
                ),
            ),
            Holder::Nat(id, _) => one(
                Outcome::Dropped,
                format!(
                    "{to} is a NAT address of `{}`, where nothing listens",
                    id.short()
                ),
            ),
        };
        for part in &mut parts {
            let mut stations = vec![(net, to)];
            stations.extend(part.stations.iter().filter(|one| **one != (net, to)));
            part.stations = Rc::from(stations);
        }
        parts
    }

    fn endpoint(&self, id: &'w ResourceId, to: Ipv4Addr, flows: Flows) -> Vec<Part> {
        let world = self.world;
        let mut parts = Vec::new();
        let Some((endpoint, inner)) = world.topology.private_endpoint(id) else {
            let because = format!("private endpoint `{}` is not in the topology", id.name());
            let cause = Cause::new(because, Vec::new());
            return vec![Part::stopped(flows, Outcome::Unknown, cause)];
        };
        let (service, approval) = match link::service_of(world, inner) {
            Ok(service) => {
                let approval = link::approval(endpoint, inner, &service);
                (Some(service), approval)
            }
            Err(judgement) => (None, judgement),
        };
        let place = inner
            .subnet
            .as_ref()
            .filter(|_| world.endpoint_policy(id, "NetworkSecurityGroupEnabled"))
            .and_then(|subnet| world.place(&subnet.id));
        let (passed, stopped) = match place {
            Some(place) => {
                let rules = permits(world, Direction::Inbound, None, place, to, flows);
                (rules.passed, rules.stopped)
            }
            None => (flows, Vec::new()),
        };
        let going = then(passed, stopped, &approval, &mut parts);
        if going.is_empty() {
            return parts;
        }
        match service {
            Some(link::Service::PrivateLink(resource, pls)) => {
                for part in widened(&self.link(resource, pls), &going) {
                    add(&mut parts, part);
                }
            }
            Some(link::Service::Platform(id, groups)) => {
                let listens = |port| link::platform_listens(world, &id, groups, port);
                let special = link::platform_ports(world, &id, groups);
                at_service(&id.short(), going, Vec::new(), special, listens, &mut parts);
            }
            None => {}
        }
        parts
    }

    /// What a Private Link Service does with each port.
    fn link(&self, service: &'w Resource, pls: &'w PrivateLinkService) -> Rc<[PortPart]> {
        if let Some(known) = self.links.borrow().get(&service.id) {
            return Rc::clone(known);
        }
        let found: Rc<[PortPart]> = Rc::from(self.link_anew(service, pls));
        self.links
            .borrow_mut()
            .insert(&service.id, Rc::clone(&found));
        found
    }

    fn link_anew(&self, service: &'w Resource, pls: &'w PrivateLinkService) -> Vec<PortPart> {
        let world = self.world;
        let nats = link::nat_addresses(world, service, pls);
        let all_ports = Ranges::all_ports();
        let nat_set: Ranges = nats
            .iter()
            .map(|nat| (nat.to_bits(), nat.to_bits()))
            .collect();
        let proxied = (pls.enable_proxy_protocol == Some(true)).then_some(&service.id);
        // Ports that lead to the same frontend are alike up to there.
        let mut left = all_ports.clone();
        let mut all: Vec<PortPart> = Vec::new();
        for ports in self.ports_by_frontend(pls) {
            let ports = ports.and(&left);
            left = left.minus(&ports);
            all.extend(self.link_ports(service, pls, &nats, &nat_set, &ports, proxied));
        }
        all.extend(self.link_ports(service, pls, &nats, &nat_set, &left, proxied));
        all
    }

    /// For each frontend of a service the ports for which it has a rule.
    fn ports_by_frontend(&self, pls: &PrivateLinkService) -> Vec<Ranges> {
        let each = pls
            .load_balancer_frontend_ip_configurations
            .iter()
            .filter_map(|reference| {
                let (resource, inner) =
                    self.world.topology.load_balancer(&reference.id.parent()?)?;
                let index = inner
                    .frontend_ip_configurations
                    .iter()
                    .position(|found| found.name.eq_ignore_ascii_case(reference.id.name()))?;
                let rules = balance::rules_of(resource, inner, index);
                let ports = rules.iter().map(|ruled| {
                    if ruled.takes_all() {
                        (1, u32::from(u16::MAX))
                    } else {
                        let port = u32::from(ruled.rule.properties.frontend_port);
                        (port, port)
                    }
                });
                Some(ports.collect())
            });
        each.collect()
    }

    fn link_ports(
        &self,
        service: &'w Resource,
        pls: &'w PrivateLinkService,
        nats: &[Ipv4Addr],
        nat_set: &Ranges,
        ports: &Ranges,
        proxied: Option<&ResourceId>,
    ) -> Vec<PortPart> {
        let Some(port) = ports.first().and_then(|port| u16::try_from(port).ok()) else {
            return Vec::new();
        };
        let stop = |judgement: &Judgement| {
            vec![PortPart {
                ports: ports.clone(),
                part: Part::judged(Flows::EMPTY, judgement),
            }]
        };
        let behind = match link::behind(self.world, service, pls, port) {
            Ok(behind) => behind,
            Err(judgement) => return stop(&judgement),
        };
        if nats.is_empty() {
            return stop(&Judgement::unknown(format!(
                "no NAT address of `{}` is known",
                service.id.short()
            )));
        }
        let held = behind
            .holder
            .as_ref()
            .and_then(|holder| self.world.kept(holder));
        if let (None, Some(backend)) = (held, behind.backend) {
            let flows = Flows::of(nat_set, ports);
            return by_port(&at_backend(backend, flows), nats);
        }
        let Some((net, holder)) = held else {
            return stop(&Judgement::unknown(format!(
                "the topology does not say who has {}",
                behind.address
            )));
        };
        let flows = Flows::of(nat_set, ports);
        let parts = self.arrive(net, holder, behind.address, flows, None, proxied);
        by_port(&parts, nats)
    }

    fn service(
        &self,
        id: &ResourceId,
        region: Option<usize>,
        to: Ipv4Addr,
        flows: Flows,
    ) -> Vec<Part> {
        let world = self.world;
        let mut parts = Vec::new();
        let service = world.topology.api_management(id);
        let (subnet, is_off) = service.map_or((None, false), |(_, apim)| apim.region(region));
        let place = subnet.and_then(|subnet| world.place(subnet));
        let (passed, stopped) = if let Some(place) = place {
            let rules = permits(world, Direction::Inbound, None, place, to, flows);
            (rules.passed, rules.stopped)
        } else {
            let judgement = Judgement::unknown(format!("`{}` has no subnet", id.short()));
            (Flows::EMPTY, vec![Part::judged(flows, &judgement)])
        };
        let listens = |port| machine::gateway_answers(id, region, is_off, port);
        at_service(
            &id.short(),
            passed,
            stopped,
            &machine::GATEWAY_PORTS,
            listens,
            &mut parts,
        );
        parts
    }
}

/// The end at a backend that is no resource.
pub(super) fn at_backend(backend: &Backend, flows: Flows) -> Vec<Part> {
    let mut parts = Vec::new();
    let listens = |port| backends::listens(backend, port);
    at_service(
        &backend.name,
        flows,
        Vec::new(),
        &backend.ports,
        listens,
        &mut parts,
    );
    parts
}

/// The end at a service that says for each port whether it takes connections.
fn at_service(
    name: &str,
    passed: Flows,
    stopped: Vec<Part>,
    special: &[u16],
    listens: impl Fn(u16) -> Judgement,
    parts: &mut Vec<Part>,
) {
    // A service names the few ports that it treats in a way of their own; any other port
    // stands for all others.
    let mut others = Ranges::all_ports();
    let mut classes: Vec<(Ranges, Judgement)> = Vec::new();
    for &port in special {
        let ports = Ranges::port(port);
        others = others.minus(&ports);
        classes.push((ports, listens(port)));
    }
    let other = others
        .first()
        .and_then(|port| u16::try_from(port).ok())
        .unwrap_or(2);
    classes.push((others, listens(other)));
    for (ports, judgement) in classes {
        let at = Flows::of(&Ranges::all_addresses(), &ports);
        for part in &stopped {
            // What listens not drops also what the groups left open.
            let flows = part.flows.and(&at);
            let ends = if judgement.verdict == Verdict::Drop && part.outcome == Outcome::Unknown {
                let mut part = Part::judged(flows, &judgement);
                part.network = Verdict::Unknown;
                part
            } else {
                part.for_flows(flows)
            };
            add(parts, ends);
        }
        let flows = passed.and(&at);
        let outcome = outcome_of(judgement.verdict);
        let cause = if judgement.because.is_empty() {
            Cause::new(format!("`{name}` answers"), judgement.by.clone())
        } else {
            Cause::of(&judgement)
        };
        // The service itself is the end: where it does not listen, nothing is reached.
        let mut part = Part::admitted(flows, outcome, judgement.verdict, cause);
        part.network = judgement.verdict;
        add(parts, part);
    }
}
