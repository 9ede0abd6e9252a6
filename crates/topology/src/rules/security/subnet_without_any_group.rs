//! `NSG019`: subnet without a group.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG019",
    severity: Severity::Hint,
    title: "subnet without a group",
    why: "without a network security group everything that reaches the subnet is let in",
    mend: "attach a group that lets in what the subnet serves",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-group-how-it-works",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }",
    ],
    good: &["virtualNetworks: { MainNet: { subnets: { spare: { addressPrefix: 10.0.9.0/24 } } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let has_group = at.subnet.properties.network_security_group.is_some();
        if has_group || at.network.existing {
            continue;
        }
        // Where clients and other machines stand is their owner's business.
        let stands = subject.subnets.occupants(&at.id).iter().find(|occupant| {
            let id = &occupant.resource.id;
            subject.relays.is_nic(id) && subject.groups.of_nic(id).is_none()
                || matches!(occupant.resource.body, Body::PrivateLinkService(_))
        });
        if let Some(stands) = stands {
            let message = format!(
                "`{}`, where `{}` stands, has no network security group",
                at.subnet.name,
                stands.resource.id.name()
            );
            out.push(rule.at(&at.network.id, at.pointer(""), message));
        }
    }
}
