//! Resource groups, virtual networks, route tables and API Management services.

use super::{Context, Draft, index::nat_subnet, is_set, value};
use crate::model::{
    Body, Form, Key, Sku,
    api_management::{ApiManagement, VirtualNetworkConfiguration},
    cidr::IpRange,
    network::{
        AddressSpace, Child, RouteProperties, RouteTable, SubResource, Subnet, SubnetProperties,
        VirtualNetwork,
    },
    resource_group::ResourceGroup,
};
use crate::source::ManifestPath;
use std::{collections::BTreeSet, net::IpAddr};

const GROUP: &[Key] = &[Key::value("/location", "location")];

const NETWORK: &[Key] = &[
    Key::value("/location", "location"),
    Key::list(
        "/properties/addressSpace/addressPrefixes",
        "addressPrefixes",
    ),
    Key::section("/properties/subnets", "subnets", SUBNET),
];

const SUBNET: &[Key] = &[
    Key::value("/properties/addressPrefix", "addressPrefix"),
    Key::reference("/properties/networkSecurityGroup", "networkSecurityGroup"),
    Key::reference("/properties/routeTable", "routeTable"),
    Key::value(
        "/properties/privateLinkServiceNetworkPolicies",
        "privateLinkServiceNetworkPolicies",
    ),
    Key::value(
        "/properties/privateEndpointNetworkPolicies",
        "privateEndpointNetworkPolicies",
    ),
    Key::value("/properties/defaultOutboundAccess", "defaultOutboundAccess"),
];

const ROUTE_TABLE: &[Key] = &[
    Key::value("/location", "location"),
    Key::section("/properties/routes", "routes", ROUTE),
];

const ROUTE: &[Key] = &[
    Key::value("/properties/addressPrefix", "addressPrefix"),
    Key::value("/properties/nextHopType", "nextHopType"),
    Key::value("/properties/nextHopIpAddress", "nextHopIpAddress"),
];

const API_MANAGEMENT: &[Key] = &[
    Key::of("/sku", "sku", Form::Member("name")),
    Key::value("/sku/capacity", "capacity"),
    Key::value("/properties/virtualNetworkType", "virtualNetworkType"),
    Key::of(
        "/properties/virtualNetworkConfiguration",
        "subnet",
        Form::Member("subnetResourceId"),
    ),
    Key::value("/properties/publisherEmail", "publisherEmail"),
    Key::value("/properties/publisherName", "publisherName"),
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
    let nat: BTreeSet<_> = cx
        .manifest
        .private_link_services
        .values()
        .filter_map(|entry| {
            cx.index
                .subnet(nat_subnet(cx.manifest, &entry.value).as_ref())
        })
        .map(|subnet| subnet.id)
        .collect();
    for (name, entry) in &cx.manifest.virtual_networks {
        let Some(Some(placed)) = cx.index.networks.get(&name.to_lowercase()) else {
            continue;
        };
        let id = placed.id.clone();
        let path = ManifestPath::of(&["virtualNetworks", name]);
        let mut subnets = Vec::new();
        for (at, (subnet_name, inner)) in entry.value.subnets.iter().enumerate() {
            let stated = &inner.value;
            let subnet_id = id.child("subnets", subnet_name);
            let derived = nat.contains(&subnet_id).then(|| "Disabled".to_owned());
            let properties = SubnetProperties {
                address_prefix: value(stated.address_prefix.as_ref()).map(IpRange::V4),
                network_security_group: cx
                    .index
                    .security_group(&stated.network_security_group)
                    .map(|id| SubResource { id }),
                route_table: cx
                    .index
                    .route_table(&stated.route_table)
                    .map(|id| SubResource { id }),
                private_endpoint_network_policies: value(
                    stated.private_endpoint_network_policies.as_ref(),
                ),
                private_link_service_network_policies: value(
                    stated.private_link_service_network_policies.as_ref(),
                )
                .or(derived),
                default_outbound_access: value(stated.default_outbound_access.as_ref()),
                ..SubnetProperties::default()
            };
            let mut subnet = Subnet::new(subnet_name.clone(), properties);
            subnet.id = Some(subnet_id.clone());
            subnets.push(subnet);
            let base = format!("/properties/subnets/{at}");
            let path = path.key("subnets").key(subnet_name);
            let provenance = &mut cx.out.topology.provenance;
            provenance.record(&id, base.clone(), inner.name.span);
            provenance.inline(&subnet_id, &id, base.clone());
            cx.out.link_whole(&id, &base, path, SUBNET, stated);
        }
        let stated = entry.value.address_prefixes.as_ref();
        let address_prefixes = stated
            .iter()
            .flat_map(|list| &list.value)
            .map(|prefix| IpRange::V4(prefix.value))
            .collect();
        let address_space = AddressSpace {
            address_prefixes,
            ..AddressSpace::default()
        };
        let body = Body::VirtualNetwork(VirtualNetwork {
            address_space,
            subnets,
            ..VirtualNetwork::default()
        });
        cx.out.add(
            Draft::new(placed, body, is_set(&entry.value.existing)),
            entry.name.span,
        );
        cx.out.link_whole(&id, "", path, NETWORK, &entry.value);
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
                    next_hop_ip_address: value(inner.value.next_hop_ip_address.as_ref())
                        .map(IpAddr::V4),
                    ..RouteProperties::default()
                },
            ));
        }
        let body = Body::RouteTable(RouteTable {
            routes,
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

pub(super) fn api_management(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.api_management {
        let Some(Some(placed)) = cx.index.api_management.get(&name.to_lowercase()) else {
            continue;
        };
        let stated = &entry.value;
        let subnet = cx.index.subnet(stated.subnet.as_ref());
        let body = Body::ApiManagement(ApiManagement {
            publisher_email: value(stated.publisher_email.as_ref()),
            publisher_name: value(stated.publisher_name.as_ref()).or_else(|| Some(name.clone())),
            virtual_network_type: value(stated.virtual_network_type.as_ref()),
            virtual_network_configuration: subnet.map(|subnet| VirtualNetworkConfiguration {
                subnet_resource_id: Some(subnet.id),
                ..VirtualNetworkConfiguration::default()
            }),
            ..ApiManagement::default()
        });
        let mut draft = Draft::new(placed, body, is_set(&stated.existing));
        let capacity = value(stated.capacity.as_ref()).or(Some(1));
        draft.sku = Some(Sku {
            name: value(stated.sku.as_ref()),
            capacity,
            ..Sku::default()
        });
        let id = placed.id.clone();
        cx.out.add(draft, entry.name.span);
        let path = ManifestPath::of(&["apiManagement", name]);
        cx.out.link_whole(&id, "", path, API_MANAGEMENT, stated);
    }
}
