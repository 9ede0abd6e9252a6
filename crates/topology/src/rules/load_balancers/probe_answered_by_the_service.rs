//! `LB015`: probe that is relayed to the service.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB015",
    severity: Severity::Warning,
    title: "probe that is relayed to the service",
    why: "one slow service then takes every relay out of rotation at once",
    mend: "probe the relay's health endpoint, which answers for itself and does not flap",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Https, port: 443, requestPath: /status-0123456789abcdef } } }",
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }
loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Https, port: 443,
    requestPath: /status-0123456789abcdef } } }",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 8080 } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            let is_relayed = !is_tcp
                && subject.relays.behind(&balancer.id).any(|relay| {
                    let mut listeners = relay.config.listeners.iter();
                    listeners.any(|listener| listener.listen.port() == probe.properties.port)
                });
            if !is_relayed {
                continue;
            }
            let finding = rule.at(
                &balancer.id,
                format!("/properties/probes/{index}/properties/port"),
                format!("probe `{}` is relayed to the service, and takes all relays out when that is slow", probe.name),
            );
            out.push(match subject.probe_health(&balancer.id, index) {
                Some(changes) => finding.fix("ask the relay's health endpoint", changes),
                None => finding,
            });
        }
    }
}
