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
        Body, Extra,
        id::ResourceId,
        network::{
            Child, PlsIpConfiguration, PrivateEndpoint, PrivateLinkService,
            PrivateLinkServiceConnection, SubResource, SubscriptionSet,
        },
    },
};
use std::net::IpAddr;

pub(super) fn services(cx: &mut Context<'_>, addresses: &Allocated) {
    for (name, entry) in &cx.manifest.private_link_services {
        let key = name.to_lowercase();
        let Some(Some(placed)) = cx.index.services.get(&key) else {
            continue;
        };
        let stated = &entry.value;
        let id = placed.id.clone();
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
            cx.out.record(
                &id,
                format!("/properties/ipConfigurations/{at}/properties/privateIPAddress"),
                stated_address,
            );
            cx.out.record(
                &id,
                format!("/properties/ipConfigurations/{at}/properties/subnet"),
                stated.subnet.as_ref(),
            );
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
        cx.out.record(
            &id,
            "/properties/loadBalancerFrontendIpConfigurations",
            stated.load_balancer.as_ref(),
        );
        cx.out
            .record(&id, "/properties/ipConfigurations", stated.nat_ips.as_ref());
        cx.out.record(
            &id,
            "/properties/destinationIPAddress",
            stated.destination_ip_address.as_ref(),
        );
        cx.out
            .record(&id, "/properties/visibility", stated.visibility.as_ref());
        cx.out.record(
            &id,
            "/properties/autoApproval",
            stated.auto_approval.as_ref(),
        );
        cx.out.record(
            &id,
            "/properties/enableProxyProtocol",
            stated.enable_proxy_protocol.as_ref(),
        );
        for (pointer, list) in [
            ("visibility", &stated.visibility),
            ("autoApproval", &stated.auto_approval),
        ] {
            for (at, item) in list.iter().flat_map(|list| &list.value).enumerate() {
                cx.out.record(
                    &id,
                    format!("/properties/{pointer}/subscriptions/{at}"),
                    Some(item),
                );
            }
        }
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
        cx.out
            .record(&id, "/properties/subnet", stated.subnet.as_ref());
        cx.out.record(
            &id,
            format!("/properties/{list}"),
            stated
                .manual
                .as_ref()
                .map(|_| ())
                .and(stated.service.as_ref()),
        );
        cx.out.record(
            &id,
            format!("/properties/{list}/0"),
            stated.service.as_ref(),
        );
        cx.out.record(
            &id,
            format!("/properties/{list}/0/properties/requestMessage"),
            stated.request_message.as_ref(),
        );
    }
}
