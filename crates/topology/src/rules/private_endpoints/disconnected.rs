//! `PE008`: connection that was cut for good.

use crate::rules::facts::approval::connections;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE008",
    severity: Severity::Error,
    title: "connection that was cut for good",
    why: "the owner of the service deleted the connection, and it cannot come back",
    mend: "delete the private endpoint and make it again",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceConnectionState: { status: Disconnected } } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceConnectionState: { status: Approved } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        for (pointer, connection) in connections(body) {
            let state = connection
                .properties
                .private_link_service_connection_state
                .as_ref();
            let status = state
                .and_then(|state| state.status.as_deref())
                .unwrap_or("");
            if status.eq_ignore_ascii_case("Disconnected") {
                out.push(rule.at(
                    &endpoint.id,
                    format!("{pointer}/properties/privateLinkServiceConnectionState/status"),
                    format!("the connection of `{}` is disconnected", endpoint.id.name()),
                ));
            }
        }
    }
}
