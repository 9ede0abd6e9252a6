//! `LB023`: member of two internal load balancers.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB023",
    severity: Severity::Error,
    title: "member of two internal load balancers",
    why: "a NIC can be behind one internal and one public load balancer at most",
    mend: "use one load balancer with several frontends",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("AnotherInternalLoadBalancerExists"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: fwd, zones: ["1", "2", "3"] } }"#,
    ],
    good: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (nic, body) in subject.kinds.network_interfaces() {
        let mut first: Option<ResourceId> = None;
        for (config, inner) in body.ip_configurations.iter().enumerate() {
            let pools = &inner.properties.load_balancer_backend_address_pools;
            for (index, pool) in pools.iter().enumerate() {
                let balancer = pool.id.parent().filter(|id| is_internal(subject, id));
                let Some(balancer) = balancer else { continue };
                let Some(other) = first.as_ref().filter(|first| **first != balancer) else {
                    first = Some(balancer);
                    continue;
                };
                let pointer = format!(
                    "/properties/ipConfigurations/{config}/properties/loadBalancerBackendAddressPools/{index}"
                );
                let message = format!(
                    "`{}` is behind the internal load balancers `{}` and `{}`",
                    nic.id.name(),
                    other.name(),
                    balancer.name()
                );
                out.push(
                    rule.at(&nic.id, pointer, message)
                        .related(other, "", "the first one")
                        .related(&balancer, "", "the second one"),
                );
            }
        }
    }
}

fn is_internal(subject: &Subject<'_>, balancer: &ResourceId) -> bool {
    subject
        .topology
        .load_balancer(balancer)
        .is_some_and(|(_, body)| {
            let mut frontends = body.frontend_ip_configurations.iter();
            frontends.any(|frontend| frontend.properties.subnet.is_some())
        })
}
