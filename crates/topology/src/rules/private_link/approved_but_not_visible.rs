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
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [partner, 33333333-3333-3333-3333-333333333333] } }",
    ],
    good: &["privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.topology.private_link_services() {
        let visible = list(body.visibility.as_ref());
        for (index, one) in list(body.auto_approval.as_ref())
            .iter()
            .enumerate()
            .filter(|(_, one)| !holds(visible, one))
        {
            out.push(rule.at(
                &service.id,
                format!("/properties/autoApproval/subscriptions/{index}"),
                format!(
                    "`{one}` is approved, but does not see `{}`",
                    service.id.name()
                ),
            ));
        }
    }
}
