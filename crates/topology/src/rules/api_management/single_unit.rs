//! `APIM016`: Premium with one unit.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM016",
    severity: Severity::Warning,
    title: "Premium with one unit",
    why: "one unit stands in one zone, and zone redundancy needs two at least",
    mend: "use a `capacity` of 2 or more",
    source: "https://learn.microsoft.com/azure/api-management/enable-availability-zone-support",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["apiManagement: { apim1449: { sku: Premium, capacity: 1 } }"],
    good: &["apiManagement: { apim1449: { sku: Premium, capacity: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, _) in subject.kinds.api_managements() {
        let units = service
            .sku
            .as_ref()
            .and_then(|sku| sku.capacity)
            .unwrap_or(1);
        if matches!(tier(service), "Premium" | "PremiumV2") && units == 1 {
            out.push(rule.at(
                &service.id,
                "/sku/capacity",
                format!("`{}` has one unit", service.id.name()),
            ));
        }
    }
}
