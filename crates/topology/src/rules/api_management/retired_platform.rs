//! `APIM022`: retired platform.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM022",
    severity: Severity::Error,
    title: "retired platform",
    why: "`stv1` was retired on 31 August 2024",
    mend: "migrate the service to `stv2`",
    source: "https://learn.microsoft.com/azure/api-management/breaking-changes/stv1-platform-retirement-august-2024",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { platformVersion: stv1 } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { platformVersion: stv2 } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let platform = body.platform_version.as_deref().unwrap_or("");
        if platform.eq_ignore_ascii_case("stv1") {
            out.push(rule.at(
                &service.id,
                "/properties/platformVersion",
                format!("`{}` is on {platform}", service.id.name()),
            ));
        }
    }
}
