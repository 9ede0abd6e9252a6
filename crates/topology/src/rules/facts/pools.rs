//! Members of backend pools, and the Private Link Services in front of load balancers.

use super::Subject;
use crate::model::{
    Body, Resource, Topology, addresses::Holder, id::ResourceId, network::PrivateLinkService,
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::Ipv4Addr,
};

/// A member of a pool: an IP configuration of a NIC.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Member<'t> {
    /// The NIC.
    pub(in crate::rules) nic: &'t Resource,
    /// Which of its IP configurations.
    pub(in crate::rules) config: usize,
}

/// A rule of a load balancer that names a pool.
#[derive(Clone, Debug)]
pub(in crate::rules) struct UsedPool<'t> {
    /// The load balancer.
    pub(in crate::rules) balancer: &'t Resource,
    /// The pool.
    pub(in crate::rules) pool: &'t ResourceId,
    /// The port that members get the traffic on.
    pub(in crate::rules) port: u16,
    /// The port of the rule's probe.
    pub(in crate::rules) probe: Option<u16>,
}

/// Who is in which pool.
#[derive(Debug, Default)]
pub(in crate::rules) struct Pools<'t> {
    members: BTreeMap<&'t ResourceId, Vec<Member<'t>>>,
    /// Every rule that sends to a pool.
    pub(in crate::rules) used: Vec<UsedPool<'t>>,
    services: BTreeMap<ResourceId, Vec<(&'t Resource, &'t PrivateLinkService)>>,
    balancers_of: BTreeMap<&'t ResourceId, Vec<ResourceId>>,
    /// Pools that a scale set's instances join; they have no NIC of their own in the topology.
    scaled: BTreeSet<ResourceId>,
}

impl<'t> Pools<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology) -> Self {
        let mut found = Self::default();
        for resource in topology.resources.values() {
            match &resource.body {
                Body::NetworkInterface(body) => {
                    for (config, inner) in body.ip_configurations.iter().enumerate() {
                        for pool in &inner.properties.load_balancer_backend_address_pools {
                            found.members.entry(&pool.id).or_default().push(Member {
                                nic: resource,
                                config,
                            });
                            if let Some(balancer) = pool.id.parent() {
                                let known = found.balancers_of.entry(&resource.id).or_default();
                                if !known.contains(&balancer) {
                                    known.push(balancer);
                                }
                            }
                        }
                    }
                }
                Body::LoadBalancer(body) => {
                    for inner in &body.load_balancing_rules {
                        let properties = &inner.properties;
                        let Some(pool) = &properties.backend_address_pool else {
                            continue;
                        };
                        let probe = properties.probe.as_ref().and_then(|probe| {
                            body.probes
                                .iter()
                                .find(|known| known.name.eq_ignore_ascii_case(probe.id.name()))
                        });
                        found.used.push(UsedPool {
                            balancer: resource,
                            pool: &pool.id,
                            port: properties.backend_port.unwrap_or(properties.frontend_port),
                            probe: probe.map(|probe| probe.properties.port),
                        });
                    }
                }
                Body::PrivateLinkService(body) => {
                    for frontend in &body.load_balancer_frontend_ip_configurations {
                        if let Some(balancer) = frontend.id.parent() {
                            let known = found.services.entry(balancer).or_default();
                            if !known.iter().any(|(other, _)| other.id == resource.id) {
                                known.push((resource, body));
                            }
                        }
                    }
                }
                _ if resource
                    .id
                    .is_type("Microsoft.Compute/virtualMachineScaleSets") =>
                {
                    found.scaled.extend(pools_of_scale_set(resource));
                }
                _ => {}
            }
        }
        found
    }

    /// Whether anything is in a pool.
    pub(in crate::rules) fn has_members(&self, pool: &ResourceId) -> bool {
        self.members.contains_key(pool) || self.scaled.contains(pool)
    }

    /// Members of a pool.
    pub(in crate::rules) fn members(&self, pool: &ResourceId) -> &[Member<'t>] {
        self.members.get(pool).map_or(&[], Vec::as_slice)
    }

    /// Private Link Services in front of a load balancer.
    pub(in crate::rules) fn services(
        &self,
        balancer: &ResourceId,
    ) -> &[(&'t Resource, &'t PrivateLinkService)] {
        self.services.get(balancer).map_or(&[], Vec::as_slice)
    }

    /// Load balancers whose pools a NIC is in.
    pub(in crate::rules) fn balancers_of(&self, nic: &ResourceId) -> &[ResourceId] {
        self.balancers_of.get(nic).map_or(&[], Vec::as_slice)
    }
}

/// The pools that the profile of a scale set names.
fn pools_of_scale_set(resource: &Resource) -> Vec<ResourceId> {
    let properties = resource.body.to_properties();
    let list = |value: &Value, pointer: &str| {
        let items = value.pointer(pointer).and_then(Value::as_array);
        items.cloned().unwrap_or_default()
    };
    let interfaces = "/virtualMachineProfile/networkProfile/networkInterfaceConfigurations";
    list(&properties, interfaces)
        .iter()
        .flat_map(|nic| list(nic, "/properties/ipConfigurations"))
        .flat_map(|config| list(&config, "/properties/loadBalancerBackendAddressPools"))
        .filter_map(|pool| pool.get("id")?.as_str()?.parse().ok())
        .collect()
}

impl Subject<'_> {
    /// The subnet and the address of a member.
    pub(in crate::rules) fn where_is<'t>(
        &self,
        member: &Member<'t>,
    ) -> Option<(&'t ResourceId, Ipv4Addr)> {
        let Body::NetworkInterface(nic) = &member.nic.body else {
            return None;
        };
        let config = nic.ip_configurations.get(member.config)?;
        let holder = Holder::Nic(member.nic.id.clone(), member.config);
        Some((
            &config.properties.subnet.as_ref()?.id,
            self.addresses.get(&holder)?,
        ))
    }
}
