//! Which resources a resource stands on.
//!
//! Only what must exist first is a reference; what ARM reports back (the machine of a NIC, the
//! connections of a Private Link Service) is not, so there are no circles.

use crate::model::{
    Body, Resource, Topology,
    compute::VirtualMachine,
    dns::RecordAddress,
    id::ResourceId,
    network::{BackendAddressPool, SecurityRuleProperties, SubResource, SubnetProperties},
};
use std::collections::{BTreeSet, HashMap};

/// The links of private zones by the network that they let see the zone: found once, for all
/// machines.
#[derive(Debug)]
pub(super) struct References<'t> {
    pub(super) topology: &'t Topology,
    links: HashMap<&'t ResourceId, Vec<&'t ResourceId>>,
}

impl<'t> References<'t> {
    pub(super) fn new(topology: &'t Topology) -> Self {
        let mut links: HashMap<&ResourceId, Vec<&ResourceId>> = HashMap::new();
        for (link, inner) in topology.virtual_network_links() {
            if let Some(network) = &inner.virtual_network {
                links.entry(&network.id).or_default().push(&link.id);
            }
        }
        Self { topology, links }
    }

    /// Top-level resources, or children that are resources of their own, which must exist before
    /// `resource` can. In order of mention, each once, without itself.
    pub(super) fn of(&self, resource: &Resource) -> Vec<ResourceId> {
        let topology = self.topology;
        let mut found = Vec::new();
        let mut push = |id: &ResourceId| {
            let known = owner(topology, id);
            if known != resource.id && !found.contains(&known) {
                found.push(known);
            }
        };
        if !resource.id.is_type("Microsoft.Resources/resourceGroups") {
            push(&resource.id.group_id());
        }
        if let Some(parent) = resource.id.parent() {
            push(&parent);
        }
        for id in stated(&resource.body) {
            push(&id);
        }
        if let Body::VirtualMachine(machine) = &resource.body {
            // A relay whose upstream has no name yet would only fail its probes.
            for id in self.names_dialled(machine) {
                push(&id);
            }
        }
        found
    }

    /// Records and links of the zones, seen by the machine's network, whose names its relay dials.
    fn names_dialled(&self, machine: &VirtualMachine) -> Vec<ResourceId> {
        let Some(relay) = machine.relay() else {
            return Vec::new();
        };
        let networks: BTreeSet<ResourceId> = machine
            .network_profile
            .network_interfaces
            .iter()
            .filter_map(|nic| self.topology.network_interface(&nic.id))
            .flat_map(|(_, nic)| {
                nic.ip_configurations
                    .iter()
                    .filter_map(|config| config.properties.subnet.as_ref()?.id.parent())
            })
            .collect();
        let hosts: Vec<String> = relay
            .listeners
            .iter()
            .flat_map(|listener| &listener.to)
            .filter_map(|upstream| {
                upstream
                    .rsplit_once(':')
                    .map(|(host, _)| host.to_ascii_lowercase())
            })
            .collect();
        let mut ids = Vec::new();
        let links = networks
            .iter()
            .filter_map(|network| self.links.get(network));
        for link in links.flatten() {
            let Some(zone) = link.parent() else {
                continue;
            };
            let suffix = zone.name().to_ascii_lowercase();
            for host in &hosts {
                let record = match host.strip_suffix(&suffix) {
                    Some("") => "@",
                    Some(label) => label.strip_suffix('.').unwrap_or(label),
                    None => continue,
                };
                ids.push((*link).clone());
                ids.push(zone.child("A", record));
            }
        }
        ids.retain(|id| self.topology.resources.contains_key(id));
        ids
    }
}

/// The resource that holds the child `id`: itself if the topology knows it, else the nearest
/// parent.
fn owner(topology: &Topology, id: &ResourceId) -> ResourceId {
    let mut at = id.clone();
    while !topology.resources.contains_key(&at) {
        match at.parent() {
            Some(parent) => at = parent,
            None => return at,
        }
    }
    at
}

fn stated(body: &Body) -> Vec<ResourceId> {
    let mut ids: Vec<ResourceId> = Vec::new();
    let mut sub = |references: &mut dyn Iterator<Item = &SubResource>| {
        ids.extend(references.map(|sub| sub.id.clone()));
    };
    match body {
        Body::VirtualNetwork(network) => {
            for subnet in &network.subnets {
                sub(&mut of_subnet(&subnet.properties));
            }
        }
        Body::Subnet(subnet) => sub(&mut of_subnet(subnet)),
        Body::VirtualNetworkPeering(peering) => sub(&mut peering.remote_virtual_network.iter()),
        Body::NetworkSecurityGroup(group) => {
            for rule in &group.security_rules {
                sub(&mut of_rule(&rule.properties));
            }
        }
        Body::SecurityRule(rule) => sub(&mut of_rule(rule)),
        Body::PublicIpAddress(address) => sub(&mut address.public_ip_prefix.iter()),
        Body::NatGateway(gateway) => sub(&mut gateway
            .public_ip_addresses
            .iter()
            .chain(&gateway.public_ip_prefixes)),
        Body::NetworkInterface(nic) => {
            sub(&mut nic.network_security_group.iter());
            for config in &nic.ip_configurations {
                let config = &config.properties;
                sub(&mut config
                    .subnet
                    .iter()
                    .chain(&config.public_ip_address)
                    .chain(&config.load_balancer_backend_address_pools)
                    .chain(&config.load_balancer_inbound_nat_rules)
                    .chain(&config.application_security_groups));
            }
        }
        Body::LoadBalancer(balancer) => {
            for frontend in &balancer.frontend_ip_configurations {
                let frontend = &frontend.properties;
                sub(&mut frontend
                    .subnet
                    .iter()
                    .chain(&frontend.public_ip_address)
                    .chain(&frontend.public_ip_prefix)
                    .chain(&frontend.gateway_load_balancer));
            }
            for pool in &balancer.backend_address_pools {
                sub(&mut of_pool(&pool.properties));
            }
        }
        Body::BackendAddressPool(pool) => sub(&mut of_pool(pool)),
        Body::PrivateLinkService(service) => {
            for config in &service.ip_configurations {
                sub(&mut config.properties.subnet.iter());
            }
            sub(&mut service.load_balancer_frontend_ip_configurations.iter());
        }
        Body::PrivateEndpoint(endpoint) => {
            sub(&mut endpoint
                .subnet
                .iter()
                .chain(&endpoint.application_security_groups));
            let services = endpoint
                .connections()
                .map(|connection| connection.properties.private_link_service_id.parse());
            ids.extend(services.filter_map(Result::ok));
        }
        Body::VirtualMachine(machine) => {
            sub(&mut machine
                .availability_set
                .iter()
                .chain(&machine.virtual_machine_scale_set));
            let nics = machine.network_profile.network_interfaces.iter();
            ids.extend(nics.map(|nic| nic.id.clone()));
        }
        Body::VirtualMachineScaleSet(set) => {
            for nic in set.nics() {
                sub(&mut nic.properties.network_security_group.iter());
                for config in &nic.properties.ip_configurations {
                    let config = &config.properties;
                    sub(&mut config
                        .subnet
                        .iter()
                        .chain(&config.load_balancer_backend_address_pools)
                        .chain(&config.load_balancer_inbound_nat_pools)
                        .chain(&config.application_security_groups));
                }
            }
        }
        Body::VirtualNetworkLink(link) => sub(&mut link.virtual_network.iter()),
        Body::PrivateDnsZoneGroup(group) => {
            let zones = group.private_dns_zone_configs.iter();
            ids.extend(zones.filter_map(|zone| zone.properties.private_dns_zone_id.clone()));
        }
        Body::ARecordSet(records) => {
            ids.extend(
                records
                    .a_records
                    .iter()
                    .filter_map(|record| match &record.ipv4_address {
                        RecordAddress::Of(id) => Some(id.clone()),
                        RecordAddress::Literal(_) => None,
                    }),
            );
        }
        Body::ApiManagement(service) => {
            ids.extend(service.subnet().cloned());
            ids.extend(service.public_ip_address_id.clone());
            for location in &service.additional_locations {
                ids.extend(location.subnet().cloned());
                ids.extend(location.public_ip_address_id.clone());
            }
        }
        Body::ResourceGroup(_)
        | Body::Lock(_)
        | Body::ApplicationSecurityGroup(_)
        | Body::RouteTable(_)
        | Body::Route(_)
        | Body::PublicIpPrefix(_)
        | Body::InboundNatRule(_)
        | Body::PrivateEndpointConnection(_)
        | Body::PrivateDnsZone(_)
        | Body::AaaaRecordSet(_)
        | Body::CnameRecordSet(_)
        | Body::MxRecordSet(_)
        | Body::PtrRecordSet(_)
        | Body::SoaRecordSet(_)
        | Body::SrvRecordSet(_)
        | Body::TxtRecordSet(_)
        | Body::Opaque(_) => {}
    }
    ids
}

fn of_subnet(subnet: &SubnetProperties) -> impl Iterator<Item = &SubResource> {
    subnet
        .network_security_group
        .iter()
        .chain(&subnet.route_table)
        .chain(&subnet.nat_gateway)
}

fn of_rule(rule: &SecurityRuleProperties) -> impl Iterator<Item = &SubResource> {
    rule.source_application_security_groups
        .iter()
        .chain(&rule.destination_application_security_groups)
}

fn of_pool(pool: &BackendAddressPool) -> impl Iterator<Item = &SubResource> {
    let members = pool.load_balancer_backend_addresses.iter();
    pool.virtual_network
        .iter()
        .chain(members.flat_map(|member| {
            let member = &member.properties;
            member.virtual_network.iter().chain(&member.subnet)
        }))
}
