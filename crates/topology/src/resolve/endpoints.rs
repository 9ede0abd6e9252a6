//! Private endpoints, to Private Link Services and to platform resources.

use super::{
    Context, Draft, Placed,
    index::fold,
    is_set,
    references::Target,
    value,
    zones::{Stated, global},
};
use crate::{
    manifest::{self, Entry},
    model::{
        Body, Key,
        dns::{PrivateDnsZone, PrivateDnsZoneConfig, PrivateDnsZoneGroup, VirtualNetworkLink},
        id::ResourceId,
        network::{
            Child, PrivateEndpoint, PrivateEndpointIpConfiguration, PrivateLinkServiceConnection,
            SubResource,
        },
        platform,
    },
    source::ManifestPath,
};
use std::net::IpAddr;

const ENDPOINT: &[Key] = &[
    Key::reference("/properties/subnet", "subnet"),
    Key::value(
        "/properties/customNetworkInterfaceName",
        "customNetworkInterfaceName",
    ),
    Key::references(
        "/properties/applicationSecurityGroups",
        "applicationSecurityGroups",
    ),
    Key::section("/properties/ipConfigurations", "ipConfigurations", ADDRESS),
];

const CONNECTION: &[Key] = &[
    Key::value("/properties/privateLinkServiceId", "service"),
    Key::list("/properties/groupIds", "groupIds"),
    Key::value("/properties/requestMessage", "requestMessage"),
];

const ADDRESS: &[Key] = &[
    Key::value("/properties/groupId", "groupId"),
    Key::value("/properties/memberName", "memberName"),
    Key::value("/properties/privateIPAddress", "privateIPAddress"),
];

/// The only address stands in the endpoint's own entry.
const ONLY: &[Key] = &[Key::value(
    "/properties/privateIPAddress",
    "privateIPAddress",
)];

/// The tenant of a subscription; `None` is the tenant of all that state none.
fn tenant<'c>(cx: &'c Context<'_>, subscription: &str) -> Option<&'c str> {
    cx.out
        .topology
        .subscriptions
        .values()
        .find(|known| known.id.eq_ignore_ascii_case(subscription))?
        .tenant
        .as_deref()
}

/// Whether a person must approve: stated, or the service is an alias or in another tenant.
fn is_manual(
    cx: &Context<'_>,
    stated: &manifest::PrivateEndpoint,
    endpoint: &ResourceId,
    target: &Target,
) -> bool {
    match (&stated.manual, target) {
        (Some(manual), _) => manual.value,
        (None, Target::Service(service) | Target::Platform(service)) => {
            tenant(cx, endpoint.subscription()) != tenant(cx, service.subscription())
        }
        (None, Target::Alias(_)) => true,
        (None, Target::Broken | Target::Absent) => false,
    }
}

pub(super) fn endpoints(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.private_endpoints {
        let Some(Some(placed)) = cx.index.endpoints.get(&fold(name)).cloned() else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
        let path = ManifestPath::of(&["privateEndpoints", name]);
        let groups: Vec<String> = texts(&stated.group_ids);
        let service = stated.service.as_ref();
        let target = service.map_or(Target::Broken, |service| {
            cx.index.target(cx.manifest, &service.value)
        });
        let memberships = texts(&stated.application_security_groups);
        let subnet = cx.index.subnet(stated.subnet.as_ref());
        let mut body = PrivateEndpoint {
            subnet: subnet.map(|subnet| SubResource { id: subnet.id }),
            ip_configurations: addresses(cx, &id, &path, entry, &target, &groups),
            application_security_groups: memberships
                .iter()
                .filter_map(|group| cx.index.application_security_group(group))
                .map(|id| SubResource { id })
                .collect(),
            custom_network_interface_name: value(stated.custom_network_interface_name.as_ref()),
            ..PrivateEndpoint::default()
        };
        let mut list = "privateLinkServiceConnections";
        let private_link_service_id = match &target {
            Target::Service(id) | Target::Platform(id) => Some(id.to_string()),
            Target::Alias(alias) => Some(alias.clone()),
            Target::Broken | Target::Absent => None,
        };
        if let Some(private_link_service_id) = private_link_service_id {
            let connection = Child::new(
                name.clone(),
                PrivateLinkServiceConnection {
                    private_link_service_id,
                    group_ids: groups.clone(),
                    request_message: value(stated.request_message.as_ref()),
                    ..PrivateLinkServiceConnection::default()
                },
            );
            if is_manual(cx, stated, &id, &target) {
                list = "manualPrivateLinkServiceConnections";
                body.manual_private_link_service_connections
                    .push(connection);
            } else {
                body.private_link_service_connections.push(connection);
            }
        }
        cx.out.add(
            Draft::new(
                &placed,
                Body::PrivateEndpoint(body),
                is_set(&stated.existing),
            ),
            entry.name.span,
        );
        let connection = format!("/properties/{list}/0");
        cx.out
            .record(&id, connection.clone(), stated.service.as_ref());
        cx.out
            .link(&id, &connection, path.clone(), CONNECTION, stated);
        cx.out.link_whole(&id, "", path, ENDPOINT, stated);
    }
}

fn texts(list: &manifest::List<String>) -> Vec<String> {
    let items = list.iter().flat_map(|list| &list.value);
    items.map(|item| item.value.clone()).collect()
}

/// The static addresses of an endpoint.
fn addresses(
    cx: &mut Context<'_>,
    id: &ResourceId,
    path: &ManifestPath,
    entry: &Entry<manifest::PrivateEndpoint>,
    target: &Target,
    groups: &[String],
) -> Vec<Child<PrivateEndpointIpConfiguration>> {
    let stated = &entry.value;
    let only_group = groups.first().filter(|_| groups.len() == 1);
    let member = |group: Option<&String>| {
        let Target::Platform(service) = target else {
            return group.cloned();
        };
        let group = group?;
        Some(platform::member(service, group).to_owned())
    };
    if let (Some(address), false) = (
        &stated.private_ip_address,
        stated.ip_configurations.is_empty(),
    ) {
        let message = "`privateIPAddress` cannot stand beside `ipConfigurations`";
        let help = "give the address in an entry of `ipConfigurations`";
        cx.out.error("MAN030", message, address.span, help);
    }
    if let (Some(address), true) = (
        &stated.private_ip_address,
        stated.ip_configurations.is_empty(),
    ) {
        let base = "/properties/ipConfigurations/0";
        cx.out.link(id, base, path.clone(), ONLY, stated);
        return vec![Child::new(
            "ipconfig1",
            PrivateEndpointIpConfiguration {
                group_id: only_group.cloned(),
                member_name: member(only_group),
                private_ip_address: Some(IpAddr::V4(address.value)),
                ..PrivateEndpointIpConfiguration::default()
            },
        )];
    }
    let mut made = Vec::new();
    for (name, own) in &stated.ip_configurations {
        let base = format!("/properties/ipConfigurations/{}", made.len());
        let provenance = &mut cx.out.topology.provenance;
        provenance.record(id, base.clone(), own.name.span);
        let path = path.key("ipConfigurations").key(name);
        cx.out.link_whole(id, &base, path, ADDRESS, &own.value);
        let group = own.value.group_id.as_ref().map(|group| &group.value);
        let group = group.or(only_group);
        made.push(Child::new(
            name.clone(),
            PrivateEndpointIpConfiguration {
                group_id: group.cloned(),
                member_name: value(own.value.member_name.as_ref()).or_else(|| member(group)),
                private_ip_address: value(own.value.private_ip_address.as_ref()).map(IpAddr::V4),
                ..PrivateEndpointIpConfiguration::default()
            },
        ));
    }
    made
}

/// The zones in which Azure keeps the names of endpoints of platform resources.
pub(super) fn zone_groups(cx: &mut Context<'_>, stated_zones: &Stated) {
    for (name, entry) in &cx.manifest.private_endpoints {
        let Some(Some(placed)) = cx.index.endpoints.get(&fold(name)).cloned() else {
            continue;
        };
        let stated = &entry.value;
        let target = stated.service.as_ref().map_or(Target::Broken, |service| {
            cx.index.target(cx.manifest, &service.value)
        });
        let mut zones: Vec<ResourceId> = Vec::new();
        if let Some(list) = &stated.private_dns_zone_group {
            let named = list.value.iter();
            zones.extend(named.filter_map(|zone| cx.index.zone(&zone.value).flatten()));
        } else if let (Target::Platform(service), Some(subnet)) =
            (&target, cx.index.subnet(stated.subnet.as_ref()))
        {
            let groups = texts(&stated.group_ids);
            let names = groups
                .iter()
                .filter_map(|group| platform::zone(service, group));
            for zone in names.collect::<Vec<_>>() {
                // One that is stated is taken.
                let network = &subnet.network.id;
                let id = match cx.index.zone(&zone) {
                    Some(None) => continue,
                    Some(Some(known)) => {
                        link_known(cx, &known, network, entry, stated_zones);
                        known
                    }
                    None => linked_zone(cx, network, &zone, entry),
                };
                if !zones.contains(&id) {
                    zones.push(id);
                }
            }
        }
        if zones.is_empty() {
            continue;
        }
        let configs = zones.into_iter().map(|zone| {
            Child::new(
                zone.name().replace('.', "-"),
                PrivateDnsZoneConfig {
                    private_dns_zone_id: Some(zone),
                    ..PrivateDnsZoneConfig::default()
                },
            )
        });
        let body = Body::PrivateDnsZoneGroup(PrivateDnsZoneGroup {
            private_dns_zone_configs: configs.collect(),
            ..PrivateDnsZoneGroup::default()
        });
        let place = Placed {
            id: placed.id.child("privateDnsZoneGroups", "default"),
            location: None,
        };
        let mut draft = Draft::new(&place, body, is_set(&stated.existing));
        draft.is_taggable = false;
        cx.out.add(draft, entry.name.span);
        let said = stated.private_dns_zone_group.as_ref();
        cx.out.record(&place.id, "/properties", said);
    }
}

/// A zone of this name in the network's group, linked to it; made where it is not there yet.
fn linked_zone(
    cx: &mut Context<'_>,
    network: &ResourceId,
    name: &str,
    entry: &Entry<manifest::PrivateEndpoint>,
) -> ResourceId {
    let group = network.group_id();
    let zone = ResourceId::new(
        group.subscription(),
        group.resource_group(),
        "Microsoft.Network/privateDnsZones",
        name,
    );
    if !cx.out.topology.resources.contains_key(&zone) {
        let body = Body::PrivateDnsZone(PrivateDnsZone::default());
        let draft = Draft::new(&global(&zone), body, is_set(&entry.value.existing));
        cx.out.add(draft, entry.name.span);
    }
    link(cx, &zone, network, entry);
    zone
}

/// Links a zone that the manifest states to the endpoint's network, if it is ours to link.
fn link_known(
    cx: &mut Context<'_>,
    zone: &ResourceId,
    network: &ResourceId,
    entry: &Entry<manifest::PrivateEndpoint>,
    stated: &Stated,
) {
    let known = cx.out.topology.resources.get(zone);
    if known.is_some_and(|known| !known.existing) && !stated.is_linked(zone, network) {
        link(cx, zone, network, entry);
    }
}

fn link(
    cx: &mut Context<'_>,
    zone: &ResourceId,
    network: &ResourceId,
    entry: &Entry<manifest::PrivateEndpoint>,
) {
    let link = zone.child("virtualNetworkLinks", network.name());
    if cx.out.topology.resources.contains_key(&link) {
        return;
    }
    let body = Body::VirtualNetworkLink(VirtualNetworkLink {
        virtual_network: Some(SubResource::to(network)),
        registration_enabled: Some(false),
        ..VirtualNetworkLink::default()
    });
    let draft = Draft::new(&global(&link), body, is_set(&entry.value.existing));
    cx.out.add(draft, entry.name.span);
}
