//! `NSG008`: relay's port blocked.

use crate::rules::{facts::groups::blocked, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG008",
    severity: Severity::Error,
    title: "relay's port blocked",
    why: "behind the load balancer a packet comes from the Private Link Service's NAT address and goes to the member's own address and port",
    mend: "allow the NAT subnet to the forwarder's subnet on this port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: false,
    after: &["FWD006", "PLS009"],
    also: &[],
    bad: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 } } } }",
    ],
    good: &[
        "networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 22 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for used in &subject.pools.used {
        for (service, body) in subject.pools.services(&used.balancer.id) {
            for index in 0..body.ip_configurations.len() {
                let holder = Holder::Nat(service.id.clone(), index);
                let Some(nat) = subject.addresses.get(&holder) else {
                    continue;
                };
                for member in subject.pools.members(used.pool) {
                    let holder = Holder::Nic(member.nic.id.clone(), member.config);
                    if let Some(address) = subject.addresses.get(&holder) {
                        let what = "what comes by Private Link";
                        let found =
                            blocked(rule, subject, &member.nic.id, nat, address, used.port, what);
                        out.extend(found.map(|finding| {
                            finding
                                .related(&used.balancer.id, "", "sends there")
                                .related(&service.id, "", "comes from here")
                        }));
                    }
                }
            }
        }
    }
}
