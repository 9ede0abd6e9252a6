//! `OPS009`: inbound NAT pool of the first version.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "OPS009",
    severity: Severity::Hint,
    title: "inbound NAT pool of the first version",
    why: "inbound NAT pools of scale sets end in September 2027; a NAT rule for a backend pool does the same",
    mend: "use an inbound NAT rule with `backendAddressPool`",
    source: "https://learn.microsoft.com/azure/load-balancer/whats-new",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { inboundNatPools: [ { name: ssh, properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/frontend }, protocol: Tcp, frontendPortRangeStart: 50000, frontendPortRangeEnd: 50010, backendPort: 22 } } ] } } ]",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM, properties: { inboundNatRules: [ { name: ssh, properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/frontend }, protocol: Tcp, frontendPortRangeStart: 50000, frontendPortRangeEnd: 50010, backendPort: 22, backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, body) in subject.kinds.load_balancers() {
        for (index, pool) in body.inbound_nat_pools.iter().enumerate() {
            let message = format!(
                "`{}` of `{}` is an inbound NAT pool",
                pool.name,
                balancer.id.name()
            );
            let pointer = format!("/properties/inboundNatPools/{index}");
            out.push(rule.at(&balancer.id, pointer, message));
        }
    }
}
