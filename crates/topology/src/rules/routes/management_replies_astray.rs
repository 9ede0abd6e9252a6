//! `RTE005`: replies of API Management go astray.

use crate::rules::{
    facts::routes::{Hop, hop, is_default},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE005",
    severity: Severity::Error,
    title: "replies of API Management go astray",
    why: "what API Management answers its control plane must leave by the way it came, not through an appliance or a gateway",
    mend: "route the tag `ApiManagement` to `Internet`, and use service endpoints for Storage, Sql, KeyVault and EventHub",
    source: "https://learn.microsoft.com/azure/api-management/api-management-using-with-internal-vnet",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "routeTables: { RT: { resourceGroup: PrivateAPIM, routes: { Default: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.200.0.4 } } } }
virtualNetworks: { MainNet: { subnets: { apimSubnet: { routeTable: RT } } } }",
    ],
    good: &[
        "routeTables: { RT: { resourceGroup: PrivateAPIM, routes: { Default: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 10.200.0.4 }, Management: { addressPrefix: ApiManagement, nextHopType: Internet } } } }
virtualNetworks: { MainNet: { subnets: { apimSubnet: { routeTable: RT } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<&ResourceId> = BTreeSet::new();
    for (service, body) in subject.kinds.api_managements() {
        let sku = service
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or_default();
        // The v2 tiers are not managed from outside.
        if !body.is_injected() || sku.to_ascii_lowercase().ends_with("v2") {
            continue;
        }
        let other_regions = body
            .additional_locations
            .iter()
            .filter_map(|region| region.subnet());
        for subnet in body.subnet().into_iter().chain(other_regions) {
            let at = subject.subnets.get(subnet);
            let reference = at.and_then(|at| at.subnet.properties.route_table.as_ref());
            let Some(table) = reference.and_then(|table| subject.routes.get(&table.id)) else {
                continue;
            };
            let routes = &table.body.routes;
            let default = routes.iter().position(is_default);
            let Some((index, default)) = default.and_then(|at| Some((at, routes.get(at)?))) else {
                continue;
            };
            let is_exempt = routes.iter().any(|route| {
                let prefix = &route.properties.address_prefix;
                prefix.to_ascii_lowercase().starts_with("apimanagement")
                    && hop(&route.properties) == Hop::Internet
            });
            let is_forced = matches!(
                hop(&default.properties),
                Hop::Appliance(_) | Hop::Gateway | Hop::Nowhere
            );
            if is_exempt || !is_forced || !seen.insert(&table.resource.id) {
                continue;
            }
            let id = &table.resource.id;
            let message = format!(
                "`{}` of `{}` takes the replies of `{}` to its control plane",
                default.name,
                id.name(),
                service.id.name()
            );
            let finding = rule.at(id, format!("/properties/routes/{index}"), message);
            let finding = finding.related(&service.id, "", "the service");
            let route = json!({
                "name": "ApiManagement",
                "properties": { "addressPrefix": "ApiManagement", "nextHopType": "Internet" },
            });
            let change = Change::set(id, "/properties/routes/-", route);
            out.push(if table.resource.existing {
                finding
            } else {
                finding.fix("route `ApiManagement` to `Internet`", [change])
            });
        }
    }
}
