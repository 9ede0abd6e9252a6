//! `FWD010`: PROXY header that the relay does not expect.

use crate::{
    model::{network::PrivateLinkService, relay::ProxyProtocol},
    rules::prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD010",
    severity: Severity::Error,
    title: "PROXY header that the relay does not expect",
    why: "the header comes before the first byte of every connection and every probe, and a relay that does not expect it hands it on or fails",
    mend: "set the relay item's `proxyProtocol`, or leave `enableProxyProtocol` out",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["privateLinkServices: { APIM-PLS: { enableProxyProtocol: true } }"],
    good: &[
        "privateLinkServices: { APIM-PLS: { enableProxyProtocol: false } }",
        "privateLinkServices: { APIM-PLS: { enableProxyProtocol: true } }
forwarders: { fwd: { relay: [ { listen: 443, to: apim1449, proxyProtocol: required } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        let deaf: Vec<(&Resource, String)> = subject
            .relays_in(used.pool)
            .flat_map(|relay| {
                let places = relay.proxy_at(used, ProxyProtocol::Off);
                places.map(|pointer| (relay.machine, pointer))
            })
            .collect();
        let Some((first, at)) = deaf.first() else {
            continue;
        };
        let services = subject.pools.in_front_of(used.rule);
        let sends = |body: &PrivateLinkService| body.enable_proxy_protocol == Some(true);
        // Who comes from elsewhere sends none.
        let says = if services.iter().all(|(_, body)| sends(body)) {
            "required"
        } else {
            "optional"
        };
        for (service, body) in services {
            if !sends(body) || !seen.insert(&service.id) {
                continue;
            }
            let message = format!(
                "`{}` sends PROXY headers, and `{}` expects none",
                service.id.name(),
                first.id.name()
            );
            let changes = deaf
                .iter()
                .map(|(machine, pointer)| Change::set(&machine.id, pointer.as_str(), says));
            out.push(
                rule.at(&service.id, "/properties/enableProxyProtocol", message)
                    .related(&first.id, at.as_str(), "expects none")
                    .fix(format!("let the relays read them: {says}"), changes),
            );
        }
    }
}
