//! Who has an address, as a network sees it.

use super::Subject;
use crate::model::{addresses::Holder, dns::RecordAddress, id::ResourceId};
use std::net::Ipv4Addr;

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
            .find_map(|network| {
                let holder = self.addresses.holder_in(network, address)?;
                Some((holder, self.addresses.subnet_of(holder)?))
            })
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
