//! `APIM003`: service away from its subnet or address.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM003",
    severity: Severity::Error,
    title: "service away from its subnet or address",
    why: "a service joins a subnet and a public address of its own region and subscription",
    mend: "put subnet, public address and service into one region of one subscription",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, location: northeurope, properties: {} } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.ApiManagement/service, name: apim1449, resourceGroup: PrivateAPIM, location: uksouth, properties: {} } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let subnet = body.subnet().and_then(|id| subject.subnets.get(id));
        let address = body
            .public_ip_address_id
            .as_ref()
            .and_then(|id| subject.topology.resources.get(id));
        let wanted = [
            (
                subnet.map(|at| at.network),
                "/properties/virtualNetworkConfiguration/subnetResourceId",
            ),
            (address, "/properties/publicIpAddressId"),
        ];
        for (other, pointer) in wanted {
            let Some(other) = other else {
                continue;
            };
            let is_near = other.location == service.location
                && other
                    .id
                    .subscription()
                    .eq_ignore_ascii_case(service.id.subscription());
            if !is_near {
                out.push(
                    rule.at(
                        &service.id,
                        pointer,
                        format!(
                            "`{}` is not where `{}` is",
                            service.id.name(),
                            other.id.name()
                        ),
                    )
                    .related(&other.id, "/location", "stands here"),
                );
            }
        }
    }
}
