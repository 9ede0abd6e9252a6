//! `LB030`: dynamic frontend address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB030",
    severity: Severity::Hint,
    title: "dynamic frontend address",
    why: "it stays while the load balancer lives, and may be another one when that is made again",
    mend: "say `privateIPAllocationMethod: Static` with an address",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { frontendIPConfigurations: [ { name: frontend,
    properties: { privateIPAllocationMethod: Dynamic } } ] } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.77 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            let properties = &frontend.properties;
            let method = properties.private_ip_allocation_method.as_deref();
            let is_static = method.is_some_and(|method| method.eq_ignore_ascii_case("Static"));
            if is_static || properties.subnet.is_none() {
                continue;
            }
            let at = format!("/properties/frontendIPConfigurations/{index}/properties");
            let pointer = format!("{at}/privateIPAllocationMethod");
            let message = format!(
                "frontend `{}` of `{}` has a dynamic address",
                frontend.name,
                balancer.id.name()
            );
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            out.push(match properties.private_ip_address {
                Some(address) => finding.fix(
                    format!("keep {address}"),
                    [Change::set(&balancer.id, pointer, "Static")],
                ),
                None => finding,
            });
        }
    }
}
