//! `LB028`: pool without members.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB028",
    severity: Severity::Warning,
    title: "pool without members",
    why: "nobody is behind it, so its rules and probes do nothing",
    mend: "let a NIC name the pool, or delete it",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: false,
    after: &["LB004"],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: spare, properties: {} } ] } } ]"],
    good: &["forwarders: { fwd: { instances: 3 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // Of one that is only read, members may stand outside of the topology.
    let balancers = subject.kinds.load_balancers();
    for (balancer, body) in balancers.filter(|(balancer, _)| !balancer.existing) {
        for (index, pool) in body.backend_address_pools.iter().enumerate() {
            let id = balancer.id.child("backendAddressPools", &pool.name);
            let is_linked = subject
                .pools
                .users(&id)
                .any(|used| !subject.pools.in_front_of(used.rule).is_empty());
            // Where a Private Link Service leads to it, that is FWD002.
            if is_linked || !subject.pools.is_empty(&id, &pool.properties) {
                continue;
            }
            out.push(rule.at(
                &balancer.id,
                format!("/properties/backendAddressPools/{index}"),
                format!(
                    "pool `{}` of `{}` has no members",
                    pool.name,
                    balancer.id.name()
                ),
            ));
        }
    }
}
