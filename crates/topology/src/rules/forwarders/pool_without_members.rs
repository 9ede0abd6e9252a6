//! `FWD002`: pool without members.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD002",
    severity: Severity::Error,
    title: "pool without members",
    why: "membership is written on the NIC, and no NIC names this pool",
    mend: "name the load balancer's `backend`",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { backendAddressPools: [ { name: other, properties: {} } ], loadBalancingRules: [ { name: tcp-443, properties: { backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/other } } } ] } } ]",
    ],
    good: &["forwarders: { fwd: { instances: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        if !subject.pools.has_members(used.pool) && seen.insert(used.pool) {
            out.push(rule.at(
                &used.balancer.id,
                "/properties/backendAddressPools",
                format!(
                    "pool `{}` of `{}` has no members",
                    used.pool.name(),
                    used.balancer.id.name()
                ),
            ));
        }
    }
}
