//! `APIM002`: mode without subnet.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM002",
    severity: Severity::Error,
    title: "mode without subnet",
    why: "an internal or external service stands in a subnet",
    mend: "name its `subnet`",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, properties: { virtualNetworkConfiguration: null } } ]",
    ],
    good: &["apiManagement: { apim1449: { subnet: MainNet/apimSubnet } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        if body.is_injected() && body.subnet().is_none() {
            out.push(rule.at(
                &service.id,
                "/properties/virtualNetworkConfiguration",
                format!("`{}` has no subnet", service.id.name()),
            ));
        }
    }
}
