//! `FWD002`: Private Link leads to a pool without members.

use crate::rules::{facts::pools::UsedPool, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD002",
    severity: Severity::Error,
    title: "Private Link leads to a pool without members",
    why: "membership is written on the NIC, and no NIC names this pool",
    mend: "name the load balancer's `backend`",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: other, properties: {} } ], loadBalancingRules: [ { name: tcp-443,
    properties: { backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/other } } } ] } } ]", "resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1,
    properties: { loadBalancerBackendAddressPools: null } } ] } } ]"],
    good: &["forwarders: { fwd: { instances: 2 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in &subject.pools.used {
        let Some((service, _)) = subject.pools.in_front_of(used.rule).first() else {
            continue;
        };
        let mut pools = used.body.backend_address_pools.iter().enumerate();
        let pool = pools.find(|(_, pool)| pool.name.eq_ignore_ascii_case(used.pool.name()));
        // One that is not there is LB005's, and of a balancer that is only read, members may stand
        // outside of the topology.
        let Some((index, pool)) = pool.filter(|_| !used.balancer.existing) else {
            continue;
        };
        if !subject.pools.is_empty(used.pool, &pool.properties) || !seen.insert(used.pool) {
            continue;
        }
        let pointer = format!("/properties/backendAddressPools/{index}");
        let message = format!(
            "pool `{}` of `{}` has no members",
            pool.name,
            used.balancer.id.name()
        );
        let finding = rule.at(&used.balancer.id, pointer, message).related(
            &service.id,
            "/properties/loadBalancerFrontendIpConfigurations",
            "leads there",
        );
        let fix = other_pool(subject, used, index).or_else(|| idle_relays(subject, used));
        out.push(match fix {
            Some((title, changes)) => finding.fix(title, changes),
            None => finding,
        });
    }
}

/// The rule meant the only pool of the load balancer that has members.
fn other_pool(
    subject: &Subject<'_>,
    used: &UsedPool<'_>,
    index: usize,
) -> Option<(String, Vec<Change>)> {
    let pools = used.body.backend_address_pools.iter();
    let mut full = pools.filter(|pool| {
        let id = used.balancer.id.child("backendAddressPools", &pool.name);
        !subject.pools.members(&id).is_empty()
    });
    let only = full.next().filter(|_| full.next().is_none())?;
    let id = used.balancer.id.child("backendAddressPools", &only.name);
    let mut changes: Vec<Change> = subject
        .pools
        .users(used.pool)
        .map(|rule| {
            let pointer = rule.pointer("/properties/backendAddressPool/id");
            Change::set(&used.balancer.id, pointer, id.as_str())
        })
        .collect();
    // Nobody uses it any more.
    let pointer = format!("/properties/backendAddressPools/{index}");
    changes.push(Change::remove(&used.balancer.id, pointer));
    Some((format!("send to pool `{}`", only.name), changes))
}

/// Relays of the network that listen on the port and are in no pool yet join it.
fn idle_relays(subject: &Subject<'_>, used: &UsedPool<'_>) -> Option<(String, Vec<Change>)> {
    let network = used
        .body
        .frontend_ip_configurations
        .iter()
        .find_map(|frontend| frontend.properties.subnet.as_ref()?.id.parent())?;
    let changes: Vec<Change> = subject
        .relays
        .all
        .iter()
        .filter(|relay| {
            let mut listeners = relay.config.listeners.iter();
            relay.network.as_ref() == Some(&network)
                && listeners.any(|listener| listener.listen.port() == used.port)
        })
        .filter_map(|relay| relay.nic.map(|(nic, _)| nic))
        .filter(|nic| !nic.existing && subject.pools.balancers_of(&nic.id).is_empty())
        .map(|nic| {
            let pointer =
                "/properties/ipConfigurations/0/properties/loadBalancerBackendAddressPools/-";
            Change::set(&nic.id, pointer, json!({ "id": used.pool.as_str() }))
        })
        .collect();
    (!changes.is_empty()).then(|| ("let the idle relays join".to_owned(), changes))
}
