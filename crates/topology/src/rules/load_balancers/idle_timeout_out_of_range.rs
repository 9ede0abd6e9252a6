//! `LB018`: idle time-out out of range.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB018",
    severity: Severity::Error,
    title: "idle time-out out of range",
    why: "Azure takes 4 to 100 minutes, and older API versions and clients 4 to 30",
    mend: "use 4 to 30 minutes",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-idle-timeout",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 2 } ] } }",
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 120 } ] } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, idleTimeoutInMinutes: 4 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let rules = body.load_balancing_rules.iter().enumerate();
        let rules = rules.map(|(index, one)| {
            let is_linked = !subject.pools.in_front_of(&one.properties).is_empty();
            let minutes = one.properties.idle_timeout_in_minutes;
            ("loadBalancingRules", index, &one.name, minutes, is_linked)
        });
        let nat_rules = body.inbound_nat_rules.iter().enumerate();
        let nat_rules = nat_rules.map(|(index, one)| {
            let minutes = one.properties.idle_timeout_in_minutes;
            ("inboundNatRules", index, &one.name, minutes, false)
        });
        for (list, index, name, minutes, is_linked) in rules.chain(nat_rules) {
            let Some(minutes) = minutes.filter(|minutes| !(4..=100).contains(minutes)) else {
                continue;
            };
            // Private Link keeps no more than this (LB020); 30 is taken by everybody.
            let nearest = if minutes < 4 || is_linked { 4 } else { 30 };
            let pointer = format!("/properties/{list}/{index}/properties/idleTimeoutInMinutes");
            let message = format!("rule `{name}` has an idle time-out of {minutes} minutes");
            out.push(rule.at(&balancer.id, pointer.clone(), message).fix(
                format!("set `idleTimeoutInMinutes` to {nearest}"),
                [Change::set(&balancer.id, pointer, nearest)],
            ));
        }
    }
}
