//! `FWD006`: relay does not listen where the load balancer sends.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD006",
    severity: Severity::Error,
    title: "relay does not listen where the load balancer sends",
    why: "the load balancer sends to the NIC's address and the rule's backend port",
    mend: "let the relay `listen` on the rule's backend port",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, backendPort: 8443 } ] } }",
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 8443, backendPort: 443 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        for relay in subject.relays.behind(&used.balancer.id) {
            let listeners = &relay.config.listeners;
            let listens = listeners
                .iter()
                .any(|listener| listener.listen.port() == used.port);
            if !listeners.is_empty() && !listens {
                out.push(
                    rule.at(
                        &relay.machine.id,
                        "/properties/userData/listeners/0/listen",
                        format!(
                            "`{}` does not listen on port {}, where `{}` sends",
                            relay.machine.id.name(),
                            used.port,
                            used.balancer.id.name()
                        ),
                    )
                    .related(
                        &used.balancer.id,
                        "/properties/loadBalancingRules",
                        "sends there",
                    ),
                );
            }
        }
    }
}
