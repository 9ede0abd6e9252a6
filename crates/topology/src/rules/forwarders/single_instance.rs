//! `FWD001`: one instance only.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD001",
    severity: Severity::Warning,
    title: "one instance only",
    why: "a patch, a restart or a failed host then cuts off every consumer; the load balancer's service level wants two",
    mend: "use `instances: 2` or more",
    source: "https://learn.microsoft.com/azure/reliability/reliability-load-balancer",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "forwarders: { fwd: { instances: 1 } }",
        r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM, location: uksouth,
    zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 1 }, properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { userData: eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In19,
    networkProfile: { networkInterfaceConfigurations: [ { name: nic, properties: { primary: true,
    ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    good: &[
        "forwarders: { fwd: { instances: 3 } }",
        r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM, location: uksouth,
    zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 }, properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { userData: eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In19,
    networkProfile: { networkInterfaceConfigurations: [ { name: nic, properties: { primary: true,
    ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen = BTreeSet::new();
    for used in subject.private_pools() {
        let nics = subject.pools.members(used.pool);
        let sets = subject.pools.sets(used.pool);
        let only = match (nics, sets) {
            ([only], []) => (only.nic, ""),
            ([], [only]) if only.instances() == 1 => (only.set, "/sku/capacity"),
            _ => continue,
        };
        if !seen.insert(used.pool) {
            continue;
        }
        let (only, pointer) = only;
        let message = format!("`{}` is the only member of its pool", only.id.name());
        let finding = rule.at(&only.id, pointer, message).related(
            &used.balancer.id,
            "",
            "sends everything to it",
        );
        out.push(if sets.is_empty() || only.existing {
            finding
        } else {
            finding.fix("use two instances", [Change::set(&only.id, pointer, 2)])
        });
    }
}
