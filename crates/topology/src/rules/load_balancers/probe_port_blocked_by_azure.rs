//! `LB013`: HTTP probe of a port that Azure does not ask.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB013",
    severity: Severity::Error,
    title: "HTTP probe of a port that Azure does not ask",
    why: "HTTP probes do not ask ports 19, 21, 25, 70, 110, 119, 143, 220 and 993, for safety, so every member is down",
    mend: "probe another port, or by TCP",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { port: 25 } } }",
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }
loadBalancers: { PrivateLinkServiceLB: { probe: { port: 993 } } }",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 25 } } }"],
    check,
};

const PORTS: [u16; 9] = [19, 21, 25, 70, 110, 119, 143, 220, 993];

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            if is_tcp || !PORTS.contains(&probe.properties.port) {
                continue;
            }
            let finding = rule.at(
                &balancer.id,
                format!("/properties/probes/{index}/properties/port"),
                format!(
                    "probe `{}` asks port {}, which no HTTP probe does",
                    probe.name, probe.properties.port
                ),
            );
            out.push(match subject.probe_health(&balancer.id, index) {
                Some(changes) => finding.fix("ask the relay's health endpoint", changes),
                None => finding,
            });
        }
    }
}
