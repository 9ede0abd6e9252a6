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
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { probes: [ { name: health, properties: { requestPath: null } } ] } } ]", "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 8080, requestPath: /healthz } } }"],
    good: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { probes: [ { name: health, properties: { requestPath: / } } ] } } ]", "loadBalancers: { PrivateLinkServiceLB: { probe: { protocol: Tcp, port: 8080 } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, probe) in body.probes.iter().enumerate() {
            let is_tcp = probe.properties.protocol.eq_ignore_ascii_case("Tcp");
            let path = probe.properties.request_path.as_deref();
            if is_tcp != path.is_some_and(|path| !path.is_empty()) {
                continue;
            }
            let pointer = format!("/properties/probes/{index}/properties/requestPath");
            if is_tcp {
                let message = format!("TCP probe `{}` has a path", probe.name);
                out.push(rule.at(&balancer.id, pointer.clone(), message).fix(
                    "leave `requestPath` out",
                    [Change::remove(&balancer.id, pointer)],
                ));
                continue;
            }
            let message = format!("probe `{}` has no path", probe.name);
            let finding = rule.at(&balancer.id, pointer.clone(), message);
            let health = subject
                .relays
                .health(&balancer.id)
                .filter(|health| health.listen.port() == probe.properties.port);
            out.push(match health {
                Some(health) => finding.fix(
                    format!("ask for `{}`", health.path),
                    [Change::set(&balancer.id, pointer, health.path.as_str())],
                ),
                None => finding,
            });
        }
    }
}
