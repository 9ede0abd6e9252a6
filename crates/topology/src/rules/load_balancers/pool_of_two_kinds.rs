//! `LB027`: pool with members by NIC and by address.

use crate::rules::{facts::pools::by_address, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB027",
    severity: Severity::Error,
    title: "pool with members by NIC and by address",
    why: "a pool has members of one kind",
    mend: "keep the NICs, or the addresses",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: backend,
    properties: { virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet },
    loadBalancerBackendAddresses: [ { name: one, properties: { ipAddress: 10.0.9.4 } } ] } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: backend, properties: { loadBalancerBackendAddresses: [ { name: one,
    properties: { networkInterfaceIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic/ipConfigurations/ipconfig1 } } } ] } } ] } } ]"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (at, pool) in body.backend_address_pools.iter().enumerate() {
            // ARM reports the NIC beside the address of a member that joined by NIC.
            let mut by_address = by_address(&pool.properties)
                .filter(|(_, member)| member.network_interface_ip_configuration.is_none());
            let id = balancer.id.child("backendAddressPools", &pool.name);
            let nic = subject.pools.members(&id).first().map(|member| member.nic);
            let set = subject.pools.sets(&id).first().map(|member| member.set);
            let (Some((index, _)), Some(joined)) = (by_address.next(), nic.or(set)) else {
                continue;
            };
            let pointer = format!(
                "/properties/backendAddressPools/{at}/properties/loadBalancerBackendAddresses/{index}"
            );
            let message = format!(
                "pool `{}` of `{}` has members by address, and `{}`",
                pool.name,
                balancer.id.name(),
                joined.id.name()
            );
            out.push(rule.at(&balancer.id, pointer, message).related(
                &joined.id,
                "",
                "joined by NIC",
            ));
        }
    }
}
