//! Who has an address, by network.

use super::Subject;
use crate::model::{
    addresses::{Addresses, Holder},
    dns::RecordAddress,
    id::ResourceId,
};
use std::{collections::BTreeMap, net::Ipv4Addr};

/// Holders by network and address.
#[derive(Debug, Default)]
pub(in crate::rules) struct Standing {
    by_network: BTreeMap<ResourceId, BTreeMap<Ipv4Addr, (Holder, ResourceId)>>,
}

impl Standing {
    /// Turns the table of addresses around.
    pub(super) fn of(addresses: &Addresses) -> Self {
        let mut found = Self::default();
        for (holder, subnet, address) in addresses.iter() {
            if let Some(network) = subnet.parent() {
                let holders = found.by_network.entry(network).or_default();
                holders
                    .entry(address)
                    .or_insert_with(|| (holder.clone(), subnet.clone()));
            }
        }
        found
    }

    /// Who has an address in a network, and in which subnet.
    pub(in crate::rules) fn holder(
        &self,
        network: &ResourceId,
        address: Ipv4Addr,
    ) -> Option<&(Holder, ResourceId)> {
        self.by_network.get(network)?.get(&address)
    }

    /// How many addresses of a network are taken.
    pub(in crate::rules) fn count(&self, network: &ResourceId) -> usize {
        self.by_network.get(network).map_or(0, BTreeMap::len)
    }
}

impl Subject<'_> {
    /// Who has an address as a network sees it: in itself, else in a network that it is peered
    /// with.
    pub(in crate::rules) fn found_at(
        &self,
        network: &ResourceId,
        address: Ipv4Addr,
    ) -> Option<(&Holder, &ResourceId)> {
        let peers = self.networks.of_network(network);
        let peers = peers.filter(|peering| self.networks.is_connected(peering));
        std::iter::once(network)
            .chain(peers.map(|peering| peering.remote))
            .find_map(|network| self.standing.holder(network, address))
            .map(|(holder, subnet)| (holder, subnet))
    }

    /// The addresses of a host as a network sees it: the address that it is, or what the
    /// network's private zones answer.
    pub(in crate::rules) fn addresses_of(&self, network: &ResourceId, host: &str) -> Vec<Ipv4Addr> {
        if let Ok(address) = host.parse() {
            return vec![address];
        }
        let answers = self.answers(network, host).iter();
        answers
            .filter_map(|answer| match answer {
                RecordAddress::Literal(address) => Some(*address),
                RecordAddress::Of(id) => self.addresses.of_resource(id),
            })
            .collect()
    }
}
