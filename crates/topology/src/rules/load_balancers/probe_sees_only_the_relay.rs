//! `LB014`: probe that only sees the relay.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB014",
    severity: Severity::Warning,
    title: "probe that only sees the relay",
    why: "the handshake of a TCP probe on the relay's own port ends at the relay, so it stays green while the service behind it is dead",
    mend: "probe the relay's health endpoint by HTTP, which is green only while the service answers",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 443 } } }",
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }
loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 443 } } }",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 8080 } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            let is_relayed = is_tcp
                && subject.relays.behind(&balancer.id).any(|relay| {
                    let mut listeners = relay.config.listeners.iter();
                    listeners.any(|listener| listener.listen.port() == probe.properties.port)
                });
            if !is_relayed {
                continue;
            }
            let finding = rule.at(
                &balancer.id,
                format!("/properties/probes/{index}/properties/protocol"),
                format!(
                    "probe `{}` stays green when the service behind the relay is dead",
                    probe.name
                ),
            );
            out.push(match subject.probe_health(&balancer.id, index) {
                Some(changes) => finding.fix("ask the relay's health endpoint", changes),
                None => finding,
            });
        }
    }
}
