//! Which networks reach which: peerings, and what the tag `VirtualNetwork` stands for.

use super::groups::HOST;
use crate::{
    model::{
        IdMap, Resource, Topology,
        cidr::Cidr,
        id::ResourceId,
        kinds::Kinds,
        network::{AddressSpace, Child, VirtualNetwork, VirtualNetworkPeering},
    },
    reach::sets::Ranges,
};

/// A peering, seen from the network that states it.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct Peering<'t> {
    /// The network.
    pub(in crate::rules) network: &'t Resource,
    /// Which of its peerings it is.
    pub(in crate::rules) index: usize,
    /// The peering.
    pub(in crate::rules) peering: &'t Child<VirtualNetworkPeering>,
    /// The other network's id.
    pub(in crate::rules) remote: &'t ResourceId,
}

impl Peering<'_> {
    /// JSON pointer into the network.
    pub(in crate::rules) fn pointer(&self, tail: &str) -> String {
        format!("/properties/virtualNetworkPeerings/{}{tail}", self.index)
    }
}

/// What the tag `VirtualNetwork` stands for in a network.
///
/// Source: <https://learn.microsoft.com/azure/virtual-network/service-tags-overview>.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct Inside {
    /// What it holds for sure: the network, its peers, the host's address.
    pub(in crate::rules) sure: Ranges,
    /// What it may hold: prefixes of routes; everything where a gateway brings more.
    pub(in crate::rules) perhaps: Ranges,
}

/// Peerings and address spaces by network.
#[derive(Debug, Default)]
pub(in crate::rules) struct Networks<'t> {
    /// Every peering, in the order of the topology.
    pub(in crate::rules) peerings: Vec<Peering<'t>>,
    by_network: IdMap<Vec<usize>>,
    spaces: IdMap<Vec<Cidr>>,
    inside: IdMap<Inside>,
}

impl<'t> Networks<'t> {
    /// Reads them.
    pub(super) fn of(topology: &'t Topology, kinds: &Kinds<'t>) -> Self {
        let mut found = Self::default();
        for (network, body) in kinds.virtual_networks() {
            found
                .spaces
                .insert(&network.id, body.address_space.prefixes().collect());
            for (index, peering) in body.virtual_network_peerings.iter().enumerate() {
                let Some(remote) = &peering.properties.remote_virtual_network else {
                    continue;
                };
                let known = found.by_network.entry(&network.id).or_default();
                known.push(found.peerings.len());
                found.peerings.push(Peering {
                    network,
                    index,
                    peering,
                    remote: &remote.id,
                });
            }
        }
        for (network, body) in kinds.virtual_networks() {
            let inside = found.inside_of(topology, &network.id, body);
            found.inside.insert(&network.id, inside);
        }
        found
    }

    fn inside_of(&self, topology: &Topology, id: &ResourceId, body: &VirtualNetwork) -> Inside {
        let mut sure = vec![Cidr {
            address: HOST,
            length: 32,
        }];
        sure.extend(body.address_space.prefixes());
        let mut perhaps = Vec::new();
        let mut is_open = body
            .subnets
            .iter()
            .any(|subnet| subnet.name.eq_ignore_ascii_case("GatewaySubnet"));
        for one in self.of_network(id) {
            let properties = &one.peering.properties;
            is_open |= properties.use_remote_gateways == Some(true);
            let remote = self.remote_space(one);
            is_open |= remote.is_empty();
            if properties.allow_virtual_network_access != Some(false) && self.is_connected(one) {
                sure.extend(remote);
            } else {
                perhaps.extend(remote);
            }
        }
        for subnet in &body.subnets {
            let table = subnet.properties.route_table.as_ref();
            let Some(table) = table else { continue };
            match topology.route_table(&table.id) {
                Some((_, table)) => perhaps.extend(
                    table
                        .routes
                        .iter()
                        .filter_map(|route| route.properties.address_prefix.parse::<Cidr>().ok()),
                ),
                None => is_open = true,
            }
        }
        Inside {
            sure: Ranges::cidrs(sure),
            perhaps: if is_open {
                Ranges::all_addresses()
            } else {
                Ranges::cidrs(perhaps)
            },
        }
    }

    /// The peerings that a network states.
    pub(in crate::rules) fn of_network(
        &self,
        id: &ResourceId,
    ) -> impl Iterator<Item = &Peering<'t>> {
        let all = self.by_network.get(id).into_iter().flatten();
        all.filter_map(|index| self.peerings.get(*index))
    }

    /// The IPv4 ranges of a network that the topology knows.
    pub(in crate::rules) fn space(&self, id: &ResourceId) -> Option<&[Cidr]> {
        self.spaces.get(id).map(Vec::as_slice)
    }

    /// The IPv4 ranges on the other side: as that network states them, else as the peering knows
    /// them.
    pub(in crate::rules) fn remote_space(&self, one: &Peering<'_>) -> Vec<Cidr> {
        if let Some(space) = self.space(one.remote) {
            return space.to_vec();
        }
        let properties = &one.peering.properties;
        properties
            .remote_virtual_network_address_space
            .iter()
            .chain(&properties.remote_address_space)
            .flat_map(AddressSpace::prefixes)
            .collect()
    }

    /// The other half of a peering.
    pub(in crate::rules) fn other_half(&self, one: &Peering<'_>) -> Option<&Peering<'t>> {
        self.of_network(one.remote)
            .find(|other| *other.remote == one.network.id)
    }

    /// Whether both halves are there, or Azure says so.
    pub(in crate::rules) fn is_connected(&self, one: &Peering<'_>) -> bool {
        match &one.peering.properties.peering_state {
            Some(state) => state.eq_ignore_ascii_case("Connected"),
            None => self.other_half(one).is_some(),
        }
    }

    /// Whether two networks are peered, by whichever half.
    pub(in crate::rules) fn are_peered(&self, one: &ResourceId, other: &ResourceId) -> bool {
        self.of_network(one).any(|peering| peering.remote == other)
            || self.of_network(other).any(|peering| peering.remote == one)
    }

    /// What `VirtualNetwork` stands for in a network; `None` if the topology does not know it.
    pub(in crate::rules) fn inside(&self, id: &ResourceId) -> Option<&Inside> {
        self.inside.get(id)
    }
}
