//! `FWD018`: forwarder that relays nothing.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD018",
    severity: Severity::Error,
    title: "forwarder that relays nothing",
    why: "without a listener and an upstream no connection gets through, and the probe stays red",
    mend: "say `relay: [ { listen: 443, to: SERVICE } ]`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["forwarders: { idle: { subnet: MainNet/plsSubnet, relay: [] } }"],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        if relay.config.listeners.is_empty() {
            out.push(rule.at(
                &relay.machine.id,
                "/properties/userData",
                format!("`{}` relays nothing", relay.machine.id.name()),
            ));
        }
    }
}
