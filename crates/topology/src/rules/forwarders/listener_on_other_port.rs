//! `FWD006`: relay does not listen where the load balancer sends.

use crate::rules::{
    facts::{pools::UsedPool, relays::RelayAt},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD006",
    severity: Severity::Error,
    title: "relay does not listen where the load balancer sends",
    why: "the load balancer sends to the NIC's address and the rule's backend port",
    mend: "let the relay `listen` on the rule's backend port",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, backendPort: 8443 } ] } }",
        r#"forwarders: { fwd: { relay: [ { listen: "10.9.9.9:443", to: apim1449 } ] } }"#,
    ],
    good: &[
        "loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 8443, backendPort: 443 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        // With floating IP it sends elsewhere (LB017), and a rule for every port to all of them.
        if used.is_floating() || used.is_every_port() {
            continue;
        }
        for relay in subject.relays_in(used.pool) {
            let listeners = &relay.config.listeners;
            let at_port = listeners
                .iter()
                .position(|listener| listener.listen.port() == used.port);
            if listeners.is_empty() || hears(relay, subject, used.port) {
                continue;
            }
            let finding = match at_port {
                None => elsewhere(rule, subject, used, relay),
                Some(index) => bound(rule, used, relay, index),
            };
            out.push(finding.related(
                &used.balancer.id,
                used.pointer("/properties/backendPort"),
                "sends there",
            ));
        }
    }
}

/// Whether it listens on the port, at every address or that of its NIC.
fn hears(relay: &RelayAt<'_>, subject: &Subject<'_>, port: u16) -> bool {
    let address = relay.address(subject);
    relay.config.listeners.iter().any(|listener| {
        let ip = listener.listen.ip();
        listener.listen.port() == port
            && (ip.is_unspecified() || address.is_none_or(|address| ip == address))
    })
}

fn elsewhere(
    rule: &Rule,
    subject: &Subject<'_>,
    used: &UsedPool<'_>,
    relay: &RelayAt<'_>,
) -> Finding {
    let message = format!(
        "`{}` does not listen on port {}, where `{}` sends",
        relay.name(),
        used.port,
        used.balancer.id.name()
    );
    let finding = rule.at(&relay.machine.id, relay.listen_at(0), message);
    match relay.config.listeners.as_slice() {
        [only] if subject.pools.users(used.pool).count() == 1 => {
            let port = only.listen.port();
            finding.fix(
                format!("send to port {port}"),
                [Change::set(
                    &used.balancer.id,
                    used.pointer("/properties/backendPort"),
                    port,
                )],
            )
        }
        _ => finding,
    }
}

fn bound(rule: &Rule, used: &UsedPool<'_>, relay: &RelayAt<'_>, index: usize) -> Finding {
    let message = format!(
        "`{}` listens on port {} at an address that its NIC does not have",
        relay.name(),
        used.port
    );
    let everywhere = SocketAddr::from((Ipv4Addr::UNSPECIFIED, used.port));
    rule.at(&relay.machine.id, relay.listen_at(index), message)
        .fix(
            format!("listen on {everywhere}"),
            [Change::set(
                &relay.machine.id,
                relay.listen_at(index),
                everywhere.to_string(),
            )],
        )
}
