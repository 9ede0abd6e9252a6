//! `RTE008`: next hop that forwards nothing.

use crate::rules::{
    facts::routes::{Hop, hop},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE008",
    severity: Severity::Error,
    title: "next hop that forwards nothing",
    why: "the network drops what is sent to a NIC for somebody else unless its IP forwarding is on",
    mend: "turn IP forwarding on at that NIC, or use the address of an appliance",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: false, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.9 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 172.16.0.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(&ResourceId, usize)> = BTreeSet::new();
    let mut appliances: BTreeMap<ResourceId, Vec<Ipv4Addr>> = BTreeMap::new();
    for (nic, body) in subject.kinds.network_interfaces() {
        let config = body.ip_configurations.first();
        let subnet = config.and_then(|config| config.properties.subnet.as_ref());
        if let (Some(true), Some(network), Some(address)) = (
            body.enable_ip_forwarding,
            subnet.and_then(|subnet| subnet.id.parent()),
            subject.addresses.get(&Holder::Nic(nic.id.clone(), 0)),
        ) {
            appliances.entry(network).or_default().push(address);
        }
    }
    let mut silent: BTreeMap<&ResourceId, Vec<(&ResourceId, String)>> = BTreeMap::new();
    for table in &subject.routes.all {
        for network in &table.networks {
            for (index, route) in table.body.routes.iter().enumerate() {
                let Hop::Appliance(Some(address)) = hop(&route.properties) else {
                    continue;
                };
                let id = &table.resource.id;
                let pointer = format!("/properties/routes/{index}/properties/nextHopIpAddress");
                let nobody = match subject.found_at(network, address) {
                    Some((Holder::Nic(nic, _), _)) => {
                        let found = subject.topology.network_interface(nic);
                        if let Some((nic, body)) = found
                            && body.enable_ip_forwarding != Some(true)
                            && !nic.existing
                        {
                            silent.entry(&nic.id).or_default().push((id, pointer));
                        }
                        continue;
                    }
                    // Whether these forward is not for the network to say.
                    Some((Holder::Instance(..) | Holder::Frontend(..) | Holder::Client(_), _)) => {
                        continue;
                    }
                    Some((Holder::Endpoint(_), _)) => "a private endpoint",
                    Some((Holder::Nat(..), _)) => "a NAT address of a Private Link Service",
                    Some((Holder::Unit(..) | Holder::Vip(_) | Holder::RegionalVip(..), _)) => {
                        "API Management"
                    }
                    None if is_free(subject, network, address) => "nobody",
                    None => continue,
                };
                if seen.insert((id, index)) {
                    let message = format!(
                        "`{}` of `{}` sends to {address}, which is {nobody}",
                        route.name,
                        id.name()
                    );
                    let finding = rule.at(id, pointer.clone(), message);
                    out.push(match appliances.get(network).map(Vec::as_slice) {
                        // The only one there is.
                        Some([only]) => {
                            let change = Change::set(id, pointer, only.to_string());
                            finding.fix(format!("send to {only}, which forwards"), [change])
                        }
                        _ => finding,
                    });
                }
            }
        }
    }
    for (nic, routes) in silent {
        let pointer = "/properties/enableIPForwarding";
        let message = format!("`{}` is a next hop and does not forward", nic.name());
        let mut finding = rule.at(nic, pointer, message);
        for (table, at) in routes.into_iter().take(3) {
            finding = finding.related(table, at, "sends there");
        }
        out.push(finding.fix("turn IP forwarding on", [Change::set(nic, pointer, true)]));
    }
}

/// Whether the topology would know who has an address: it is one of a subnet that is made here, in
/// which nothing stands that is not modelled.
fn is_free(subject: &Subject<'_>, network: &ResourceId, address: Ipv4Addr) -> bool {
    let peers = subject
        .networks
        .of_network(network)
        .map(|peering| peering.remote);
    let mut subnets = std::iter::once(network)
        .chain(peers)
        .filter_map(|network| subject.topology.virtual_network(network))
        .filter(|(network, _)| !network.existing)
        .flat_map(|(network, body)| body.subnets.iter().map(move |subnet| (network, subnet)));
    let at = subnets.find(|(_, subnet)| {
        let mut prefixes = subnet.properties.prefixes();
        prefixes.any(|prefix| prefix.contains(address))
    });
    at.is_some_and(|(network, subnet)| {
        let id = network.id.child("subnets", &subnet.name);
        !subject.subnets.is_used_otherwise(&id)
            && subnet.properties.delegations.is_empty()
            && !subnet
                .name
                .to_ascii_lowercase()
                .starts_with("azurefirewall")
    })
}
