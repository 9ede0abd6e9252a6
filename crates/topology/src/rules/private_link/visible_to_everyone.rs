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
    bad: &[
        r#"privateLinkServices: { APIM-PLS: { visibility: ["*"] } }"#,
        r#"privateLinkServices: { APIM-PLS: { visibility: ["*"], autoApproval: ["*"] } }"#,
    ],
    good: &["privateLinkServices: { APIM-PLS: { visibility: [partner] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let mut visible = list(body.visibility.as_ref()).iter();
        let Some(index) = visible.position(|one| one == "*") else {
            continue;
        };
        let pointer = format!("/properties/visibility/subscriptions/{index}");
        let name = service.id.name();
        let mut approved = list(body.auto_approval.as_ref()).iter();
        let Some(open) = approved.position(|one| one == "*") else {
            let message = format!("`{name}` is visible to everyone");
            out.push(rule.at(&service.id, pointer, message));
            continue;
        };
        let message = format!("everyone sees `{name}` and is approved at once");
        out.push(rule.at(&service.id, pointer, message).related(
            &service.id,
            format!("/properties/autoApproval/subscriptions/{open}"),
            "approves everyone",
        ));
    }
}
