//! `LB007`: rule without probe.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB007",
    severity: Severity::Warning,
    title: "rule without probe",
    why: "without a probe no member is ever taken out, so a dead one keeps its share of connections; only the portal insists on one",
    mend: "bind a probe to the rule",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { loadBalancingRules: [ { name: tcp-443, properties: { probe: null } } ] } } ]",
    ],
    good: &["loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, one) in body
            .load_balancing_rules
            .iter()
            .enumerate()
            .filter(|(_, one)| one.properties.probe.is_none())
        {
            out.push(rule.at(
                &balancer.id,
                format!("/properties/loadBalancingRules/{index}/properties/probe"),
                format!("rule `{}` has no probe", one.name),
            ));
        }
    }
}
