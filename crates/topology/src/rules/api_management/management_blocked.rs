//! `APIM005`: management plane blocked.

use crate::rules::facts::{groups::Direction, injection::stopped};
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM005",
    severity: Severity::Error,
    title: "management plane blocked",
    why: "Azure manages a classic service from the tag `ApiManagement` on port 3443, which no default rule admits",
    mend: "allow `ApiManagement` to port 3443 inbound",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-reference",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.2.0/24, destinationPortRange: 443 } } } }",
    ],
    good: &[
        "networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { M: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: ApiManagement, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 3443 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let dependencies = [("ApiManagement", 3443)];
    out.extend(stopped(
        rule,
        subject,
        Direction::Inbound,
        &dependencies,
        |_| true,
    ));
}
