//! Load balancers: frontends, rules, probes.

use super::{Rule, Subject};
use crate::{
    finding::{Finding, Severity},
    model::id::ResourceId,
};

const PROBE: &str =
    "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview";
const PLS: &str = "https://learn.microsoft.com/azure/private-link/private-link-service-overview";

pub(super) const RULES: &[Rule] = &[
    Rule {
        code: "LB001",
        severity: Severity::Error,
        title: "load balancer is not Standard",
        why: "Basic was retired on 30 September 2025, and a Private Link Service never took it",
        mend: "use `sku: Standard`",
        source: "https://learn.microsoft.com/azure/load-balancer/skus",
        arm_code: None,
        check: not_standard,
    },
    Rule {
        code: "LB002",
        severity: Severity::Error,
        title: "frontend without subnet or public address",
        why: "a frontend has its address from one of the two",
        mend: "name a `subnet`",
        source: "https://learn.microsoft.com/azure/load-balancer/components",
        arm_code: Some("FrontendIPConfigHasNoSubnetOrPublicIP"),
        check: no_address,
    },
    Rule {
        code: "LB005",
        severity: Severity::Error,
        title: "rule refers to nothing",
        why: "a rule joins a frontend, a pool and a probe of the same load balancer",
        mend: "name a frontend, pool and probe that the load balancer has",
        source: "https://learn.microsoft.com/azure/load-balancer/manage-rules-how-to",
        arm_code: Some("InvalidResourceReference"),
        check: dangling,
    },
    Rule {
        code: "LB007",
        severity: Severity::Warning,
        title: "rule without probe",
        why: "without a probe no member is ever taken out, so a dead one keeps its share of connections; only the portal insists on one",
        mend: "bind a probe to the rule",
        source: PROBE,
        arm_code: None,
        check: no_probe,
    },
    Rule {
        code: "LB008",
        severity: Severity::Warning,
        title: "probe that no rule uses",
        why: "a probe that no rule names has no effect",
        mend: "bind it to a rule, or delete it",
        source: PROBE,
        arm_code: None,
        check: unused_probe,
    },
    Rule {
        code: "LB009",
        severity: Severity::Warning,
        title: "slow probe",
        why: "for that long a dead member still gets connections, and again before it returns",
        mend: "probe every 5 seconds with a threshold of 1 or 2",
        source: PROBE,
        arm_code: None,
        check: slow_probe,
    },
    Rule {
        code: "LB010",
        severity: Severity::Error,
        title: "probe out of range",
        why: "a probe goes out at most every 5 seconds, to a port from 1 to 65535",
        mend: "use an interval of 5 or more and a port of 1 or more",
        source: PROBE,
        arm_code: None,
        check: probe_range,
    },
    Rule {
        code: "LB012",
        severity: Severity::Error,
        title: "probe's path",
        why: "an HTTP probe asks for a path, and a TCP probe for none",
        mend: "give `requestPath` to an HTTP probe, and to no other",
        source: PROBE,
        arm_code: None,
        check: probe_path,
    },
    Rule {
        code: "LB014",
        severity: Severity::Warning,
        title: "probe that only sees the relay",
        why: "the handshake of a TCP probe on the relay's own port ends at the relay, so it stays green while the service behind it is dead",
        mend: "probe the relay's health endpoint by HTTP, which is green only while the service answers",
        source: PROBE,
        arm_code: None,
        check: blind_probe,
    },
    Rule {
        code: "LB020",
        severity: Severity::Warning,
        title: "idle time-out that Private Link does not keep",
        why: "Private Link ends idle connections after about five minutes, whatever the load balancer allows",
        mend: "use 4 or 5 minutes, and keepalives shorter than 240 seconds",
        source: PLS,
        arm_code: None,
        check: idle_timeout,
    },
];

fn not_standard(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _) in subject.topology.load_balancers() {
        let name = balancer
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("Basic");
        if !name.eq_ignore_ascii_case("Standard") && !name.eq_ignore_ascii_case("Gateway") {
            out.push(rule.at(
                &balancer.id,
                "/sku/name",
                format!("`{}` is a {name} load balancer", balancer.id.name()),
            ));
        }
    }
}

fn no_address(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            if frontend.properties.subnet.is_none()
                && frontend.properties.public_ip_address.is_none()
            {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/frontendIPConfigurations/{index}"),
                    format!("frontend `{}` has no subnet", frontend.name),
                ));
            }
        }
    }
}

fn dangling(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        let has = |id: &ResourceId, mut names: Vec<&String>| {
            names.retain(|name| name.eq_ignore_ascii_case(id.name()));
            id.parent().as_ref() == Some(&balancer.id) && !names.is_empty()
        };
        for (index, one) in body.load_balancing_rules.iter().enumerate() {
            let properties = &one.properties;
            let frontend = properties.frontend_ip_configuration.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.frontend_ip_configurations
                        .iter()
                        .map(|child| &child.name)
                        .collect(),
                )
            });
            let pool = properties.backend_address_pool.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.backend_address_pools
                        .iter()
                        .map(|child| &child.name)
                        .collect(),
                )
            });
            let probe = properties.probe.as_ref().filter(|sub| {
                !has(
                    &sub.id,
                    body.probes.iter().map(|child| &child.name).collect(),
                )
            });
            if let Some(missing) = frontend.or(pool).or(probe) {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/loadBalancingRules/{index}"),
                    format!(
                        "rule `{}` refers to `{}`, which is not there",
                        one.name,
                        missing.id.short()
                    ),
                ));
            }
        }
    }
}

fn no_probe(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, one) in body
            .load_balancing_rules
            .iter()
            .enumerate()
            .filter(|(_, one)| one.properties.probe.is_none())
        {
            out.push(rule.at(
                &balancer.id,
                format!("/properties/loadBalancingRules/{index}/properties/probe"),
                format!("rule `{}` has no probe", one.name),
            ));
        }
    }
}

fn unused_probe(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_used = body.load_balancing_rules.iter().any(|one| {
                one.properties
                    .probe
                    .as_ref()
                    .is_some_and(|sub| sub.id.name().eq_ignore_ascii_case(&probe.name))
            });
            if !is_used {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}"),
                    format!("no rule uses probe `{}`", probe.name),
                ));
            }
        }
    }
}

fn slow_probe(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let interval = probe.properties.interval_in_seconds.unwrap_or(15);
            let results = probe
                .properties
                .probe_threshold
                .or(probe.properties.number_of_probes)
                .unwrap_or(1)
                .max(1);
            let seconds = interval.saturating_mul(results);
            if seconds > 30 {
                let message = format!(
                    "probe `{}` takes up to {seconds} s to see a dead member",
                    probe.name
                );
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/intervalInSeconds"),
                    message,
                ));
            }
        }
    }
}

fn probe_range(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            if let Some(interval) = probe
                .properties
                .interval_in_seconds
                .filter(|interval| *interval < 5)
            {
                let message = format!("probe `{}` has an interval of {interval} s", probe.name);
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/intervalInSeconds"),
                    message,
                ));
            }
            if probe.properties.port == 0 {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/port"),
                    format!("probe `{}` has no port", probe.name),
                ));
            }
        }
    }
}

fn probe_path(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            let has_path = probe
                .properties
                .request_path
                .as_deref()
                .is_some_and(|path| !path.is_empty());
            if is_tcp == has_path {
                let message = if is_tcp {
                    format!("TCP probe `{}` has a path", probe.name)
                } else {
                    format!("probe `{}` has no path", probe.name)
                };
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/requestPath"),
                    message,
                ));
            }
        }
    }
}

fn blind_probe(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body
            .probes
            .iter()
            .enumerate()
            .filter(|(_, probe)| probe.properties.protocol.eq_ignore_ascii_case("Tcp"))
        {
            let relays = super::forwarders::relays_behind(subject.topology, &balancer.id);
            let is_data = relays.iter().any(|(_, relay)| {
                relay
                    .listeners
                    .iter()
                    .any(|listener| listener.listen.port() == probe.properties.port)
            });
            if is_data {
                let message = format!(
                    "probe `{}` stays green when the service behind the relay is dead",
                    probe.name
                );
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/protocol"),
                    message,
                ));
            }
        }
    }
}

fn idle_timeout(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        let is_behind = subject
            .topology
            .private_link_services()
            .any(|(_, service)| {
                service
                    .load_balancer_frontend_ip_configurations
                    .iter()
                    .any(|frontend| frontend.id.parent().as_ref() == Some(&balancer.id))
            });
        for (index, one) in body
            .load_balancing_rules
            .iter()
            .enumerate()
            .filter(|_| is_behind)
        {
            if let Some(minutes) = one
                .properties
                .idle_timeout_in_minutes
                .filter(|minutes| *minutes > 5)
            {
                let message = format!("rule `{}` promises {minutes} idle minutes", one.name);
                out.push(rule.at(
                    &balancer.id,
                    format!(
                        "/properties/loadBalancingRules/{index}/properties/idleTimeoutInMinutes"
                    ),
                    message,
                ));
            }
        }
    }
}
