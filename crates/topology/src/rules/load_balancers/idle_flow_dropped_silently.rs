//! `LB019`: idle connections end without a word.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB019",
    severity: Severity::Hint,
    title: "idle connections end without a word",
    why: "without a reset neither end learns that the load balancer forgot the connection, and the next request hangs",
    mend: "say `enableTcpReset: true`",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-tcp-reset",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, enableTcpReset: false } ] } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, enableTcpReset: true } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        // Azure sends no reset for rules that carry every port.
        let is_tcp = !used.rule.protocol.eq_ignore_ascii_case("Udp") && !used.is_every_port();
        if !is_tcp || used.rule.enable_tcp_reset == Some(true) {
            continue;
        }
        let pointer = used.pointer("/properties/enableTcpReset");
        let message = format!("rule `{}` sends no reset at its idle time-out", used.name);
        out.push(rule.at(&used.balancer.id, pointer.clone(), message).fix(
            "send resets",
            [Change::set(&used.balancer.id, pointer, true)],
        ));
    }
}
