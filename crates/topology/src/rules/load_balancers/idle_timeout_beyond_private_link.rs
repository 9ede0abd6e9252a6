//! `LB020`: idle time-out that Private Link does not keep.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB020",
    severity: Severity::Warning,
    title: "idle time-out that Private Link does not keep",
    why: "Private Link ends idle connections after about five minutes, whatever the load balancer allows",
    mend: "use 4 or 5 minutes, and keepalives shorter than 240 seconds",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 15 } ] } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 5 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        if subject.pools.services(&balancer.id).is_empty() {
            continue;
        }
        for (index, one) in body.load_balancing_rules.iter().enumerate() {
            let minutes = one.properties.idle_timeout_in_minutes;
            if let Some(minutes) = minutes.filter(|minutes| *minutes > 5) {
                let pointer = format!(
                    "/properties/loadBalancingRules/{index}/properties/idleTimeoutInMinutes"
                );
                let message = format!("rule `{}` promises {minutes} idle minutes", one.name);
                out.push(rule.at(&balancer.id, pointer.clone(), message).fix(
                    "set `idleTimeoutInMinutes` to 4",
                    [Change::set(&balancer.id, pointer, 4)],
                ));
            }
        }
    }
}
