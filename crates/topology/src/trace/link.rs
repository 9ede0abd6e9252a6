//! A private endpoint and the Private Link Service or platform service behind it.
//!
//! Source: <https://learn.microsoft.com/azure/private-link/private-link-service-overview>.

use super::{
    HopKind, balance,
    decision::{DecidedBy, DecidedKind, Judgement},
    mend::Remedy,
    platform,
    security::{self, Direction, Packet},
    walk::{End, Sent, Stop, Walk, missing},
    world::World,
};
use crate::{
    finding::Change,
    model::{
        Backend, Resource,
        addresses::Holder,
        id::ResourceId,
        network::{ConnectionState, PrivateEndpoint, PrivateLinkService, SubscriptionSet},
    },
};
use serde_json::json;
use std::net::{Ipv4Addr, SocketAddrV4};

/// Idle limit of Private Link, in seconds:
/// <https://learn.microsoft.com/azure/private-link/private-link-service-overview#limitations>.
const IDLE_SECONDS: u32 = 300;

/// What a private endpoint connects to.
#[derive(Clone, Debug)]
pub(crate) enum Service<'t> {
    PrivateLink(&'t Resource, &'t PrivateLinkService),
    /// A platform service, and the sub-resources that were asked for.
    Platform(ResourceId, &'t [String]),
}

/// Where a Private Link Service leads for a port.
#[derive(Clone, Debug)]
pub(crate) struct Behind<'t> {
    pub(crate) address: Ipv4Addr,
    pub(crate) holder: Option<Holder>,
    /// Where nobody of the topology has the address: a backend.
    pub(crate) backend: Option<&'t Backend>,
    pub(crate) because: String,
}

impl Walk<'_, '_> {
    pub(crate) fn private_endpoint(&mut self, id: &ResourceId, sent: &Sent) -> End {
        let world = self.world;
        let Some((endpoint, inner)) = world.topology.private_endpoint(id) else {
            return Err(Stop::unknown(format!(
                "private endpoint `{}` is not in the topology",
                id.name()
            )));
        };
        let (service, approval) = match service_of(world, inner) {
            Ok(service) => {
                let approval = approval(endpoint, inner, &service);
                (Some(service), approval)
            }
            Err(judgement) => (None, judgement),
        };
        let place = inner
            .subnet
            .as_ref()
            .filter(|_| world.endpoint_policy(id, "NetworkSecurityGroupEnabled"))
            .and_then(|subnet| world.place(&subnet.id));
        let rules = match place {
            None => Judgement::silent(),
            Some(place) => Judgement::over_all(sent.sources.iter().map(|source| {
                let packet = Packet {
                    source: *source,
                    destination: sent.destination,
                };
                security::judge(world, Direction::Inbound, None, place, packet)
            })),
        };
        self.push_at(
            HopKind::PrivateEndpoint,
            &endpoint.id,
            sent,
            &[],
            rules.and(approval),
        )?;
        self.limit_idle(
            IDLE_SECONDS,
            "idle limit of Private Link, which cannot be set",
        );
        match service {
            Some(Service::PrivateLink(service, pls)) => {
                self.private_link_service(service, pls, sent.destination.port())
            }
            Some(Service::Platform(id, groups)) => self.platform_service(&id, groups, sent),
            None => Err(Stop::unknown(format!("`{}` leads nowhere", id.short()))),
        }
    }

    fn private_link_service(
        &mut self,
        service: &Resource,
        pls: &PrivateLinkService,
        port: u16,
    ) -> End {
        let nats = nat_addresses(self.world, service, pls);
        let by = DecidedBy::at(DecidedKind::PrivateLink, &service.id, service.id.name(), "");
        let (behind, judgement) = match behind(self.world, service, pls, port) {
            Ok(behind) => {
                let judgement = if nats.is_empty() {
                    Judgement::unknown(format!(
                        "no NAT address of `{}` is known",
                        service.id.short()
                    ))
                } else {
                    Judgement::pass(behind.because.clone())
                };
                (Some(behind), judgement.by(by))
            }
            Err(judgement) => (None, judgement),
        };
        let address = behind
            .as_ref()
            .map_or(Ipv4Addr::UNSPECIFIED, |behind| behind.address);
        let sent = Sent {
            sources: nats,
            destination: SocketAddrV4::new(address, port),
        };
        self.push_at(
            HopKind::PrivateLinkService,
            &service.id,
            &sent,
            &[],
            judgement,
        )?;
        self.proxied = (pls.enable_proxy_protocol == Some(true)).then(|| service.id.clone());
        let end = match behind {
            Some(Behind {
                holder: Some(holder),
                ..
            }) => self.arrive(&holder, sent, &[]),
            Some(Behind {
                backend: Some(backend),
                ..
            }) => self.at_backend(backend, &sent),
            _ => Err(Stop::unknown(format!(
                "the topology does not say who has {address}"
            ))),
        };
        self.proxied = None;
        end
    }

    /// The edge of a platform service: what happens inside is the service's own business.
    fn platform_service(&mut self, id: &ResourceId, groups: &[String], sent: &Sent) -> End {
        let judgement = platform_listens(self.world, id, groups, sent.destination.port());
        self.push_at(HopKind::Service, id, sent, &[], judgement)?;
        Ok(format!("`{}` answers", id.short()))
    }
}

/// Whether a platform service takes connections to a port of its private endpoint.
pub(crate) fn platform_listens(
    world: &World<'_>,
    id: &ResourceId,
    groups: &[String],
    port: u16,
) -> Judgement {
    let by = DecidedBy::at(DecidedKind::Listener, id, groups.join(", "), "");
    if world.topology.api_management(id).is_some() {
        return super::machine::gateway_listens(id, port);
    }
    match platform::ports(id, groups) {
        Some(ports) if ports.contains(&port) => {
            Judgement::pass(format!("`{}` takes connections to port {port}", id.short())).by(by)
        }
        Some(ports) => {
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            Judgement::drop(format!(
                "`{}` does not answer on port {port}; use {}",
                id.short(),
                ports.join(" or ")
            ))
            .by(by)
        }
        None => Judgement::unknown(format!(
            "private endpoints of `{}` are not followed: its ports are not known",
            id.short()
        ))
        .by(by),
    }
}

/// The ports that a platform service treats in a way of their own.
pub(crate) fn platform_ports(
    world: &World<'_>,
    id: &ResourceId,
    groups: &[String],
) -> &'static [u16] {
    if world.topology.api_management(id).is_some() {
        return &super::machine::GATEWAY_PORTS;
    }
    platform::ports(id, groups).unwrap_or_default()
}

/// The NAT addresses of a Private Link Service.
pub(crate) fn nat_addresses(
    world: &World<'_>,
    service: &Resource,
    pls: &PrivateLinkService,
) -> Vec<Ipv4Addr> {
    (0..pls.ip_configurations.len())
        .filter_map(|index| world.addresses.get(&Holder::Nat(service.id.clone(), index)))
        .collect()
}

/// Where a service's packets go: the frontend it stands in front of, or a fixed address.
pub(crate) fn behind<'t>(
    world: &World<'t>,
    service: &Resource,
    pls: &PrivateLinkService,
    port: u16,
) -> Result<Behind<'t>, Judgement> {
    if let Some(address) = pls.destination_ip_address {
        let net = pls
            .ip_configurations
            .iter()
            .find_map(|config| config.properties.subnet.as_ref()?.id.parent())
            .and_then(|vnet| world.net(&vnet));
        let peered = net.into_iter().flat_map(|net| {
            world
                .peers(net)
                .iter()
                .filter(move |peer| peer.space.contains(address.to_bits()))
                .filter_map(|peer| peer.remote)
        });
        let found = net
            .into_iter()
            .chain(peered)
            .find_map(|net| world.holder(net, address));
        return Ok(Behind {
            address,
            holder: found.cloned(),
            backend: net.and_then(|net| world.backend(net, address)),
            because: format!("Direct Connect leads to {address}; source becomes a NAT address"),
        });
    }
    let mut frontends = Vec::new();
    for reference in &pls.load_balancer_frontend_ip_configurations {
        let balancer = reference
            .id
            .parent()
            .and_then(|id| world.topology.load_balancer(&id));
        let Some((resource, inner)) = balancer else {
            return Err(Judgement::unknown(format!(
                "the load balancer of `{}` is not in the topology",
                reference.id.short()
            ))
            .by(missing(&reference.id)));
        };
        let index = inner
            .frontend_ip_configurations
            .iter()
            .position(|found| found.name.eq_ignore_ascii_case(reference.id.name()));
        let Some(index) = index else {
            return Err(Judgement::unknown(format!(
                "`{}` has no frontend `{}`",
                resource.id.short(),
                reference.id.name()
            ))
            .by(missing(&reference.id)));
        };
        let ruled = balance::rule_for(resource, inner, index, port).is_some();
        frontends.push((resource, index, ruled));
    }
    let chosen = frontends
        .iter()
        .find(|(_, _, ruled)| *ruled)
        .or_else(|| frontends.first());
    let Some((resource, index, _)) = chosen else {
        return Err(Judgement::unknown(format!(
            "`{}` stands in front of no load balancer frontend",
            service.id.short()
        ))
        .by(DecidedBy::at(
            DecidedKind::PrivateLink,
            &service.id,
            service.id.name(),
            "/properties/loadBalancerFrontendIpConfigurations",
        )));
    };
    let holder = Holder::Frontend(resource.id.clone(), *index);
    match world.addresses.get(&holder) {
        Some(address) => Ok(Behind {
            address,
            holder: Some(holder),
            backend: None,
            because: format!(
                "frontend of `{}`; source becomes a NAT address",
                resource.id.short()
            ),
        }),
        None => Err(Judgement::unknown(format!(
            "the frontend of `{}` has no address",
            resource.id.short()
        ))),
    }
}

/// The service that an endpoint connects to, by id or alias.
pub(crate) fn service_of<'t>(
    world: &World<'t>,
    endpoint: &'t PrivateEndpoint,
) -> Result<Service<'t>, Judgement> {
    let Some(connection) = endpoint.connections().next() else {
        return Err(Judgement::unknown("the private endpoint has no connection"));
    };
    let wanted = &connection.properties.private_link_service_id;
    if let Some(id) = world.private_link_service(wanted)
        && let Some((resource, pls)) = world.topology.private_link_service(id)
    {
        return Ok(Service::PrivateLink(resource, pls));
    }
    match wanted.parse::<ResourceId>() {
        Ok(id) if !id.is_type("Microsoft.Network/privateLinkServices") => {
            Ok(Service::Platform(id, &connection.properties.group_ids))
        }
        Ok(id) => Err(Judgement::unknown(format!(
            "Private Link Service `{wanted}` is not in the topology"
        ))
        .by(missing(&id))),
        Err(_) => Err(Judgement::unknown(format!(
            "Private Link Service `{wanted}` is not in the topology"
        ))
        .by(DecidedBy::azure(DecidedKind::Missing, wanted.as_str()))),
    }
}

fn status(state: Option<&ConnectionState>) -> Option<&str> {
    state?.status.as_deref()
}

/// The observed state of the connection, else the one that Azure will give it.
pub(crate) fn approval(
    endpoint: &Resource,
    inner: &PrivateEndpoint,
    service: &Service<'_>,
) -> Judgement {
    match service {
        Service::PrivateLink(service, pls) => approval_of_service(endpoint, inner, service, pls),
        Service::Platform(id, _) => approval_of_platform(endpoint, inner, id),
    }
}

/// Whoever may write the service is approved at once; who asks by hand waits.
fn approval_of_platform(
    endpoint: &Resource,
    inner: &PrivateEndpoint,
    service: &ResourceId,
) -> Judgement {
    let state = inner.connections().next().and_then(|first| {
        status(
            first
                .properties
                .private_link_service_connection_state
                .as_ref(),
        )
    });
    let is_automatic = !inner.private_link_service_connections.is_empty();
    let state = state.unwrap_or(if is_automatic { "Approved" } else { "Pending" });
    let by = DecidedBy::at(
        DecidedKind::LinkApproval,
        &endpoint.id,
        state,
        connection_pointer(inner),
    );
    if state.eq_ignore_ascii_case("Approved") {
        Judgement::pass("the connection is Approved").by(by)
    } else {
        Judgement::drop(format!(
            "the connection is {state}, not Approved; approve it at `{}`",
            service.short()
        ))
        .by(by)
    }
}

fn connection_pointer(inner: &PrivateEndpoint) -> &'static str {
    if inner.private_link_service_connections.is_empty() {
        "/properties/manualPrivateLinkServiceConnections/0"
    } else {
        "/properties/privateLinkServiceConnections/0"
    }
}

fn approval_of_service(
    endpoint: &Resource,
    inner: &PrivateEndpoint,
    service: &Resource,
    pls: &PrivateLinkService,
) -> Judgement {
    let provider_says = pls
        .private_endpoint_connections
        .iter()
        .enumerate()
        .find_map(|(index, connection)| {
            let properties = &connection.properties;
            let ours = properties
                .private_endpoint
                .as_ref()
                .is_some_and(|reference| reference.id == endpoint.id);
            status(properties.private_link_service_connection_state.as_ref())
                .filter(|_| ours)
                .map(|status| (index, status))
        });
    let consumer_says = || {
        inner.connections().next().and_then(|first| {
            status(
                first
                    .properties
                    .private_link_service_connection_state
                    .as_ref(),
            )
        })
    };
    if let Some((index, status)) = provider_says {
        let pointer = format!("/properties/privateEndpointConnections/{index}");
        let by = DecidedBy::at(
            DecidedKind::LinkApproval,
            &service.id,
            status,
            pointer.as_str(),
        );
        let approve = Change::set(
            &service.id,
            format!("{pointer}/properties/privateLinkServiceConnectionState/status"),
            "Approved",
        );
        return observed(endpoint, service, status, [approve]).by(by);
    }
    if let Some(status) = consumer_says() {
        let by = DecidedBy::at(
            DecidedKind::LinkApproval,
            &endpoint.id,
            status,
            connection_pointer(inner),
        );
        return observed(endpoint, service, status, [approve(endpoint, service)]).by(by);
    }
    let subscription = endpoint.id.subscription();
    let automatic = !inner.private_link_service_connections.is_empty();
    let listed = |set: &Option<SubscriptionSet>| {
        set.iter()
            .flat_map(|set| &set.subscriptions)
            .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
    };
    let by = DecidedBy::at(
        DecidedKind::LinkApproval,
        &service.id,
        "autoApproval",
        "/properties/autoApproval",
    );
    // A request by hand is approved at once, too:
    // <https://learn.microsoft.com/azure/private-link/private-endpoint-overview#connect-by-using-an-alias>.
    if listed(&pls.auto_approval) {
        return Judgement::pass(format!(
            "the connection is Approved: autoApproval of `{}` has subscription {subscription}",
            service.id.short()
        ))
        .by(by);
    }
    let because = |why: String| {
        format!(
            "the connection is Pending, because {why}; approve it at `{}` or let autoApproval have the subscription",
            service.id.short()
        )
    };
    if !automatic {
        let title = approve_title(endpoint, service);
        let remedy = Remedy::changes(title, [approve(endpoint, service)]);
        let why = format!(
            "it was asked for by hand and autoApproval does not have subscription {subscription}"
        );
        return Judgement::drop(because(why))
            .by(DecidedBy::at(
                DecidedKind::LinkApproval,
                &endpoint.id,
                "manual",
                connection_pointer(inner),
            ))
            .remedy(remedy);
    }
    let mut changes = vec![Change::set(
        &service.id,
        "/properties/autoApproval/subscriptions/-",
        subscription,
    )];
    if !listed(&pls.visibility) {
        changes.push(Change::set(
            &service.id,
            "/properties/visibility/subscriptions/-",
            subscription,
        ));
    }
    Judgement::drop(because(format!(
        "autoApproval of `{}` does not have subscription {subscription}",
        service.id.short()
    )))
    .by(by)
    .remedy(Remedy::changes(
        format!(
            "let autoApproval of `{}` have subscription {subscription}",
            service.id.short()
        ),
        changes,
    ))
}

/// The verdict of a state that was seen.
fn observed(
    endpoint: &Resource,
    service: &Resource,
    status: &str,
    approve: [Change; 1],
) -> Judgement {
    if status.eq_ignore_ascii_case("Approved") {
        return Judgement::pass("the connection is Approved");
    }
    let is_over = !status.eq_ignore_ascii_case("Pending");
    let judgement = Judgement::drop(format!(
        "the connection is {status}, not Approved; approve it at `{}`{}",
        service.id.short(),
        if is_over {
            " or make the private endpoint anew"
        } else {
            ""
        }
    ));
    if status.eq_ignore_ascii_case("Disconnected") {
        // It cannot come back: the endpoint must be deleted and made anew.
        return judgement;
    }
    judgement.remedy(Remedy::changes(approve_title(endpoint, service), approve))
}

fn approve_title(endpoint: &Resource, service: &Resource) -> String {
    format!(
        "approve the connection of `{}` at `{}`",
        endpoint.id.short(),
        service.id.short()
    )
}

/// The connection as the provider's side has it once it is approved.
fn approve(endpoint: &Resource, service: &Resource) -> Change {
    Change::set(
        &service.id,
        "/properties/privateEndpointConnections/-",
        json!({
            "name": endpoint.id.name(),
            "properties": {
                "privateEndpoint": { "id": endpoint.id.as_str() },
                "privateLinkServiceConnectionState": { "status": "Approved" },
            },
        }),
    )
}
