//! The way out: which public address a machine's packets get, or that they get none.
//!
//! A NAT gateway comes before the machine's own public address, that before outbound rules of a
//! load balancer, that before the address that Azure lends.
//! Source: <https://learn.microsoft.com/azure/load-balancer/load-balancer-outbound-connections>.

use super::{
    decision::{DecidedBy, DecidedKind},
    world::{Interface, Place, PublicIp, World},
};
use crate::model::{
    Resource,
    cidr::ipv4,
    id::ResourceId,
    network::{LoadBalancer, SubResource},
};
use std::net::Ipv4Addr;

/// How packets leave, or why they do not.
#[derive(Clone, Debug)]
pub(crate) struct Egress {
    /// Whether they leave.
    pub(crate) leaves: bool,
    /// Source addresses outside; empty if Azure chooses one.
    pub(crate) addresses: Vec<Ipv4Addr>,
    pub(crate) because: String,
    pub(crate) by: DecidedBy,
    /// Idle limit in minutes.
    pub(crate) idle_minutes: u32,
    /// Where the hop is; the sender itself if Azure lends the address.
    pub(crate) at: Option<ResourceId>,
}

/// Idle limit of addresses and rules that state none, in minutes.
const IDLE_MINUTES: u32 = 4;

/// How packets of a machine leave for public addresses.
pub(crate) fn egress(world: &World<'_>, place: Place, sender: Option<&Interface<'_>>) -> Egress {
    by_gateway(world, place)
        .or_else(|| by_own_address(world, sender?))
        .or_else(|| by_balancer(world, sender?))
        .unwrap_or_else(|| by_default(world, place, sender))
}

fn by_gateway(world: &World<'_>, place: Place) -> Option<Egress> {
    let id = &world
        .subnet(place)
        .inner
        .properties
        .nat_gateway
        .as_ref()?
        .id;
    let gateway = world.topology.nat_gateway(id).map(|(_, gateway)| gateway);
    let addresses = gateway
        .into_iter()
        .flat_map(|gateway| &gateway.public_ip_addresses)
        .filter_map(|reference| address_of(world, reference))
        .collect();
    Some(Egress {
        leaves: true,
        addresses,
        because: format!("NAT gateway `{}` gives the source address", id.name()),
        by: DecidedBy::at(DecidedKind::Egress, id, id.name(), ""),
        idle_minutes: gateway
            .and_then(|gateway| gateway.idle_timeout_in_minutes)
            .unwrap_or(IDLE_MINUTES),
        at: Some(id.clone()),
    })
}

fn by_own_address(world: &World<'_>, sender: &Interface<'_>) -> Option<Egress> {
    let (name, at) = match sender.public_ip? {
        PublicIp::Resource(id) => (id.name(), Some(id)),
        PublicIp::OfInstance(name) => (name, None),
    };
    let inner = at.and_then(|id| world.topology.public_ip_address(id));
    Some(Egress {
        leaves: true,
        addresses: inner
            .and_then(|(_, inner)| ipv4(inner.ip_address))
            .into_iter()
            .collect(),
        because: format!("public IP address `{name}` of the machine is the source"),
        by: match at {
            Some(id) => DecidedBy::at(DecidedKind::Egress, id, name, ""),
            None => DecidedBy::azure(DecidedKind::Egress, name),
        },
        idle_minutes: inner
            .and_then(|(_, inner)| inner.idle_timeout_in_minutes)
            .unwrap_or(IDLE_MINUTES),
        at: at.cloned(),
    })
}

fn by_balancer(world: &World<'_>, sender: &Interface<'_>) -> Option<Egress> {
    let balancers = sender.pools.iter().filter_map(|pool| {
        let (resource, inner) = world.topology.load_balancer(&pool.id.parent()?)?;
        Some((resource, inner, pool))
    });
    let mut implicit = None;
    for (resource, inner, pool) in balancers {
        for (index, rule) in inner.outbound_rules.iter().enumerate() {
            let is_ours = rule
                .properties
                .backend_address_pool
                .as_ref()
                .is_some_and(|reference| reference.id == pool.id);
            let is_tcp = rule
                .properties
                .protocol
                .as_deref()
                .is_none_or(|protocol| !protocol.eq_ignore_ascii_case("Udp"));
            if is_ours && is_tcp {
                let addresses = rule
                    .properties
                    .frontend_ip_configurations
                    .iter()
                    .filter_map(|frontend| public_frontend(world, inner, frontend))
                    .collect();
                return Some(Egress {
                    leaves: true,
                    addresses,
                    because: format!(
                        "outbound rule `{}` of `{}` gives the source address",
                        rule.name,
                        resource.id.short()
                    ),
                    by: DecidedBy::at(
                        DecidedKind::Egress,
                        &resource.id,
                        rule.name.as_str(),
                        format!("/properties/outboundRules/{index}"),
                    ),
                    idle_minutes: rule
                        .properties
                        .idle_timeout_in_minutes
                        .unwrap_or(IDLE_MINUTES),
                    at: Some(resource.id.clone()),
                });
            }
        }
        implicit = implicit.or_else(|| by_inbound_rule(world, resource, inner, pool));
    }
    implicit
}

/// A load-balancing rule of a public frontend also translates what its members send.
fn by_inbound_rule(
    world: &World<'_>,
    resource: &Resource,
    inner: &LoadBalancer,
    pool: &SubResource,
) -> Option<Egress> {
    inner
        .load_balancing_rules
        .iter()
        .enumerate()
        .find_map(|(index, rule)| {
            let is_ours = rule
                .properties
                .pools()
                .any(|reference| reference.id == pool.id);
            if !is_ours || rule.properties.disable_outbound_snat == Some(true) {
                return None;
            }
            let frontend = rule.properties.frontend_ip_configuration.as_ref()?;
            let found = frontend_named(inner, frontend)?;
            found.public_ip_address.as_ref()?;
            Some(Egress {
                leaves: true,
                addresses: public_frontend(world, inner, frontend)
                    .into_iter()
                    .collect(),
                because: format!(
                    "rule `{}` of `{}` also translates what its members send",
                    rule.name,
                    resource.id.short()
                ),
                by: DecidedBy::at(
                    DecidedKind::Egress,
                    &resource.id,
                    rule.name.as_str(),
                    format!("/properties/loadBalancingRules/{index}"),
                ),
                idle_minutes: rule
                    .properties
                    .idle_timeout_in_minutes
                    .unwrap_or(IDLE_MINUTES),
                at: Some(resource.id.clone()),
            })
        })
}

/// The address that Azure lends where nothing else gives one, unless the subnet is private or the
/// machine stands behind a Standard load balancer.
/// Source: <https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access>.
fn by_default(world: &World<'_>, place: Place, sender: Option<&Interface<'_>>) -> Egress {
    let subnet = world.subnet(place);
    let lent = |leaves, because, by| Egress {
        leaves,
        addresses: Vec::new(),
        because,
        by,
        idle_minutes: IDLE_MINUTES,
        at: None,
    };
    if subnet.inner.properties.default_outbound_access == Some(false) {
        let network = &world.network(subnet.network).resource.id;
        return lent(
            false,
            format!(
                "subnet `{}` is private (defaultOutboundAccess is false) and nothing gives a public source address; give it a NAT gateway",
                subnet.id.name()
            ),
            DecidedBy::at(
                DecidedKind::Egress,
                network,
                subnet.id.name(),
                world.subnet_pointer(place, "/properties/defaultOutboundAccess"),
            ),
        );
    }
    if let Some(pool) = sender.and_then(|sender| sender.pools.first()) {
        return lent(
            false,
            format!(
                "a member of Standard load balancer `{}` has no way out of its own; give the subnet a NAT gateway or the load balancer an outbound rule",
                pool.id.parent().as_ref().map_or("", ResourceId::name)
            ),
            DecidedBy::at(DecidedKind::Egress, &pool.id, pool.id.name(), ""),
        );
    }
    lent(
        true,
        "default outbound access lends an address that Azure chooses".to_owned(),
        DecidedBy::azure(DecidedKind::Egress, "default outbound access"),
    )
}

fn frontend_named<'b>(
    inner: &'b LoadBalancer,
    reference: &SubResource,
) -> Option<&'b crate::model::network::FrontendIpConfiguration> {
    inner
        .frontend_ip_configurations
        .iter()
        .find(|frontend| frontend.name.eq_ignore_ascii_case(reference.id.name()))
        .map(|frontend| &frontend.properties)
}

fn public_frontend(
    world: &World<'_>,
    inner: &LoadBalancer,
    reference: &SubResource,
) -> Option<Ipv4Addr> {
    let frontend = frontend_named(inner, reference)?;
    address_of(world, frontend.public_ip_address.as_ref()?)
}

/// The address of a public IP address resource, once Azure has told it.
pub(crate) fn address_of(world: &World<'_>, reference: &SubResource) -> Option<Ipv4Addr> {
    let (_, inner) = world.topology.public_ip_address(&reference.id)?;
    ipv4(inner.ip_address)
}
