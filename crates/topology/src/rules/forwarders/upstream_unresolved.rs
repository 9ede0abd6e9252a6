//! `FWD008`: upstream that does not resolve.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD008",
    severity: Severity::Error,
    title: "upstream that does not resolve",
    why: "names of internal services are in no public DNS, so the forwarder's network needs a private zone with the name",
    mend: "link a private DNS zone with the name to the forwarder's network",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/privateDnsZones/apim1449.azure-api.net/A/@, properties: { aRecords: [] } } ]",
    ],
    good: &["forwarders: { fwd: { relay: [ { listen: 443, to: apim1449 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        let Some(network) = &relay.network else {
            continue;
        };
        for (pointer, host, _) in relay.upstreams() {
            if subject.is_private_name(host) && subject.answers(network, host).is_empty() {
                out.push(rule.at(
                    &relay.machine.id,
                    pointer,
                    format!("`{host}` is not answered in `{}`", network.name()),
                ));
            }
        }
    }
}
