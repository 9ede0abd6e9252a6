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
    bad: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { ipConfigurations: null } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/privateLinkServices, name: APIM-PLS, resourceGroup: PrivateAPIM, properties: { fqdns: [] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let count = body.ip_configurations.len();
        if !(1..=8).contains(&count) {
            out.push(rule.at(
                &service.id,
                "/properties/ipConfigurations",
                format!("`{}` has {count} NAT addresses", service.id.name()),
            ));
        }
    }
}
