//! `PLS013`: frontend without a rule.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS013",
    severity: Severity::Error,
    title: "frontend without a rule",
    why: "a private endpoint passes every port, and the load balancer drops those without a rule",
    mend: "add a load-balancing rule to the frontend",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { loadBalancingRules: null } } ]",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        for frontend in &body.load_balancer_frontend_ip_configurations {
            let Some((balancer, inner)) = frontend
                .id
                .parent()
                .and_then(|id| subject.topology.load_balancer(&id))
            else {
                continue;
            };
            if !inner.load_balancing_rules.iter().any(|one| {
                one.properties
                    .frontend_ip_configuration
                    .as_ref()
                    .is_some_and(|sub| sub.id == frontend.id)
            }) {
                let message = format!(
                    "frontend `{}` of `{}` has no rule",
                    frontend.id.name(),
                    balancer.id.name()
                );
                out.push(
                    rule.at(
                        &service.id,
                        "/properties/loadBalancerFrontendIpConfigurations",
                        message,
                    )
                    .related(
                        &balancer.id,
                        "/properties/loadBalancingRules",
                        "its rules",
                    ),
                );
            }
        }
    }
}
