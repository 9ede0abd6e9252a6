//! `PLS018`: PROXY header from one service, and none from another.

use crate::{
    model::{network::PrivateLinkService, relay::ProxyProtocol},
    rules::prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PLS018",
    severity: Severity::Warning,
    title: "PROXY header from one service, and none from another",
    why: "the switch acts on every load balancer and member that they share, probes included, so members cannot tell what to expect",
    mend: "give both the same `enableProxyProtocol`, or let the relays take both (`proxyProtocol: optional`)",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: None,
    has_fix: false,
    after: &["FWD010", "FWD019"],
    also: &[],
    bad: &[
        r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-0,
    properties: { userData: null } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-1,
    properties: { userData: null } }, { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB,
    resourceGroup: PrivateAPIM, properties: { frontendIPConfigurations: [ { name: second, zones: ["1", "2", "3"],
    properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.1.77,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ],
    loadBalancingRules: [ { name: tcp-8443,
    properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/second },
    backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend },
    probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/health },
    protocol: Tcp, frontendPort: 443, backendPort: 8443, idleTimeoutInMinutes: 4, enableTcpReset: true } } ] } },
    { type: Microsoft.Network/privateLinkServices, name: Second, resourceGroup: PrivateAPIM, location: uksouth,
    properties: { enableProxyProtocol: true, visibility: { subscriptions: [ 11111111-1111-1111-1111-111111111111 ] },
    loadBalancerFrontendIpConfigurations: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/second } ],
    ipConfigurations: [ { name: nat, properties: { primary: true, privateIPAllocationMethod: Static,
    privateIPAddress: 10.0.1.78,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ] } } ]
virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }"#,
    ],
    good: &[
        r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-0,
    properties: { userData: null } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Compute/virtualMachines/fwd-1,
    properties: { userData: null } }, { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB,
    resourceGroup: PrivateAPIM, properties: { frontendIPConfigurations: [ { name: second, zones: ["1", "2", "3"],
    properties: { privateIPAllocationMethod: Static, privateIPAddress: 10.0.1.77,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ],
    loadBalancingRules: [ { name: tcp-8443,
    properties: { frontendIPConfiguration: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/second },
    backendAddressPool: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend },
    probe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/health },
    protocol: Tcp, frontendPort: 443, backendPort: 8443, idleTimeoutInMinutes: 4, enableTcpReset: true } } ] } },
    { type: Microsoft.Network/privateLinkServices, name: Second, resourceGroup: PrivateAPIM, location: uksouth,
    properties: { enableProxyProtocol: false, visibility: { subscriptions: [ 11111111-1111-1111-1111-111111111111 ] },
    loadBalancerFrontendIpConfigurations: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/frontendIPConfigurations/second } ],
    ipConfigurations: [ { name: nat, properties: { primary: true, privateIPAllocationMethod: Static,
    privateIPAddress: 10.0.1.78,
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet } } } ] } } ]
virtualNetworks: { MainNet: { subnets: { plsSubnet: { networkSecurityGroup: null } } } }"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (balancer, _) in subject.kinds.load_balancers() {
        let services = subject.pools.services(&balancer.id);
        let says = |body: &PrivateLinkService| body.enable_proxy_protocol == Some(true);
        let Some((first, body)) = services.first() else {
            continue;
        };
        let other = services.iter().find(|(_, other)| says(other) != says(body));
        let Some((other, _)) = other else { continue };
        let mut listeners = subject
            .relays
            .behind(&balancer.id)
            .flat_map(|relay| &relay.config.listeners)
            .peekable();
        let is_told = listeners.peek().is_some()
            && listeners.all(|one| one.proxy_protocol == ProxyProtocol::Optional);
        if is_told {
            continue;
        }
        let pointer = "/properties/enableProxyProtocol";
        let message = format!(
            "of `{}` and `{}`, only one sends PROXY headers to `{}`",
            first.id.name(),
            other.id.name(),
            balancer.id.name()
        );
        out.push(
            rule.at(&other.id, pointer, message)
                .related(&first.id, pointer, "says otherwise")
                .related(&balancer.id, "", "is behind both"),
        );
    }
}
