//! `LB024`: scale set behind two load balancers of one kind.

use crate::rules::{facts::pools::SetMember, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "LB024",
    severity: Severity::Error,
    title: "scale set behind two load balancers of one kind",
    why: "a scale set can be behind one internal and one public load balancer at most",
    mend: "use one load balancer with several frontends",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("VMScaleSetCannotUseMultipleLoadBalancersOfSameType"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
resources: [ { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM,
    location: uksouth, zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 },
    properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { networkProfile: { networkInterfaceConfigurations: [ { name: nic,
    properties: { primary: true, ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/Second/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    good: &[
        r#"forwarders: { other: { subnet: MainNet/plsSubnet, instances: 2, zones: ["1", "2"], relay: [ { listen: 443,
    to: apim1449 } ] } }
loadBalancers: { Second: { subnet: MainNet/plsSubnet, backend: other, zones: ["1", "2", "3"] } }
resources: [ { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM,
    location: uksouth, zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 },
    properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { networkProfile: { networkInterfaceConfigurations: [ { name: nic,
    properties: { primary: true, ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/Second/backendAddressPools/backend },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/Second/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (set, body) in subject.kinds.virtual_machine_scale_sets() {
        let mut first: BTreeMap<bool, ResourceId> = BTreeMap::new();
        for (nic, inner) in body.nics().iter().enumerate() {
            for (config, inner) in inner.properties.ip_configurations.iter().enumerate() {
                let pools = &inner.properties.load_balancer_backend_address_pools;
                for (index, pool) in pools.iter().enumerate() {
                    let Some(balancer) = pool.id.parent() else {
                        continue;
                    };
                    let Some(is_internal) = is_internal(subject, &balancer) else {
                        continue;
                    };
                    let Some(other) = first.get(&is_internal).filter(|one| **one != balancer)
                    else {
                        first.insert(is_internal, balancer);
                        continue;
                    };
                    let at = SetMember {
                        set,
                        at: [nic, config, index],
                    };
                    let message = format!(
                        "`{}` is behind the load balancers `{}` and `{}`, both {}",
                        set.id.name(),
                        other.name(),
                        balancer.name(),
                        if is_internal { "internal" } else { "public" }
                    );
                    out.push(
                        rule.at(&set.id, at.pointer(), message)
                            .related(other, "", "the first one")
                            .related(&balancer, "", "the second one"),
                    );
                }
            }
        }
    }
}

/// Whether a load balancer has internal frontends; `None` if it is not known.
fn is_internal(subject: &Subject<'_>, balancer: &ResourceId) -> Option<bool> {
    let (_, body) = subject.topology.load_balancer(balancer)?;
    let first = body.frontend_ip_configurations.first()?;
    Some(first.properties.subnet.is_some())
}
