//! Network security groups.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::{
        Resource, Topology,
        addresses::Holder,
        cidr::Cidr,
        id::ResourceId,
        network::{NetworkSecurityGroup, SecurityRuleProperties},
    },
};
use std::net::Ipv4Addr;

const NSG: &str =
    "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview";
const PROBE: &str =
    "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview";
/// Where probes come from.
const HOST: Ipv4Addr = Ipv4Addr::new(168, 63, 129, 16);

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "NSG001",
        severity: Severity::Error,
        title: "priority used twice",
        why: "two rules of one direction with the same priority have no order",
        mend: "give one of them another priority from 100 to 4096",
        source: NSG,
        arm_code: Some("SecurityRuleConflict"),
        check: same_priority,
    },
    Rule {
        code: "NSG002",
        severity: Severity::Error,
        title: "priority out of range",
        why: "priorities go from 100 to 4096",
        mend: "use a priority from 100 to 4096",
        source: NSG,
        arm_code: Some("SecurityRuleInvalidPriority"),
        check: priority_range,
    },
    Rule {
        code: "NSG007",
        severity: Severity::Error,
        title: "probe blocked",
        why: "the load balancer marks a member down when its probes from 168.63.129.16 are dropped, however well it works",
        mend: "allow `AzureLoadBalancer` to the probe's port at a priority before the denial",
        source: PROBE,
        arm_code: None,
        check: probe_blocked,
    },
    Rule {
        code: "NSG008",
        severity: Severity::Error,
        title: "relay's port blocked",
        why: "behind the load balancer a packet comes from the Private Link Service's NAT address and goes to the member's own address and port",
        mend: "allow the NAT subnet to the forwarder's subnet on this port at a priority before the denial",
        source: NSG,
        arm_code: None,
        check: relay_blocked,
    },
    Rule {
        code: "NSG015",
        severity: Severity::Hint,
        title: "rule that adds nothing",
        why: "the default rule 65000 admits everything from `VirtualNetwork` to `VirtualNetwork` already, so this looks like a restriction and is none",
        mend: "add a denial after it, or delete it",
        source: NSG,
        arm_code: None,
        check: adds_nothing,
    },
];

fn same_priority(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (group, body) in subject.topology.network_security_groups() {
        for (index, one) in body.security_rules.iter().enumerate() {
            let is_same = |other: &SecurityRuleProperties| {
                other.priority == one.properties.priority
                    && other
                        .direction
                        .eq_ignore_ascii_case(&one.properties.direction)
            };
            if let Some(other) = body
                .security_rules
                .iter()
                .take(index)
                .find(|other| is_same(&other.properties))
            {
                let message = format!("`{}` has the priority of `{}`", one.name, other.name);
                out.push(rule.at(
                    &group.id,
                    format!("/properties/securityRules/{index}/properties/priority"),
                    message,
                ));
            }
        }
    }
}

fn priority_range(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (group, body) in subject.topology.network_security_groups() {
        for (index, one) in body.security_rules.iter().enumerate() {
            if !(100..=4096).contains(&one.properties.priority) {
                let message = format!(
                    "`{}` has the priority {}",
                    one.name, one.properties.priority
                );
                out.push(rule.at(
                    &group.id,
                    format!("/properties/securityRules/{index}/properties/priority"),
                    message,
                ));
            }
        }
    }
}

/// The groups at a NIC, the subnet's first.
fn groups_at<'t>(
    topology: &'t Topology,
    nic: &ResourceId,
) -> Vec<(&'t Resource, &'t NetworkSecurityGroup)> {
    let Some((_, body)) = topology.network_interface(nic) else {
        return Vec::new();
    };
    let subnet = body
        .ip_configurations
        .first()
        .and_then(|config| topology.subnet(&config.properties.subnet.as_ref()?.id));
    let of_subnet =
        subnet.and_then(|(_, subnet)| subnet.properties.network_security_group.as_ref());
    of_subnet
        .into_iter()
        .chain(&body.network_security_group)
        .filter_map(|group| topology.network_security_group(&group.id))
        .collect()
}

/// The inbound rule that denies, by index; `None` in it means a default rule.
fn denial(
    topology: &Topology,
    network: Option<&ResourceId>,
    group: &NetworkSecurityGroup,
    from: Ipv4Addr,
    to: Ipv4Addr,
    port: u16,
) -> Option<Option<usize>> {
    let spaces: Vec<Cidr> = network
        .and_then(|id| topology.virtual_network(id))
        .map(|(_, body)| body.address_space.address_prefixes.clone())
        .unwrap_or_default();
    let inside = |address: Ipv4Addr| spaces.iter().any(|space| space.contains(address));
    let mut rules: Vec<(usize, &SecurityRuleProperties)> = group
        .security_rules
        .iter()
        .enumerate()
        .map(|(index, rule)| (index, &rule.properties))
        .filter(|(_, rule)| rule.direction.eq_ignore_ascii_case("Inbound"))
        .collect();
    rules.sort_by_key(|(_, rule)| rule.priority);
    let address_fits = |one: &Option<String>, many: &[String], address: Ipv4Addr| {
        let mut all = one.iter().chain(many).peekable();
        all.peek().is_none()
            || all.any(|text| match text.as_str() {
                "*" | "0.0.0.0/0" => true,
                text if text.eq_ignore_ascii_case("VirtualNetwork") => {
                    inside(address) || address == HOST
                }
                text if text.eq_ignore_ascii_case("AzureLoadBalancer") => address == HOST,
                text => {
                    text.parse::<Cidr>()
                        .is_ok_and(|range| range.contains(address))
                        || text.parse() == Ok(address)
                }
            })
    };
    let port_fits = |one: &Option<String>, many: &[String]| {
        let mut all = one.iter().chain(many).peekable();
        all.peek().is_none()
            || all.any(|text| match text.split_once('-') {
                Some((low, high)) => {
                    low.parse().is_ok_and(|low: u16| low <= port)
                        && high.parse().is_ok_and(|high: u16| port <= high)
                }
                None => text == "*" || text.parse() == Ok(port),
            })
    };
    for (index, rule) in rules {
        let fits = (rule.protocol == "*" || rule.protocol.eq_ignore_ascii_case("Tcp"))
            && address_fits(
                &rule.source_address_prefix,
                &rule.source_address_prefixes,
                from,
            )
            && address_fits(
                &rule.destination_address_prefix,
                &rule.destination_address_prefixes,
                to,
            )
            && port_fits(&rule.destination_port_range, &rule.destination_port_ranges);
        if fits {
            return rule
                .access
                .eq_ignore_ascii_case("Deny")
                .then_some(Some(index));
        }
    }
    (from != HOST && !(inside(from) && inside(to))).then_some(None)
}

/// Members of pools that a rule uses: NIC, its address, backend port, probe port.
fn members(subject: &Subject<'_>) -> Vec<(ResourceId, Ipv4Addr, u16, Option<u16>, ResourceId)> {
    let mut found = Vec::new();
    for (balancer, body) in subject.topology.load_balancers() {
        for rule in &body.load_balancing_rules {
            let probe = rule.properties.probe.as_ref().and_then(|probe| {
                body.probes
                    .iter()
                    .find(|known| known.name.eq_ignore_ascii_case(probe.id.name()))
            });
            for (nic, nic_body) in subject.topology.network_interfaces() {
                let is_member = nic_body.ip_configurations.iter().any(|config| {
                    config
                        .properties
                        .load_balancer_backend_address_pools
                        .iter()
                        .any(|pool| {
                            rule.properties
                                .backend_address_pool
                                .as_ref()
                                .is_some_and(|wanted| wanted.id == pool.id)
                        })
                });
                if let (true, Some(address)) = (
                    is_member,
                    subject.addresses.get(&Holder::Nic(nic.id.clone(), 0)),
                ) {
                    let port = rule
                        .properties
                        .backend_port
                        .unwrap_or(rule.properties.frontend_port);
                    found.push((
                        nic.id.clone(),
                        address,
                        port,
                        probe.map(|probe| probe.properties.port),
                        balancer.id.clone(),
                    ));
                }
            }
        }
    }
    found
}

fn network_of(topology: &Topology, nic: &ResourceId) -> Option<ResourceId> {
    topology
        .network_interface(nic)?
        .1
        .ip_configurations
        .first()?
        .properties
        .subnet
        .as_ref()?
        .id
        .parent()
}

#[expect(
    clippy::too_many_arguments,
    reason = "one packet and where it is judged"
)]
fn blocked(
    rule: &Rule,
    subject: &Subject<'_>,
    nic: &ResourceId,
    from: Ipv4Addr,
    to: Ipv4Addr,
    port: u16,
    what: &str,
    out: &mut Vec<Finding>,
) {
    let network = network_of(subject.topology, nic);
    for (group, body) in groups_at(subject.topology, nic) {
        let Some(by) = denial(subject.topology, network.as_ref(), body, from, to, port) else {
            continue;
        };
        let (pointer, name) =
            match by.and_then(|index| Some((index, body.security_rules.get(index)?))) {
                Some((index, rule)) => (
                    format!("/properties/securityRules/{index}"),
                    rule.name.as_str(),
                ),
                None => (String::new(), "DenyAllInBound"),
            };
        out.push(rule.at(
            &group.id,
            pointer,
            format!(
                "`{name}` of `{}` drops {what} to port {port} of `{}`",
                group.id.name(),
                nic.name()
            ),
        ));
        return;
    }
}

fn probe_blocked(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (nic, address, _, probe, _) in members(subject) {
        if let Some(port) = probe {
            blocked(rule, subject, &nic, HOST, address, port, "the probes", out);
        }
    }
}

fn relay_blocked(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for (index, _) in body.ip_configurations.iter().enumerate() {
            let Some(nat) = subject
                .addresses
                .get(&Holder::Nat(service.id.clone(), index))
            else {
                continue;
            };
            let balancers: Vec<ResourceId> = body
                .load_balancer_frontend_ip_configurations
                .iter()
                .filter_map(|frontend| frontend.id.parent())
                .collect();
            for (nic, address, port, _, _) in members(subject)
                .into_iter()
                .filter(|(_, _, _, _, balancer)| balancers.contains(balancer))
            {
                blocked(
                    rule,
                    subject,
                    &nic,
                    nat,
                    address,
                    port,
                    "what comes by Private Link",
                    out,
                );
            }
        }
    }
}

fn adds_nothing(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let is_network = |one: &Option<String>| {
        one.as_deref()
            .is_some_and(|text| text.eq_ignore_ascii_case("VirtualNetwork"))
    };
    for (group, body) in subject.topology.network_security_groups() {
        for (index, one) in body.security_rules.iter().enumerate() {
            let properties = &one.properties;
            let is_default = properties.access.eq_ignore_ascii_case("Allow")
                && is_network(&properties.source_address_prefix)
                && is_network(&properties.destination_address_prefix);
            let denies_later = body.security_rules.iter().any(|other| {
                other.properties.access.eq_ignore_ascii_case("Deny")
                    && other
                        .properties
                        .direction
                        .eq_ignore_ascii_case(&properties.direction)
                    && other.properties.priority > properties.priority
            });
            if is_default && !denies_later {
                out.push(rule.at(
                    &group.id,
                    format!("/properties/securityRules/{index}"),
                    format!("`{}` adds nothing to the default rules", one.name),
                ));
            }
        }
    }
}
