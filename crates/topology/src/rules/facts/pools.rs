//! Members of backend pools, and the Private Link Services in front of load balancers.

use super::Subject;
use crate::model::{
    Body, IdMap, Resource, Topology,
    addresses::Holder,
    compute::VirtualMachineScaleSet,
    id::ResourceId,
    network::{
        BackendAddressPool, BackendAddressProperties, InboundNatRule, LoadBalancer,
        LoadBalancingRule, PrivateLinkService, Probe,
    },
};
use indexmap::IndexMap;
use std::{
    collections::{BTreeSet, HashMap},
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

/// A member of a pool: an IP configuration that each instance of a scale set gets.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct SetMember<'t> {
    /// The scale set.
    pub(in crate::rules) set: &'t Resource,
    /// JSON pointer into it: which of its NICs, IP configurations and pools.
    pub(in crate::rules) at: [usize; 3],
}

impl SetMember<'_> {
    /// How many instances it has.
    pub(in crate::rules) fn instances(&self) -> u32 {
        let sku = self.set.sku.as_ref();
        sku.and_then(|sku| sku.capacity).unwrap_or(1)
    }

    /// JSON pointer to its membership.
    pub(in crate::rules) fn pointer(&self) -> String {
        let [nic, config, pool] = self.at;
        format!(
            "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations/{nic}/properties/ipConfigurations/{config}/properties/loadBalancerBackendAddressPools/{pool}"
        )
    }
}

/// The load balancer's probe that says whether an instance of a scale set is healthy.
pub(in crate::rules) fn health_probe(set: &VirtualMachineScaleSet) -> Option<&ResourceId> {
    let profile = set.virtual_machine_profile.as_ref()?;
    let probe = profile.network_profile.as_ref()?.health_probe.as_ref()?;
    Some(&probe.id)
}

/// Members of a pool that are given by address, with their place in the list.
pub(in crate::rules) fn by_address(
    pool: &BackendAddressPool,
) -> impl Iterator<Item = (usize, &BackendAddressProperties)> {
    let all = pool.load_balancer_backend_addresses.iter().enumerate();
    all.map(|(index, member)| (index, &member.properties))
        .filter(|(_, member)| member.ip_address.is_some())
}

/// The network that a member by address is said to be in.
pub(in crate::rules) fn network_of(
    pool: &BackendAddressPool,
    member: &BackendAddressProperties,
) -> Option<ResourceId> {
    let network = member.virtual_network.as_ref();
    let subnet = member.subnet.as_ref();
    network
        .map(|network| network.id.clone())
        .or_else(|| subnet.and_then(|subnet| subnet.id.parent()))
        .or_else(|| Some(pool.virtual_network.as_ref()?.id.clone()))
}

/// An inbound NAT rule, in its load balancer or given apart from it.
#[derive(Clone, Debug)]
pub(in crate::rules) struct NatRule<'t> {
    /// The load balancer, or the rule itself.
    pub(in crate::rules) holder: &'t Resource,
    /// JSON pointer into it.
    pub(in crate::rules) pointer: String,
    /// Its name.
    pub(in crate::rules) name: &'t str,
    /// The rule.
    pub(in crate::rules) rule: &'t InboundNatRule,
}

/// A rule of a load balancer that names a pool.
#[derive(Clone, Debug)]
pub(in crate::rules) struct UsedPool<'t> {
    /// The load balancer.
    pub(in crate::rules) balancer: &'t Resource,
    /// The load balancer's properties.
    pub(in crate::rules) body: &'t LoadBalancer,
    /// Which of its rules.
    pub(in crate::rules) index: usize,
    /// The rule's name.
    pub(in crate::rules) name: &'t str,
    /// The rule.
    pub(in crate::rules) rule: &'t LoadBalancingRule,
    /// The pool.
    pub(in crate::rules) pool: &'t ResourceId,
    /// The port that members get the traffic on.
    pub(in crate::rules) port: u16,
    /// The port of the rule's probe.
    pub(in crate::rules) probe: Option<u16>,
}

impl UsedPool<'_> {
    /// JSON pointer into the load balancer: `tail` is `""` or such as `/properties/protocol`.
    pub(in crate::rules) fn pointer(&self, tail: &str) -> String {
        format!("/properties/loadBalancingRules/{}{tail}", self.index)
    }

    /// Whether it carries every port.
    pub(in crate::rules) fn is_every_port(&self) -> bool {
        self.rule.protocol.eq_ignore_ascii_case("All") && self.rule.frontend_port == 0
    }

    /// Whether members see the frontend as the destination.
    pub(in crate::rules) fn is_floating(&self) -> bool {
        self.rule.enable_floating_ip == Some(true)
    }
}

/// A Private Link Service.
pub(in crate::rules) type Service<'t> = (&'t Resource, &'t PrivateLinkService);

/// Who is in which pool.
#[derive(Debug, Default)]
pub(in crate::rules) struct Pools<'t> {
    members: IdMap<Vec<Member<'t>>>,
    sets: IdMap<Vec<SetMember<'t>>>,
    watchers: IdMap<Vec<&'t ResourceId>>,
    /// Every rule that sends to a pool.
    pub(in crate::rules) used: Vec<UsedPool<'t>>,
    used_by: IdMap<Vec<usize>>,
    services: IdMap<Vec<Service<'t>>>,
    fronts: IndexMap<&'t ResourceId, Vec<Service<'t>>>,
    balancers_of: IdMap<Vec<ResourceId>>,
    machines: IdMap<&'t Resource>,
}

impl<'t> Pools<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology) -> Self {
        let mut found = Self::default();
        for resource in topology.resources.values() {
            match &resource.body {
                Body::NetworkInterface(body) => {
                    let mut balancers = BTreeSet::new();
                    for (config, inner) in body.ip_configurations.iter().enumerate() {
                        for pool in &inner.properties.load_balancer_backend_address_pools {
                            let member = Member {
                                nic: resource,
                                config,
                            };
                            found.members.entry(&pool.id).or_default().push(member);
                            if let Some(balancer) = pool.id.parent()
                                && balancers.insert(balancer.clone())
                            {
                                let known = found.balancers_of.entry(&resource.id).or_default();
                                known.push(balancer);
                            }
                        }
                    }
                }
                Body::VirtualMachine(body) => {
                    for nic in &body.network_profile.network_interfaces {
                        found.machines.insert(&nic.id, resource);
                    }
                }
                Body::VirtualMachineScaleSet(body) => found.read_set(resource, body),
                Body::LoadBalancer(body) => found.read_balancer(resource, body),
                Body::PrivateLinkService(body) => {
                    for frontend in &body.load_balancer_frontend_ip_configurations {
                        let fronts = found.fronts.entry(&frontend.id).or_default();
                        fronts.push((resource, body));
                        if let Some(balancer) = frontend.id.parent() {
                            let known = found.services.entry(balancer).or_default();
                            if known.last().is_none_or(|(last, _)| last.id != resource.id) {
                                known.push((resource, body));
                            }
                        }
                    }
                }
                _ => {}
            }
        }
        found
    }

    fn read_set(&mut self, set: &'t Resource, body: &'t VirtualMachineScaleSet) {
        if let Some(probe) = health_probe(body)
            && let Some(balancer) = probe.parent()
        {
            self.watchers.entry(balancer).or_default().push(probe);
        }
        for (nic, inner) in body.nics().iter().enumerate() {
            for (config, inner) in inner.properties.ip_configurations.iter().enumerate() {
                let pools = &inner.properties.load_balancer_backend_address_pools;
                for (index, pool) in pools.iter().enumerate() {
                    let at = [nic, config, index];
                    let member = SetMember { set, at };
                    self.sets.entry(&pool.id).or_default().push(member);
                }
            }
        }
    }

    fn read_balancer(&mut self, balancer: &'t Resource, body: &'t LoadBalancer) {
        let probes: HashMap<String, &Probe> = body
            .probes
            .iter()
            .map(|probe| (probe.name.to_ascii_lowercase(), &probe.properties))
            .collect();
        for (index, inner) in body.load_balancing_rules.iter().enumerate() {
            let rule = &inner.properties;
            let Some(pool) = &rule.backend_address_pool else {
                continue;
            };
            let probe = rule.probe.as_ref().map(|probe| probe.id.name());
            let probe = probe.and_then(|name| probes.get(&name.to_ascii_lowercase()));
            self.used_by
                .entry(&pool.id)
                .or_default()
                .push(self.used.len());
            self.used.push(UsedPool {
                balancer,
                body,
                index,
                name: &inner.name,
                rule,
                pool: &pool.id,
                port: rule.backend_port.unwrap_or(rule.frontend_port),
                // None goes out to port 0 (LB010).
                probe: probe.map(|probe| probe.port).filter(|port| *port > 0),
            });
        }
    }

    /// Members of a pool.
    pub(in crate::rules) fn members(&self, pool: &ResourceId) -> &[Member<'t>] {
        self.members.get(pool).map_or(&[], Vec::as_slice)
    }

    /// Scale sets that are members of a pool.
    pub(in crate::rules) fn sets(&self, pool: &ResourceId) -> &[SetMember<'t>] {
        self.sets.get(pool).map_or(&[], Vec::as_slice)
    }

    /// Probes of a load balancer that scale sets watch.
    pub(in crate::rules) fn watchers(
        &self,
        balancer: &ResourceId,
    ) -> impl Iterator<Item = &'t ResourceId> {
        self.watchers.get(balancer).into_iter().flatten().copied()
    }

    /// Whether nobody is in a pool, by NIC or by address, as far as is known.
    pub(in crate::rules) fn is_empty(&self, id: &ResourceId, pool: &BackendAddressPool) -> bool {
        self.members(id).is_empty()
            && self.sets(id).is_empty()
            && pool.load_balancer_backend_addresses.is_empty()
            && pool.backend_ip_configurations.is_empty()
    }

    /// Rules that send to a pool.
    pub(in crate::rules) fn users(&self, pool: &ResourceId) -> impl Iterator<Item = &UsedPool<'t>> {
        let indices = self.used_by.get(pool).into_iter().flatten();
        indices.filter_map(|index| self.used.get(*index))
    }

    /// Private Link Services in front of a load balancer.
    pub(in crate::rules) fn services(&self, balancer: &ResourceId) -> &[Service<'t>] {
        self.services.get(balancer).map_or(&[], Vec::as_slice)
    }

    /// Private Link Services in front of each frontend that has one.
    pub(in crate::rules) fn fronts(
        &self,
    ) -> impl Iterator<Item = (&'t ResourceId, &[Service<'t>])> {
        self.fronts.iter().map(|(id, all)| (*id, all.as_slice()))
    }

    /// Private Link Services in front of the frontend of a rule.
    pub(in crate::rules) fn in_front_of(&self, rule: &LoadBalancingRule) -> &[Service<'t>] {
        let frontend = rule.frontend_ip_configuration.as_ref();
        frontend
            .and_then(|frontend| self.fronts.get(&frontend.id))
            .map_or(&[], Vec::as_slice)
    }

    /// The machine that a NIC belongs to.
    pub(in crate::rules) fn machine_of(&self, nic: &ResourceId) -> Option<&'t Resource> {
        self.machines.get(nic).copied()
    }

    /// Load balancers whose pools a NIC is in.
    pub(in crate::rules) fn balancers_of(&self, nic: &ResourceId) -> &[ResourceId] {
        self.balancers_of.get(nic).map_or(&[], Vec::as_slice)
    }
}

impl<'t> Subject<'t> {
    /// Rules on the way of a private connection: with a Private Link Service in front, or relays
    /// behind.
    pub(in crate::rules) fn private_pools(&self) -> impl Iterator<Item = &UsedPool<'t>> {
        self.pools.used.iter().filter(|used| {
            !self.pools.in_front_of(used.rule).is_empty()
                || self.relays_in(used.pool).next().is_some()
        })
    }

    /// Every inbound NAT rule.
    pub(in crate::rules) fn nat_rules(&self) -> Vec<NatRule<'t>> {
        let mut found = Vec::new();
        for holder in self.topology.resources.values() {
            match &holder.body {
                Body::LoadBalancer(body) => {
                    let rules = body.inbound_nat_rules.iter().enumerate();
                    found.extend(rules.map(|(index, one)| NatRule {
                        holder,
                        pointer: format!("/properties/inboundNatRules/{index}"),
                        name: &one.name,
                        rule: &one.properties,
                    }));
                }
                Body::InboundNatRule(rule) => found.push(NatRule {
                    holder,
                    pointer: String::new(),
                    name: holder.id.name(),
                    rule,
                }),
                _ => {}
            }
        }
        found
    }

    /// The subnet and the address of a member.
    pub(in crate::rules) fn where_is<'m>(
        &self,
        member: &Member<'m>,
    ) -> Option<(&'m ResourceId, Ipv4Addr)> {
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
