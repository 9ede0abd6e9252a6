//! Private Link and load balancing: the steps that translate.

use super::{Ends, Step, Walk};
use crate::{
    Fault, PortId, Time,
    nat::Lease,
    world::{
        SubnetIndex, Target,
        balancer::{Distribution, Member, Rule},
        link::{Behind, Service},
        nsg::Direction,
    },
};
use std::net::{Ipv4Addr, SocketAddrV4};
use topology::{ResourceId, trace::HopKind};

/// How long Private Link lets a connection be silent.
const PRIVATE_LINK_IDLE: Time = Time::from_mins(5);

impl Walk<'_> {
    /// Through a private endpoint, and the Private Link Service behind it.
    pub(super) fn link(&mut self, id: &ResourceId, subnet: SubnetIndex, ends: Ends) -> Step {
        let world = self.world;
        self.hop(id.as_str(), HopKind::PrivateEndpoint, &ends);
        let endpoint = world
            .endpoints
            .get(id)
            .ok_or("the endpoint is no longer there")?;
        let place = world
            .subnet(subnet)
            .ok_or("its subnet is no longer there")?;
        let said = if place.filters_endpoints {
            self.filter(
                Direction::Inbound,
                [place.nsg.as_ref(), None],
                place.vnet,
                &ends,
                true,
            )?
        } else {
            "network policies do not act on it".to_owned()
        };
        if !endpoint.state.eq_ignore_ascii_case("Approved") {
            return Err(format!(
                "its connection is {}, not Approved",
                endpoint.state
            ));
        }
        let Some(pls_id) = &endpoint.service else {
            return Err(format!(
                "its connection leads to {}, which is no Private Link Service here",
                endpoint.wanted
            ));
        };
        if !ends.has_ports() {
            return Err("Private Link carries TCP and UDP only".to_owned());
        }
        if self.pins.lease.is_some() {
            return Err("a Private Link Service cannot lead to a private endpoint".to_owned());
        }
        self.left(&ends, format!("its connection is Approved; {said}"));

        self.hop(pls_id.as_str(), HopKind::PrivateLinkService, &ends);
        let service = world
            .services
            .get(pls_id)
            .ok_or("the Private Link Service is no longer there")?;
        let port = ends.destination.port();
        let frontend = self.frontend(service, &ends);
        let behind = match (&service.behind, frontend) {
            (Behind::Address(address), _) => *address,
            (Behind::Frontends(lb, _), Some(index)) => world
                .balancers
                .get(lb)
                .and_then(|balancer| balancer.frontends.get(index)?.1)
                .ok_or_else(|| format!("a frontend of {} has no private address", lb.short()))?,
            _ => {
                return Err(format!(
                    "{} has no frontend of a load balancer behind it",
                    pls_id.short()
                ));
            }
        };
        let destination = SocketAddrV4::new(behind, port);
        let lease = self.lease(pls_id, service, &ends, destination)?;
        let said = format!(
            "translated to NAT address {} port {}",
            lease.address(),
            lease.port()
        );
        let address = match self.pins.fault {
            Some(Fault::NatSource(address)) => address,
            _ => lease.address(),
        };
        let translated = ends.from(address, lease.port()).to(behind, port);
        let honest = lease.address();
        self.pins.lease = Some(lease);
        self.idle = self.idle.min(PRIVATE_LINK_IDLE);
        self.left(&translated, said);
        match (&service.behind, frontend, service.vnet) {
            (Behind::Frontends(lb, _), Some(index), _) => {
                self.balance_as(lb, index, None, translated, honest)
            }
            (_, _, Some(vnet)) => self.walk_to_target(vnet, None, translated),
            _ => Err(format!("{} is in no network", pls_id.short())),
        }
    }

    /// Of several frontends, the first with a rule for the port.
    fn frontend(&self, service: &Service, ends: &Ends) -> Option<usize> {
        let Behind::Frontends(lb, indexes) = &service.behind else {
            return None;
        };
        let balancer = self.world.balancers.get(lb)?;
        let fits = |index: &&usize| {
            balancer
                .rule(**index, ends.protocol, ends.destination.port())
                .is_some()
        };
        indexes
            .iter()
            .find(fits)
            .or_else(|| indexes.first())
            .copied()
    }

    /// A NAT address and port: the one it has, or a free one, beginning at a hashed address.
    fn lease(
        &mut self,
        id: &ResourceId,
        service: &Service,
        ends: &Ends,
        destination: SocketAddrV4,
    ) -> Result<Lease, String> {
        if let Some(lease) = self.pinned.and_then(|pins| pins.lease.as_ref()) {
            let is_same = lease.service() == id
                && service.nats.contains(&lease.address())
                && lease.destination() == destination;
            return if is_same {
                Ok(lease.clone())
            } else {
                Err(format!("{} changed under the connection", id.short()))
            };
        }
        if self.pinned.is_some() || service.nats.is_empty() {
            return Err(format!("{} has no NAT address", id.short()));
        }
        let first = ends.choose(Distribution::FiveTuple, &service.nats).copied();
        for address in first.iter().chain(
            service
                .nats
                .iter()
                .filter(|address| Some(**address) != first),
        ) {
            if let Some(lease) = self.nat.lease(id, *address, ends.protocol, destination) {
                return Ok(lease);
            }
        }
        Err(format!(
            "{} has no NAT port left towards {destination}",
            id.short()
        ))
    }

    /// Through a load balancer.
    pub(super) fn balance(
        &mut self,
        id: &ResourceId,
        frontend: usize,
        from: Option<PortId>,
        ends: Ends,
    ) -> Step {
        self.balance_as(id, frontend, from, ends, *ends.source.ip())
    }

    /// Through a load balancer; `honest` is the source that it would have without a fault.
    fn balance_as(
        &mut self,
        id: &ResourceId,
        frontend: usize,
        from: Option<PortId>,
        ends: Ends,
        honest: Ipv4Addr,
    ) -> Step {
        let world = self.world;
        self.hop(id.as_str(), HopKind::LoadBalancer, &ends);
        let balancer = world
            .balancers
            .get(id)
            .ok_or("the load balancer is no longer there")?;
        let port = ends.destination.port();
        let rule = balancer
            .rule(frontend, ends.protocol, port)
            .filter(|_| ends.has_ports())
            .ok_or_else(|| {
                let name = balancer
                    .frontends
                    .get(frontend)
                    .map(|(name, _)| name.as_str())
                    .unwrap_or_default();
                format!(
                    "no load-balancing rule for {} port {port} of frontend {name}",
                    protocol(ends.protocol)
                )
            })?;
        if from.is_some_and(|from| rule.members.iter().any(|member| member.port == from)) {
            return Err(format!(
                "hairpin: a member of pool {} cannot reach its own load balancer",
                rule.pool
            ));
        }
        let honest_ends = ends.from(honest, ends.source.port());
        let (member, said) = self.member(id, rule, &honest_ends)?;
        let translate = |ends: Ends| {
            if rule.floating {
                ends
            } else {
                ends.to(member.address, rule.member_port(port))
            }
        };
        let seen = translate(honest_ends);
        let mut received = translate(ends);
        let mut to = member.port;
        if let Some(Fault::LbDestination(address)) = self.pins.fault {
            received = received.to(address, received.destination.port());
            let vnet = world
                .port(to)
                .and_then(|port| world.subnet(port.subnet_of(member.address)?))
                .map(|subnet| subnet.vnet);
            if let Some(Target::Port(other, _)) = vnet.and_then(|vnet| world.target(vnet, address))
            {
                to = *other;
            }
        }
        if rule.idle <= self.idle {
            self.idle = rule.idle;
            self.resets = rule.resets;
        }
        self.left(&received, said);
        let subnet = world
            .port(member.port)
            .and_then(|port| port.subnet_of(member.address))
            .ok_or("the member is no longer there")?;
        self.pins.member = Some(member);
        let port = world.port(to).ok_or("the member is no longer there")?;
        self.hop(&port.at, port.receives_as, &received);
        self.receive(to, subnet, &received, &seen)
    }

    /// The member it has, or a healthy one by hash.
    fn member(
        &self,
        lb: &ResourceId,
        rule: &Rule,
        ends: &Ends,
    ) -> Result<(Member, String), String> {
        if let Some(pins) = self.pinned {
            let kept = pins
                .member
                .as_ref()
                .filter(|member| rule.members.contains(member));
            let kept = kept.ok_or_else(|| format!("its member left pool {}", rule.pool))?;
            return Ok((kept.clone(), String::new()));
        }
        if rule.members.is_empty() {
            return Err(format!("pool {} has no member", rule.pool));
        }
        let is_healthy = |member: &&Member| {
            rule.probe
                .as_ref()
                .is_none_or(|probe| self.health.is_healthy(&member.nic, lb, probe))
        };
        let healthy: Vec<&Member> = rule.members.iter().filter(is_healthy).collect();
        let Some(member) = ends.choose(rule.distribution, &healthy) else {
            let probe = rule.probe.as_deref().unwrap_or_default();
            return Err(format!(
                "no healthy member in pool {}: probe {probe} fails on all {}",
                rule.pool,
                rule.members.len()
            ));
        };
        let said = format!(
            "rule {} chose {} of {} healthy members of {} in pool {}",
            rule.name,
            member.nic.short(),
            healthy.len(),
            rule.members.len(),
            rule.pool
        );
        Ok(((*member).clone(), said))
    }
}

fn protocol(number: u8) -> String {
    match number {
        crate::packet::TCP => "TCP".to_owned(),
        crate::packet::UDP => "UDP".to_owned(),
        other => format!("protocol {other}"),
    }
}
