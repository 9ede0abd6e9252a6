//! Private Link Services and private endpoints.

use super::{
    Context, Draft,
    addressing::Allocated,
    balancers::frontend,
    index::{is_alias, nat_subnet, subscription},
    is_set, value,
};
use crate::{
    manifest::{self, List},
    model::{
        Body, Extra, Form, Key,
        id::ResourceId,
        network::{
            Child, PlsIpConfiguration, PrivateEndpoint, PrivateLinkService,
            PrivateLinkServiceConnection, SubResource, SubscriptionSet,
        },
    },
    source::ManifestPath,
};
use std::net::IpAddr;

const SERVICE: &[Key] = &[
    Key::fixed(
        "/properties/loadBalancerFrontendIpConfigurations",
        "loadBalancer",
    ),
    Key::fixed("/properties/ipConfigurations", "natIPs"),
    Key::value("/properties/destinationIPAddress", "destinationIPAddress"),
    Key::of(
        "/properties/visibility",
        "visibility",
        Form::Member("subscriptions"),
    ),
    Key::list("/properties/visibility/subscriptions", "visibility"),
    Key::of(
        "/properties/autoApproval",
        "autoApproval",
        Form::Member("subscriptions"),
    ),
    Key::list("/properties/autoApproval/subscriptions", "autoApproval"),
    Key::value("/properties/enableProxyProtocol", "enableProxyProtocol"),
];

/// One of its NAT addresses.
const NAT: &[Key] = &[
    Key::reference("/subnet", "subnet"),
    Key::value("/privateIPAllocationMethod", "privateIPAllocationMethod"),
];

const ENDPOINT: &[Key] = &[Key::reference("/properties/subnet", "subnet")];

const CONNECTION: &[Key] = &[
    Key::value("/properties/privateLinkServiceId", "service"),
    Key::value("/properties/requestMessage", "requestMessage"),
];

pub(super) fn services(cx: &mut Context<'_>, addresses: &Allocated) {
    for (name, entry) in &cx.manifest.private_link_services {
        let key = name.to_lowercase();
        let Some(Some(placed)) = cx.index.services.get(&key) else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
        let path = ManifestPath::of(&["privateLinkServices", name]);
        let reference = nat_subnet(cx.manifest, stated);
        let subnet = cx.index.subnet(reference.as_ref());
        let mut configurations = Vec::new();
        for (at, address) in addresses.nat.get(&key).into_iter().flatten().enumerate() {
            let method = value(stated.private_ip_allocation_method.as_ref()).unwrap_or_else(|| {
                if address.is_some() {
                    "Static"
                } else {
                    "Dynamic"
                }
                .to_owned()
            });
            let stated_address = stated.nat_ips.as_ref().and_then(|list| list.value.get(at));
            let is_dynamic = method == "Dynamic";
            configurations.push(Child::new(
                format!("nat-{at}"),
                PlsIpConfiguration {
                    subnet: subnet.as_ref().map(|subnet| SubResource::to(&subnet.id)),
                    private_ip_address: if is_dynamic {
                        stated_address.map(|stated| stated.value)
                    } else {
                        *address
                    }
                    .map(IpAddr::V4),
                    private_ip_allocation_method: Some(method),
                    primary: Some(at == 0),
                    ..PlsIpConfiguration::default()
                },
            ));
            let base = format!("/properties/ipConfigurations/{at}/properties");
            let address = format!("{base}/privateIPAddress");
            if stated_address.is_some() {
                cx.out.record(&id, address.clone(), stated_address);
                let path = path.key("natIPs").index(at);
                let provenance = &mut cx.out.topology.provenance;
                provenance.link(&id, address, path, &[], true);
            }
            cx.out.link(&id, &base, path.clone(), NAT, stated);
        }
        let balancer = stated
            .load_balancer
            .as_ref()
            .and_then(|lb| cx.index.balancer(&lb.value));
        let set = |list: &List<String>| {
            list.as_ref().map(|list| SubscriptionSet {
                subscriptions: list
                    .value
                    .iter()
                    .filter_map(|item| subscription(cx.manifest, &item.value))
                    .filter(|id| !id.is_empty())
                    .collect(),
                extra: Extra::new(),
            })
        };
        let body = Body::PrivateLinkService(PrivateLinkService {
            load_balancer_frontend_ip_configurations: balancer
                .iter()
                .map(|lb| SubResource {
                    id: frontend(&lb.id),
                })
                .collect(),
            ip_configurations: configurations,
            destination_ip_address: value(stated.destination_ip_address.as_ref()),
            visibility: set(&stated.visibility),
            auto_approval: set(&stated.auto_approval),
            enable_proxy_protocol: value(stated.enable_proxy_protocol.as_ref()),
            ..PrivateLinkService::default()
        });
        cx.out.add(
            Draft::new(placed, body, is_set(&stated.existing)),
            entry.name.span,
        );
        cx.out.link_whole(&id, "", path, SERVICE, stated);
    }
}

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
    service: &str,
) -> bool {
    match (&stated.manual, service.parse::<ResourceId>()) {
        (Some(manual), _) => manual.value,
        (None, Ok(service)) => {
            tenant(cx, endpoint.subscription()) != tenant(cx, service.subscription())
        }
        (None, Err(_)) => is_alias(service),
    }
}

pub(super) fn endpoints(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.private_endpoints {
        let Some(Some(placed)) = cx.index.endpoints.get(&name.to_lowercase()) else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
        let service = stated
            .service
            .as_ref()
            .and_then(|service| cx.index.service(&service.value));
        let mut body = PrivateEndpoint {
            subnet: cx
                .index
                .subnet(stated.subnet.as_ref())
                .map(|subnet| SubResource { id: subnet.id }),
            ..PrivateEndpoint::default()
        };
        let mut list = "privateLinkServiceConnections";
        if let Some(service) = service {
            let manual = is_manual(cx, stated, &id, &service);
            let connection = Child::new(
                name.clone(),
                PrivateLinkServiceConnection {
                    private_link_service_id: service,
                    request_message: value(stated.request_message.as_ref()),
                    ..PrivateLinkServiceConnection::default()
                },
            );
            if manual {
                list = "manualPrivateLinkServiceConnections";
                body.manual_private_link_service_connections
                    .push(connection);
            } else {
                body.private_link_service_connections.push(connection);
            }
        }
        cx.out.add(
            Draft::new(
                placed,
                Body::PrivateEndpoint(body),
                is_set(&stated.existing),
            ),
            entry.name.span,
        );
        let path = ManifestPath::of(&["privateEndpoints", name]);
        let connection = format!("/properties/{list}/0");
        cx.out
            .record(&id, connection.clone(), stated.service.as_ref());
        cx.out
            .link(&id, &connection, path.clone(), CONNECTION, stated);
        cx.out.link_whole(&id, "", path, ENDPOINT, stated);
    }
}
