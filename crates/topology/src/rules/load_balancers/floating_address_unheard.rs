//! `LB017`: floating IP, and nobody listens there.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB017",
    severity: Severity::Error,
    title: "floating IP, and nobody listens there",
    why: "with floating IP the destination stays the frontend, and a member drops what is not addressed to it",
    mend: "leave `enableFloatingIP` out, or give members the frontend address on a loopback interface and listen on it",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-floating-ip",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, enableFloatingIP: true } ] } }",
    ],
    good: &[
        r#"loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, enableFloatingIP: true } ] } }
forwarders: { fwd: { relay: [ { listen: "10.0.1.5:443", to: apim1449 } ] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in subject.pools.used.iter().filter(|used| used.is_floating()) {
        let frontend = used.rule.frontend_ip_configuration.as_ref();
        let index = frontend.and_then(|sub| {
            let mut all = used.body.frontend_ip_configurations.iter();
            all.position(|frontend| frontend.name.eq_ignore_ascii_case(sub.id.name()))
        });
        let Some(address) = index.and_then(|index| {
            let holder = Holder::Frontend(used.balancer.id.clone(), index);
            subject.addresses.get(&holder)
        }) else {
            continue;
        };
        let relays: Vec<_> = subject
            .relays_in(used.pool)
            .filter(|relay| !relay.config.listeners.is_empty())
            .collect();
        let Some(deaf) = relays.iter().find(|relay| {
            let mut listeners = relay.config.listeners.iter();
            !listeners.any(|listener| listener.listen.ip() == address)
        }) else {
            continue;
        };
        let pointer = used.pointer("/properties/enableFloatingIP");
        let message = format!(
            "`{}` does not listen on {address}, which rule `{}` leaves as the destination",
            deaf.name(),
            used.name
        );
        let finding = rule
            .at(&used.balancer.id, pointer.clone(), message)
            .related(&deaf.machine.id, deaf.user_data, "listens elsewhere");
        // Without floating IP the rule must not meet another one at its backend port (LB006).
        let is_alone = !subject.pools.users(used.pool).any(|other| {
            other.index != used.index && !other.is_floating() && other.port == used.port
        });
        let is_heard = relays.iter().all(|relay| {
            let mut listeners = relay.config.listeners.iter();
            listeners.any(|listener| listener.listen.port() == used.port)
        });
        out.push(if is_alone && is_heard {
            finding.fix(
                "turn floating IP off",
                [Change::set(&used.balancer.id, pointer, false)],
            )
        } else {
            finding
        });
    }
}
