//! `LB012`: probe's path.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB012",
    severity: Severity::Error,
    title: "probe's path",
    why: "an HTTP probe asks for a path, and a TCP probe for none",
    mend: "give `requestPath` to an HTTP probe, and to no other",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { probes: [ { name: health, properties: { requestPath: null } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { probes: [ { name: health, properties: { requestPath: / } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.topology.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            let has_path = probe
                .properties
                .request_path
                .as_deref()
                .is_some_and(|path| !path.is_empty());
            if is_tcp == has_path {
                let message = if is_tcp {
                    format!("TCP probe `{}` has a path", probe.name)
                } else {
                    format!("probe `{}` has no path", probe.name)
                };
                out.push(rule.at(
                    &balancer.id,
                    format!("/properties/probes/{index}/properties/requestPath"),
                    message,
                ));
            }
        }
    }
}
