//! `RTE007`: private endpoint behind an appliance that does not translate.

use crate::rules::{
    facts::{
        endpoints::routes_act,
        routes::{Hop, hop, range},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE007",
    severity: Severity::Warning,
    title: "private endpoint behind an appliance that does not translate",
    why: "a private endpoint answers the sender directly, past the appliance, unless that translated the source or says that it need not",
    mend: "translate the source there, or put the tag `disableSnatOnPL: true` on its NIC",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24, privateEndpointNetworkPolicies: RouteTableEnabled }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.1.0/24, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "false" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24, privateEndpointNetworkPolicies: RouteTableEnabled }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.1.0/24, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.0.0/16, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "false" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<&ResourceId> = BTreeSet::new();
    for table in &subject.routes.all {
        for network in &table.networks {
            let space = subject.networks.space(network).unwrap_or_default();
            for (index, route) in table.body.routes.iter().enumerate() {
                let (Some(range), Hop::Appliance(Some(address))) =
                    (range(&route.properties), hop(&route.properties))
                else {
                    continue;
                };
                let Some((Holder::Nic(nic, _), _)) = subject.found_at(network, address) else {
                    continue;
                };
                let Some((appliance, _)) = subject.topology.network_interface(nic) else {
                    continue;
                };
                let need_not = appliance.tags.iter().any(|(name, value)| {
                    name.eq_ignore_ascii_case("disableSnatOnPL")
                        && value.eq_ignore_ascii_case("true")
                });
                let is_narrow = space
                    .iter()
                    .any(|space| range.overlaps(*space) && range.length >= space.length);
                if need_not || !is_narrow {
                    continue;
                }
                let steered = subject.endpoints.in_network(network).find(|endpoint| {
                    let at = subject.subnets.get(endpoint.subnet);
                    endpoint
                        .address
                        .is_some_and(|address| range.contains(address))
                        && at.is_some_and(|at| routes_act(&at.subnet.properties))
                });
                let Some(endpoint) = steered.filter(|_| seen.insert(&appliance.id)) else {
                    continue;
                };
                let message = format!(
                    "what `{}` gets through `{}` is answered past it, unless it translates",
                    endpoint.resource.id.name(),
                    appliance.id.name()
                );
                let finding = rule.at(&appliance.id, "/tags", message).related(
                    &table.resource.id,
                    format!("/properties/routes/{index}"),
                    "sends it there",
                );
                out.push(if appliance.existing {
                    finding
                } else {
                    let change = Change::set(&appliance.id, "/tags/disableSnatOnPL", "true");
                    finding.fix("say that it need not translate", [change])
                });
            }
        }
    }
}
