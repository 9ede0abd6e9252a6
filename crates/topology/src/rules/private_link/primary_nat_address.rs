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
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { primary: false } } ] } } ]", "privateLinkServices: { APIM-PLS: { natIPs: [ 10.0.1.20, 10.0.1.21 ] } }
resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-1, properties: { primary: true } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: [ { name: nat-0, properties: { primary: true } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let configs = &body.ip_configurations;
        let is_primary: Vec<bool> = configs
            .iter()
            .map(|config| config.properties.primary == Some(true))
            .collect();
        let count = is_primary.iter().filter(|is_primary| **is_primary).count();
        if count == 1 || configs.is_empty() {
            continue;
        }
        let message = format!("`{}` has {count} primary NAT addresses", service.id.name());
        let first = is_primary.iter().position(|is_primary| *is_primary);
        let changes = (0..configs.len()).map(|index| {
            let pointer = format!("/properties/ipConfigurations/{index}/properties/primary");
            Change::set(&service.id, pointer, index == first.unwrap_or(0))
        });
        out.push(
            rule.at(&service.id, "/properties/ipConfigurations", message)
                .fix("make the first one primary", changes),
        );
    }
}
