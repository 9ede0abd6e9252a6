//! Which resources a resource stands on.
//!
//! Only what must exist first is a reference; what ARM reports back (the machine of a NIC, the
//! connections of a Private Link Service) is not, so there are no circles.

use crate::model::{
    Body, Resource, Topology, dns::RecordAddress, id::ResourceId, network::SubResource,
};

/// Top-level resources, or children that are resources of their own, which must exist before
/// `resource` can. In order of mention, each once, without itself.
pub(super) fn of(topology: &Topology, resource: &Resource) -> Vec<ResourceId> {
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
        for id in names_dialled(topology, machine) {
            push(&id);
        }
    }
    found
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
    let sub = |ids: &mut Vec<ResourceId>, reference: &Option<SubResource>| {
        ids.extend(reference.iter().map(|sub| sub.id.clone()));
    };
    match body {
        Body::VirtualNetwork(network) => {
            for subnet in &network.subnets {
                sub(&mut ids, &subnet.properties.network_security_group);
                sub(&mut ids, &subnet.properties.route_table);
                sub(&mut ids, &subnet.properties.nat_gateway);
            }
        }
        Body::NetworkInterface(nic) => {
            sub(&mut ids, &nic.network_security_group);
            for config in &nic.ip_configurations {
                sub(&mut ids, &config.properties.subnet);
                sub(&mut ids, &config.properties.public_ip_address);
                ids.extend(
                    config
                        .properties
                        .load_balancer_backend_address_pools
                        .iter()
                        .map(|pool| pool.id.clone()),
                );
            }
        }
        Body::LoadBalancer(balancer) => {
            for frontend in &balancer.frontend_ip_configurations {
                sub(&mut ids, &frontend.properties.subnet);
                sub(&mut ids, &frontend.properties.public_ip_address);
            }
        }
        Body::PrivateLinkService(service) => {
            for config in &service.ip_configurations {
                sub(&mut ids, &config.properties.subnet);
            }
            ids.extend(
                service
                    .load_balancer_frontend_ip_configurations
                    .iter()
                    .map(|frontend| frontend.id.clone()),
            );
        }
        Body::PrivateEndpoint(endpoint) => {
            sub(&mut ids, &endpoint.subnet);
            let services = endpoint
                .connections()
                .map(|connection| connection.properties.private_link_service_id.parse());
            ids.extend(services.filter_map(Result::ok));
        }
        Body::VirtualMachine(machine) => ids.extend(
            machine
                .network_profile
                .network_interfaces
                .iter()
                .map(|nic| nic.id.clone()),
        ),
        Body::VirtualNetworkLink(link) => sub(&mut ids, &link.virtual_network),
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
        Body::ApiManagement(service) => ids.extend(service.subnet().cloned()),
        Body::ResourceGroup(_)
        | Body::NetworkSecurityGroup(_)
        | Body::RouteTable(_)
        | Body::PrivateDnsZone(_)
        | Body::PrivateDnsZoneGroup(_)
        | Body::Opaque(_) => {}
    }
    ids
}

/// Records and links of the zones, seen by the machine's network, whose names its relay dials.
fn names_dialled(
    topology: &Topology,
    machine: &crate::model::compute::VirtualMachine,
) -> Vec<ResourceId> {
    let Some(relay) = machine.relay() else {
        return Vec::new();
    };
    let networks: Vec<ResourceId> = machine
        .network_profile
        .network_interfaces
        .iter()
        .filter_map(|nic| topology.network_interface(&nic.id))
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
    for (link, inner) in topology.virtual_network_links() {
        let Some(zone) = link.id.parent() else {
            continue;
        };
        let suffix = zone.name().to_ascii_lowercase();
        let is_seen = inner
            .virtual_network
            .as_ref()
            .is_some_and(|network| networks.contains(&network.id));
        for host in hosts.iter().filter(|_| is_seen) {
            let record = match host.strip_suffix(&suffix) {
                Some("") => "@",
                Some(label) => label.strip_suffix('.').unwrap_or(label),
                None => continue,
            };
            ids.push(link.id.clone());
            ids.push(zone.child("A", record));
        }
    }
    ids.retain(|id| topology.resources.contains_key(id));
    ids
}
