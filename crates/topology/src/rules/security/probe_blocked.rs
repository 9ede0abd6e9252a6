//! `NSG007`: probe blocked.

use crate::rules::{facts::groups::blocked, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG007",
    severity: Severity::Error,
    title: "probe blocked",
    why: "the load balancer marks a member down when its probes from 168.63.129.16 are dropped, however well it works",
    mend: "allow `AzureLoadBalancer` to the probe's port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 9090 } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        let Some(port) = used.probe else {
            continue;
        };
        for member in subject.pools.members(used.pool) {
            let holder = Holder::Nic(member.nic.id.clone(), member.config);
            if let Some(address) = subject.addresses.get(&holder) {
                let what = "the probes";
                out.extend(blocked(
                    rule,
                    subject,
                    &member.nic.id,
                    HOST,
                    address,
                    port,
                    what,
                ));
            }
        }
    }
}
