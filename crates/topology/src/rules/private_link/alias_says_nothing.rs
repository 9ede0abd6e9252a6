//! `PLS021`: alias that says nothing.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS021",
    severity: Severity::Hint,
    title: "alias that says nothing",
    why: "the name becomes the first part of the alias that consumers see, in lower case, and cannot be changed",
    mend: "name it after what it leads to",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
privateLinkServices: { pls-1: { loadBalancer: Second, visibility: [partner] } }"#,
    ],
    good: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
privateLinkServices: { orders-pls: { loadBalancer: Second, visibility: [partner] } }"#,
    ],
    check,
};

/// Names that tutorials use, and what is left of them without numbers.
const NOTHING: [&str; 16] = [
    "",
    "default",
    "demo",
    "example",
    "mypls",
    "myprivatelink",
    "myprivatelinkservice",
    "myservice",
    "pl",
    "pls",
    "privatelink",
    "privatelinkservice",
    "service",
    "test",
    "testpls",
    "tmp",
];

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, _) in subject.kinds.private_link_services() {
        // One that is there keeps its alias, whatever it is called.
        if service.existing {
            continue;
        }
        let letters: String = service
            .id
            .name()
            .chars()
            .filter(char::is_ascii_alphabetic)
            .collect();
        if NOTHING.contains(&letters.to_ascii_lowercase().as_str()) {
            let message = format!(
                "consumers will see `{}` in the alias for ever",
                service.id.name().to_ascii_lowercase()
            );
            out.push(rule.at(&service.id, "", message));
        }
    }
}
