//! `FWD016`: forwarder that the internet can reach.

use crate::rules::{facts::groups::Direction, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "FWD016",
    severity: Severity::Hint,
    title: "forwarder that the internet can reach",
    why: "consumers come by Private Link, so nothing needs a public address or an open door",
    mend: "take the public address away, and admit only who needs it",
    source: "https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[r#"resources: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-1-nic,
    properties: { ipConfigurations: [ { name: ipconfig1, properties: { loadBalancerBackendAddressPools: null } } ] } },
    { type: Microsoft.Compute/virtualMachineScaleSets, name: relays, resourceGroup: PrivateAPIM, location: uksouth,
    zones: ["1", "2"], sku: { name: Standard_B2s, capacity: 2 }, properties: { orchestrationMode: Uniform,
    virtualMachineProfile: { userData: eyJ2ZXJzaW9uIjoxLCJsaXN0ZW5lcnMiOlt7Imxpc3RlbiI6IjAuMC4wLjA6NDQzIiwidG8iOlsiYXBpbTE0NDkuYXp1cmUtYXBpLm5ldDo0NDMiXX1dLCJoZWFsdGgiOnsibGlzdGVuIjoiMC4wLjAuMDo4MDgwIiwicGF0aCI6Ii9oZWFsdGh6In19,
    networkProfile: { networkInterfaceConfigurations: [ { name: nic, properties: { primary: true,
    ipConfigurations: [ { name: one, properties: { publicIPAddressConfiguration: { name: outside,
    properties: { idleTimeoutInMinutes: 4 } },
    subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/plsSubnet },
    loadBalancerBackendAddressPools: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/loadBalancers/PrivateLinkServiceLB/backendAddressPools/backend } ] } } ] } } ] } } } } ]"#, "resources: [ { type: Microsoft.Network/publicIPAddresses, name: outside, resourceGroup: PrivateAPIM, location: uksouth,
    sku: { name: Standard }, properties: { publicIPAllocationMethod: Static, publicIPAddressVersion: IPv4 } },
    { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/networkInterfaces/fwd-0-nic,
    properties: { ipConfigurations: [ { name: ipconfig1,
    properties: { publicIPAddress: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/outside } } } ] } } ]", r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300,
    direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: Internet, destinationAddressPrefix: "*",
    destinationPortRange: 22 } } } }"#],
    good: &[r#"networkSecurityGroups: { NSG-PLS: { resourceGroup: PrivateAPIM, securityRules: { A: { priority: 300,
    direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: 10.9.0.0/24, destinationAddressPrefix: "*",
    destinationPortRange: 22 } } } }"#],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for relay in &subject.relays.all {
        for port in relay.ports() {
            let Some(pointer) = port.public_address else {
                continue;
            };
            let message = format!("`{}` has a public address", port.holder.id.name());
            out.push(rule.at(&port.holder.id, pointer.clone(), message).fix(
                "take the public address away",
                [Change::remove(&port.holder.id, pointer)],
            ));
        }
        let Some((nic, body)) = relay.nic else {
            continue;
        };
        let configs = body.ip_configurations.iter();
        let mut subnets = configs.filter_map(|config| config.properties.subnet.as_ref());
        let of_subnet = subnets
            .next()
            .and_then(|subnet| subject.groups.of_subnet(&subnet.id));
        let groups = of_subnet.into_iter().chain(subject.groups.of_nic(&nic.id));
        for group in groups.filter_map(|id| subject.groups.get(id)) {
            for open in group.rules(Direction::Inbound) {
                let properties = &open.rule.properties;
                let mut sources = properties
                    .source_address_prefix
                    .iter()
                    .chain(&properties.source_address_prefixes);
                if open.allows && sources.any(|source| is_everyone(source)) {
                    let message = format!(
                        "`{}` admits the internet to `{}`",
                        open.rule.name,
                        relay.name()
                    );
                    out.push(
                        rule.at(&group.resource.id, open.pointer(""), message)
                            .related(&nic.id, "", "stands behind it"),
                    );
                }
            }
        }
    }
}

fn is_everyone(source: &str) -> bool {
    matches!(source, "*" | "0.0.0.0/0") || source.eq_ignore_ascii_case("Internet")
}
