//! API Management services, and backends that are no resources.

use super::{Context, Draft, is_set, value};
use crate::{
    arm::normal_location,
    manifest::{self, Field},
    model::{
        Backend, Body, Form, Key, Sku,
        api_management::{
            AdditionalLocation, ApiManagement, ApiVersionConstraint, HostnameConfiguration,
            VirtualNetworkConfiguration,
        },
        id::ResourceId,
    },
    source::{ManifestPath, Spanned},
};
use std::net::IpAddr;

const API_MANAGEMENT: &[Key] = &[
    Key::of("/sku", "sku", Form::Member("name")),
    Key::value("/sku/capacity", "capacity"),
    Key::list("/zones", "zones"),
    Key::value("/properties/virtualNetworkType", "virtualNetworkType"),
    Key::of(
        "/properties/virtualNetworkConfiguration",
        "subnet",
        Form::Member("subnetResourceId"),
    ),
    Key::value("/properties/publicIpAddressId", "publicIPAddress"),
    Key::value("/properties/publisherEmail", "publisherEmail"),
    Key::value("/properties/publisherName", "publisherName"),
    Key::value("/properties/publicNetworkAccess", "publicNetworkAccess"),
    Key::value("/properties/natGatewayState", "natGatewayState"),
    Key::value("/properties/disableGateway", "disableGateway"),
    Key::value("/properties/platformVersion", "platformVersion"),
    Key::list("/properties/privateIPAddresses", "privateIPAddresses"),
    Key::of(
        "/properties/apiVersionConstraint",
        "minApiVersion",
        Form::Member("minApiVersion"),
    ),
];

const LOCATION: &[Key] = &[
    Key::value("/location", "location"),
    Key::of(
        "/virtualNetworkConfiguration",
        "subnet",
        Form::Member("subnetResourceId"),
    ),
    Key::value("/sku/capacity", "capacity"),
    Key::list("/zones", "zones"),
    Key::value("/publicIpAddressId", "publicIPAddress"),
    Key::value("/natGatewayState", "natGatewayState"),
    Key::value("/disableGateway", "disableGateway"),
];

const HOST_NAME: &[Key] = &[
    Key::value("/type", "type"),
    Key::value("/hostName", "hostName"),
    Key::value("/defaultSslBinding", "defaultSslBinding"),
    Key::value("/negotiateClientCertificate", "negotiateClientCertificate"),
];

pub(super) fn api_management(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.api_management {
        let Some(Some(placed)) = cx.index.api_management.get(&name.to_lowercase()).cloned() else {
            continue;
        };
        let stated = &entry.value;
        let id = &placed.id;
        let path = ManifestPath::of(&["apiManagement", name]);
        let zones = |list: &manifest::List<String>| -> Vec<String> {
            let list = list.iter().flat_map(|list| &list.value);
            list.map(|zone| zone.value.clone()).collect()
        };
        let sku = Sku {
            name: value(stated.sku.as_ref()),
            capacity: value(stated.capacity.as_ref()).or(Some(1)),
            ..Sku::default()
        };
        let mut further = Vec::new();
        for (at, item) in items(&stated.additional_locations).enumerate() {
            let base = format!("/properties/additionalLocations/{at}");
            cx.out.record(id, base.clone(), Some(item));
            let path = path.key("additionalLocations").index(at);
            cx.out.link_whole(id, &base, path, LOCATION, &item.value);
            let item = &item.value;
            further.push(AdditionalLocation {
                location: item
                    .location
                    .as_ref()
                    .map(|location| normal_location(&location.value)),
                sku: Some(Sku {
                    capacity: value(item.capacity.as_ref()).or(sku.capacity),
                    ..sku.clone()
                }),
                zones: zones(&item.zones),
                public_ip_address_id: public_ip(cx, &item.public_ip_address),
                virtual_network_configuration: injected(cx, &item.subnet),
                nat_gateway_state: value(item.nat_gateway_state.as_ref()),
                disable_gateway: value(item.disable_gateway.as_ref()),
                ..AdditionalLocation::default()
            });
        }
        let mut hosts = Vec::new();
        for (at, item) in items(&stated.hostname_configurations).enumerate() {
            let base = format!("/properties/hostnameConfigurations/{at}");
            cx.out.record(id, base.clone(), Some(item));
            let path = path.key("hostnameConfigurations").index(at);
            cx.out.link_whole(id, &base, path, HOST_NAME, &item.value);
            let item = &item.value;
            hosts.push(HostnameConfiguration {
                kind: value(item.kind.as_ref()),
                host_name: value(item.host_name.as_ref()),
                default_ssl_binding: value(item.default_ssl_binding.as_ref()),
                negotiate_client_certificate: value(item.negotiate_client_certificate.as_ref()),
                ..HostnameConfiguration::default()
            });
        }
        let body = Body::ApiManagement(ApiManagement {
            publisher_email: value(stated.publisher_email.as_ref()),
            publisher_name: value(stated.publisher_name.as_ref()).or_else(|| Some(name.clone())),
            virtual_network_type: value(stated.virtual_network_type.as_ref()),
            virtual_network_configuration: injected(cx, &stated.subnet),
            public_ip_address_id: public_ip(cx, &stated.public_ip_address),
            private_ip_addresses: items(&stated.private_ip_addresses)
                .map(|address| IpAddr::V4(address.value))
                .collect(),
            public_network_access: value(stated.public_network_access.as_ref()),
            additional_locations: further,
            hostname_configurations: hosts,
            platform_version: value(stated.platform_version.as_ref()),
            nat_gateway_state: value(stated.nat_gateway_state.as_ref()),
            disable_gateway: value(stated.disable_gateway.as_ref()),
            api_version_constraint: stated.min_api_version.as_ref().map(|version| {
                ApiVersionConstraint {
                    min_api_version: Some(version.value.clone()),
                    ..ApiVersionConstraint::default()
                }
            }),
            ..ApiManagement::default()
        });
        let mut draft = Draft::new(&placed, body, is_set(&stated.existing));
        draft.sku = Some(sku);
        draft.zones = zones(&stated.zones);
        cx.out.add(draft, entry.name.span);
        cx.out.link_whole(id, "", path, API_MANAGEMENT, stated);
    }
}

fn items<T>(list: &manifest::List<T>) -> impl Iterator<Item = &Spanned<T>> {
    list.iter().flat_map(|list| &list.value)
}

fn injected(cx: &Context<'_>, subnet: &Field<String>) -> Option<VirtualNetworkConfiguration> {
    let subnet = cx.index.subnet(subnet.as_ref())?;
    Some(VirtualNetworkConfiguration {
        subnet_resource_id: Some(subnet.id),
        ..VirtualNetworkConfiguration::default()
    })
}

fn public_ip(cx: &Context<'_>, reference: &Field<String>) -> Option<ResourceId> {
    cx.index.public_ip(&reference.as_ref()?.value)
}

/// What is reached and is no resource: facts, which nothing is made of.
pub(super) fn backends(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.backends {
        let stated = &entry.value;
        let id = match stated.id.as_ref().map(|id| (id, id.value.parse())) {
            Some((_, Ok(id))) => Some(id),
            Some((at, Err(error))) => {
                let error: crate::model::id::ResourceIdError = error;
                let shown = manifest::suggest::clip(&at.value, 40);
                let message = format!("`{shown}` is no resource id");
                cx.out.error("MAN014", message, at.span, error.reason);
                None
            }
            None => None,
        };
        if stated.addresses.is_none() && stated.fqdn.is_none() && stated.id.is_none() {
            let message = format!("`{name}` needs `addresses`, `fqdn` or `id`");
            let help = "say where it is";
            cx.out.error("MAN003", message, entry.name.span, help);
            continue;
        }
        let network = stated.virtual_network.as_ref();
        let backend = Backend {
            name: name.clone(),
            addresses: items(&stated.addresses).map(|one| one.value).collect(),
            fqdn: stated
                .fqdn
                .as_ref()
                .map(|fqdn| fqdn.value.trim_end_matches('.').to_ascii_lowercase()),
            ports: items(&stated.ports).map(|port| port.value).collect(),
            virtual_network: network
                .and_then(|network| cx.index.network(&network.value))
                .map(|placed| placed.id),
            id,
            span: Some(entry.name.span),
        };
        cx.out.topology.backends.insert(name.clone(), backend);
    }
}
