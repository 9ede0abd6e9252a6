//! `PLS008`: no single primary NAT address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS008",
    severity: Severity::Error,
    title: "no single primary NAT address",
    why: "exactly one NAT address is the primary one",
    mend: "mark one as `primary: true`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { ipConfigurations: [ { name: nat-0, properties: { primary: false } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { ipConfigurations: [ { name: nat-0, properties: { primary: true } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let count = body
            .ip_configurations
            .iter()
            .filter(|config| config.properties.primary == Some(true))
            .count();
        if count != 1 && !body.ip_configurations.is_empty() {
            out.push(rule.at(
                &service.id,
                "/properties/ipConfigurations",
                format!("`{}` has {count} primary NAT addresses", service.id.name()),
            ));
        }
    }
}
