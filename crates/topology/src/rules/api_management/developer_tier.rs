//! `APIM014`: tier without a service level.

use crate::rules::facts::injection::tier;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM014",
    severity: Severity::Warning,
    title: "tier without a service level",
    why: "Developer has one unit, no service level, and is down while its network changes",
    mend: "use Premium for what others rely on",
    source: "https://learn.microsoft.com/azure/api-management/api-management-features",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["apiManagement: { apim1449: { sku: Developer } }"],
    good: &["apiManagement: { apim1449: { sku: Premium, capacity: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, _) in subject.kinds.api_managements() {
        if tier(service).eq_ignore_ascii_case("Developer") {
            out.push(rule.at(
                &service.id,
                "/sku/name",
                format!("`{}` is a Developer instance", service.id.name()),
            ));
        }
    }
}
