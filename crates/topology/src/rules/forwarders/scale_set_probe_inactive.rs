//! `FWD012`: scale set watches a probe that no rule uses.

use crate::rules::{facts::pools::health_probe, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD012",
    severity: Severity::Error,
    title: "scale set watches a probe that no rule uses",
    why: "a probe is asked only for a rule, so the health of the instances would never be known",
    mend: "bind the probe to a rule, or watch one that is bound",
    source: "https://learn.microsoft.com/azure/load-balancer/load-balancer-common-deployment-errors",
    arm_code: Some("CannotUseInactiveHealthProbe"),
    has_fix: true,
    after: &["LB005", "LB007"],
    also: &[],
    bad: &[
        r#"resources: [ { type: Microsoft.Network/loadBalancers, name: PrivateLinkServiceLB, resourceGroup: PrivateAPIM,
    properties: { probes: [ { name: spare, properties: { protocol: Tcp, port: 8080, intervalInSeconds: 5,
    probeThreshold: 1 } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM, location: uksouth,
    zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 }, properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { userData: eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In19,
    networkProfile: { healthProbe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/spare },
    networkInterfaceConfigurations: [ { name: nic, properties: { primary: true, ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    good: &[
        r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM, location: uksouth,
    zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 }, properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { userData: eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In19,
    networkProfile: { healthProbe: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/probes/health },
    networkInterfaceConfigurations: [ { name: nic, properties: { primary: true, ipConfigurations: [ { name: one,
    properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (set, body) in subject.kinds.virtual_machine_scale_sets() {
        let Some(probe) = health_probe(body) else {
            continue;
        };
        let balancer = probe.parent();
        let balancer = balancer.and_then(|id| subject.topology.load_balancer(&id));
        let Some((balancer, inner)) = balancer else {
            continue;
        };
        let bound: BTreeSet<&ResourceId> = inner
            .load_balancing_rules
            .iter()
            .filter_map(|one| Some(&one.properties.probe.as_ref()?.id))
            .collect();
        if bound.contains(probe) {
            continue;
        }
        let pointer = "/properties/virtualMachineProfile/networkProfile/healthProbe";
        let message = format!(
            "`{}` watches probe `{}`, which no rule uses",
            set.id.name(),
            probe.name()
        );
        let finding = rule.at(&set.id, pointer, message).related(
            &balancer.id,
            "/properties/probes",
            "has the probe",
        );
        let Some(only) = bound.first().filter(|_| bound.len() == 1) else {
            out.push(finding);
            continue;
        };
        let mut changes = vec![Change::set(&set.id, format!("{pointer}/id"), only.as_str())];
        // Nobody else watches the probe, so nothing needs it any more.
        let watchers = subject.pools.watchers(&balancer.id);
        let mut probes = inner.probes.iter();
        let place = probes.position(|one| one.name.eq_ignore_ascii_case(probe.name()));
        if let (Some(index), 1) = (place, watchers.filter(|watched| *watched == probe).count()) {
            let pointer = format!("/properties/probes/{index}");
            changes.push(Change::remove(&balancer.id, pointer));
        }
        out.push(finding.fix(format!("watch `{}`", only.name()), changes));
    }
}
