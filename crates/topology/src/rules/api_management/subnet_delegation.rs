//! `APIM008`: subnet delegated the wrong way.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;
use serde_json::json;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM008",
    severity: Severity::Error,
    title: "subnet delegated the wrong way",
    why: "a classic service stands in a subnet without delegation, and PremiumV2 in one that is delegated to `Microsoft.Web/hostingEnvironments`",
    mend: "remove the delegation for a classic tier, or add it for PremiumV2",
    source: "https://learn.microsoft.com/azure/api-management/inject-vnet-v2",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: apimSubnet, properties: { delegations: [ { name: web, properties: { serviceName: Microsoft.Web/serverFarms } } ] } } ] } } ]",
        "apiManagement: { apim1449: { sku: PremiumV2, capacity: 2 } }\nvirtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.2.0/24 } } } }",
    ],
    good: &[
        "apiManagement: { apim1449: { sku: PremiumV2, capacity: 2 } }\nresources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: apimSubnet, properties: { delegations: [ { name: web, properties: { serviceName: Microsoft.Web/hostingEnvironments } } ] } } ] } } ]",
        "apiManagement: { apim1449: { sku: Developer } }",
    ],
    check,
};

/// The service that a `PremiumV2` subnet is delegated to.
const HOSTING: &str = "Microsoft.Web/hostingEnvironments";

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let Some(at) = body.subnet().and_then(|id| subject.subnets.get(id)) else {
            continue;
        };
        if !body.is_injected() {
            continue;
        }
        let delegations = &at.subnet.properties.delegations;
        let pointer = at.pointer("/properties/delegations");
        if tier(service).eq_ignore_ascii_case("PremiumV2") {
            let is_delegated = delegations.iter().any(|one| {
                let name = one.properties.service_name.as_deref().unwrap_or("");
                name.eq_ignore_ascii_case(HOSTING)
            });
            if !is_delegated {
                let added = json!([{ "name": "apim", "properties": { "serviceName": HOSTING } }]);
                let message = format!("`{}` is not delegated to `{HOSTING}`", at.subnet.name);
                let finding = rule.at(&at.network.id, pointer.clone(), message);
                out.push(finding.related(&service.id, "", "needs it").fix(
                    "delegate the subnet",
                    [Change::set(&at.network.id, pointer, added)],
                ));
            }
        } else if !delegations.is_empty() {
            let message = format!(
                "`{}` is delegated, and `{}` cannot stand in it",
                at.subnet.name,
                service.id.name()
            );
            out.push(
                rule.at(&at.network.id, pointer.clone(), message)
                    .related(&service.id, "", "stands in it")
                    .fix(
                        "remove the delegation",
                        [Change::remove(&at.network.id, pointer)],
                    ),
            );
        }
    }
}
