//! `LB011`: retired threshold of a probe.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB011",
    severity: Severity::Warning,
    title: "retired threshold of a probe",
    why: "Azure does not count `numberOfProbes`, and takes it away on 1 September 2027; `probeThreshold` is what counts",
    mend: "say `probeThreshold` instead",
    source: "https://learn.microsoft.com/azure/load-balancer/whats-new",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { probe: { numberOfProbes: 3 } } }"],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { probe: { numberOfProbes: 3, probeThreshold: 2 } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let properties = &probe.properties;
            // ARM reports both; 1 is what holds without either.
            let retired = properties.number_of_probes.filter(|count| *count > 1);
            let (Some(count), None) = (retired, properties.probe_threshold) else {
                continue;
            };
            let at = |member: &str| format!("/properties/probes/{index}/properties/{member}");
            let interval = properties.interval_in_seconds.unwrap_or(15).max(1);
            // No more than LB009 takes.
            let threshold = count.min((30 / interval).max(1));
            let message = format!("probe `{}` counts on `numberOfProbes: {count}`", probe.name);
            out.push(rule.at(&balancer.id, at("numberOfProbes"), message).fix(
                format!("say `probeThreshold: {threshold}` instead"),
                [
                    Change::set(&balancer.id, at("probeThreshold"), threshold),
                    Change::remove(&balancer.id, at("numberOfProbes")),
                ],
            ));
        }
    }
}
