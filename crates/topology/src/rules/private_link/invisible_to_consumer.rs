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
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["privateLinkServices: { APIM-PLS: { visibility: [], autoApproval: [] } }"],
    good: &["privateLinkServices: { APIM-PLS: { visibility: [partner], autoApproval: [] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.topology.private_endpoints() {
        for connection in body.connections() {
            let service = connection
                .properties
                .private_link_service_id
                .parse::<ResourceId>()
                .ok();
            let Some((service, inner)) = service
                .as_ref()
                .and_then(|id| subject.topology.private_link_service(id))
            else {
                continue;
            };
            let is_own = service
                .id
                .subscription()
                .eq_ignore_ascii_case(endpoint.id.subscription());
            if !is_own && !holds(list(inner.visibility.as_ref()), endpoint.id.subscription()) {
                let message = format!(
                    "`{}` is not visible to the subscription of `{}`",
                    service.id.name(),
                    endpoint.id.name()
                );
                out.push(rule.at(
                    &endpoint.id,
                    "/properties/privateLinkServiceConnections/0/properties/privateLinkServiceId",
                    message,
                ));
            }
        }
    }
}
