//! `PE007`: connection that is not approved.

use crate::rules::facts::approval::connections;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE007",
    severity: Severity::Error,
    title: "connection that is not approved",
    why: "a connection that waits or was rejected passes nothing, and the endpoint looks well all the same",
    mend: "let the owner of the service approve it",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceConnectionState: { status: Pending } } } ] } } ]",
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { privateLinkServiceConnections: [ { name: APIM-PE, properties: { privateLinkServiceConnectionState: { status: Rejected } } } ] } } ]",
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
            if ["Pending", "Rejected"]
                .iter()
                .any(|word| word.eq_ignore_ascii_case(status))
            {
                out.push(rule.at(
                    &endpoint.id,
                    format!("{pointer}/properties/privateLinkServiceConnectionState/status"),
                    format!("the connection of `{}` is {status}", endpoint.id.name()),
                ));
            }
        }
    }
}
