//! `PLS007`: number of NAT addresses.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS007",
    severity: Severity::Error,
    title: "number of NAT addresses",
    why: "a Private Link Service has one to eight NAT addresses",
    mend: "use one to eight",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM,
    properties: { ipConfigurations: null } } ]", "privateLinkServices: { APIM-PLS: { natIPs: [ 10.0.1.20, 10.0.1.21, 10.0.1.22, 10.0.1.23, 10.0.1.24, 10.0.1.25,
    10.0.1.26, 10.0.1.27, 10.0.1.28 ] } }"],
    good: &["privateLinkServices: { APIM-PLS: { natIPs: [ 10.0.1.20, 10.0.1.21, 10.0.1.22, 10.0.1.23, 10.0.1.24, 10.0.1.25, 10.0.1.26, 10.0.1.27 ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let count = body.ip_configurations.len();
        // Direct Connect wants an even number (PLS026).
        if body.destination_ip_address.is_none() && !(1..=8).contains(&count) {
            out.push(rule.at(
                &service.id,
                "/properties/ipConfigurations",
                format!("`{}` has {count} NAT addresses", service.id.name()),
            ));
        }
    }
}
