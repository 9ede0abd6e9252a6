//! Resource groups, virtual networks and route tables.

use super::{
    Context, Draft, is_set,
    peerings::{self, PEERING},
    subnets::{self, SUBNET},
    value, values,
};
use crate::model::{
    Body, Key,
    network::{AddressSpace, Child, DhcpOptions, RouteProperties, RouteTable, VirtualNetwork},
    resource_group::ResourceGroup,
};
use crate::source::ManifestPath;

const GROUP: &[Key] = &[Key::value("/location", "location")];

const NETWORK: &[Key] = &[
    Key::value("/location", "location"),
    Key::list(
        "/properties/addressSpace/addressPrefixes",
        "addressPrefixes",
    ),
    Key::list("/properties/dhcpOptions/dnsServers", "dnsServers"),
    Key::section("/properties/subnets", "subnets", SUBNET),
    Key::section("/properties/virtualNetworkPeerings", "peerings", PEERING),
    Key::value("/properties/flowTimeoutInMinutes", "flowTimeoutInMinutes"),
    Key::value(
        "/properties/privateEndpointVNetPolicies",
        "privateEndpointVNetPolicies",
    ),
    Key::value("/properties/enableDdosProtection", "enableDdosProtection"),
];

const ROUTE_TABLE: &[Key] = &[
    Key::value("/location", "location"),
    Key::section("/properties/routes", "routes", ROUTE),
    Key::value(
        "/properties/disableBgpRoutePropagation",
        "disableBgpRoutePropagation",
    ),
];

const ROUTE: &[Key] = &[
    Key::value("/properties/addressPrefix", "addressPrefix"),
    Key::value("/properties/nextHopType", "nextHopType"),
    Key::value("/properties/nextHopIpAddress", "nextHopIpAddress"),
];

pub(super) fn groups(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.resource_groups {
        let Some(Some(placed)) = cx.index.groups.get(&name.to_lowercase()) else {
            continue;
        };
        let body = Body::ResourceGroup(ResourceGroup::default());
        cx.out.add(
            Draft::new(placed, body, is_set(&entry.value.existing)),
            entry.name.span,
        );
        let path = ManifestPath::of(&["resourceGroups", name]);
        cx.out.link_whole(&placed.id, "", path, GROUP, &entry.value);
    }
}

pub(super) fn virtual_networks(cx: &mut Context<'_>) {
    let nat = subnets::of_nat_addresses(cx);
    let mut halves = peerings::halves(cx);
    for (name, entry) in &cx.manifest.virtual_networks {
        let placed = cx.index.networks.get(&name.to_lowercase());
        let Some(placed) = placed.cloned().flatten() else {
            continue;
        };
        let id = placed.id.clone();
        let stated = &entry.value;
        let path = ManifestPath::of(&["virtualNetworks", name]);
        let subnets = subnets::of(cx, &id, stated, &path, &nat);
        let halves = halves.remove(&id).unwrap_or_default();
        let virtual_network_peerings = peerings::placed(cx, &id, halves);
        let dhcp_options = stated.dns_servers.as_ref().map(|_| DhcpOptions {
            dns_servers: values(&stated.dns_servers),
            ..DhcpOptions::default()
        });
        let body = Body::VirtualNetwork(VirtualNetwork {
            address_space: AddressSpace {
                address_prefixes: values(&stated.address_prefixes),
                ..AddressSpace::default()
            },
            subnets,
            dhcp_options,
            virtual_network_peerings,
            flow_timeout_in_minutes: value(stated.flow_timeout_in_minutes.as_ref()),
            private_endpoint_vnet_policies: value(stated.private_endpoint_vnet_policies.as_ref()),
            enable_ddos_protection: value(stated.enable_ddos_protection.as_ref()),
            ..VirtualNetwork::default()
        });
        let draft = Draft::new(&placed, body, is_set(&stated.existing));
        cx.out.add(draft, entry.name.span);
        cx.out.link_whole(&id, "", path, NETWORK, stated);
    }
}

pub(super) fn route_tables(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.route_tables {
        let Some(Some(placed)) = cx.index.route_tables.get(&name.to_lowercase()) else {
            continue;
        };
        let path = ManifestPath::of(&["routeTables", name]);
        let mut routes = Vec::new();
        for (route_name, inner) in &entry.value.routes {
            let (Some(address_prefix), Some(next_hop_type)) =
                (&inner.value.address_prefix, &inner.value.next_hop_type)
            else {
                continue;
            };
            let base = format!("/properties/routes/{}", routes.len());
            let provenance = &mut cx.out.topology.provenance;
            provenance.record(&placed.id, base.clone(), inner.name.span);
            let path = path.key("routes").key(route_name);
            cx.out
                .link_whole(&placed.id, &base, path, ROUTE, &inner.value);
            routes.push(Child::new(
                route_name.clone(),
                RouteProperties {
                    address_prefix: address_prefix.value.clone(),
                    next_hop_type: next_hop_type.value.clone(),
                    next_hop_ip_address: value(inner.value.next_hop_ip_address.as_ref()),
                    ..RouteProperties::default()
                },
            ));
        }
        let body = Body::RouteTable(RouteTable {
            routes,
            disable_bgp_route_propagation: value(
                entry.value.disable_bgp_route_propagation.as_ref(),
            ),
            ..RouteTable::default()
        });
        cx.out.add(
            Draft::new(placed, body, is_set(&entry.value.existing)),
            entry.name.span,
        );
        cx.out
            .link_whole(&placed.id, "", path, ROUTE_TABLE, &entry.value);
    }
}

#[cfg(test)]
mod tests;
