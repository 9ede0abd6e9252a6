//! `APIM007`: dependency blocked.

use crate::rules::facts::{groups::Direction, injection::stopped};
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM007",
    severity: Severity::Error,
    title: "dependency blocked",
    why: "a service cannot start or go on without Storage, SQL, Key Vault and Monitor, which default rules admit",
    mend: "allow the tags outbound, before the denial",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-reference",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { M: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: ApiManagement, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 3443 }, D: { priority: 300, direction: Outbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: Internet, destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { M: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: ApiManagement, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 3443 }, D: { priority: 300, direction: Outbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: 10.9.0.0/16, destinationPortRange: "*" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let dependencies = [
        ("Storage", 443),
        ("Sql", 1433),
        ("AzureKeyVault", 443),
        ("AzureMonitor", 1886),
        ("AzureMonitor", 443),
    ];
    out.extend(stopped(
        rule,
        subject,
        Direction::Outbound,
        &dependencies,
        |_| true,
    ));
}
