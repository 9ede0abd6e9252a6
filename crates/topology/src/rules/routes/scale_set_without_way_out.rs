//! `RTE003`: flexible scale set without a way out.

use crate::rules::{
    facts::routes::{WayOut, fetched_by},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE003",
    severity: Severity::Warning,
    title: "flexible scale set without a way out",
    why: "instances of a flexible scale set never get an address to the outside unasked",
    mend: "attach a NAT gateway to the subnet",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { MainNet: { subnets: { sets: { addressPrefix: 10.0.9.0/24, networkSecurityGroup: NSG-SETS } } } }
resources: [ { type: Microsoft.Compute/virtualMachineScaleSets, name: set, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard_B2s, capacity: 2 }, zones: ["1", "2"], properties: { orchestrationMode: Flexible, platformFaultDomainCount: 1, virtualMachineProfile: { osProfile: { windowsConfiguration: { provisionVMAgent: true } }, networkProfile: { networkApiVersion: "2020-11-01", networkInterfaceConfigurations: [ { name: nic, properties: { primary: true, enableAcceleratedNetworking: true, ipConfigurations: [ { name: one, properties: { primary: true, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/sets } } } ] } } ] } } } } ]"#,
    ],
    good: &[
        r#"virtualNetworks: { MainNet: { subnets: { sets: { addressPrefix: 10.0.9.0/24, networkSecurityGroup: NSG-SETS } } } }
resources: [ { type: Microsoft.Compute/virtualMachineScaleSets, name: set, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard_B2s, capacity: 2 }, zones: ["1", "2"], properties: { orchestrationMode: Uniform, platformFaultDomainCount: 1, virtualMachineProfile: { osProfile: { windowsConfiguration: { provisionVMAgent: true } }, networkProfile: { networkApiVersion: "2020-11-01", networkInterfaceConfigurations: [ { name: nic, properties: { primary: true, enableAcceleratedNetworking: true, ipConfigurations: [ { name: one, properties: { primary: true, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/sets } } } ] } } ] } } } } ]"#,
        r#"virtualNetworks: { MainNet: { subnets: { sets: { addressPrefix: 10.0.9.0/24, networkSecurityGroup: NSG-SETS } } } }
resources: [ { type: Microsoft.Compute/virtualMachineScaleSets, name: set, resourceGroup: PrivateAPIM, location: uksouth, sku: { name: Standard_B2s, capacity: 2 }, zones: ["1", "2"], properties: { orchestrationMode: Flexible, platformFaultDomainCount: 1, virtualMachineProfile: { osProfile: { linuxConfiguration: {} }, networkProfile: { networkApiVersion: "2020-11-01", networkInterfaceConfigurations: [ { name: nic, properties: { primary: true, enableAcceleratedNetworking: true, ipConfigurations: [ { name: one, properties: { primary: true, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/sets } } } ] } } ] } } } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (set, body) in subject.kinds.virtual_machine_scale_sets() {
        let mode = body.orchestration_mode.as_deref();
        if set.existing || !mode.is_some_and(|mode| mode.eq_ignore_ascii_case("Flexible")) {
            continue;
        }
        let Some(why) = fetched_by(set) else {
            continue;
        };
        let configs = || {
            let nics = body.nics().iter();
            nics.flat_map(|nic| nic.properties.ip_configurations.iter())
        };
        let has_way = configs().any(|config| {
            let said = &config.properties;
            let subnet = said.subnet.as_ref().map(|subnet| &subnet.id);
            said.public_ip_address_configuration.is_some()
                || subnet.is_none_or(|id| subject.way_out_of_subnet(id) == WayOut::Stated)
                || said
                    .load_balancer_backend_address_pools
                    .iter()
                    .any(|pool| goes_out(subject, &pool.id))
        });
        if !has_way && configs().next().is_some() {
            let message = format!("`{}` has no way out, and {why}", set.id.name());
            out.push(rule.at(&set.id, "/properties/orchestrationMode", message));
        }
    }
}

/// Whether the load balancer of a pool may translate what its members send to the outside.
fn goes_out(subject: &Subject<'_>, pool: &ResourceId) -> bool {
    let balancer = pool
        .parent()
        .and_then(|id| subject.topology.load_balancer(&id));
    balancer.is_none_or(|(_, body)| {
        let mut frontends = body.frontend_ip_configurations.iter();
        frontends.any(|frontend| {
            let said = &frontend.properties;
            said.public_ip_address.is_some() || said.public_ip_prefix.is_some()
        })
    })
}
