//! Route tables.
//!
//! Longest prefix wins; of the same length a written route beats the system's.
//! Source: <https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview>.

use std::net::Ipv4Addr;
use topology::{
    ResourceId, Topology,
    model::cidr::{Cidr, ipv4},
};

/// Where a route leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextHop {
    /// Inside the virtual network.
    Local,
    /// To the NIC with this address.
    Appliance(Ipv4Addr),
    /// Nowhere.
    Nowhere,
    /// To the internet, which is not here.
    Internet,
    /// To a gateway, which is not here.
    Gateway,
}

/// A route that somebody wrote.
#[derive(Clone, Debug)]
pub(crate) struct Route {
    pub(crate) name: String,
    pub(crate) prefix: Cidr,
    pub(crate) next_hop: NextHop,
}

/// The routes of a table; those for service tags have no address here and are left out.
pub(crate) fn read(topology: &Topology, table: &ResourceId) -> Vec<Route> {
    let Some((resource, table)) = topology.route_table(table) else {
        return Vec::new();
    };
    let mut routes = Vec::new();
    for route in &table.routes {
        let properties = &route.properties;
        let Ok(prefix) = properties.address_prefix.parse() else {
            continue;
        };
        let kind = properties.next_hop_type.to_ascii_lowercase();
        let next_hop = match (kind.as_str(), ipv4(properties.next_hop_ip_address)) {
            ("virtualappliance", Some(address)) => NextHop::Appliance(address),
            ("vnetlocal", _) => NextHop::Local,
            ("internet", _) => NextHop::Internet,
            ("virtualnetworkgateway", _) => NextHop::Gateway,
            _ => NextHop::Nowhere,
        };
        routes.push(Route {
            name: format!("{}/{}", resource.id.name(), route.name),
            prefix,
            next_hop,
        });
    }
    routes
}

/// The written route that decides for an address, if it is at least `shortest` bits long.
pub(crate) fn find(routes: &[Route], address: Ipv4Addr, shortest: u8) -> Option<&Route> {
    routes
        .iter()
        .filter(|route| route.prefix.contains(address) && route.prefix.length >= shortest)
        .max_by_key(|route| route.prefix.length)
}
