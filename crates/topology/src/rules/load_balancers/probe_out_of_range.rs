//! `LB010`: probe out of range.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB010",
    severity: Severity::Error,
    title: "probe out of range",
    why: "a probe goes out at most every 5 seconds, to a port from 1 to 65535",
    mend: "use an interval of 5 or more and a port of 1 or more",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 2 } } }", "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { probes: [ { name: health, properties: { port: 0 } } ] } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 5 } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let interval = probe.properties.interval_in_seconds;
            if let Some(interval) = interval.filter(|interval| *interval < 5) {
                let pointer = format!("/properties/probes/{index}/properties/intervalInSeconds");
                let message = format!("probe `{}` has an interval of {interval} s", probe.name);
                out.push(rule.at(&balancer.id, pointer.clone(), message).fix(
                    "set `intervalInSeconds` to 5",
                    [Change::set(&balancer.id, pointer, 5)],
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
