//! `RTE001`: no way out for what a forwarder fetches.

use crate::rules::{
    facts::routes::{WayOut, fetched_by},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE001",
    severity: Severity::Warning,
    title: "no way out for what a forwarder fetches",
    why: "a member of an internal load balancer has no address of its own to the outside, and a private subnet gives none to anybody",
    mend: "attach a NAT gateway while it is built, or use an image that needs nothing",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { defaultOutboundAccess: false } } } }
resources: [ { type: Microsoft.Compute/virtualMachines, name: fwd-0, resourceGroup: PrivateAPIM, properties: { osProfile: { linuxConfiguration: null, windowsConfiguration: { provisionVMAgent: true } } } } ]",
        r##"virtualNetworks: { MainNet: { subnets: { plsSubnet: { defaultOutboundAccess: false } } } }
resources: [ { type: Microsoft.Compute/virtualMachines, name: fwd-0, resourceGroup: PrivateAPIM, properties: { osProfile: { customData: "#cloud-config\npackages: [haproxy]" } } } ]"##,
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { defaultOutboundAccess: false } } } }
resources: [ { type: Microsoft.Compute/virtualMachines, name: fwd-0, resourceGroup: PrivateAPIM, properties: { osProfile: { linuxConfiguration: null, windowsConfiguration: { provisionVMAgent: true } } } }, { type: Microsoft.Network/natGateways, name: out, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIpAddresses: [ { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/publicIPAddresses/out } ] } }, { type: Microsoft.Network/publicIPAddresses, name: out, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard }, properties: { publicIPAllocationMethod: Static } }, { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { subnets: [ { name: plsSubnet, properties: { natGateway: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/natGateways/out } } } ] } } ]",
        "virtualNetworks: { MainNet: { subnets: { plsSubnet: { defaultOutboundAccess: false } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (nic, body) in subject.kinds.network_interfaces() {
        let is_forwarder =
            subject.relays.is_nic(&nic.id) || !subject.pools.balancers_of(&nic.id).is_empty();
        let Some(machine) = subject
            .pools
            .machine_of(&nic.id)
            .filter(|_| is_forwarder && !nic.existing)
        else {
            continue;
        };
        let Some(why) = fetched_by(machine) else {
            continue;
        };
        if subject.way_out(nic, body) == WayOut::Closed {
            let message = format!("`{}` has no way out, and {why}", machine.id.name());
            let finding = rule.at(&machine.id, "/properties/osProfile", message);
            out.push(finding.related(&nic.id, "", "its NIC"));
        }
    }
}
