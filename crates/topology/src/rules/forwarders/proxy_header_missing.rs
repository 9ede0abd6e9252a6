//! `FWD019`: relay waits for a PROXY header that nobody sends.

use crate::{model::relay::ProxyProtocol, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD019",
    severity: Severity::Error,
    title: "relay waits for a PROXY header that nobody sends",
    why: "a relay that demands the header resets every connection that begins without it, and only a Private Link Service with `enableProxyProtocol` sends one",
    mend: "set `enableProxyProtocol` of the Private Link Service, or make the relay item's `proxyProtocol` `optional`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "forwarders: { fwd: { relay: [ { listen: 443, to: apim1449, proxyProtocol: required } ] } }",
    ],
    good: &[
        "forwarders: { fwd: { relay: [ { listen: 443, to: apim1449, proxyProtocol: optional } ] } }",
        "privateLinkServices: { APIM-PLS: { enableProxyProtocol: true } }
forwarders: { fwd: { relay: [ { listen: 443, to: apim1449, proxyProtocol: required } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        let services = subject.pools.in_front_of(used.rule);
        let silent = services
            .iter()
            .find(|(_, body)| body.enable_proxy_protocol != Some(true));
        if !services.is_empty() && silent.is_none() {
            continue;
        }
        let waiting: Vec<(&Resource, String)> = subject
            .relays_in(used.pool)
            .flat_map(|relay| {
                let places = relay.proxy_at(used, ProxyProtocol::Required);
                places.map(|pointer| (relay.machine, pointer))
            })
            .collect();
        let Some((first, at)) = waiting.first() else {
            continue;
        };
        if !seen.insert((&first.id, at.clone())) {
            continue;
        }
        let message = match silent {
            Some((service, _)) => format!(
                "`{}` waits for PROXY headers, and `{}` sends none",
                first.id.name(),
                service.id.name()
            ),
            None => format!(
                "`{}` waits for PROXY headers, and no service is in front of it",
                first.id.name()
            ),
        };
        let finding = rule.at(&first.id, at.as_str(), message);
        let finding = match silent {
            Some((service, _)) => finding.related(&service.id, "", "sends none"),
            None => finding.related(&used.balancer.id, used.pointer(""), "sends there"),
        };
        out.push(match services {
            // The only one in front of it: what the relay waits for is meant.
            [(service, _)] if !service.existing => finding.fix(
                format!("let `{}` send them", service.id.name()),
                [Change::set(
                    &service.id,
                    "/properties/enableProxyProtocol",
                    true,
                )],
            ),
            _ => finding.fix(
                "do without them",
                waiting.iter().map(|(machine, pointer)| {
                    Change::set(&machine.id, pointer.as_str(), "optional")
                }),
            ),
        });
    }
}
