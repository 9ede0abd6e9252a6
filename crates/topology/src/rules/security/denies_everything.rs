//! `NSG017`: denial of everything without exceptions.

use crate::rules::{
    facts::groups::{Direction, Group, ReadRule, cover::denies_everything},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NSG017",
    severity: Severity::Warning,
    title: "denial of everything without exceptions",
    why: "it outranks the default rules that admit members of the network and the load balancer",
    mend: "allow `AzureLoadBalancer`, and what is to be served, before it",
    source: "https://azure.github.io/PSRule.Rules.Azure/en/rules/Azure.NSG.DenyAllInbound/",
    arm_code: None,
    has_fix: true,
    after: &["NSG001", "NSG007", "NSG008"],
    also: &["LB007", "LB008"],
    bad: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, Z: { priority: 4000, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }
loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443, probe: false } ] } }"#,
    ],
    good: &[
        r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 200, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.0.1.0/24, destinationAddressPrefix: 10.0.1.0/24, destinationPortRange: 443 }, B: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: "*", destinationPortRange: 8080 }, Z: { priority: 4000, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let rules = group.rules(Direction::Inbound);
        let Some(at) = rules.iter().position(denies_everything) else {
            continue;
        };
        let protected = protected(subject, group);
        let (Some(denial), Some(before), false) =
            (rules.get(at), rules.get(..at), protected.is_empty())
        else {
            continue;
        };
        let exceptions = || before.iter().filter(|one| one.allows && one.is_clear);
        let probes = exceptions().any(ReadRule::may_match_probes);
        let serves = exceptions().any(|one| !one.is_only_for_probes());
        let balanced = protected
            .iter()
            .any(|nic| !subject.pools.balancers_of(&nic.id).is_empty());
        let what = match (probes || !balanced, serves) {
            (true, true) => continue,
            (true, false) => "anybody",
            (false, true) => "the probes of a load balancer",
            (false, false) => "anybody, nor the probes of a load balancer",
        };
        let id = &group.resource.id;
        let message = format!(
            "`{}` of `{}` does not spare {what}",
            denial.rule.name,
            id.name()
        );
        let finding = rule.at(id, denial.pointer(""), message);
        let before = Some(denial.priority());
        let free = group.free_priority(Direction::Inbound, before, 4);
        out.push(match free.filter(|_| serves) {
            Some(priority) => {
                let allow = json!({
                    "name": "AllowAzureLoadBalancer",
                    "properties": {
                        "priority": priority,
                        "direction": "Inbound",
                        "access": "Allow",
                        "protocol": "*",
                        "sourceAddressPrefix": "AzureLoadBalancer",
                        "sourcePortRange": "*",
                        "destinationAddressPrefix": "*",
                        "destinationPortRange": "*",
                    },
                });
                let change = Change::set(id, "/properties/securityRules/-", allow);
                finding.fix("allow `AzureLoadBalancer` before it", [change])
            }
            None => finding,
        });
    }
}

/// NICs of pools and relays that the group protects; others may well be closed to everybody.
fn protected<'t>(subject: &Subject<'t>, group: &Group<'t>) -> Vec<&'t Resource> {
    let in_subnets = group
        .subnets
        .iter()
        .flat_map(|id| subject.subnets.occupants(id));
    let in_subnets = in_subnets.map(|occupant| occupant.resource);
    let all = group.nics.iter().copied().chain(in_subnets);
    all.filter(|nic| {
        subject.relays.is_nic(&nic.id) || !subject.pools.balancers_of(&nic.id).is_empty()
    })
    .collect()
}
