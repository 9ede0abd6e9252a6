//! `FWD005`: upstream by a literal address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD005",
    severity: Severity::Warning,
    title: "upstream by a literal address",
    why: "API Management chooses its private address itself, and it may change when units, zones or networks do",
    mend: "relay `to` the service by its name",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { fwd: { relay: [ { listen: 443, to: "10.0.2.5:443" }, { listen: 8443, to: apim1449 } ] } }"#,
    ],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        for (pointer, host, _) in relay.upstreams() {
            let holder = host.parse::<Ipv4Addr>().ok().and_then(|address| {
                subject
                    .addresses
                    .holder_in(relay.network.as_ref()?, address)
            });
            if let Some(Holder::Vip(service) | Holder::Unit(service, _)) = holder {
                let name = service.name();
                out.push(rule.at(
                    &relay.machine.id,
                    pointer,
                    format!("`{host}` is what `{name}` happens to have today"),
                ));
            }
        }
    }
}
