//! Subnets by id, and who stands in them.

use crate::model::{
    Body, Resource, Topology,
    id::ResourceId,
    network::{Subnet, VirtualNetwork},
};
use std::collections::{BTreeMap, BTreeSet};

/// A subnet and its network.
#[derive(Clone, Debug)]
pub(in crate::rules) struct SubnetAt<'t> {
    /// Its id.
    pub(in crate::rules) id: ResourceId,
    /// The network.
    pub(in crate::rules) network: &'t Resource,
    /// The network's properties.
    pub(in crate::rules) body: &'t VirtualNetwork,
    /// Which one of the network's subnets it is.
    pub(in crate::rules) index: usize,
    /// The subnet.
    pub(in crate::rules) subnet: &'t Subnet,
}

impl SubnetAt<'_> {
    /// JSON pointer into the network: `tail` is `""` or such as `/properties/addressPrefix`.
    pub(in crate::rules) fn pointer(&self, tail: &str) -> String {
        format!("/properties/subnets/{}{tail}", self.index)
    }
}

/// Something that stands in a subnet.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Occupant<'t> {
    /// The resource.
    pub(in crate::rules) resource: &'t Resource,
    /// JSON pointer to its reference to the subnet.
    pub(in crate::rules) pointer: String,
}

/// All subnets of a topology.
#[derive(Debug, Default)]
pub(in crate::rules) struct Subnets<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<SubnetAt<'t>>,
    by_id: BTreeMap<ResourceId, usize>,
    occupants: BTreeMap<ResourceId, Vec<Occupant<'t>>>,
    /// Resource groups that hold something that is made here.
    pub(in crate::rules) groups: BTreeSet<ResourceId>,
}

impl<'t> Subnets<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology) -> Self {
        let mut found = Self::default();
        for (network, body) in topology.virtual_networks() {
            for (index, subnet) in body.subnets.iter().enumerate() {
                let id = network.id.child("subnets", &subnet.name);
                found.by_id.entry(id.clone()).or_insert(found.all.len());
                found.all.push(SubnetAt {
                    id,
                    network,
                    body,
                    index,
                    subnet,
                });
            }
        }
        for resource in topology.resources.values() {
            if !resource.existing {
                found.groups.insert(resource.id.group_id());
            }
            for (subnet, pointer) in references(resource) {
                found
                    .occupants
                    .entry(subnet)
                    .or_default()
                    .push(Occupant { resource, pointer });
            }
        }
        found
    }

    /// The subnet with this id.
    pub(in crate::rules) fn get(&self, id: &ResourceId) -> Option<&SubnetAt<'t>> {
        self.all.get(*self.by_id.get(id)?)
    }

    /// Subnets that something stands in, known or not.
    pub(in crate::rules) fn occupied(
        &self,
    ) -> impl Iterator<Item = (&ResourceId, &[Occupant<'t>])> {
        self.occupants.iter().map(|(id, all)| (id, all.as_slice()))
    }

    /// Who stands in it.
    pub(in crate::rules) fn occupants(&self, id: &ResourceId) -> &[Occupant<'t>] {
        self.occupants.get(id).map_or(&[], Vec::as_slice)
    }
}

/// The subnets that a resource stands in, with the pointer to each reference.
fn references(resource: &Resource) -> Vec<(ResourceId, String)> {
    let mut found = Vec::new();
    match &resource.body {
        Body::NetworkInterface(nic) => {
            for (index, config) in nic.ip_configurations.iter().enumerate() {
                if let Some(subnet) = &config.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/ipConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::LoadBalancer(balancer) => {
            for (index, frontend) in balancer.frontend_ip_configurations.iter().enumerate() {
                if let Some(subnet) = &frontend.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/frontendIPConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::PrivateLinkService(service) => {
            for (index, config) in service.ip_configurations.iter().enumerate() {
                if let Some(subnet) = &config.properties.subnet {
                    found.push((
                        subnet.id.clone(),
                        format!("/properties/ipConfigurations/{index}/properties/subnet"),
                    ));
                }
            }
        }
        Body::PrivateEndpoint(endpoint) => {
            if let Some(subnet) = &endpoint.subnet {
                found.push((subnet.id.clone(), "/properties/subnet".to_owned()));
            }
        }
        Body::ApiManagement(service) => {
            if let Some(subnet) = service.subnet() {
                found.push((
                    subnet.clone(),
                    "/properties/virtualNetworkConfiguration/subnetResourceId".to_owned(),
                ));
            }
        }
        _ => {}
    }
    found
}
