//! `APIM006`: probe of the units blocked.

use crate::rules::facts::{
    groups::Direction,
    injection::{stopped, tier},
};
use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "APIM006",
    severity: Severity::Error,
    title: "probe of the units blocked",
    why: "the load balancer inside a service with several units probes them on port 6390",
    mend: "allow `AzureLoadBalancer` to port 6390 inbound, before the denial",
    source: "https://learn.microsoft.com/azure/api-management/virtual-network-reference",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"apiManagement: { apim1449: { sku: Premium, capacity: 2 } }
networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { M: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: ApiManagement, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 3443 }, D: { priority: 300, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    good: &[
        r#"apiManagement: { apim1449: { sku: Premium, capacity: 2 } }
networkSecurityGroups: { NSG-APIM: { resourceGroup: PrivateAPIM, securityRules: { M: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: ApiManagement, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 3443 }, D: { priority: 300, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: "22" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let dependencies = [("AzureLoadBalancer", 6390)];
    let has_several = |service: &Resource| {
        let units = service
            .sku
            .as_ref()
            .and_then(|sku| sku.capacity)
            .unwrap_or(1);
        units > 1 || tier(service) == "Premium"
    };
    out.extend(stopped(
        rule,
        subject,
        Direction::Inbound,
        &dependencies,
        has_several,
    ));
}
