//! Private endpoints and Private Link Services.
//!
//! Source: <https://learn.microsoft.com/azure/private-link/private-link-service-overview>.

use super::VnetIndex;
use std::net::Ipv4Addr;
use topology::{
    ResourceId, Topology,
    model::{
        addresses::{Addresses, Holder},
        network::{ConnectionState, PrivateEndpoint, PrivateLinkService},
    },
};

/// A private endpoint's connection.
#[derive(Debug)]
pub(crate) struct Endpoint {
    /// The service it leads to, if that is in the topology.
    pub(crate) service: Option<ResourceId>,
    /// What the connection refers to, as it is written.
    pub(crate) wanted: String,
    /// `Approved`, `Pending`, …
    pub(crate) state: String,
}

impl Endpoint {
    pub(crate) fn of(topology: &Topology, id: &ResourceId, endpoint: &PrivateEndpoint) -> Self {
        let Some(connection) = endpoint.connections().next() else {
            return Self {
                service: None,
                wanted: String::new(),
                state: "Disconnected".to_owned(),
            };
        };
        let wanted = connection.properties.private_link_service_id.clone();
        let found = match wanted.parse::<ResourceId>() {
            Ok(service) => topology.private_link_service(&service),
            Err(_) => topology.private_link_services().find(|(_, pls)| {
                pls.alias
                    .as_ref()
                    .is_some_and(|alias| alias.eq_ignore_ascii_case(&wanted))
            }),
        };
        let seen_by_consumer = connection
            .properties
            .private_link_service_connection_state
            .as_ref();
        let state = found
            .and_then(|(_, pls)| seen_by_provider(pls, id))
            .or_else(|| seen_by_consumer.and_then(|state| state.status.clone()))
            .unwrap_or_else(|| {
                // For automatic connections and for requests by hand alike.
                let is_approved = found.is_some_and(|(_, pls)| approves(pls, id.subscription()));
                if is_approved { "Approved" } else { "Pending" }.to_owned()
            });
        Self {
            service: found.map(|(resource, _)| resource.id.clone()),
            wanted,
            state,
        }
    }
}

/// The state that the provider's side reports.
fn seen_by_provider(pls: &PrivateLinkService, endpoint: &ResourceId) -> Option<String> {
    let connection = pls.private_endpoint_connections.iter().find(|connection| {
        connection
            .properties
            .private_endpoint
            .as_ref()
            .is_some_and(|found| found.id == *endpoint)
    })?;
    let state: Option<&ConnectionState> = connection
        .properties
        .private_link_service_connection_state
        .as_ref();
    state?.status.clone()
}

/// Whether connections from a subscription are approved at once.
fn approves(pls: &PrivateLinkService, subscription: &str) -> bool {
    let approved = pls
        .auto_approval
        .as_ref()
        .map(|set| set.subscriptions.as_slice())
        .unwrap_or_default();
    approved
        .iter()
        .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
}

/// What a Private Link Service translates to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Behind {
    /// Frontends of a load balancer, by index.
    Frontends(ResourceId, Vec<usize>),
    /// Direct Connect: an address in its virtual network.
    Address(Ipv4Addr),
    /// Nothing that is in the topology.
    Nothing,
}

/// A Private Link Service.
#[derive(Debug)]
pub(crate) struct Service {
    /// Its NAT addresses.
    pub(crate) nats: Vec<Ipv4Addr>,
    /// Where it leads.
    pub(crate) behind: Behind,
    /// The network of its NAT addresses.
    pub(crate) vnet: Option<VnetIndex>,
}

impl Service {
    pub(crate) fn of(
        topology: &Topology,
        addresses: &Addresses,
        id: &ResourceId,
        pls: &PrivateLinkService,
        vnet: Option<VnetIndex>,
    ) -> Self {
        let nats = (0..pls.ip_configurations.len())
            .filter_map(|index| addresses.get(&Holder::Nat(id.clone(), index)))
            .collect();
        let behind = match pls.destination_ip_address {
            Some(address) => Behind::Address(address),
            None => frontends(topology, pls),
        };
        Self { nats, behind, vnet }
    }
}

fn frontends(topology: &Topology, pls: &PrivateLinkService) -> Behind {
    let mut behind: Option<(ResourceId, Vec<usize>)> = None;
    for frontend in &pls.load_balancer_frontend_ip_configurations {
        let found = frontend.id.parent().and_then(|id| {
            let (resource, lb) = topology.load_balancer(&id)?;
            let index = lb.frontend_ip_configurations.iter().position(|one| {
                frontend.id == resource.id.child("frontendIPConfigurations", &one.name)
            })?;
            Some((resource.id.clone(), index))
        });
        let Some((lb, index)) = found else { continue };
        match &mut behind {
            Some((first, indexes)) if *first == lb => indexes.push(index),
            Some(_) => {}
            None => behind = Some((lb, vec![index])),
        }
    }
    behind.map_or(Behind::Nothing, |(lb, indexes)| {
        Behind::Frontends(lb, indexes)
    })
}
