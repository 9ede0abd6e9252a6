//! `PLS014`: approved, but not visible.

use crate::rules::{
    facts::approval::{holds, list},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS014",
    severity: Severity::Error,
    title: "approved, but not visible",
    why: "a subscription that does not see the service cannot be approved",
    mend: "add the subscription to `visibility`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [partner, 33333333-3333-3333-3333-333333333333] } }",
    ],
    good: &[
        "privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [] } }",
        r#"privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: ["*"] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let visible = list(body.visibility.as_ref());
        let approved = list(body.auto_approval.as_ref()).iter().enumerate();
        // `*` approves everybody who sees the service.
        for (index, one) in approved.filter(|(_, one)| *one != "*" && !holds(visible, one)) {
            let pointer = format!("/properties/autoApproval/subscriptions/{index}");
            let message = format!(
                "`{one}` is approved, but does not see `{}`",
                service.id.name()
            );
            out.push(rule.at(&service.id, pointer, message).fix(
                format!("let `{one}` see it"),
                [Change::set(
                    &service.id,
                    "/properties/visibility/subscriptions/-",
                    one.as_str(),
                )],
            ));
        }
    }
}
