//! `NSG007`: probe blocked.

use crate::rules::{
    facts::groups::{
        Direction, Flow, Stand,
        denials::{Denials, Wanted, Wording},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG007",
    severity: Severity::Error,
    title: "probe blocked",
    why: "the load balancer marks a member down when its probes from 168.63.129.16 are dropped, however well it works",
    mend: "allow `AzureLoadBalancer` to the probe's port at a priority before the denial",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: true,
    after: &["NSG001"],
    also: &[],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 310, direction: Inbound, access: Deny, sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" }, C: { priority: 400, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 } } } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 9090 } } } }"#,
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300, direction: Inbound, access: Deny, protocol: Udp, sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut denials = Denials::new(Wording {
        what: "the probes",
        joint: "of",
        name: "AllowProbe",
        nth: 0,
    });
    let sources = ["AzureLoadBalancer".to_owned()];
    let destinations = ["*".to_owned()];
    for used in &subject.pools.used {
        let Some(port) = used.probe else {
            continue;
        };
        for member in subject.pools.members(used.pool) {
            let Some((subnet, to)) = subject.where_is(member) else {
                continue;
            };
            let stand = Stand {
                subnet,
                nic: Some(&member.nic.id),
            };
            let wanted = Wanted {
                flow: Flow {
                    from: HOST,
                    to,
                    port,
                },
                whom: member.nic.id.name(),
                sources: &sources,
                destinations: &destinations,
                passes: &[],
            };
            denials.ask(subject, stand, Direction::Inbound, &wanted);
        }
    }
    denials.report(rule, subject, out);
}
