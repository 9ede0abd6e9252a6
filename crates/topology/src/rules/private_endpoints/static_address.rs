//! `PE010`: static address of an endpoint to a Private Link Service.

use crate::rules::facts::approval::is_private_link_service;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE010",
    severity: Severity::Error,
    title: "static address of an endpoint to a Private Link Service",
    why: "Azure chooses the address of an endpoint to somebody's own Private Link Service; only platform services let it be set",
    mend: "leave `ipConfigurations` out, read the address, then write the record",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { ipConfigurations: [ { name: one, properties: { privateIPAddress: 192.168.0.9 } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateEndpoints, name: APIM-PE, resourceGroup: APIM, properties: { ipConfigurations: [] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let to_service = body.connections().any(|connection| {
            is_private_link_service(&connection.properties.private_link_service_id)
        });
        if to_service && !body.ip_configurations.is_empty() {
            let pointer = "/properties/ipConfigurations";
            out.push(
                rule.at(
                    &endpoint.id,
                    pointer,
                    format!("`{}` asks for a static address", endpoint.id.name()),
                )
                .fix(
                    "let Azure choose the address",
                    [Change::remove(&endpoint.id, pointer)],
                ),
            );
        }
    }
}
