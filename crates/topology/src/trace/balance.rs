//! A load balancer: its rule, its members, and which of them the probe lets take part.
//!
//! Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview>.

use super::{
    HopKind, Verdict,
    security::{self, Direction, Judgement, Packet},
    walk::{End, Machine, Sent, Stop, Walk},
};
use crate::model::{
    Resource,
    id::ResourceId,
    network::{Child, LoadBalancer, LoadBalancingRule, Probe},
};
use std::net::SocketAddrV4;

/// Idle limit of a rule that states none, in minutes:
/// <https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout>.
const IDLE_MINUTES: u32 = 4;

/// The rule for TCP to `port` of a frontend; one for all ports comes last.
pub(super) fn rule_for<'t>(
    resource: &Resource,
    balancer: &'t LoadBalancer,
    frontend: usize,
    port: u16,
) -> Option<&'t Child<LoadBalancingRule>> {
    let frontend = balancer.frontend_ip_configurations.get(frontend)?;
    let ours = balancer.load_balancing_rules.iter().filter(|rule| {
        rule.properties
            .frontend_ip_configuration
            .as_ref()
            .is_some_and(|reference| {
                reference.id.parent().as_ref() == Some(&resource.id)
                    && reference.id.name().eq_ignore_ascii_case(&frontend.name)
            })
    });
    let all_ports = |rule: &LoadBalancingRule| {
        rule.protocol.eq_ignore_ascii_case("All") && rule.frontend_port == 0
    };
    let matching = ours.filter(|rule| {
        let rule = &rule.properties;
        all_ports(rule) || (rule.protocol.eq_ignore_ascii_case("Tcp") && rule.frontend_port == port)
    });
    matching.min_by_key(|rule| all_ports(&rule.properties))
}

impl Walk<'_> {
    pub(super) fn load_balancer(
        &mut self,
        id: &ResourceId,
        frontend: usize,
        sent: &Sent,
        senders: &[Machine],
    ) -> End {
        let Some((resource, balancer)) = self.topology.load_balancer(id) else {
            return Err(Stop::Unknown(format!(
                "load balancer `{}` is not in the topology",
                id.name()
            )));
        };
        let port = sent.destination.port();
        let Some(rule) = rule_for(resource, balancer, frontend, port) else {
            return self.ends_here(resource, sent, Judgement::drop(format!(
                "`{}` has no rule for TCP port {port} of this frontend; add a load-balancing rule with frontendPort {port}",
                id.short()
            )));
        };
        let Some(pool) = &rule.properties.backend_address_pool else {
            let because = format!("rule `{}` has no backend pool; give it one", rule.name);
            return self.ends_here(resource, sent, Judgement::drop(because));
        };
        let all = self.members(&pool.id);
        if all.is_empty() {
            let by_address = balancer.backend_address_pools.iter().any(|found| {
                found.name.eq_ignore_ascii_case(pool.id.name())
                    && !found.properties.load_balancer_backend_addresses.is_empty()
            });
            let judgement = if by_address {
                Judgement::unknown(format!(
                    "backend pool `{}` has members by address, which are not followed",
                    pool.id.name()
                ))
            } else {
                Judgement::drop(format!(
                    "backend pool `{}` has no members; put the NICs of the machines into it",
                    pool.id.name()
                ))
            };
            return self.ends_here(resource, sent, judgement);
        }
        if self.relays > 0
            && senders
                .iter()
                .any(|sender| all.iter().any(|member| member.address == sender.address))
        {
            return self.ends_here(resource, sent, Judgement::drop(format!(
                "the relay leads back to its own load balancer `{}`, which is a loop; let it lead to the service",
                id.short()
            )));
        }
        let (healthy, why) = self.healthy(balancer, rule, all);
        if healthy.is_empty() {
            return self.ends_here(resource, sent, Judgement::drop(why));
        }
        let minutes = rule
            .properties
            .idle_timeout_in_minutes
            .unwrap_or(IDLE_MINUTES);
        self.limit_idle(minutes.saturating_mul(60));
        let judgement = if rule.properties.enable_floating_ip == Some(true) {
            Judgement::unknown(format!(
                "rule `{}` has a floating IP; whether the machines hold it is not known",
                rule.name
            ))
        } else if senders.iter().any(|sender| {
            healthy
                .iter()
                .any(|member| member.address == sender.address)
        }) {
            Judgement::unknown(format!(
                "the sender is a member of pool `{}`: its connection fails whenever it is chosen itself",
                pool.id.name()
            ))
        } else {
            Judgement::pass(format!("rule `{}`: {why}", rule.name))
        };
        let backend = match rule.properties.backend_port {
            None | Some(0) => port,
            Some(backend) => backend,
        };
        let destinations: Vec<SocketAddrV4> = healthy
            .iter()
            .map(|member| SocketAddrV4::new(member.address, backend))
            .collect();
        self.push_at(
            HopKind::LoadBalancer,
            &resource.id,
            sent,
            &destinations,
            judgement,
        )?;
        self.network_interfaces(&healthy, &sent.sources, backend)
    }

    fn ends_here(&mut self, resource: &Resource, sent: &Sent, judgement: Judgement) -> End {
        let because = judgement.because.clone();
        self.push_at(HopKind::LoadBalancer, &resource.id, sent, &[], judgement)?;
        Err(Stop::Unknown(because))
    }

    fn members(&self, pool: &ResourceId) -> Vec<Machine> {
        let mut members = Vec::new();
        for (resource, nic) in self.topology.network_interfaces() {
            let in_pool = nic.ip_configurations.iter().map(|config| {
                config
                    .properties
                    .load_balancer_backend_address_pools
                    .iter()
                    .any(|reference| reference.id == *pool)
            });
            if in_pool.clone().any(|is| is) {
                // A NIC of several addresses takes part with those whose configuration is in the pool.
                let flags: Vec<bool> = in_pool.collect();
                let machines = self.machines_of(&resource.id);
                if machines.len() == flags.len() {
                    members.extend(
                        machines
                            .into_iter()
                            .zip(flags)
                            .filter(|(_, is)| *is)
                            .map(|(machine, _)| machine),
                    );
                } else {
                    members.extend(machines);
                }
            }
        }
        members
    }

    /// The members that take part, and why these; or nobody, and why not.
    fn healthy(
        &self,
        balancer: &LoadBalancer,
        rule: &Child<LoadBalancingRule>,
        all: Vec<Machine>,
    ) -> (Vec<Machine>, String) {
        let Some(reference) = &rule.properties.probe else {
            return (all, "without a probe every member takes part".to_owned());
        };
        let name = reference.id.name();
        let probe = balancer
            .probes
            .iter()
            .find(|probe| probe.name.eq_ignore_ascii_case(name))
            .map(|probe| &probe.properties);
        let what = probe.map_or_else(|| format!("probe `{name}`"), |probe| described(name, probe));
        let reasoned = |member: &Machine| match probe {
            Some(probe) => self.probed(member, probe),
            None => Judgement::unknown(format!("probe `{name}` is not in the load balancer")),
        };
        let mut healthy = Vec::new();
        let mut failures = Vec::new();
        let count = all.len();
        for member in all {
            let failure = match self.live {
                Some(live) => {
                    let fails = member
                        .nic
                        .as_ref()
                        .is_some_and(|nic| live.unhealthy.contains(nic));
                    fails.then(|| match reasoned(&member) {
                        Judgement {
                            verdict: Verdict::Drop,
                            because,
                        } => because,
                        _ => {
                            "it was seen to fail; look at what the machine answers to it".to_owned()
                        }
                    })
                }
                None => match reasoned(&member) {
                    Judgement {
                        verdict: Verdict::Drop,
                        because,
                    } => Some(because),
                    _ => None,
                },
            };
            match failure {
                None => healthy.push(member),
                Some(because) => failures.push((member, because)),
            }
        }
        let Some((first, because)) = failures.first() else {
            return (healthy, format!("every member passes {what}"));
        };
        let names = |members: &mut dyn Iterator<Item = &Machine>| {
            members
                .map(|member| format!("`{}`", last(&member.at)))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let down = names(&mut failures.iter().map(|(member, _)| member));
        if healthy.is_empty() {
            let same = failures.iter().all(|(_, other)| other == because);
            let at = if same {
                String::new()
            } else {
                format!("at `{}`: ", last(&first.at))
            };
            return (
                healthy,
                format!("no member is healthy: {what} fails at {down}; {at}{because}"),
            );
        }
        let up = healthy.len();
        (
            healthy,
            format!("{up} of {count} members pass {what}; it fails at {down}: {because}"),
        )
    }

    /// What the probe would find at a member.
    fn probed(&self, member: &Machine, probe: &Probe) -> Judgement {
        let packet = Packet {
            source: security::HOST,
            destination: SocketAddrV4::new(member.address, probe.port),
        };
        let rules = security::judge(
            self.topology,
            Direction::Inbound,
            member.nic.as_ref(),
            &member.subnet,
            packet,
        );
        rules.and(self.answers_probe(member, probe))
    }
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
