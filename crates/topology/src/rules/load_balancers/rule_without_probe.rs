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
    has_fix: true,
    after: &["LB004"],
    also: &["LB008"],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { loadBalancingRules: [ { name: tcp-443, properties: { probe: null } } ] } } ]"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { rules: [ { frontendPort: 443 } ] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let rules = body.load_balancing_rules.iter().enumerate();
        for (index, one) in rules.filter(|(_, one)| one.properties.probe.is_none()) {
            let pointer = format!("/properties/loadBalancingRules/{index}/properties/probe");
            let message = format!("rule `{}` has no probe", one.name);
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            out.push(match body.probes.as_slice() {
                [only] => {
                    let probe = balancer.id.child("probes", &only.name);
                    let change = Change::set(&balancer.id, format!("{pointer}/id"), probe.as_str());
                    finding.fix(format!("bind probe `{}`", only.name), [change])
                }
                _ => finding,
            });
        }
    }
}
