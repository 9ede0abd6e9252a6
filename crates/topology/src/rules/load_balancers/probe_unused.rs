//! `LB008`: probe that no rule uses.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB008",
    severity: Severity::Warning,
    title: "probe that no rule uses",
    why: "a probe that no rule names has no effect",
    mend: "bind it to a rule, or delete it",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: false,
    after: &["LB005", "LB007", "PLS013"],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { probes: [ { name: spare, properties: { protocol: Tcp, port: 8080, intervalInSeconds: 5, probeThreshold: 1 } } ] } } ]",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { probe: { name: other } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
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
