//! Subnets, inside their networks.

use super::{Context, named, nat, value, values};
use crate::{
    manifest,
    model::{
        Key,
        id::ResourceId,
        network::{Child, Delegation, ServiceEndpoint, SubResource, Subnet, SubnetProperties},
    },
    source::ManifestPath,
};
use std::collections::BTreeSet;

pub(super) const SUBNET: &[Key] = &[
    Key::value("/properties/addressPrefix", "addressPrefix"),
    Key::list("/properties/addressPrefixes", "addressPrefixes"),
    Key::reference("/properties/networkSecurityGroup", "networkSecurityGroup"),
    Key::reference("/properties/routeTable", "routeTable"),
    Key::reference("/properties/natGateway", "natGateway"),
    Key::value(
        "/properties/privateLinkServiceNetworkPolicies",
        "privateLinkServiceNetworkPolicies",
    ),
    Key::value(
        "/properties/privateEndpointNetworkPolicies",
        "privateEndpointNetworkPolicies",
    ),
    Key::value("/properties/defaultOutboundAccess", "defaultOutboundAccess"),
    Key::section("/properties/delegations", "delegations", DELEGATION),
    Key::list("/properties/serviceEndpoints", "serviceEndpoints"),
];

const DELEGATION: &[Key] = &[Key::value("/properties/serviceName", "serviceName")];

/// The subnets that Private Link Services take their NAT addresses from.
pub(super) fn of_nat_addresses(cx: &Context<'_>) -> BTreeSet<ResourceId> {
    let services = cx.manifest.private_link_services.values();
    services
        .flat_map(|entry| nat::of(cx.manifest, &entry.value))
        .filter_map(|nat| cx.index.subnet(nat.subnet.as_ref()))
        .map(|subnet| subnet.id)
        .collect()
}

/// The subnets of a network.
pub(super) fn of(
    cx: &mut Context<'_>,
    network: &ResourceId,
    stated: &manifest::VirtualNetwork,
    path: &ManifestPath,
    nat: &BTreeSet<ResourceId>,
) -> Vec<Subnet> {
    let mut subnets = Vec::new();
    for (at, (name, inner)) in stated.subnets.iter().enumerate() {
        let stated = &inner.value;
        let id = network.child("subnets", name);
        let base = format!("/properties/subnets/{at}");
        let path = path.key("subnets").key(name);
        let provenance = &mut cx.out.topology.provenance;
        provenance.record(network, base.clone(), inner.name.span);
        provenance.inline(&id, network, base.clone());
        cx.out
            .link_whole(network, &base, path.clone(), SUBNET, stated);
        let delegations = delegations(cx, network, &base, &path, stated);
        let derived = nat.contains(&id).then(|| "Disabled".to_owned());
        let nsg = cx.index.security_group(&stated.network_security_group);
        let routes = cx.index.route_table(&stated.route_table);
        let properties = SubnetProperties {
            address_prefix: value(stated.address_prefix.as_ref()),
            address_prefixes: values(&stated.address_prefixes),
            network_security_group: nsg.map(|id| SubResource { id }),
            route_table: routes.map(|id| SubResource { id }),
            nat_gateway: cx.refer_one(named::NAT_GATEWAY, &stated.nat_gateway),
            private_endpoint_network_policies: value(
                stated.private_endpoint_network_policies.as_ref(),
            ),
            private_link_service_network_policies: value(
                stated.private_link_service_network_policies.as_ref(),
            )
            .or(derived),
            default_outbound_access: value(stated.default_outbound_access.as_ref()),
            delegations,
            service_endpoints: service_endpoints(stated),
            ..SubnetProperties::default()
        };
        let mut subnet = Subnet::new(name.clone(), properties);
        subnet.id = Some(id);
        subnets.push(subnet);
    }
    subnets
}

fn delegations(
    cx: &mut Context<'_>,
    network: &ResourceId,
    subnet: &str,
    path: &ManifestPath,
    stated: &manifest::Subnet,
) -> Vec<Child<Delegation>> {
    let mut delegations = Vec::new();
    for (at, (name, inner)) in stated.delegations.iter().enumerate() {
        let base = format!("{subnet}/properties/delegations/{at}");
        let provenance = &mut cx.out.topology.provenance;
        provenance.record(network, base.clone(), inner.name.span);
        let path = path.key("delegations").key(name);
        cx.out
            .link_whole(network, &base, path, DELEGATION, &inner.value);
        let properties = Delegation {
            service_name: value(inner.value.service_name.as_ref()),
            ..Delegation::default()
        };
        delegations.push(Child::new(name.clone(), properties));
    }
    delegations
}

fn service_endpoints(stated: &manifest::Subnet) -> Vec<ServiceEndpoint> {
    let items = stated.service_endpoints.iter().flat_map(|list| &list.value);
    items
        .map(|item| ServiceEndpoint {
            service: value(item.value.service.as_ref()),
            locations: values(&item.value.locations),
            ..ServiceEndpoint::default()
        })
        .collect()
}
