//! `NET012`: reference to nothing.

use crate::rules::{facts::references::references, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET012",
    severity: Severity::Error,
    title: "reference to nothing",
    why: "what a resource refers to must be there before it, in the same region",
    mend: "define what it refers to, mark it `existing: true`, or name another",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/troubleshooting/common-deployment-errors",
    arm_code: Some("InvalidResourceReference"),
    has_fix: false,
    after: &["PLS006"],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/gone } } } ] } } ]",
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet }, loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/gone } ] } } ] } } ]",
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/gone } } } ] } }, { type: Microsoft.Network/networkInterfaces, name: other, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/gone } } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet } } } ] } } ]",
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: spare, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet }, publicIPAddress: { id: /subscriptions/33333333-3333-3333-3333-333333333333/resourceGroups/Others/providers/Microsoft.Network/publicIPAddresses/theirs } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // One finding a missing thing, however many refer to it.
    let mut missing: BTreeMap<ResourceId, Vec<(&ResourceId, String)>> = BTreeMap::new();
    for resource in subject.topology.resources.values() {
        for (id, pointer) in references(resource) {
            if subject.is_absent(&id) {
                missing.entry(id).or_default().push((&resource.id, pointer));
            }
        }
    }
    for (id, referring) in missing {
        let mut referring = referring.into_iter();
        let Some((first, pointer)) = referring.next() else {
            continue;
        };
        let more = match referring.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let verb = if more.is_empty() { "refers" } else { "refer" };
        let message = format!(
            "`{}`{more} {verb} to `{}`, which is not there",
            first.name(),
            id.short()
        );
        let finding = rule.at(first, pointer, message);
        out.push(referring.fold(finding, |finding, (other, pointer)| {
            finding.related(other, pointer, "refers to it too")
        }));
    }
}
