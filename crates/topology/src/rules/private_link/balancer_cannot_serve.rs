//! `PLS003`: behind a load balancer that is not Standard.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS003",
    severity: Severity::Error,
    title: "behind a load balancer that is not Standard",
    why: "a Private Link Service takes frontends of Standard load balancers only",
    mend: "use `sku: Standard` for the load balancer",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &["LB001"],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { sku: Gateway } }"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { sku: Standard } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let frontends = &body.load_balancer_frontend_ip_configurations;
        for (index, frontend) in frontends.iter().enumerate() {
            let balancer = frontend.id.parent();
            let balancer = balancer.and_then(|id| subject.topology.load_balancer(&id));
            let Some((balancer, _)) = balancer else {
                continue;
            };
            let sku = balancer.sku.as_ref().and_then(|sku| sku.name.as_deref());
            if sku.is_some_and(|name| name.eq_ignore_ascii_case("Standard")) {
                continue;
            }
            let pointer = format!("/properties/loadBalancerFrontendIpConfigurations/{index}");
            let message = format!("`{}` is not Standard", balancer.id.name());
            out.push(rule.at(&service.id, pointer, message).related(
                &balancer.id,
                "/sku/name",
                "its SKU",
            ));
        }
    }
}
