//! `PLS004`: pool by address behind a Private Link Service.

use crate::{
    model::network::{BackendAddressPool, Child},
    rules::{
        facts::pools::{by_address, network_of},
        prelude::*,
    },
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS004",
    severity: Severity::Error,
    title: "pool by address behind a Private Link Service",
    why: "a Private Link Service takes load balancers whose pools have NICs as members only",
    mend: "let the NICs name the pool, and leave `loadBalancerBackendAddresses` out",
    source: "https://github.com/MicrosoftDocs/azure-docs/issues/75134",
    arm_code: Some("PrivateLinkServiceIsNotSupportedForIPBasedLoadBalancer"),
    has_fix: true,
    after: &["LB026", "LB027"],
    also: &[],
    bad: &["forwarders: { fwd: { privateIPAddresses: [10.0.1.30, 10.0.1.31] } }
resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { backendAddressPools: [ { name: backend,
    properties: { virtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet },
    loadBalancerBackendAddresses: [ { name: a, properties: { ipAddress: 10.0.1.30 } }, { name: b,
    properties: { ipAddress: 10.0.1.31 } } ] } } ] } } ]"],
    good: &["forwarders: { fwd: { privateIPAddresses: [10.0.1.30, 10.0.1.31] } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        let Some((service, _)) = subject.pools.services(&balancer.id).first() else {
            continue;
        };
        for (index, pool) in body.backend_address_pools.iter().enumerate() {
            if by_address(&pool.properties).next().is_none() {
                continue;
            }
            let pointer = format!(
                "/properties/backendAddressPools/{index}/properties/loadBalancerBackendAddresses"
            );
            let message = format!(
                "`{}` cannot stand in front of `{}`, whose pool `{}` has members by address",
                service.id.name(),
                balancer.id.name(),
                pool.name
            );
            let finding = rule
                .at(
                    &service.id,
                    "/properties/loadBalancerFrontendIpConfigurations",
                    message,
                )
                .related(&balancer.id, pointer.clone(), "members by address");
            out.push(match join(subject, balancer, pool) {
                Some(mut changes) => {
                    changes.push(Change::remove(&balancer.id, pointer));
                    finding.fix("let the NICs with these addresses join", changes)
                }
                None => finding,
            });
        }
    }
}

/// Makes members of the NICs that have the addresses, if all of them are known.
fn join(
    subject: &Subject<'_>,
    balancer: &Resource,
    pool: &Child<BackendAddressPool>,
) -> Option<Vec<Change>> {
    let id = balancer.id.child("backendAddressPools", &pool.name);
    by_address(&pool.properties)
        .map(|(_, member)| {
            let IpAddr::V4(address) = member.ip_address? else {
                return None;
            };
            let network = network_of(&pool.properties, member)?;
            let holder = subject.addresses.holder_in(&network, address)?;
            let Holder::Nic(nic, config) = holder else {
                return None;
            };
            subject.topology.network_interface(nic)?;
            let pointer = format!(
                "/properties/ipConfigurations/{config}/properties/loadBalancerBackendAddressPools/-"
            );
            Some(Change::set(nic, pointer, json!({ "id": id.as_str() })))
        })
        .collect()
}
