//! `FWD010`: PROXY header that the relay does not expect.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD010",
    severity: Severity::Error,
    title: "PROXY header that the relay does not expect",
    why: "the header comes before the first byte of every connection and every probe, and a relay that does not expect it hands it on or fails",
    mend: "leave `enableProxyProtocol` out",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["privateLinkServices: { APIM-PLS: { enableProxyProtocol: true } }"],
    good: &["privateLinkServices: { APIM-PLS: { enableProxyProtocol: false } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        let Some(relay) = subject.relays_in(used.pool).next() else {
            continue;
        };
        for (service, body) in subject.pools.in_front_of(used.rule) {
            if body.enable_proxy_protocol != Some(true) || !seen.insert(&service.id) {
                continue;
            }
            let pointer = "/properties/enableProxyProtocol";
            let message = format!(
                "`{}` sends PROXY headers, and `{}` expects none",
                service.id.name(),
                relay.name()
            );
            out.push(
                rule.at(&service.id, pointer, message)
                    .related(&relay.machine.id, relay.user_data, "expects none")
                    .fix(
                        "send no PROXY headers",
                        [Change::set(&service.id, pointer, false)],
                    ),
            );
        }
    }
}
