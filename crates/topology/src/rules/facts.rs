//! What rules need to know about a topology, worked out once for all of them.
//!
//! A fact is a file here and a field of [`Subject`]. Facts are look-up tables by resource id, so
//! that a rule walks its own resources once and never all others for each of them.

pub(super) mod approval;
pub(super) mod consumers;
pub(super) mod dynamic;
pub(super) mod endpoints;
pub(super) mod groups;
pub(super) mod injection;
pub(super) mod names;
pub(super) mod networks;
pub(super) mod pools;
pub(super) mod references;
pub(super) mod relays;
pub(super) mod routes;
pub(super) mod services;
pub(super) mod spare;
pub(super) mod standing;
pub(super) mod stated;
pub(super) mod subnets;

use crate::model::{Topology, addresses::Addresses, id::ResourceId, kinds::Kinds};

/// What the rules look at.
#[derive(Debug)]
pub(super) struct Subject<'t> {
    /// The topology itself.
    pub(super) topology: &'t Topology,
    /// Its resources by type.
    pub(super) kinds: Kinds<'t>,
    /// Which address everything has, or will have.
    pub(super) addresses: Addresses,
    /// Subnets by id, and who stands in them.
    pub(super) subnets: subnets::Subnets<'t>,
    /// Private endpoints by subnet and network.
    pub(super) endpoints: endpoints::Endpoints<'t>,
    /// Peerings, and what is inside a network.
    pub(super) networks: networks::Networks<'t>,
    /// Route tables, and where they are attached.
    pub(super) routes: routes::Routes<'t>,
    /// Network security groups, and what they let through.
    pub(super) groups: groups::Groups<'t>,
    /// Members of backend pools, and the services in front of load balancers.
    pub(super) pools: pools::Pools<'t>,
    /// Machines that relay.
    pub(super) relays: relays::Relays<'t>,
    /// Private endpoints by the Private Link Service that they connect to.
    pub(super) consumers: consumers::Consumers<'t>,
    /// Which zones a network sees, and what they answer.
    pub(super) names: names::Names<'t>,
    /// Static addresses that somebody asked for.
    pub(super) stated: Vec<stated::Stated>,
    /// Addresses that Azure will choose.
    pub(super) dynamic: Vec<dynamic::Dynamic>,
}

impl<'t> Subject<'t> {
    /// Works out all facts.
    pub(super) fn of(topology: &'t Topology) -> Self {
        let pools = pools::Pools::of(topology);
        let kinds = Kinds::of(topology);
        let addresses = Addresses::with(topology, &kinds);
        Self {
            topology,
            subnets: subnets::Subnets::of(topology, &kinds),
            endpoints: endpoints::Endpoints::of(topology, &kinds, &addresses),
            networks: networks::Networks::of(topology, &kinds),
            routes: routes::Routes::of(&kinds),
            groups: groups::Groups::of(topology, &kinds, &addresses),
            relays: relays::Relays::of(topology, &pools),
            consumers: consumers::Consumers::of(&kinds),
            names: names::Names::of(&kinds),
            stated: stated::stated(topology, &kinds),
            dynamic: dynamic::dynamic(topology),
            kinds,
            addresses,
            pools,
        }
    }

    /// Whether the topology should know this resource: its group, or something in it, is managed
    /// here. Of others nothing can be said.
    pub(super) fn is_ours(&self, id: &ResourceId) -> bool {
        self.subnets.groups.contains(&id.group_id())
    }
}
