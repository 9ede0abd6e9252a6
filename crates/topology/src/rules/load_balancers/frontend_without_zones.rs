//! `LB022`: frontend without zones.

use crate::{model::regions::has_zones, rules::prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB022",
    severity: Severity::Warning,
    title: "frontend without zones",
    why: "a frontend without zones, or in one only, may fail with a single zone; zones cannot be changed later",
    mend: r#"say `zones: ["1", "2", "3"]` before it is made"#,
    source: "https://learn.microsoft.com/azure/reliability/reliability-load-balancer",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "loadBalancers: { PrivateLinkServiceLB: { zones: null } }",
        r#"loadBalancers: { PrivateLinkServiceLB: { zones: ["2"] } }"#,
    ],
    good: &[r#"loadBalancers: { PrivateLinkServiceLB: { zones: ["1", "2", "3"] } }"#],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let is_ours = !subject.pools.services(&balancer.id).is_empty()
            || subject.relays.behind(&balancer.id).next().is_some();
        let region = balancer.location.as_deref().unwrap_or_default();
        // Others than Standard have no zones (LB001).
        let sku = balancer.sku.as_ref().and_then(|sku| sku.name.as_deref());
        let is_standard = sku.is_some_and(|sku| sku.eq_ignore_ascii_case("Standard"));
        if !is_ours || !is_standard || !has_zones(region) {
            continue;
        }
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            let zones = &frontend.zones;
            if frontend.properties.subnet.is_none() || zones.len() > 1 {
                continue;
            }
            let pointer = format!("/properties/frontendIPConfigurations/{index}/zones");
            let message = match zones.first() {
                None => format!(
                    "frontend `{}` of `{}` has no zones",
                    frontend.name,
                    balancer.id.name()
                ),
                Some(zone) => format!(
                    "frontend `{}` of `{}` is in zone {zone} only",
                    frontend.name,
                    balancer.id.name()
                ),
            };
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            // One zone was chosen by somebody, perhaps with a frontend in each of the others.
            let is_free = zones.is_empty() && !balancer.existing;
            out.push(if is_free {
                finding.fix(
                    "spread the frontend over three zones",
                    [Change::set(&balancer.id, pointer, json!(["1", "2", "3"]))],
                )
            } else {
                finding
            });
        }
    }
}
