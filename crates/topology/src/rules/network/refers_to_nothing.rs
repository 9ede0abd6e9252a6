//! `NET012`: an id refers to nothing.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET012",
    severity: Severity::Error,
    title: "reference to nothing",
    why: "what a resource refers to must be there before it, in the same region",
    mend: "define what it refers to, mark it `existing: true`, or name another",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
    arm_code: Some("InvalidResourceReference"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/gone } } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (subnet, occupants) in subject.subnets.occupied() {
        if subject.subnets.get(subnet).is_some() || !subject.is_ours(subnet) {
            continue;
        }
        for occupant in occupants {
            out.push(rule.at(
                &occupant.resource.id,
                occupant.pointer.clone(),
                format!(
                    "`{}` stands in `{}`, which is not there",
                    occupant.resource.id.name(),
                    subnet.short()
                ),
            ));
        }
    }
}
