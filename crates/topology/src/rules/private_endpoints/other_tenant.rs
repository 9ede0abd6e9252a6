//! `PE002`: automatic connection to another tenant.

use crate::rules::facts::approval::ask;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE002",
    severity: Severity::Error,
    title: "automatic connection to another tenant",
    why: "nobody of this tenant may approve a connection in the tenant of the service, so the request must wait for a person there",
    mend: "set `manual: true`, with a `requestMessage`",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: Some("LinkedAuthorizationFailed"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "subscriptions: { partner: { tenant: 99999999-9999-9999-9999-999999999999 } }\nprivateEndpoints: { APIM-PE: { manual: false } }",
    ],
    good: &[
        "subscriptions: { partner: { tenant: 99999999-9999-9999-9999-999999999999 } }\nprivateEndpoints: { APIM-PE: { manual: true } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        for (index, connection) in body.private_link_service_connections.iter().enumerate() {
            let text = &connection.properties.private_link_service_id;
            let Ok(service) = text.parse::<ResourceId>() else {
                continue;
            };
            let theirs = subject.tenant(service.subscription());
            let ours = subject.tenant(endpoint.id.subscription());
            if let (Some(theirs), Some(ours)) = (theirs, ours)
                && theirs != ours
            {
                let message = format!(
                    "`{}` cannot be approved in the tenant of `{}`",
                    endpoint.id.name(),
                    service.name()
                );
                let pointer = format!("/properties/privateLinkServiceConnections/{index}");
                out.push(
                    rule.at(&endpoint.id, pointer, message)
                        .fix("ask by a manual request", ask(&endpoint.id, body)),
                );
            }
        }
    }
}
