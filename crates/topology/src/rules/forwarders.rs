//! Forwarders: machines, their NICs and what they relay.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::{Topology, addresses::Holder, dns::RecordAddress, id::ResourceId, relay::RelayConfig},
};
use std::net::{Ipv4Addr, SocketAddr};

const HAIRPIN: &str =
    "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic";
const APIM: &str =
    "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "FWD001",
        severity: Severity::Warning,
        title: "one instance only",
        why: "a patch, a restart or a failed host then cuts off every consumer; the load balancer's service level wants two",
        mend: "use `instances: 2` or more",
        source: "https://learn.microsoft.com/azure/reliability/reliability-load-balancer",
        arm_code: None,
        check: single,
    },
    Rule {
        code: "FWD002",
        severity: Severity::Error,
        title: "pool without members",
        why: "membership is written on the NIC, and no NIC names this pool",
        mend: "name the load balancer's `backend`",
        source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
        arm_code: None,
        check: no_members,
    },
    Rule {
        code: "FWD003",
        severity: Severity::Hint,
        title: "IP forwarding that a relay does not need",
        why: "the relay's connections are addressed to the NIC itself; the flag only widens what may be forged",
        mend: "leave `enableIPForwarding` out",
        source: "https://learn.microsoft.com/azure/virtual-network/virtual-network-network-interface",
        arm_code: None,
        check: ip_forwarding,
    },
    Rule {
        code: "FWD005",
        severity: Severity::Warning,
        title: "upstream by a literal address",
        why: "API Management chooses its private address itself, and it may change when units, zones or networks do",
        mend: "relay `to` the service by its name",
        source: APIM,
        arm_code: None,
        check: literal_upstream,
    },
    Rule {
        code: "FWD006",
        severity: Severity::Error,
        title: "relay does not listen where the load balancer sends",
        why: "the load balancer sends to the NIC's address and the rule's backend port",
        mend: "let the relay `listen` on the rule's backend port",
        source: HAIRPIN,
        arm_code: None,
        check: wrong_port,
    },
    Rule {
        code: "FWD007",
        severity: Severity::Warning,
        title: "listener bound to a dynamic address",
        why: "with another address the listener dies silently while the machine is up",
        mend: "listen on the port alone, or make the NIC's address static",
        source: "https://learn.microsoft.com/windows-server/networking/technologies/netsh/netsh-interface-portproxy",
        arm_code: None,
        check: dynamic_listener,
    },
    Rule {
        code: "FWD008",
        severity: Severity::Error,
        title: "upstream that does not resolve",
        why: "names of internal services are in no public DNS, so the forwarder's network needs a private zone with the name",
        mend: "link a private DNS zone with the name to the forwarder's network",
        source: APIM,
        arm_code: None,
        check: unresolved_upstream,
    },
    Rule {
        code: "FWD009",
        severity: Severity::Error,
        title: "relay to itself",
        why: "a member that calls its own load balancer's frontend meets itself",
        mend: "relay `to` the service",
        source: HAIRPIN,
        arm_code: None,
        check: circle,
    },
    Rule {
        code: "FWD018",
        severity: Severity::Error,
        title: "forwarder that relays nothing",
        why: "without a listener and an upstream no connection gets through, and the probe stays red",
        mend: "say `relay: [ { listen: 443, to: SERVICE } ]`",
        source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
        arm_code: None,
        check: nothing,
    },
];

/// Machines behind a load balancer with their relays.
pub(super) fn relays_behind(
    topology: &Topology,
    balancer: &ResourceId,
) -> Vec<(ResourceId, RelayConfig)> {
    let is_member = |nic: &ResourceId| {
        topology.network_interface(nic).is_some_and(|(_, body)| {
            body.ip_configurations.iter().any(|config| {
                config
                    .properties
                    .load_balancer_backend_address_pools
                    .iter()
                    .any(|pool| pool.id.parent().as_ref() == Some(balancer))
            })
        })
    };
    topology
        .virtual_machines()
        .filter(|(_, machine)| {
            machine
                .network_profile
                .network_interfaces
                .iter()
                .any(|nic| is_member(&nic.id))
        })
        .filter_map(|(resource, machine)| Some((resource.id.clone(), machine.relay()?)))
        .collect()
}

/// Every machine with a relay, with its first NIC.
fn relays<'s>(
    subject: &'s Subject<'_>,
) -> impl Iterator<Item = (&'s ResourceId, Option<&'s ResourceId>, RelayConfig)> {
    subject
        .topology
        .virtual_machines()
        .filter_map(|(resource, machine)| {
            Some((
                &resource.id,
                machine
                    .network_profile
                    .network_interfaces
                    .first()
                    .map(|nic| &nic.id),
                machine.relay()?,
            ))
        })
}

fn network_of(topology: &Topology, nic: Option<&ResourceId>) -> Option<ResourceId> {
    topology
        .network_interface(nic?)?
        .1
        .ip_configurations
        .first()?
        .properties
        .subnet
        .as_ref()?
        .id
        .parent()
}

/// Pools that a rule uses, behind a Private Link Service or not.
fn pools<'s>(subject: &'s Subject<'_>) -> impl Iterator<Item = (&'s ResourceId, ResourceId, u16)> {
    subject
        .topology
        .load_balancers()
        .flat_map(|(balancer, body)| {
            body.load_balancing_rules.iter().filter_map(move |rule| {
                Some((
                    &balancer.id,
                    rule.properties.backend_address_pool.as_ref()?.id.clone(),
                    rule.properties
                        .backend_port
                        .unwrap_or(rule.properties.frontend_port),
                ))
            })
        })
}

fn members(topology: &Topology, pool: &ResourceId) -> Vec<ResourceId> {
    topology
        .network_interfaces()
        .filter(|(_, nic)| {
            nic.ip_configurations.iter().any(|config| {
                config
                    .properties
                    .load_balancer_backend_address_pools
                    .iter()
                    .any(|one| one.id == *pool)
            })
        })
        .map(|(nic, _)| nic.id.clone())
        .collect()
}

fn single(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (_, pool, _) in pools(subject) {
        if let [only] = members(subject.topology, &pool).as_slice() {
            out.push(rule.at(
                only,
                "",
                format!("`{}` is the only member of its pool", only.name()),
            ));
        }
    }
}

fn no_members(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, pool, _) in pools(subject) {
        if members(subject.topology, &pool).is_empty() {
            out.push(rule.at(
                balancer,
                "/properties/backendAddressPools",
                format!(
                    "pool `{}` of `{}` has no members",
                    pool.name(),
                    balancer.name()
                ),
            ));
        }
    }
}

fn ip_forwarding(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (_, nic, _) in relays(subject) {
        if let Some((resource, body)) = nic.and_then(|nic| subject.topology.network_interface(nic))
            && body.enable_ip_forwarding == Some(true)
        {
            out.push(rule.at(
                &resource.id,
                "/properties/enableIPForwarding",
                format!("`{}` forwards IP packets", resource.id.name()),
            ));
        }
    }
}

/// Each upstream with its place.
fn upstreams(relay: &RelayConfig) -> impl Iterator<Item = (String, &str, u16)> {
    relay
        .listeners
        .iter()
        .enumerate()
        .flat_map(|(index, listener)| {
            listener
                .to
                .iter()
                .enumerate()
                .filter_map(move |(nth, text)| {
                    let (host, port) = text.rsplit_once(':')?;
                    Some((
                        format!("/properties/userData/listeners/{index}/to/{nth}"),
                        host,
                        port.parse().ok()?,
                    ))
                })
        })
}

fn literal_upstream(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (machine, nic, relay) in relays(subject) {
        let network = network_of(subject.topology, nic);
        for (pointer, host, _) in upstreams(&relay) {
            let holder = host
                .parse::<Ipv4Addr>()
                .ok()
                .and_then(|address| subject.addresses.holder_in(network.as_ref()?, address));
            if let Some(Holder::Vip(service) | Holder::Unit(service, _)) = holder {
                out.push(rule.at(
                    machine,
                    pointer,
                    format!(
                        "`{host}` is what `{}` happens to have today",
                        service.name()
                    ),
                ));
            }
        }
    }
}

fn wrong_port(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _, port) in pools(subject) {
        for (machine, relay) in relays_behind(subject.topology, balancer) {
            if !relay.listeners.is_empty()
                && !relay
                    .listeners
                    .iter()
                    .any(|listener| listener.listen.port() == port)
            {
                out.push(rule.at(
                    &machine,
                    "/properties/userData/listeners/0/listen",
                    format!(
                        "`{}` does not listen on port {port}, where `{}` sends",
                        machine.name(),
                        balancer.name()
                    ),
                ));
            }
        }
    }
}

fn dynamic_listener(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (machine, nic, relay) in relays(subject) {
        let Some((_, body)) = nic.and_then(|nic| subject.topology.network_interface(nic)) else {
            continue;
        };
        let is_dynamic = body.ip_configurations.first().is_some_and(|config| {
            config
                .properties
                .private_ip_allocation_method
                .as_deref()
                .is_none_or(|method| method.eq_ignore_ascii_case("Dynamic"))
        });
        for (index, listener) in relay.listeners.iter().enumerate().filter(|_| is_dynamic) {
            if let SocketAddr::V4(at) = listener.listen
                && !at.ip().is_unspecified()
            {
                let pointer = format!("/properties/userData/listeners/{index}/listen");
                out.push(rule.at(
                    machine,
                    pointer,
                    format!(
                        "`{}` listens on {}, which its NIC may lose",
                        machine.name(),
                        at.ip()
                    ),
                ));
            }
        }
    }
}

fn unresolved_upstream(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (machine, nic, relay) in relays(subject) {
        let Some(network) = network_of(subject.topology, nic) else {
            continue;
        };
        for (pointer, host, _) in upstreams(&relay) {
            let is_internal =
                host.parse::<Ipv4Addr>().is_err() && super::names::is_private_name(subject, host);
            if is_internal && super::names::answers(subject, &network, host).is_empty() {
                out.push(rule.at(
                    machine,
                    pointer,
                    format!("`{host}` is not answered in `{}`", network.name()),
                ));
            }
        }
    }
}

fn circle(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _) in subject.topology.load_balancers() {
        for (machine, relay) in relays_behind(subject.topology, &balancer.id) {
            let nic = subject
                .topology
                .virtual_machine(&machine)
                .and_then(|(_, body)| {
                    body.network_profile
                        .network_interfaces
                        .first()
                        .map(|nic| nic.id.clone())
                });
            let Some(network) = network_of(subject.topology, nic.as_ref()) else {
                continue;
            };
            for (pointer, host, _) in upstreams(&relay) {
                let addresses = match host.parse::<Ipv4Addr>() {
                    Ok(address) => vec![address],
                    Err(_) => super::names::answers(subject, &network, host)
                        .into_iter()
                        .filter_map(|address| match address {
                            RecordAddress::Literal(address) => Some(address),
                            RecordAddress::Of(id) => subject.addresses.of_resource(&id),
                        })
                        .collect(),
                };
                let own = |address: &Ipv4Addr| matches!(subject.addresses.holder_in(&network, *address), Some(Holder::Frontend(id, _)) if *id == balancer.id);
                if addresses.iter().any(own) {
                    out.push(rule.at(
                        &machine,
                        pointer,
                        format!(
                            "`{host}` is the frontend of `{}` itself",
                            balancer.id.name()
                        ),
                    ));
                }
            }
        }
    }
}

fn nothing(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (machine, _, relay) in relays(subject) {
        if relay.listeners.is_empty() {
            out.push(rule.at(
                machine,
                "/properties/userData",
                format!("`{}` relays nothing", machine.name()),
            ));
        }
    }
}
