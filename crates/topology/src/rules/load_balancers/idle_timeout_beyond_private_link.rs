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
    for used in &subject.pools.used {
        // What Azure does not take at all is LB018's.
        let minutes = used.rule.idle_timeout_in_minutes;
        let Some(minutes) = minutes.filter(|minutes| (6..=100).contains(minutes)) else {
            continue;
        };
        let Some((service, _)) = subject.pools.in_front_of(used.rule).first() else {
            continue;
        };
        let pointer = used.pointer("/properties/idleTimeoutInMinutes");
        let message = format!("rule `{}` promises {minutes} idle minutes", used.name);
        out.push(
            rule.at(&used.balancer.id, pointer.clone(), message)
                .related(&service.id, "", "is in front of it")
                .fix(
                    "set `idleTimeoutInMinutes` to 4",
                    [Change::set(&used.balancer.id, pointer, 4)],
                ),
        );
    }
}
