//! A load balancer: its rule, its members, and which of them the probe lets take part.
//!
//! Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview>.

use super::{
    HopKind, Verdict,
    decision::{DecidedBy, DecidedKind, Judgement},
    mend,
    security::{self, Direction, Packet},
    walk::{End, Sent, Station, Stop, Walk, missing},
    world::World,
};
use crate::model::{
    Resource,
    id::ResourceId,
    network::{Child, LoadBalancer, LoadBalancingRule, Probe},
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// Idle limit of a rule that states none, in minutes:
/// <https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout>.
const IDLE_MINUTES: u32 = 4;

/// A rule of a load balancer and its place in the list.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruled<'t> {
    pub(crate) rule: &'t Child<LoadBalancingRule>,
    pub(crate) index: usize,
}

impl Ruled<'_> {
    /// Whether it is for every protocol and port (HA ports).
    pub(crate) fn takes_all(&self) -> bool {
        let rule = &self.rule.properties;
        rule.protocol.eq_ignore_ascii_case("All") && rule.frontend_port == 0
    }

    /// The port at the member.
    pub(crate) fn backend_port(&self, port: u16) -> u16 {
        match self.rule.properties.backend_port {
            None | Some(0) => port,
            Some(backend) => backend,
        }
    }

    pub(crate) fn decided(&self, resource: &Resource) -> DecidedBy {
        DecidedBy::at(
            DecidedKind::LoadBalancingRule,
            &resource.id,
            self.rule.name.as_str(),
            format!("/properties/loadBalancingRules/{}", self.index),
        )
    }
}

/// The rules for TCP of a frontend; one for all ports comes last.
pub(crate) fn rules_of<'t>(
    resource: &Resource,
    balancer: &'t LoadBalancer,
    frontend: usize,
) -> Vec<Ruled<'t>> {
    let Some(frontend) = balancer.frontend_ip_configurations.get(frontend) else {
        return Vec::new();
    };
    let is_ours = |rule: &LoadBalancingRule| {
        rule.frontend_ip_configuration
            .as_ref()
            .is_some_and(|reference| {
                reference.id.parent().as_ref() == Some(&resource.id)
                    && reference.id.name().eq_ignore_ascii_case(&frontend.name)
            })
    };
    let mut all: Vec<Ruled<'t>> = balancer
        .load_balancing_rules
        .iter()
        .enumerate()
        .map(|(index, rule)| Ruled { rule, index })
        .filter(|ruled| is_ours(&ruled.rule.properties))
        .filter(|ruled| {
            ruled.takes_all() || ruled.rule.properties.protocol.eq_ignore_ascii_case("Tcp")
        })
        .collect();
    all.sort_by_key(Ruled::takes_all);
    all
}

/// The rule for TCP to `port` of a frontend.
pub(crate) fn rule_for<'t>(
    resource: &Resource,
    balancer: &'t LoadBalancer,
    frontend: usize,
    port: u16,
) -> Option<Ruled<'t>> {
    rules_of(resource, balancer, frontend)
        .into_iter()
        .find(|ruled| ruled.takes_all() || ruled.rule.properties.frontend_port == port)
}

/// Which members a rule sends to, or why to none.
#[derive(Debug)]
pub(crate) struct Backends<'w, 't> {
    pub(crate) healthy: Vec<Station<'w, 't>>,
    pub(crate) judgement: Judgement,
}

/// The single machine that an inbound NAT rule of a frontend leads to.
#[derive(Debug)]
pub(crate) struct Natted<'w, 't> {
    pub(crate) station: Station<'w, 't>,
    pub(crate) port: u16,
    pub(crate) by: DecidedBy,
    pub(crate) name: &'t str,
    pub(crate) idle_minutes: u32,
}

/// The inbound NAT rules of a frontend that lead to a known machine, by port.
pub(crate) fn nat_rules<'w, 't>(
    world: &'w World<'t>,
    resource: &'t Resource,
    balancer: &'t LoadBalancer,
    frontend: usize,
) -> Vec<(u16, Natted<'w, 't>)> {
    let Some(frontend) = balancer.frontend_ip_configurations.get(frontend) else {
        return Vec::new();
    };
    let each = balancer
        .inbound_nat_rules
        .iter()
        .enumerate()
        .filter_map(|(index, rule)| {
            let properties = &rule.properties;
            let reference = properties.frontend_ip_configuration.as_ref()?;
            let is_udp = properties
                .protocol
                .as_deref()
                .is_some_and(|protocol| protocol.eq_ignore_ascii_case("Udp"));
            if is_udp || !reference.id.name().eq_ignore_ascii_case(&frontend.name) {
                return None;
            }
            let port = properties.frontend_port?;
            let id = resource.id.child("inboundNatRules", &rule.name);
            let natted = Natted {
                station: Station::of(world.natted_to(&id)?),
                port: properties.backend_port.unwrap_or(port),
                by: DecidedBy::at(
                    DecidedKind::LoadBalancingRule,
                    &resource.id,
                    rule.name.as_str(),
                    format!("/properties/inboundNatRules/{index}"),
                ),
                name: &rule.name,
                idle_minutes: properties.idle_timeout_in_minutes.unwrap_or(IDLE_MINUTES),
            };
            Some((port, natted))
        });
    each.collect()
}

impl<'w, 't> Walk<'w, 't> {
    pub(crate) fn load_balancer(
        &mut self,
        id: &ResourceId,
        frontend: usize,
        sent: &Sent,
        senders: &[Station<'w, 't>],
    ) -> End {
        let Some((resource, balancer)) = self.world.topology.load_balancer(id) else {
            return Err(Stop::unknown(format!(
                "load balancer `{}` is not in the topology",
                id.name()
            )));
        };
        let port = sent.destination.port();
        let Some(ruled) = rule_for(resource, balancer, frontend, port) else {
            let natted = nat_rules(self.world, resource, balancer, frontend)
                .into_iter()
                .find(|(at, _)| *at == port);
            if let Some((_, natted)) = natted {
                let because = format!("inbound NAT rule `{}` leads to one machine", natted.name);
                let to = SocketAddrV4::new(natted.station.address, natted.port);
                let judgement = Judgement::pass(because).by(natted.by);
                self.push_at(HopKind::LoadBalancer, &resource.id, sent, &[to], judgement)?;
                self.limit_idle(
                    natted.idle_minutes.saturating_mul(60),
                    "idle limit of the inbound NAT rule",
                );
                return self.network_interfaces(&[natted.station], &sent.sources, natted.port);
            }
            return self.ends_here(resource, sent, no_rule(resource, balancer, frontend, port));
        };
        let backends = self.backends(resource, balancer, ruled, senders);
        if backends.healthy.is_empty() {
            return self.ends_here(resource, sent, backends.judgement);
        }
        let destinations = at_members(ruled, &backends.healthy, sent.destination);
        self.push_at(
            HopKind::LoadBalancer,
            &resource.id,
            sent,
            &destinations,
            backends.judgement,
        )?;
        let minutes = ruled
            .rule
            .properties
            .idle_timeout_in_minutes
            .unwrap_or(IDLE_MINUTES);
        let because = format!("idle limit of rule `{}`", ruled.rule.name);
        self.limit_idle(minutes.saturating_mul(60), &because);
        let backend = ruled.backend_port(port);
        self.network_interfaces(&backends.healthy, &sent.sources, backend)
    }

    fn ends_here(&mut self, resource: &Resource, sent: &Sent, judgement: Judgement) -> End {
        let because = judgement.because.clone();
        self.push_at(HopKind::LoadBalancer, &resource.id, sent, &[], judgement)?;
        Err(Stop::unknown(because))
    }

    /// Whom a rule may choose.
    pub(crate) fn backends(
        &self,
        resource: &'t Resource,
        balancer: &'t LoadBalancer,
        ruled: Ruled<'t>,
        senders: &[Station<'w, 't>],
    ) -> Backends<'w, 't> {
        let rule = &ruled.rule.properties;
        let by = ruled.decided(resource);
        let nobody = |judgement: Judgement| Backends {
            healthy: Vec::new(),
            judgement,
        };
        let Some(pool) = rule.pools().next() else {
            let because = format!(
                "rule `{}` has no backend pool; give it one",
                ruled.rule.name
            );
            return nobody(Judgement::drop(because).by(by));
        };
        let all = match self.members(balancer, &pool.id) {
            Ok(all) => all,
            Err(judgement) if judgement.verdict == Verdict::Drop => {
                let port = ruled.backend_port(rule.frontend_port);
                let remedy = mend::balancing::join_pool(self.world, balancer, &pool.id, port);
                return nobody(judgement.remedy(remedy));
            }
            Err(judgement) => return nobody(judgement),
        };
        if self.relays > 0
            && senders
                .iter()
                .any(|sender| all.iter().any(|member| member.address == sender.address))
        {
            return nobody(
                Judgement::drop(format!(
                    "the relay leads back to its own load balancer `{}`, which is a loop; let it lead to the service",
                    resource.id.short()
                ))
                .by(by),
            );
        }
        let (healthy, judgement) = self.healthy(resource, balancer, ruled, all);
        if healthy.is_empty() {
            return nobody(judgement);
        }
        let hairpin = senders.iter().any(|sender| {
            healthy
                .iter()
                .any(|member| member.address == sender.address && member.place == sender.place)
        });
        let judgement = if rule.enable_floating_ip == Some(true) {
            self.floating(resource, &ruled, &healthy).by(by)
        } else if hairpin {
            Judgement::unknown(format!(
                "the sender is a member of pool `{}`: its connection fails whenever it is chosen itself",
                pool.id.name()
            ))
            .by(by)
        } else {
            Judgement::pass(format!("rule `{}`: {}", ruled.rule.name, judgement.because))
                .by(by)
                .and(Judgement {
                    because: String::new(),
                    ..judgement
                })
        };
        Backends { healthy, judgement }
    }

    /// With a floating IP the packet keeps the frontend's address as destination, which the
    /// machine must hold on an interface of its own.
    /// Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-floating-ip>.
    fn floating(
        &self,
        resource: &Resource,
        ruled: &Ruled<'_>,
        healthy: &[Station<'w, 't>],
    ) -> Judgement {
        let elsewhere = healthy
            .iter()
            .find(|member| self.listens_elsewhere(member, ruled.rule.properties.frontend_port));
        match elsewhere {
            Some(member) => Judgement::drop(format!(
                "rule `{}` of `{}` has a floating IP, so the destination stays the frontend, and the relay of `{}` listens on another address; switch enableFloatingIP off",
                ruled.rule.name,
                resource.id.short(),
                last(&member.at)
            ))
            .remedy(mend::set(
                &resource.id,
                format!("/properties/loadBalancingRules/{}/properties/enableFloatingIP", ruled.index),
                false.into(),
                format!("switch off enableFloatingIP of rule `{}`", ruled.rule.name),
            )),
            None => Judgement::unknown(format!(
                "rule `{}` has a floating IP; whether the machines hold it is not known",
                ruled.rule.name
            )),
        }
    }

    /// Everybody in a pool.
    fn members(
        &self,
        balancer: &LoadBalancer,
        pool: &ResourceId,
    ) -> Result<Vec<Station<'w, 't>>, Judgement> {
        let all: Vec<Station<'w, 't>> = self.world.members(pool).map(Station::of).collect();
        if !all.is_empty() {
            return Ok(all);
        }
        let by = DecidedBy::at(DecidedKind::BackendPool, pool, pool.name(), "");
        let given = given(balancer, pool);
        if given.is_empty() {
            return Err(Judgement::drop(format!(
                "backend pool `{}` has no members; put the NICs of the machines into it",
                pool.name()
            ))
            .by(by));
        }
        let mut members = Vec::new();
        for (network, address) in given {
            let Some(net) = network.and_then(|id| self.world.net(&id)) else {
                return Err(Judgement::unknown(format!(
                    "the network of {address} in backend pool `{}` is not in the topology",
                    pool.name()
                ))
                .by(by));
            };
            match self.world.interface_at(net, address) {
                Some(interface) if interface.nic.is_some() => members.push(Station::of(interface)),
                // Only machines of the load balancer's own network are supported.
                _ => {
                    return Err(Judgement::unknown(format!(
                        "{address} in backend pool `{}` is the address of no machine in `{}`, which Azure does not support",
                        pool.name(),
                        self.world.network(net).resource.id.name()
                    ))
                    .by(by));
                }
            }
        }
        Ok(members)
    }

    /// The members that take part, and why these; or nobody, and why not.
    fn healthy(
        &self,
        resource: &Resource,
        balancer: &LoadBalancer,
        ruled: Ruled<'_>,
        all: Vec<Station<'w, 't>>,
    ) -> (Vec<Station<'w, 't>>, Judgement) {
        let Some(reference) = &ruled.rule.properties.probe else {
            let said = Judgement::pass("without a probe every member takes part");
            return (all, said);
        };
        let name = reference.id.name();
        let found = balancer
            .probes
            .iter()
            .enumerate()
            .find(|(_, probe)| probe.name.eq_ignore_ascii_case(name));
        let by = match found {
            Some((index, _)) => DecidedBy::at(
                DecidedKind::Probe,
                &resource.id,
                name,
                format!("/properties/probes/{index}"),
            ),
            None => missing(&reference.id),
        };
        let probe = found.map(|(_, probe)| &probe.properties);
        let what = probe.map_or_else(|| format!("probe `{name}`"), |probe| described(name, probe));
        let reasoned = |member: &Station<'w, 't>| match probe {
            Some(probe) => self.probed(member, probe, &by),
            None => Judgement::unknown(format!("probe `{name}` is not in the load balancer")),
        };
        let mut healthy = Vec::new();
        let mut failures: Vec<(Station<'w, 't>, Judgement)> = Vec::new();
        let count = all.len();
        for member in all {
            let seen_to_fail = self.live.is_some_and(|live| {
                member
                    .interface
                    .and_then(|interface| interface.nic)
                    .is_some_and(|nic| live.unhealthy.contains(nic))
            });
            let failure = match self.live {
                Some(_) if !seen_to_fail => None,
                Some(_) => Some(match reasoned(&member) {
                    drop if drop.verdict == Verdict::Drop => drop,
                    _ => Judgement::drop(
                        "it was seen to fail; look at what the machine answers to it",
                    ),
                }),
                None => Some(reasoned(&member)).filter(|found| found.verdict == Verdict::Drop),
            };
            match failure {
                None => healthy.push(member),
                Some(failure) => failures.push((member, failure)),
            }
        }
        let Some((first, failure)) = failures.first() else {
            let said = Judgement::pass(format!("every member passes {what}")).by(by);
            return (healthy, said);
        };
        let down = failures
            .iter()
            .map(|(member, _)| format!("`{}`", last(&member.at)))
            .collect::<Vec<_>>()
            .join(", ");
        if healthy.is_empty() {
            let same = failures
                .iter()
                .all(|(_, other)| other.because == failure.because);
            let at = if same {
                String::new()
            } else {
                format!("at `{}`: ", last(&first.at))
            };
            let because = format!(
                "no member is healthy: {what} fails at {down}; {at}{}",
                failure.because
            );
            let all = Judgement::over_all(failures.into_iter().map(|(_, failure)| failure));
            let mut judgement = Judgement::drop(because).by(by).remedy(all.remedy);
            judgement.by.extend(all.by);
            return (healthy, judgement);
        }
        let up = healthy.len();
        let because = format!(
            "{up} of {count} members pass {what}; it fails at {down}: {}",
            failure.because
        );
        (healthy, Judgement::pass(because).by(by))
    }

    /// What the probe would find at a member.
    fn probed(&self, member: &Station<'w, 't>, probe: &Probe, by: &DecidedBy) -> Judgement {
        let packet = Packet {
            source: security::HOST,
            destination: SocketAddrV4::new(member.address, probe.port),
        };
        let Some(place) = member.place else {
            return Judgement::unknown("the member is in no subnet");
        };
        let rules = security::judge(
            self.world,
            Direction::Inbound,
            member.group(),
            place,
            packet,
        );
        rules.and(self.answers_probe(member, probe, by))
    }

    /// Machines that forward, behind a load balancer that is the next hop of a route: its rule for
    /// all ports keeps destination and port.
    pub(crate) fn balanced_appliances(
        &mut self,
        id: &ResourceId,
        frontend: usize,
        sent: &Sent,
    ) -> Result<Vec<Station<'w, 't>>, Stop> {
        let Some((resource, balancer)) = self.world.topology.load_balancer(id) else {
            return Err(Stop::unknown(format!(
                "load balancer `{}` is not in the topology",
                id.name()
            )));
        };
        let ruled = rules_of(resource, balancer, frontend)
            .into_iter()
            .find(Ruled::takes_all);
        let backends = match ruled {
            Some(ruled) => self.backends(resource, balancer, ruled, &[]),
            None => Backends {
                healthy: Vec::new(),
                judgement: Judgement::drop(format!(
                    "`{}` is the next hop of a route and has no rule for all ports; give it one (protocol All, port 0)",
                    id.short()
                ))
                .by(DecidedBy::at(
                    DecidedKind::LoadBalancingRule,
                    &resource.id,
                    "",
                    "/properties/loadBalancingRules",
                )),
            },
        };
        self.push_at(
            HopKind::LoadBalancer,
            &resource.id,
            sent,
            &[],
            backends.judgement,
        )?;
        Ok(backends.healthy)
    }
}

/// That a frontend has no rule for a port, with the rule that it lacks.
pub(crate) fn no_rule(
    resource: &Resource,
    balancer: &LoadBalancer,
    frontend: usize,
    port: u16,
) -> Judgement {
    Judgement::drop(format!(
        "`{}` has no rule for TCP port {port} of this frontend; add a load-balancing rule with frontendPort {port}",
        resource.id.short()
    ))
    .by(DecidedBy::at(
        DecidedKind::LoadBalancingRule,
        &resource.id,
        "",
        "/properties/loadBalancingRules",
    ))
    .remedy(mend::balancing::rule(resource, balancer, frontend, port))
}

fn at_members(
    ruled: Ruled<'_>,
    healthy: &[Station<'_, '_>],
    to: SocketAddrV4,
) -> Vec<SocketAddrV4> {
    let backend = ruled.backend_port(to.port());
    healthy
        .iter()
        .map(|member| SocketAddrV4::new(member.address, backend))
        .collect()
}

fn described(name: &str, probe: &Probe) -> String {
    let path = probe
        .request_path
        .as_deref()
        .filter(|_| !probe.protocol.eq_ignore_ascii_case("Tcp"))
        .unwrap_or("");
    format!(
        "probe `{name}` ({} port {}{}{path})",
        probe.protocol,
        probe.port,
        if path.is_empty() { "" } else { " " }
    )
}

fn last(at: &str) -> &str {
    at.rsplit('/').next().unwrap_or(at)
}

/// The members of a pool that are given by address, with their network.
fn given(balancer: &LoadBalancer, pool: &ResourceId) -> Vec<(Option<ResourceId>, Ipv4Addr)> {
    let found = balancer
        .backend_address_pools
        .iter()
        .filter(|found| found.name.eq_ignore_ascii_case(pool.name()));
    let each = found.flat_map(|found| {
        let network = found.properties.virtual_network.as_ref();
        found
            .properties
            .load_balancer_backend_addresses
            .iter()
            .filter_map(move |member| {
                let member = &member.properties;
                let address = crate::model::cidr::ipv4(member.ip_address)?;
                let of_member = member
                    .virtual_network
                    .as_ref()
                    .or(network)
                    .map(|network| network.id.clone());
                let of_subnet = || member.subnet.as_ref()?.id.parent();
                Some((of_member.or_else(of_subnet), address))
            })
    });
    each.collect()
}
