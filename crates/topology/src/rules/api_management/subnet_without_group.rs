//! `APIM004`: subnet without network security group.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM004",
    severity: Severity::Error,
    title: "subnet without network security group",
    why: "the service's own load balancer is closed unless a group opens it",
    mend: "give the subnet a `networkSecurityGroup`; its rules are derived if you only name it",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-injection-resources",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { networkSecurityGroup: null } } } }",
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { networkSecurityGroup: NSG-APIM } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (service, body) in subject.kinds.api_managements() {
        let Some((_, subnet)) = body.subnet().and_then(|id| subject.topology.subnet(id)) else {
            continue;
        };
        if subnet.properties.network_security_group.is_none() {
            out.push(rule.at(
                &service.id,
                "/properties/virtualNetworkConfiguration/subnetResourceId",
                format!(
                    "subnet `{}` of `{}` has no network security group",
                    subnet.name,
                    service.id.name()
                ),
            ));
        }
    }
}
