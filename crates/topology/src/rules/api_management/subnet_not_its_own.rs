//! `APIM010`: shared subnet.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM010",
    severity: Severity::Error,
    title: "shared subnet",
    why: "PremiumV2 wants a subnet that nothing else stands in",
    mend: "give the service a subnet of its own",
    source: "https://learn.microsoft.com/azure/api-management/inject-vnet-v2",
    arm_code: Some("SubnetWithExternalResourcesCannotBeUsedByOtherResources"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "apiManagement: { apim1449: { sku: PremiumV2, capacity: 2 } }\nresources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: apimSubnet, properties: { delegations: [ { name: web, properties: { serviceName: Microsoft.Web/hostingEnvironments } } ] } } ] } } ]\nforwarders: { other: { subnet: MainNet/apimSubnet, instances: 2, relay: [ { listen: 8443, to: apim1449 } ] } }",
    ],
    good: &[
        "apiManagement: { apim1449: { sku: PremiumV2, capacity: 2 } }\nresources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: apimSubnet, properties: { delegations: [ { name: web, properties: { serviceName: Microsoft.Web/hostingEnvironments } } ] } } ] } } ]",
        "forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, relay: [ { listen: 8443, to: apim1449 } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let Some(at) = body.subnet().and_then(|id| subject.subnets.get(id)) else {
            continue;
        };
        if !body.is_injected() || !tier(service).eq_ignore_ascii_case("PremiumV2") {
            continue;
        }
        let mut others = subject.subnets.occupants(&at.id).iter();
        if let Some(other) = others.find(|other| other.resource.id != service.id) {
            out.push(
                rule.at(
                    &service.id,
                    "/properties/virtualNetworkConfiguration/subnetResourceId",
                    format!(
                        "`{}` shares `{}` with `{}`",
                        service.id.name(),
                        at.subnet.name,
                        other.resource.id.name()
                    ),
                )
                .related(
                    &other.resource.id,
                    other.pointer.clone(),
                    "stands there too",
                ),
            );
        }
    }
}
