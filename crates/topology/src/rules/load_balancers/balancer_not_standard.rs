//! `LB001`: load balancer is not Standard.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB001",
    severity: Severity::Error,
    title: "load balancer is not Standard",
    why: "Basic was retired on 30 September 2025, and a Private Link Service never took it",
    mend: "use `sku: Standard`",
    source: "https://learn.microsoft.com/azure/load-balancer/skus",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { sku: Basic } }"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { sku: Standard } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _) in subject.topology.load_balancers() {
        let name = balancer
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("Basic");
        if !name.eq_ignore_ascii_case("Standard") && !name.eq_ignore_ascii_case("Gateway") {
            out.push(rule.at(
                &balancer.id,
                "/sku/name",
                format!("`{}` is a {name} load balancer", balancer.id.name()),
            ));
        }
    }
}
