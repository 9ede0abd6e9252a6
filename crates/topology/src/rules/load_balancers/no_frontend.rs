//! `LB004`: load balancer without a frontend.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB004",
    severity: Severity::Error,
    title: "load balancer without a frontend",
    why: "rules, probes and pools are parts of a load balancer that has a frontend",
    mend: "add a frontend with a subnet",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("LoadBalancerWithoutFrontendIPCantHaveChildResources"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: Bare, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { backendAddressPools: [ { name: backend, properties: {} } ] } } ]", "resources: [ { type: Microsoft.Network/loadBalancers, name: Bare, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { probes: [ { name: health, properties: { protocol: Tcp, port: 443,
    intervalInSeconds: 5 } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/loadBalancers, name: Bare, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: {} } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let has_parts = !body.load_balancing_rules.is_empty()
            || !body.probes.is_empty()
            || !body.backend_address_pools.is_empty();
        if has_parts && body.frontend_ip_configurations.is_empty() {
            out.push(rule.at(
                &balancer.id,
                "/properties/frontendIPConfigurations",
                format!("`{}` has no frontend", balancer.id.name()),
            ));
        }
    }
}
