//! `NSG018`: groups at subnet and NIC.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG018",
    severity: Severity::Hint,
    title: "groups at subnet and NIC",
    why: "what arrives must pass the group of the subnet and that of the NIC, and what leaves both the other way round",
    mend: "keep one of them",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: fwd-0-nic, resourceGroup: PrivateAPIM, properties: { networkSecurityGroup: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkSecurityGroups/NSG-PLS } } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: fwd-0-nic, resourceGroup: PrivateAPIM, properties: { enableAcceleratedNetworking: false } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // One finding a pair of groups, however many NICs have it.
    let mut pairs: BTreeMap<(&ResourceId, &ResourceId), Vec<&Resource>> = BTreeMap::new();
    for (nic, body) in subject.kinds.network_interfaces() {
        let mut configs = body.ip_configurations.iter();
        let subnet = configs.find_map(|config| config.properties.subnet.as_ref());
        let of_subnet = subnet.and_then(|subnet| subject.groups.of_subnet(&subnet.id));
        if let (Some(of_subnet), Some(of_nic)) = (of_subnet, subject.groups.of_nic(&nic.id)) {
            pairs.entry((of_subnet, of_nic)).or_default().push(nic);
        }
    }
    for ((of_subnet, of_nic), nics) in pairs {
        let Some(first) = nics.first() else { continue };
        let more = match nics.len() {
            1 => String::new(),
            many => format!(" and {} more", many.saturating_sub(1)),
        };
        let message = if of_subnet == of_nic {
            format!(
                "`{}`{more} and its subnet have the same group",
                first.id.name()
            )
        } else {
            format!(
                "`{}`{more} and its subnet each have a group",
                first.id.name()
            )
        };
        let pointer = "/properties/networkSecurityGroup";
        let finding = rule.at(&first.id, pointer, message);
        let finding = finding.related(of_subnet, "", "the group of the subnet");
        out.push(if of_subnet == of_nic {
            let changes = nics.iter().map(|nic| Change::remove(&nic.id, pointer));
            finding.fix("take it off the NIC, since it acts already", changes)
        } else {
            finding
        });
    }
}
