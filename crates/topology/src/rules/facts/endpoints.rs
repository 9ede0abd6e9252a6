//! Private endpoints: where they stand, what they lead to, and which policies act on them.

use super::Subject;
use crate::model::{
    Body, IdMap, Resource, Topology,
    addresses::{Addresses, Holder},
    id::ResourceId,
    kinds::Kinds,
    network::{PrivateEndpoint, PrivateLinkService, SubnetProperties},
};
use std::{collections::HashMap, net::Ipv4Addr};

/// A private endpoint that stands in a subnet.
#[derive(Clone, Debug)]
pub(in crate::rules) struct EndpointAt<'t> {
    /// The endpoint.
    pub(in crate::rules) resource: &'t Resource,
    /// Its properties.
    pub(in crate::rules) body: &'t PrivateEndpoint,
    /// Its subnet.
    pub(in crate::rules) subnet: &'t ResourceId,
    /// The network of that subnet.
    pub(in crate::rules) network: ResourceId,
    /// Its address, told or predicted.
    pub(in crate::rules) address: Option<Ipv4Addr>,
    /// The Private Link Service that it leads to, if the topology knows it.
    pub(in crate::rules) service: Option<(&'t Resource, &'t PrivateLinkService)>,
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::rules) struct Endpoints<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<EndpointAt<'t>>,
    by_subnet: IdMap<Vec<usize>>,
    by_network: IdMap<Vec<usize>>,
}

impl<'t> Endpoints<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, kinds: &Kinds<'t>, addresses: &Addresses) -> Self {
        let mut by_alias: HashMap<String, (&Resource, &PrivateLinkService)> = HashMap::new();
        for (service, body) in kinds.private_link_services() {
            if let Some(alias) = &body.alias {
                by_alias.insert(alias.to_ascii_lowercase(), (service, body));
            }
        }
        let mut found = Self::default();
        for (resource, body) in kinds.private_endpoints() {
            let Some(subnet) = body.subnet.as_ref().map(|subnet| &subnet.id) else {
                continue;
            };
            let Some(network) = subnet.parent() else {
                continue;
            };
            let service = body.connections().find_map(|connection| {
                let text = &connection.properties.private_link_service_id;
                let by_id = text.parse().ok();
                by_id
                    .and_then(|id| topology.private_link_service(&id))
                    .or_else(|| by_alias.get(&text.to_ascii_lowercase()).copied())
            });
            let at = found.all.len();
            found.by_subnet.entry(subnet).or_default().push(at);
            let in_network = found.by_network.entry(&network).or_default();
            in_network.push(at);
            found.all.push(EndpointAt {
                resource,
                body,
                subnet,
                network,
                address: addresses.get(&Holder::Endpoint(resource.id.clone())),
                service,
            });
        }
        found
    }

    /// Those in a subnet.
    pub(in crate::rules) fn in_subnet(
        &self,
        subnet: &ResourceId,
    ) -> impl Iterator<Item = &EndpointAt<'t>> {
        let all = self.by_subnet.get(subnet).into_iter().flatten();
        all.filter_map(|at| self.all.get(*at))
    }

    /// Those in a network.
    pub(in crate::rules) fn in_network(
        &self,
        network: &ResourceId,
    ) -> impl Iterator<Item = &EndpointAt<'t>> {
        let all = self.by_network.get(network).into_iter().flatten();
        all.filter_map(|at| self.all.get(*at))
    }
}

/// Whether network security groups act on the private endpoints of a subnet.
/// Source: <https://learn.microsoft.com/azure/private-link/disable-private-endpoint-network-policy>.
pub(in crate::rules) fn groups_act(subnet: &SubnetProperties) -> bool {
    is_one_of(subnet, &["Enabled", "NetworkSecurityGroupEnabled"])
}

/// Whether routes of the network can steer what goes to the private endpoints of a subnet.
pub(in crate::rules) fn routes_act(subnet: &SubnetProperties) -> bool {
    is_one_of(subnet, &["Enabled", "RouteTableEnabled"])
}

fn is_one_of(subnet: &SubnetProperties, values: &[&str]) -> bool {
    let policies = subnet.private_endpoint_network_policies.as_deref();
    policies.is_some_and(|policies| {
        values
            .iter()
            .any(|value| policies.eq_ignore_ascii_case(value))
    })
}

impl Subject<'_> {
    /// The ports that clients use at an endpoint: those that the rules of the service's frontends
    /// take, or a platform service's own. None if nobody can tell.
    pub(in crate::rules) fn ports_of(&self, endpoint: &EndpointAt<'_>) -> Vec<u16> {
        let mut ports = Vec::new();
        let Some((_, service)) = endpoint.service else {
            let of_platform = endpoint.body.connections().any(|connection| {
                let groups = &connection.properties.group_ids;
                groups.iter().any(|group| {
                    const HTTPS: &[&str] =
                        &["blob", "file", "vault", "sites", "gateway", "registry"];
                    HTTPS.iter().any(|known| group.eq_ignore_ascii_case(known))
                })
            });
            ports.extend(of_platform.then_some(443));
            return ports;
        };
        for frontend in &service.load_balancer_frontend_ip_configurations {
            let Some((_, balancer)) = frontend
                .id
                .parent()
                .and_then(|id| self.topology.load_balancer(&id))
            else {
                continue;
            };
            for rule in &balancer.load_balancing_rules {
                let said = &rule.properties;
                let is_here = said
                    .frontend_ip_configuration
                    .as_ref()
                    .is_some_and(|used| used.id.name().eq_ignore_ascii_case(frontend.id.name()));
                let is_tcp = said.protocol.eq_ignore_ascii_case("Tcp");
                if is_here && is_tcp && said.frontend_port > 0 {
                    ports.push(said.frontend_port);
                }
            }
        }
        ports.sort_unstable();
        ports.dedup();
        ports
    }

    /// Whether a network security group of this subnet acts on private endpoints: there are some, and
    /// the subnet's policies let it.
    pub(in crate::rules) fn group_acts_on_endpoints(&self, subnet: &ResourceId) -> bool {
        self.endpoints.in_subnet(subnet).next().is_some()
            && self
                .subnets
                .get(subnet)
                .is_some_and(|at| groups_act(&at.subnet.properties))
    }

    /// Whether nothing but private endpoints stands in a subnet, and at least one does.
    pub(in crate::rules) fn holds_only_endpoints(&self, subnet: &ResourceId) -> bool {
        let is_endpoint = |resource: &Resource| match &resource.body {
            Body::PrivateEndpoint(_) => true,
            Body::NetworkInterface(nic) => nic.private_endpoint.is_some(),
            _ => false,
        };
        let occupants = self.subnets.occupants(subnet);
        !occupants.is_empty()
            && occupants
                .iter()
                .all(|occupant| is_endpoint(occupant.resource))
            && !self.subnets.is_used_otherwise(subnet)
    }
}
