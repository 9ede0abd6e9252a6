//! `LB026`: pool member by address that is no machine.

use crate::rules::{
    facts::pools::{by_address, network_of},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB026",
    severity: Severity::Error,
    title: "pool member by address that is no machine",
    why: "a pool by address takes machines and scale sets of the load balancer's network; others may be accepted, and get no traffic",
    mend: "put a relay between, or use Direct Connect",
    source: "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: byip,
    properties: { virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet },
    loadBalancerBackendAddresses: [ { name: one, properties: { ipAddress: 10.0.2.5 } } ] } } ] } } ]", "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: byip,
    properties: { virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet },
    loadBalancerBackendAddresses: [ { name: one, properties: { ipAddress: 172.16.0.9 } } ] } } ] } } ]"],
    good: &["resources: [ { type: Microsoft.Network/publicIPAddresses, name: outside, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4 } },
    { type: Microsoft.Network/loadBalancers, name: Outer, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { frontendIPConfigurations: [ { name: front,
    properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/outside } } } ],
    backendAddressPools: [ { name: byip,
    properties: { virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet },
    loadBalancerBackendAddresses: [ { name: one, properties: { ipAddress: 10.0.1.30 } } ] } } ] } } ]
forwarders: { fwd: { privateIPAddresses: [10.0.1.30, 10.0.1.31] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let own: BTreeSet<ResourceId> = body
            .frontend_ip_configurations
            .iter()
            .filter_map(|frontend| frontend.properties.subnet.as_ref()?.id.parent())
            .collect();
        for (at, pool) in body.backend_address_pools.iter().enumerate() {
            for (index, member) in by_address(&pool.properties) {
                let network = network_of(&pool.properties, member);
                let (Some(network), Some(address)) = (network, member.ip_address) else {
                    continue;
                };
                let Some(why) = unfit(subject, &own, &network, address) else {
                    continue;
                };
                let pointer = format!(
                    "/properties/backendAddressPools/{at}/properties/loadBalancerBackendAddresses/{index}/properties/ipAddress"
                );
                let message = format!(
                    "{address} in pool `{}` of `{}` {why}",
                    pool.name,
                    balancer.id.name()
                );
                out.push(rule.at(&balancer.id, pointer, message));
            }
        }
    }
}

/// Why an address cannot be a member, as far as is known.
fn unfit(
    subject: &Subject<'_>,
    own: &BTreeSet<ResourceId>,
    network: &ResourceId,
    address: IpAddr,
) -> Option<String> {
    if !own.is_empty() && !own.contains(network) {
        return Some(format!("is in `{}`, another network", network.name()));
    }
    let holder = match address {
        IpAddr::V4(address) => subject.addresses.holder_in(network, address),
        IpAddr::V6(_) => None,
    };
    match holder {
        Some(Holder::Vip(id) | Holder::RegionalVip(id, _) | Holder::Unit(id, _)) => {
            Some(format!("is that of API Management `{}`", id.name()))
        }
        Some(Holder::Frontend(id, _)) => Some(format!("is a frontend of `{}`", id.name())),
        Some(Holder::Endpoint(id)) => Some(format!("is that of private endpoint `{}`", id.name())),
        Some(Holder::Nat(id, _)) => Some(format!("is a NAT address of `{}`", id.name())),
        Some(Holder::Nic(..) | Holder::Instance(..) | Holder::Client(_)) => None,
        None => {
            let (_, body) = subject.topology.virtual_network(network)?;
            let is_inside = body.address_space.contains(address);
            (!is_inside).then(|| format!("is not in `{}`", network.name()))
        }
    }
}
