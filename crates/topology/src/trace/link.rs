//! A private endpoint and the Private Link Service behind it.
//!
//! Source: <https://learn.microsoft.com/azure/private-link/private-link-service-overview>.

use super::{
    HopKind, Verdict,
    security::{self, Direction, Judgement, Packet},
    walk::{End, Sent, Stop, Walk},
};
use crate::model::{
    Resource, Topology,
    addresses::Holder,
    id::ResourceId,
    network::{ConnectionState, PrivateEndpoint, PrivateLinkService, SubscriptionSet},
};
use std::net::{Ipv4Addr, SocketAddrV4};

/// Idle limit of Private Link, in seconds:
/// <https://learn.microsoft.com/azure/private-link/private-link-service-overview#limitations>.
const IDLE_SECONDS: u32 = 300;

impl Walk<'_> {
    pub(super) fn private_endpoint(&mut self, id: &ResourceId, sent: &Sent) -> End {
        let Some((endpoint, inner)) = self.topology.private_endpoint(id) else {
            return Err(Stop::Unknown(format!(
                "private endpoint `{}` is not in the topology",
                id.name()
            )));
        };
        let (service, approval) = match service_of(self.topology, inner) {
            Ok((service, pls)) => (
                Some((service, pls)),
                approval(endpoint, inner, service, pls),
            ),
            Err(because) => (None, Judgement::unknown(because)),
        };
        let rules = match inner
            .subnet
            .as_ref()
            .filter(|_| self.endpoint_policy(id, "NetworkSecurityGroupEnabled"))
        {
            None => Judgement::pass(""),
            Some(subnet) => Judgement::over_all(sent.sources.iter().map(|source| {
                let packet = Packet {
                    source: *source,
                    destination: sent.destination,
                };
                security::judge(self.topology, Direction::Inbound, None, &subnet.id, packet)
            })),
        };
        self.push_at(
            HopKind::PrivateEndpoint,
            &endpoint.id,
            sent,
            &[],
            rules.and(approval),
        )?;
        self.limit_idle(IDLE_SECONDS);
        match service {
            Some((service, pls)) => {
                self.private_link_service(service, pls, sent.destination.port())
            }
            None => Err(Stop::Unknown(format!("`{}` leads nowhere", id.short()))),
        }
    }

    fn private_link_service(
        &mut self,
        service: &Resource,
        pls: &PrivateLinkService,
        port: u16,
    ) -> End {
        let nats: Vec<Ipv4Addr> = (0..pls.ip_configurations.len())
            .filter_map(|index| self.addresses.get(&Holder::Nat(service.id.clone(), index)))
            .collect();
        let (holder, judgement) = match self.behind(service, pls, port) {
            Ok((address, holder, because)) => {
                let judgement = if nats.is_empty() {
                    Judgement::unknown(format!(
                        "no NAT address of `{}` is known",
                        service.id.short()
                    ))
                } else {
                    Judgement::pass(because)
                };
                (Some((address, holder)), judgement)
            }
            Err(because) => (None, Judgement::unknown(because)),
        };
        let address = holder
            .as_ref()
            .map_or(Ipv4Addr::UNSPECIFIED, |(address, _)| *address);
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
        match holder {
            Some((_, Some(holder))) => self.arrive(&holder, sent, &[]),
            _ => Err(Stop::Unknown(format!(
                "the topology does not say who has {address}"
            ))),
        }
    }

    /// Where a service's packets go: the frontend it stands in front of, or a fixed address.
    fn behind(
        &self,
        service: &Resource,
        pls: &PrivateLinkService,
        port: u16,
    ) -> Result<(Ipv4Addr, Option<Holder>, String), String> {
        if let Some(address) = pls.destination_ip_address {
            let vnet = pls
                .ip_configurations
                .iter()
                .find_map(|config| config.properties.subnet.as_ref()?.id.parent());
            let holder = vnet
                .and_then(|vnet| self.addresses.holder_in(&vnet, address))
                .cloned();
            return Ok((
                address,
                holder,
                format!("Direct Connect leads to {address}; source becomes a NAT address"),
            ));
        }
        let mut frontends = Vec::new();
        for reference in &pls.load_balancer_frontend_ip_configurations {
            let balancer = reference
                .id
                .parent()
                .and_then(|id| self.topology.load_balancer(&id));
            let Some((resource, inner)) = balancer else {
                return Err(format!(
                    "the load balancer of `{}` is not in the topology",
                    reference.id.short()
                ));
            };
            let index = inner
                .frontend_ip_configurations
                .iter()
                .position(|found| found.name.eq_ignore_ascii_case(reference.id.name()));
            let Some(index) = index else {
                return Err(format!(
                    "`{}` has no frontend `{}`",
                    resource.id.short(),
                    reference.id.name()
                ));
            };
            frontends.push((
                resource,
                index,
                super::balance::rule_for(resource, inner, index, port).is_some(),
            ));
        }
        let chosen = frontends
            .iter()
            .find(|(_, _, ruled)| *ruled)
            .or_else(|| frontends.first());
        let Some((resource, index, _)) = chosen else {
            return Err(format!(
                "`{}` stands in front of no load balancer frontend",
                service.id.short()
            ));
        };
        let holder = Holder::Frontend(resource.id.clone(), *index);
        match self.addresses.get(&holder) {
            Some(address) => {
                let because = format!(
                    "frontend of `{}`; source becomes a NAT address",
                    resource.id.short()
                );
                Ok((address, Some(holder), because))
            }
            None => Err(format!(
                "the frontend of `{}` has no address",
                resource.id.short()
            )),
        }
    }
}

/// The service that an endpoint connects to, by id or alias.
fn service_of<'t>(
    topology: &'t Topology,
    endpoint: &PrivateEndpoint,
) -> Result<(&'t Resource, &'t PrivateLinkService), String> {
    let Some(connection) = endpoint.connections().next() else {
        return Err("the private endpoint has no connection".to_owned());
    };
    let wanted = &connection.properties.private_link_service_id;
    let found = topology.private_link_services().find(|(resource, pls)| {
        resource.id.as_str().eq_ignore_ascii_case(wanted)
            || pls
                .alias
                .as_ref()
                .is_some_and(|alias| alias.eq_ignore_ascii_case(wanted))
    });
    found.ok_or_else(|| match wanted.parse::<ResourceId>() {
        Ok(id) if !id.is_type("Microsoft.Network/privateLinkServices") => {
            format!("private endpoints of `{}` are not followed", id.short())
        }
        _ => format!("Private Link Service `{wanted}` is not in the topology"),
    })
}

fn status(state: Option<&ConnectionState>) -> Option<&str> {
    state?.status.as_deref()
}

/// The observed state of the connection, else the one that Azure will give it.
fn approval(
    endpoint: &Resource,
    inner: &PrivateEndpoint,
    service: &Resource,
    pls: &PrivateLinkService,
) -> Judgement {
    let provider_says = pls
        .private_endpoint_connections
        .iter()
        .find_map(|connection| {
            let properties = &connection.properties;
            let ours = properties
                .private_endpoint
                .as_ref()
                .is_some_and(|reference| reference.id == endpoint.id);
            status(properties.private_link_service_connection_state.as_ref()).filter(|_| ours)
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
    if let Some(status) = provider_says.or_else(consumer_says) {
        return if status.eq_ignore_ascii_case("Approved") {
            Judgement::pass("the connection is Approved")
        } else {
            Judgement::drop(format!(
                "the connection is {status}, not Approved; approve it at `{}`{}",
                service.id.short(),
                if status.eq_ignore_ascii_case("Pending") {
                    ""
                } else {
                    " or make the private endpoint anew"
                }
            ))
        };
    }
    let subscription = endpoint.id.subscription();
    let automatic = !inner.private_link_service_connections.is_empty();
    let listed = |set: &Option<SubscriptionSet>| {
        set.iter()
            .flat_map(|set| &set.subscriptions)
            .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
    };
    if automatic && listed(&pls.auto_approval) {
        return Judgement {
            verdict: Verdict::Pass,
            because: format!(
                "the connection is Approved: autoApproval of `{}` has subscription {subscription}",
                service.id.short()
            ),
        };
    }
    let why = if automatic {
        format!(
            "autoApproval of `{}` does not have subscription {subscription}",
            service.id.short()
        )
    } else {
        "it was asked for by hand".to_owned()
    };
    Judgement::drop(format!(
        "the connection is Pending, because {why}; approve it at `{}` or let autoApproval have the subscription",
        service.id.short()
    ))
}
