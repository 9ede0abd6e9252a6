//! Machines that relay: their configuration is read once.

use super::pools::Pools;
use crate::model::{
    Resource, Topology, id::ResourceId, network::NetworkInterface, relay::RelayConfig,
};
use std::collections::{BTreeMap, BTreeSet};

/// A machine with a relay.
#[derive(Clone, Debug)]
pub(in crate::rules) struct RelayAt<'t> {
    /// The machine.
    pub(in crate::rules) machine: &'t Resource,
    /// Its first NIC.
    pub(in crate::rules) nic: Option<(&'t Resource, &'t NetworkInterface)>,
    /// The network of that NIC.
    pub(in crate::rules) network: Option<ResourceId>,
    /// What it relays.
    pub(in crate::rules) config: RelayConfig,
}

impl RelayAt<'_> {
    /// Each upstream that has a port: its JSON pointer, host and port.
    pub(in crate::rules) fn upstreams(&self) -> impl Iterator<Item = (String, &str, u16)> {
        self.config
            .listeners
            .iter()
            .enumerate()
            .flat_map(|(index, listener)| {
                let upstreams = listener.to.iter().enumerate();
                upstreams.filter_map(move |(nth, text)| {
                    let (host, port) = text.rsplit_once(':')?;
                    Some((
                        format!("/properties/userData/listeners/{index}/to/{nth}"),
                        host,
                        port.parse().ok()?,
                    ))
                })
            })
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(in crate::rules) struct Relays<'t> {
    /// In the order of the topology.
    pub(in crate::rules) all: Vec<RelayAt<'t>>,
    behind: BTreeMap<ResourceId, Vec<usize>>,
    nics: BTreeSet<ResourceId>,
}

impl<'t> Relays<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, pools: &Pools<'t>) -> Self {
        let mut found = Self::default();
        for (machine, body) in topology.virtual_machines() {
            let Some(config) = body.relay() else {
                continue;
            };
            let nics = &body.network_profile.network_interfaces;
            let nic = nics
                .first()
                .and_then(|nic| topology.network_interface(&nic.id));
            let network = nic.and_then(|(_, nic)| {
                let first = nic.ip_configurations.first()?;
                first.properties.subnet.as_ref()?.id.parent()
            });
            for reference in nics {
                found.nics.insert(reference.id.clone());
                for balancer in pools.balancers_of(&reference.id) {
                    let known = found.behind.entry(balancer.clone()).or_default();
                    if known.last() != Some(&found.all.len()) {
                        known.push(found.all.len());
                    }
                }
            }
            found.all.push(RelayAt {
                machine,
                nic,
                network,
                config,
            });
        }
        found
    }

    /// Whether a NIC is that of a machine that relays.
    pub(in crate::rules) fn is_nic(&self, nic: &ResourceId) -> bool {
        self.nics.contains(nic)
    }

    /// Those behind a load balancer.
    pub(in crate::rules) fn behind(
        &self,
        balancer: &ResourceId,
    ) -> impl Iterator<Item = &RelayAt<'t>> {
        self.behind
            .get(balancer)
            .into_iter()
            .flatten()
            .filter_map(|index| self.all.get(*index))
    }
}
