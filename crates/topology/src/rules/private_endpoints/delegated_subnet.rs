//! `PE015`: endpoint in a delegated subnet.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE015",
    severity: Severity::Error,
    title: "endpoint in a delegated subnet",
    why: "a delegated subnet, and `GatewaySubnet`, take nothing but what they are for",
    mend: "give the private endpoint a subnet of its own",
    source: "https://learn.microsoft.com/azure/virtual-network/subnet-delegation-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: External, resourceGroup: APIM, properties: { subnets: [ { name: default, properties: { delegations: [ { name: web, properties: { serviceName: Microsoft.Web/serverFarms } } ] } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: External, resourceGroup: APIM, properties: { subnets: [ { name: default, properties: { delegations: [] } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        let Some(at) = body
            .subnet
            .as_ref()
            .and_then(|sub| subject.subnets.get(&sub.id))
        else {
            continue;
        };
        let is_gateway = at.subnet.name.eq_ignore_ascii_case("GatewaySubnet");
        if is_gateway || !at.subnet.properties.delegations.is_empty() {
            let pointer = if is_gateway {
                ""
            } else {
                "/properties/delegations"
            };
            out.push(
                rule.at(
                    &endpoint.id,
                    "/properties/subnet",
                    format!(
                        "`{}` cannot stand in `{}`, which is for something else",
                        endpoint.id.name(),
                        at.subnet.name
                    ),
                )
                .related(&at.network.id, at.pointer(pointer), "the subnet"),
            );
        }
    }
}
