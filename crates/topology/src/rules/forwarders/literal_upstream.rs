//! `FWD005`: upstream by a literal address.

use crate::{model::api_management::ApiManagement, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD005",
    severity: Severity::Warning,
    title: "upstream by a literal address",
    why: "API Management chooses its private address itself, and it may change when units, zones or networks do",
    mend: "relay `to` the service by its name",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: true,
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
        let literals = relay
            .dials()
            .filter(|dial| dial.host.parse::<Ipv4Addr>().is_ok());
        for dial in literals {
            let holders = subject.upstream(relay, dial.host);
            let Some(
                Holder::Vip(service) | Holder::RegionalVip(service, _) | Holder::Unit(service, _),
            ) = holders.first()
            else {
                continue;
            };
            let message = format!(
                "`{}` is what `{}` happens to have today",
                dial.host,
                service.name()
            );
            let finding = rule.at(&relay.machine.id, relay.dial_at(&dial), message);
            let name = ApiManagement::gateway_host(service.name());
            // A name that is not answered would be worse (FWD008).
            let is_answered = relay
                .network
                .as_ref()
                .is_some_and(|network| !subject.answers(network, &name).is_empty());
            out.push(if is_answered {
                finding.fix(
                    format!("dial `{name}`"),
                    [Change::set(
                        &relay.machine.id,
                        relay.dial_at(&dial),
                        format!("{name}:{}", dial.port),
                    )],
                )
            } else {
                finding
            });
        }
    }
}
