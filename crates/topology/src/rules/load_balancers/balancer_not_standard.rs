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
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { sku: Basic } }"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { sku: Standard } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let name = balancer
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("Basic");
        if name.eq_ignore_ascii_case("Standard") || name.eq_ignore_ascii_case("Gateway") {
            continue;
        }
        let pointer = "/sku/name";
        let message = format!("`{}` is a {name} load balancer", balancer.id.name());
        let finding = rule.at(&balancer.id, pointer, message);
        // The address of a public frontend has a SKU of its own, which would have to follow.
        let mut frontends = body.frontend_ip_configurations.iter();
        let is_internal = frontends.all(|frontend| frontend.properties.subnet.is_some());
        out.push(if is_internal {
            finding.fix(
                "use `sku: Standard`",
                [Change::set(&balancer.id, pointer, "Standard")],
            )
        } else {
            finding
        });
    }
}
