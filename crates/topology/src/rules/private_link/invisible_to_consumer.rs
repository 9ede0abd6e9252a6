//! `PLS017`: service not visible to the endpoint's subscription.

use crate::rules::{
    facts::approval::{holds, list},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS017",
    severity: Severity::Error,
    title: "service not visible to the endpoint's subscription",
    why: "who does not see a service is told that it does not exist",
    mend: "add the subscription to the service's `visibility`",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: Some(
        "ThirdPartyPrivateLinkServiceProvidedDuringPrivateEndpointCreationDoesNotExistOrIsNotVisible",
    ),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["privateLinkServices: { APIM-PLS: { visibility: [], autoApproval: [] } }"],
    good: &["privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.private_link_services() {
        let visible = list(body.visibility.as_ref());
        let own = service.id.subscription();
        let mut seen = BTreeSet::new();
        for consumer in subject.consumers.at(&service.id) {
            let subscription = consumer.endpoint.id.subscription();
            if own.eq_ignore_ascii_case(subscription) || holds(visible, subscription) {
                continue;
            }
            // One finding for each subscription: the others wait for the same change.
            if !seen.insert(subscription.to_ascii_lowercase()) {
                continue;
            }
            let message = format!(
                "`{}` is not visible to the subscription of `{}`",
                service.id.name(),
                consumer.endpoint.id.name()
            );
            let pointer = format!("{}/properties/privateLinkServiceId", consumer.pointer);
            let finding = rule.at(&consumer.endpoint.id, pointer, message).related(
                &service.id,
                "/properties/visibility",
                "who sees it",
            );
            out.push(if service.existing {
                finding
            } else {
                finding.fix(
                    format!("let `{subscription}` see it"),
                    [Change::set(
                        &service.id,
                        "/properties/visibility/subscriptions/-",
                        subscription,
                    )],
                )
            });
        }
    }
}
