//! `LB002`: frontend without subnet or public address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB002",
    severity: Severity::Error,
    title: "frontend without subnet or public address",
    why: "a frontend has its address from one of the two",
    mend: "name a `subnet`",
    source: "https://learn.microsoft.com/azure/load-balancer/components",
    arm_code: Some("FrontendIPConfigHasNoSubnetOrPublicIP"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { frontendIPConfigurations: [ { name: spare, properties: {} } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { frontendIPConfigurations: [ { name: spare, properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.1.77, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            if frontend.properties.subnet.is_none()
                && frontend.properties.public_ip_address.is_none()
            {
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/frontendIPConfigurations/{index}"),
                    format!("frontend `{}` has no subnet", frontend.name),
                ));
            }
        }
    }
}
