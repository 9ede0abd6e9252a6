//! `FWD009`: relay to itself.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD009",
    severity: Severity::Error,
    title: "relay to itself",
    why: "a member that calls its own load balancer's frontend meets itself",
    mend: "relay `to` the service",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-troubleshoot-backend-traffic",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: "10.0.1.5:443" }, { listen: 8443, to: apim1449 } ] } }"#,
    ],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _) in subject.topology.load_balancers() {
        for relay in subject.relays.behind(&balancer.id) {
            let Some(network) = &relay.network else {
                continue;
            };
            for (pointer, host, _) in relay.upstreams() {
                let addresses = match host.parse::<Ipv4Addr>() {
                    Ok(address) => vec![address],
                    Err(_) => subject
                        .answers(network, host)
                        .iter()
                        .filter_map(|address| match address {
                            RecordAddress::Literal(address) => Some(*address),
                            RecordAddress::Of(id) => subject.addresses.of_resource(id),
                        })
                        .collect(),
                };
                let is_own = addresses.iter().any(|address| {
                    let holder = subject.addresses.holder_in(network, *address);
                    matches!(holder, Some(Holder::Frontend(id, _)) if *id == balancer.id)
                });
                if is_own {
                    let name = balancer.id.name();
                    out.push(rule.at(
                        &relay.machine.id,
                        pointer,
                        format!("`{host}` is the frontend of `{name}` itself"),
                    ));
                }
            }
        }
    }
}
