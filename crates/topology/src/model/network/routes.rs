//! Route tables.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/route-tables/create-or-update>.

use super::{Child, arm};
use std::net::IpAddr;

arm! {
    /// Properties of a route table.
    pub struct RouteTable {
        /// Routes.
        pub routes as "routes": Vec<Child<RouteProperties>>,
        /// Whether routes learned from a gateway are kept out.
        pub disable_bgp_route_propagation as "disableBgpRoutePropagation": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of a route.
    pub struct RouteProperties {
        /// CIDR or service tag.
        pub address_prefix as "addressPrefix": String,
        /// `VirtualAppliance`, `VnetLocal`, `Internet`, `None`, `VirtualNetworkGateway`.
        pub next_hop_type as "nextHopType": String,
        /// For `VirtualAppliance`.
        pub next_hop_ip_address as "nextHopIpAddress": Option<IpAddr>,
    }
}
