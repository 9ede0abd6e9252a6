//! Peerings, and what the tag `VirtualNetwork` stands for.

use super::{Net, Network, Place, World};
use crate::{
    model::{
        cidr::Cidr,
        id::ResourceId,
        network::{Child, VirtualNetworkPeering},
    },
    sets::Ranges,
    trace::{
        decision::{DecidedBy, DecidedKind, Judgement},
        routes,
        security::{HOST, Scope},
    },
};
use std::net::Ipv4Addr;

/// A peering, seen from one network.
#[derive(Debug)]
pub(crate) struct Peer<'t> {
    pub(crate) name: &'t str,
    /// Where it is written.
    pub(crate) at: (ResourceId, String),
    pub(crate) half: &'t VirtualNetworkPeering,
    /// The other network, if it is in the topology.
    pub(crate) remote: Option<Net>,
    pub(crate) remote_id: &'t ResourceId,
    /// The other network's half, and where it is written.
    pub(crate) back: Option<(&'t VirtualNetworkPeering, (ResourceId, String))>,
    pub(crate) space: Ranges,
}

/// Whether packets pass a peering.
pub(crate) enum PeerState {
    Connected,
    Down(String),
    Unknown(String),
}

impl<'t> World<'t> {
    /// What `VirtualNetwork` stands for at a subnet.
    pub(crate) fn scope(&self, place: Place) -> &Scope {
        let subnet = self.subnet(place);
        subnet.scope.get_or_init(|| {
            let network = self.network(subnet.network);
            let mut known = network.space.or(&Ranges::address(HOST));
            let mut doubtful = Ranges::EMPTY;
            let mut has_gateway = network.has_gateway;
            for peer in self.peers(subnet.network) {
                has_gateway |= peer.half.use_remote_gateways == Some(true);
                if peer.half.allow_virtual_network_access == Some(false) {
                    continue;
                }
                match self.peer_state(subnet.network, peer) {
                    PeerState::Connected if peer.space.is_empty() => doubtful = private(),
                    PeerState::Connected => known = known.or(&peer.space),
                    PeerState::Unknown(_) => {
                        doubtful = if peer.space.is_empty() {
                            private()
                        } else {
                            doubtful.or(&peer.space)
                        };
                    }
                    PeerState::Down(_) => {}
                }
            }
            if has_gateway {
                doubtful = private();
                // What is known to lie behind the gateway belongs to the tag.
                let backends = self.backends(subnet.network);
                let addresses = backends.flat_map(|backend| &backend.addresses);
                let behind = addresses.map(|address| (address.to_bits(), address.to_bits()));
                known = known.or(&behind.collect());
            }
            let routes = routes::of(self, place);
            Scope {
                tag: known.or(&routes.prefixes),
                network: known,
                doubtful,
            }
        })
    }

    /// The peerings of a network.
    pub(crate) fn peers(&self, net: Net) -> &[Peer<'t>] {
        let network = self.network(net);
        network.peers.get_or_init(|| {
            let halves = |network: &Network<'t>| {
                let id = network.resource.id.clone();
                let each = |(index, peering): (usize, &'t Child<VirtualNetworkPeering>)| {
                    let pointer = format!("/properties/virtualNetworkPeerings/{index}");
                    (peering, (id.clone(), pointer))
                };
                let all = network.inner.virtual_network_peerings.iter().enumerate();
                all.map(each).collect::<Vec<_>>()
            };
            let own = halves(network).into_iter().filter_map(|(peering, at)| {
                let half = &peering.properties;
                let remote_id = &half.remote_virtual_network.as_ref()?.id;
                let remote = self.net(remote_id);
                let back = remote.and_then(|remote| {
                    halves(self.network(remote)).into_iter().find(|(back, _)| {
                        back.properties
                            .remote_virtual_network
                            .as_ref()
                            .is_some_and(|id| id.id == network.resource.id)
                    })
                });
                let told = half
                    .remote_virtual_network_address_space
                    .as_ref()
                    .or(half.remote_address_space.as_ref())
                    .map(|space| Ranges::cidrs(space.prefixes()));
                let space = match remote {
                    Some(remote) => self.network(remote).space.clone(),
                    None => told.unwrap_or_default(),
                };
                Some(Peer {
                    name: &peering.name,
                    at,
                    half,
                    remote,
                    remote_id,
                    back: back.map(|(back, at)| (&back.properties, at)),
                    space,
                })
            });
            own.collect()
        })
    }

    /// Whether packets pass a peering: both networks need a half.
    /// Source: <https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering>.
    pub(crate) fn peer_state(&self, net: Net, peer: &Peer<'t>) -> PeerState {
        let told = [Some(peer.half), peer.back.as_ref().map(|(half, _)| *half)]
            .into_iter()
            .flatten()
            .filter_map(|half| half.peering_state.as_deref())
            .find(|state| !state.eq_ignore_ascii_case("Connected"));
        let here = self.network(net).resource.id.name();
        if let Some(state) = told {
            return PeerState::Down(format!(
                "peering `{}` of `{here}` is {state}, not Connected; make both halves anew",
                peer.name
            ));
        }
        if peer.remote.is_some() && peer.back.is_none() {
            return PeerState::Down(format!(
                "peering `{}` has no other half: `{}` has no peering with `{here}`; add it",
                peer.name,
                peer.remote_id.name()
            ));
        }
        if peer.remote.is_none() && peer.half.peering_state.is_none() {
            return PeerState::Unknown(format!(
                "whether `{}` has the other half of peering `{}` is not known: it is not in the topology",
                peer.remote_id.name(),
                peer.name
            ));
        }
        PeerState::Connected
    }

    /// Peers whose addresses the tag `VirtualNetwork` leaves out, with what to say where no group
    /// decides.
    pub(crate) fn closed_peers(&self, place: Place) -> impl Iterator<Item = (&Ranges, Judgement)> {
        let net = self.subnet(place).network;
        let closed = self
            .peers(net)
            .iter()
            .filter(|peer| peer.half.allow_virtual_network_access == Some(false));
        closed.map(|peer| {
            let judgement = Judgement::unknown(format!(
                "peering `{}` has allowVirtualNetworkAccess off and no network security group decides",
                peer.name
            ))
            .by(DecidedBy::at(
                DecidedKind::Peering,
                &peer.at.0,
                peer.name,
                format!("{}/properties/allowVirtualNetworkAccess", peer.at.1),
            ));
            (&peer.space, judgement)
        })
    }
}

/// Every private and shared address.
pub(crate) fn private() -> Ranges {
    [(10, 0, 8), (172, 16, 12), (192, 168, 16), (100, 64, 10)]
        .into_iter()
        .map(|(a, b, length)| Cidr {
            address: Ipv4Addr::new(a, b, 0, 0),
            length,
        })
        .map(|range| (range.first().to_bits(), range.last().to_bits()))
        .collect()
}
