//! `LB029`: rule that a TCP relay does not serve.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB029",
    severity: Severity::Warning,
    title: "rule that a TCP relay does not serve",
    why: "the relay takes TCP only, so other packets reach nobody",
    mend: "use `protocol: Tcp`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, protocol: Udp } ] } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, protocol: Tcp } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        if used.rule.protocol.eq_ignore_ascii_case("Tcp") {
            continue;
        }
        let Some(relay) = subject.relays_in(used.pool).next() else {
            continue;
        };
        let pointer = used.pointer("/properties/protocol");
        let message = format!(
            "rule `{}` sends {} to `{}`, which relays TCP",
            used.name,
            if used.rule.protocol.eq_ignore_ascii_case("Udp") {
                "UDP"
            } else {
                "every protocol"
            },
            relay.name()
        );
        let finding = rule.at(&used.balancer.id, pointer.clone(), message);
        // A rule for every port has no port that one for TCP could keep, and two TCP rules must
        // not meet at a port (LB006).
        let is_alone = used.rule.frontend_port != 0
            && !subject.pools.users(used.pool).any(|other| {
                other.index != used.index
                    && other.rule.protocol.eq_ignore_ascii_case("Tcp")
                    && (other.port == used.port
                        || other.rule.frontend_port == used.rule.frontend_port)
            });
        out.push(if is_alone {
            finding.fix("use TCP", [Change::set(&used.balancer.id, pointer, "Tcp")])
        } else {
            finding
        });
    }
}
