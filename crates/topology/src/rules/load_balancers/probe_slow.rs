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
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 360 } } }",
        "loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 5, probeThreshold: 20 } } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { intervalInSeconds: 15, probeThreshold: 2 } } }",
    ],
    check,
};

/// Longer than this, and people notice before the load balancer does.
const SECONDS: u32 = 30;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let interval = probe.properties.interval_in_seconds.unwrap_or(15);
            // `numberOfProbes` does not count (LB011).
            let threshold = probe.properties.probe_threshold.unwrap_or(1).max(1);
            let seconds = interval.saturating_mul(threshold);
            if seconds <= SECONDS {
                continue;
            }
            let at = |member: &str| format!("/properties/probes/{index}/properties/{member}");
            let mut changes = Vec::new();
            if interval > 5 {
                changes.push(Change::set(&balancer.id, at("intervalInSeconds"), 5));
            }
            if threshold > SECONDS / 5 {
                changes.push(Change::set(&balancer.id, at("probeThreshold"), 2));
            }
            let pointer = if interval > 5 {
                at("intervalInSeconds")
            } else {
                at("probeThreshold")
            };
            let message = format!(
                "probe `{}` takes up to {seconds} s to see a dead member",
                probe.name
            );
            out.push(
                rule.at(&balancer.id, pointer, message)
                    .fix("probe every 5 seconds", changes),
            );
        }
    }
}
