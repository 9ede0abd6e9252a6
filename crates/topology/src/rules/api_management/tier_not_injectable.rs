//! `APIM001`: tier without network injection.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM001",
    severity: Severity::Error,
    title: "tier without network injection",
    why: "only Developer, Premium and PremiumV2 can stand inside a network",
    mend: "use one of these tiers",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-concepts",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["apiManagement: { apim1449: { sku: Basic } }"],
    good: &["apiManagement: { apim1449: { sku: Premium, capacity: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let name = service
            .sku
            .as_ref()
            .and_then(|sku| sku.name.as_deref())
            .unwrap_or("");
        if body.is_injected() && !["Developer", "Premium", "PremiumV2"].contains(&name) {
            out.push(rule.at(
                &service.id,
                "/sku/name",
                format!("`{}` is of the tier `{name}`", service.id.name()),
            ));
        }
    }
}
