//! `PE011`: request message too long.

use crate::rules::facts::approval::connections;
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE011",
    severity: Severity::Error,
    title: "request message too long",
    why: "a request message has at most 140 characters",
    mend: "shorten it",
    source: "https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints/create-or-update",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"privateEndpoints: { APIM-PE: { requestMessage: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } }"#,
    ],
    good: &[
        r#"privateEndpoints: { APIM-PE: { requestMessage: "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx" } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (endpoint, body) in subject.kinds.private_endpoints() {
        for (pointer, connection) in connections(body) {
            let message = connection
                .properties
                .request_message
                .as_deref()
                .unwrap_or("");
            let length = message.chars().count();
            if length > 140 {
                out.push(rule.at(
                    &endpoint.id,
                    format!("{pointer}/properties/requestMessage"),
                    format!(
                        "the request of `{}` has {length} characters",
                        endpoint.id.name()
                    ),
                ));
            }
        }
    }
}
