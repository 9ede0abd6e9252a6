//! `NET021`: public address of another SKU than its load balancer.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET021",
    severity: Severity::Error,
    title: "public address of another SKU than its load balancer",
    why: "a load balancer takes public addresses of its own SKU only",
    mend: "use the SKU and tier of the load balancer",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("DifferentSkuLoadBalancersAndPublicIPAddressNotAllowed"),
    has_fix: true,
    after: &["NET019", "LB001"],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/publicIPAddresses, name: front, resourceGroup: PrivateAPIM, location: uksouth,  properties: { publicIPAllocationMethod: Static } }, { type: Microsoft.Network/loadBalancers, name: public, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { frontendIPConfigurations: [ { name: front, zones: ["1", "2", "3"], properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/front } } } ] } } ]"#,
        r#"resources: [ { type: Microsoft.Network/publicIPAddresses, name: front, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard, tier: Global }, properties: { publicIPAllocationMethod: Static } }, { type: Microsoft.Network/loadBalancers, name: public, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { frontendIPConfigurations: [ { name: front, zones: ["1", "2", "3"], properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/front } } } ] } } ]"#,
    ],
    good: &[
        r#"resources: [ { type: Microsoft.Network/publicIPAddresses, name: front, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } }, { type: Microsoft.Network/loadBalancers, name: public, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { frontendIPConfigurations: [ { name: front, zones: ["1", "2", "3"], properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/front } } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let Some(wanted) = sku_of(balancer) else {
            continue;
        };
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            let reference = frontend.properties.public_ip_address.as_ref();
            let Some((address, _)) =
                reference.and_then(|reference| subject.topology.public_ip_address(&reference.id))
            else {
                continue;
            };
            // Left out it is Basic, as it always was.
            let has = sku_of(address).unwrap_or_else(|| ("basic".to_owned(), wanted.1.clone()));
            if has == wanted {
                continue;
            }
            let message = format!(
                "`{}` is {} {}, and `{}` {} {}",
                address.id.name(),
                has.0,
                has.1,
                balancer.id.name(),
                wanted.0,
                wanted.1
            );
            let finding = rule.at(&address.id, "/sku", message).related(
                &balancer.id,
                format!("/properties/frontendIPConfigurations/{index}/properties/publicIPAddress"),
                "used here",
            );
            out.push(if wanted.0 == "standard" && !address.existing {
                let sku = json!({
                    "name": "Standard",
                    "tier": if wanted.1 == "global" { "Global" } else { "Regional" },
                });
                let method = "/properties/publicIPAllocationMethod";
                finding.fix(
                    "use the SKU of the load balancer",
                    [
                        Change::set(&address.id, "/sku", sku),
                        Change::set(&address.id, method, "Static"),
                    ],
                )
            } else {
                finding
            });
        }
    }
}

/// Name and tier, lower case; regional if nothing is said.
fn sku_of(resource: &Resource) -> Option<(String, String)> {
    let sku = resource.sku.as_ref()?;
    let name = sku.name.as_ref()?.to_ascii_lowercase();
    let tier = sku.tier.as_deref().unwrap_or("Regional");
    Some((name, tier.to_ascii_lowercase()))
}
