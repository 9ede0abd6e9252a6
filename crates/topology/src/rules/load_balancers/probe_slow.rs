//! `LB009`: slow probe.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB009",
    severity: Severity::Warning,
    title: "slow probe",
    why: "for that long a dead member still gets connections, and again before it returns",
    mend: "probe every 5 seconds with a threshold of 1 or 2",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 360 } } }"],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 5, probeThreshold: 2 } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
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
