//! `NSG005`: application security group over several networks.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG005",
    severity: Severity::Error,
    title: "application security group over several networks",
    why: "the members of an application security group, and of all groups in one rule, are in one network",
    mend: "use a group for each network",
    source: "https://learn.microsoft.com/azure/virtual-network/application-security-groups",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { Other: { resourceGroup: PrivateAPIM, addressPrefixes: [10.9.0.0/16], subnets: { spare: { addressPrefix: 10.9.0.0/24 } } } }
resources: [ { type: Microsoft.Network/applicationSecurityGroups, name: web, resourceGroup: PrivateAPIM, location: uksouth, properties: {} }, { type: Microsoft.Network/networkInterfaces, name: one, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.2.77, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet }, applicationSecurityGroups: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/applicationSecurityGroups/web } ] } } ] } }, { type: Microsoft.Network/networkInterfaces, name: two, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.9.0.77, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Other/subnets/spare }, applicationSecurityGroups: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/applicationSecurityGroups/web } ] } } ] } } ]",
    ],
    good: &[
        "virtualNetworks: { Other: { resourceGroup: PrivateAPIM, addressPrefixes: [10.9.0.0/16], subnets: { spare: { addressPrefix: 10.9.0.0/24 } } } }
resources: [ { type: Microsoft.Network/applicationSecurityGroups, name: web, resourceGroup: PrivateAPIM, location: uksouth, properties: {} }, { type: Microsoft.Network/applicationSecurityGroups, name: more, resourceGroup: PrivateAPIM, location: uksouth, properties: {} }, { type: Microsoft.Network/networkInterfaces, name: one, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.2.77, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/apimSubnet }, applicationSecurityGroups: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/applicationSecurityGroups/web } ] } } ] } }, { type: Microsoft.Network/networkInterfaces, name: two, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.9.0.77, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Other/subnets/spare }, applicationSecurityGroups: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/applicationSecurityGroups/more } ] } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut spread: BTreeSet<&ResourceId> = BTreeSet::new();
    for (asg, members) in &subject.groups.members {
        let mut all = members.at.iter();
        let Some(first) = all.next() else { continue };
        let other = all.find(|member| member.network != first.network);
        if let Some(other) = other {
            spread.insert(asg);
            let message = format!(
                "`{}` has members in `{}` and in `{}`",
                asg.name(),
                first.network.name(),
                other.network.name()
            );
            let finding = rule.at(&other.id, other.pointer.clone(), message);
            out.push(finding.related(&first.id, first.pointer.clone(), "its first member"));
        }
    }
    for group in &subject.groups.all {
        for one in group.all_rules() {
            let groups = one.source.groups.iter().chain(&one.destination.groups);
            let networks: BTreeSet<&ResourceId> = groups
                .filter(|asg| !spread.contains(asg))
                .filter_map(|asg| Some(&subject.groups.members.get(asg)?.at.first()?.network))
                .collect();
            if networks.len() > 1 {
                let message = format!(
                    "`{}` names application security groups of several networks",
                    one.rule.name
                );
                out.push(rule.at(&group.resource.id, one.pointer(""), message));
            }
        }
    }
}
