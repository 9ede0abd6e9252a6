//! `PE003`: alias in an automatic connection.

use crate::{
    model::network::is_alias,
    rules::{facts::approval::ask, prelude::*},
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE003",
    severity: Severity::Error,
    title: "alias in an automatic connection",
    why: "an alias names a service without giving any right on it, so it works only as a manual request; a subscription on the approval list is approved at once all the same",
    mend: "set `manual: true`",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "privateEndpoints: { APIM-PE: { service: apim-pls.0f9e1fc0-0b5b-4d0b-b1a5-0e9f9d1e0001.uksouth.azure.privatelinkservice, manual: false } }",
    ],
    good: &[
        "privateEndpoints: { APIM-PE: { service: apim-pls.0f9e1fc0-0b5b-4d0b-b1a5-0e9f9d1e0001.uksouth.azure.privatelinkservice, manual: true } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        for (index, connection) in body.private_link_service_connections.iter().enumerate() {
            let text = &connection.properties.private_link_service_id;
            if is_alias(text) {
                out.push(
                    rule.at(
                        &endpoint.id,
                        format!("/properties/privateLinkServiceConnections/{index}/properties/privateLinkServiceId"),
                        format!("`{}` names a service by its alias", endpoint.id.name()),
                    )
                    .fix("ask by a manual request", ask(&endpoint.id, body)),
                );
            }
        }
    }
}
