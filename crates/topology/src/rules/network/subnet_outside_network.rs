//! `NET001`: subnet outside its network.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET001",
    severity: Severity::Error,
    title: "subnet outside its network",
    why: "a subnet is cut from its network's address space",
    mend: "widen `addressPrefixes` of the network, or move the subnet into it",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: Some("NetcfgSubnetRangeOutsideVnet"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { External: { subnets: { default: { addressPrefix: 192.169.0.0/24 } } } }
clients: { testvm: { privateIPAddress: null } }",
    ],
    good: &["virtualNetworks: { External: { addressPrefixes: [192.168.0.0/16, 192.169.0.0/16] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let spaces = &at.body.address_space.address_prefixes;
        for (prefix, pointer) in at.ranges() {
            if !spaces.iter().any(|space| space.contains_range(prefix)) {
                let message = format!(
                    "subnet `{}` {prefix} lies outside `{}`",
                    at.subnet.name,
                    at.network.id.name()
                );
                let finding = rule.at(&at.network.id, pointer, message);
                let space = "/properties/addressSpace";
                out.push(finding.related(&at.network.id, space, "the address space"));
            }
        }
    }
}
