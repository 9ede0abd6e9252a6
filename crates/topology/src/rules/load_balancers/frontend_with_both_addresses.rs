//! `LB003`: frontend with a subnet and a public address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB003",
    severity: Severity::Error,
    title: "frontend with a subnet and a public address",
    why: "a frontend is internal or public, and cannot be both",
    mend: "leave out `publicIPAddress` or `subnet`",
    source: "https://learn.microsoft.com/azure/load-balancer/components",
    arm_code: Some("FrontendIPConfigHasBothSubnetAndPublicIP"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/publicIPAddresses, name: outside, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4 } },
    { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: frontend,
    properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/outside } } } ] } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.77 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let in_front: BTreeSet<&ResourceId> = subject.pools.fronts().map(|(id, _)| id).collect();
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            let properties = &frontend.properties;
            let member = match (&properties.public_ip_address, &properties.public_ip_prefix) {
                (Some(_), _) => "publicIPAddress",
                (None, Some(_)) => "publicIPPrefix",
                (None, None) => continue,
            };
            if properties.subnet.is_none() {
                continue;
            }
            let at = format!("/properties/frontendIPConfigurations/{index}");
            let pointer = format!("{at}/properties/{member}");
            let message = format!(
                "frontend `{}` has a subnet and a public address",
                frontend.name
            );
            let finding = rule.at(&balancer.id, pointer.clone(), message).related(
                &balancer.id,
                format!("{at}/properties/subnet"),
                "its subnet",
            );
            // What a Private Link Service stands in front of is meant to be internal.
            let id = balancer
                .id
                .child("frontendIPConfigurations", &frontend.name);
            out.push(if in_front.contains(&id) {
                finding.fix(
                    "leave out the public address",
                    [Change::remove(&balancer.id, pointer)],
                )
            } else {
                finding
            });
        }
    }
}
