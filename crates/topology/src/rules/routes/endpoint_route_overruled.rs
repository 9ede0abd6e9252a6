//! `RTE006`: route that does not steer a private endpoint.

use crate::rules::{
    facts::{
        endpoints::{groups_act, routes_act},
        routes::{Hop, TableAt, hop, range},
    },
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE006",
    severity: Severity::Warning,
    title: "route that does not steer a private endpoint",
    why: "a private endpoint brings a route of 32 bits, which only a route no wider than the network overrules, and only where the policies of the subnet are on",
    mend: "use a route no wider than the network, and `privateEndpointNetworkPolicies: RouteTableEnabled`",
    source: "https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.1.0/24, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24, privateEndpointNetworkPolicies: RouteTableEnabled }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.0.0.0/8, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24, privateEndpointNetworkPolicies: RouteTableEnabled }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.0.0/16, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 0.0.0.0/0, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
        r#"virtualNetworks: { External: { subnets: { default: { routeTable: RT }, endpoints: { addressPrefix: 192.168.1.0/24 }, appliances: { addressPrefix: 192.168.2.0/24 } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
routeTables: { RT: { resourceGroup: APIM, routes: { R: { addressPrefix: 192.168.0.0/16, nextHopType: VirtualAppliance, nextHopIpAddress: 192.168.2.4 } } } }
resources: [ { type: Microsoft.Network/networkInterfaces, name: nva, resourceGroup: APIM, location: eastus, tags: { disableSnatOnPL: "true" }, properties: { enableIPForwarding: true, ipConfigurations: [ { name: one, properties: { privateIPAllocationMethod: Static, privateIPAddress: 192.168.2.4, subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/appliances } } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // Subnets that hold private endpoints, by network.
    let mut holding: BTreeMap<&ResourceId, Vec<&SubnetAt<'_>>> = BTreeMap::new();
    for at in &subject.subnets.all {
        if subject.endpoints.in_subnet(&at.id).next().is_some() {
            holding.entry(&at.network.id).or_default().push(at);
        }
    }
    for table in &subject.routes.all {
        let mut near: BTreeSet<&ResourceId> = table.networks.iter().collect();
        for network in &table.networks {
            let peerings = subject.networks.of_network(network);
            near.extend(peerings.map(|peering| peering.remote));
        }
        let subnets = || {
            near.iter()
                .filter_map(|network| holding.get(network))
                .flatten()
        };
        for (index, route) in table.body.routes.iter().enumerate() {
            let Some(range) = range(&route.properties).filter(|range| range.length > 0) else {
                continue;
            };
            if !matches!(hop(&route.properties), Hop::Appliance(_)) {
                continue;
            }
            let steered = subnets().find_map(|at| {
                let overruled = overruled(subject, table, at, range)?;
                Some((*at, overruled))
            });
            let Some((at, overruled)) = steered else {
                continue;
            };
            let id = &table.resource.id;
            let message = format!(
                "`{}` of `{}` does not steer what goes to private endpoints of `{}`{}",
                route.name,
                id.name(),
                at.subnet.name,
                match overruled {
                    Overruled::Off => ", whose policies are off",
                    Overruled::Wide(_) => ", since it is wider than the network",
                }
            );
            let policies = at.pointer("/properties/privateEndpointNetworkPolicies");
            let finding = rule
                .at(
                    id,
                    format!("/properties/routes/{index}/properties/addressPrefix"),
                    message,
                )
                .related(&at.network.id, policies.clone(), "the policies");
            let change = match overruled {
                Overruled::Off => {
                    let value = if groups_act(&at.subnet.properties) {
                        "Enabled"
                    } else {
                        "RouteTableEnabled"
                    };
                    Change::set(&at.network.id, policies, value)
                }
                Overruled::Wide(narrow) => {
                    let mut properties = json!({
                        "addressPrefix": narrow.to_string(),
                        "nextHopType": "VirtualAppliance",
                    });
                    if let (Some(members), Some(address)) = (
                        properties.as_object_mut(),
                        route.properties.next_hop_ip_address,
                    ) {
                        members.insert("nextHopIpAddress".to_owned(), json!(address));
                    }
                    let name = format!("{}-endpoints", route.name);
                    let added = json!({ "name": name, "properties": properties });
                    Change::set(id, "/properties/routes/-", added)
                }
            };
            let title = match overruled {
                Overruled::Off => "let routes act on the private endpoints".to_owned(),
                Overruled::Wide(narrow) => format!("add a route for {narrow}"),
            };
            out.push(finding.fix(title, [change]));
        }
    }
}

/// Why a route does not reach the private endpoints of a subnet.
#[derive(Clone, Copy)]
enum Overruled {
    /// The policies are off, and the route is for nothing but them.
    Off,
    /// The policies are on, and it is wider than the network; this range would do.
    Wide(Cidr),
}

fn overruled(
    subject: &Subject<'_>,
    table: &TableAt<'_>,
    at: &SubnetAt<'_>,
    route: Cidr,
) -> Option<Overruled> {
    let mut prefixes = at.subnet.properties.prefixes();
    if !routes_act(&at.subnet.properties) {
        // A route for the whole network steers others too; one inside the subnet is meant for it.
        let is_for_endpoints = prefixes.any(|prefix| prefix.contains_range(route))
            && subject.holds_only_endpoints(&at.id)
            && subject.endpoints.in_subnet(&at.id).any(|endpoint| {
                endpoint
                    .address
                    .is_some_and(|address| route.contains(address))
            });
        return is_for_endpoints.then_some(Overruled::Off);
    }
    let prefix = prefixes.find(|prefix| route.contains_range(*prefix))?;
    let mut spaces = at.body.address_space.prefixes();
    let space = spaces.find(|space| space.contains_range(prefix))?;
    let does = |other: Cidr| other.length >= space.length && other.contains_range(prefix);
    let mut routes = table.body.routes.iter();
    let is_steered = routes.any(|other| range(&other.properties).is_some_and(does));
    (!does(route) && !is_steered).then(|| Overruled::Wide(prefix.canonical()))
}
