//! `PLS015`: visible to everyone.

use crate::rules::{facts::approval::list, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS015",
    severity: Severity::Warning,
    title: "visible to everyone",
    why: "anyone with the alias may ask, and with automatic approval for everyone, anyone is in",
    mend: "list the subscriptions",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[r#"privateLinkServices: { APIM-PLS: { visibility: ["*"] } }"#],
    good: &["privateLinkServices: { APIM-PLS: { visibility: [partner] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        if list(body.visibility.as_ref()).iter().any(|one| one == "*") {
            out.push(rule.at(
                &service.id,
                "/properties/visibility",
                format!("`{}` is visible to everyone", service.id.name()),
            ));
        }
    }
}
