//! Virtual networks and their peerings.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/create-or-update>.

use super::{Child, SubResource, Subnet, arm};
use crate::model::cidr::{Cidr, Cidr6, IpRange};
use std::net::IpAddr;

arm! {
    /// `addressSpace`.
    pub struct AddressSpace {
        /// Ranges of either family, as they stand; [`Self::prefixes`] gives the IPv4 ones.
        pub address_prefixes as "addressPrefixes": Vec<IpRange>,
    }
}

impl AddressSpace {
    /// The IPv4 ranges.
    pub fn prefixes(&self) -> impl Iterator<Item = Cidr> {
        self.address_prefixes.iter().filter_map(|range| range.v4())
    }

    /// The IPv6 ranges.
    pub fn prefixes_v6(&self) -> impl Iterator<Item = Cidr6> {
        self.address_prefixes.iter().filter_map(|range| range.v6())
    }

    /// Whether an address of either family lies in one of the ranges.
    pub fn contains(&self, address: IpAddr) -> bool {
        self.address_prefixes
            .iter()
            .any(|range| range.contains(address))
    }
}

arm! {
    /// Properties of a virtual network.
    pub struct VirtualNetwork {
        /// Its ranges.
        pub address_space as "addressSpace": AddressSpace,
        /// Its subnets.
        pub subnets as "subnets": Vec<Subnet>,
        /// DNS servers; absent or empty means Azure's own.
        pub dhcp_options as "dhcpOptions": Option<DhcpOptions>,
        /// Peerings with other networks, seen from this one.
        pub virtual_network_peerings as "virtualNetworkPeerings": Vec<Child<VirtualNetworkPeering>>,
        /// Minutes after which an idle flow is forgotten, 4 to 30; absent means 4 for
        /// most virtual machines.
        pub flow_timeout_in_minutes as "flowTimeoutInMinutes": Option<u32>,
        /// `Disabled` or `Basic`: whether policies on private endpoints apply in the whole network.
        pub private_endpoint_vnet_policies as "privateEndpointVNetPolicies": Option<String>,
        /// Whether a plan against denial of service is on.
        pub enable_ddos_protection as "enableDdosProtection": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl VirtualNetwork {
    /// Its own DNS servers; empty means that Azure answers.
    pub fn dns_servers(&self) -> &[IpAddr] {
        self.dhcp_options
            .as_ref()
            .map_or(&[], |options| &options.dns_servers)
    }
}

arm! {
    /// `dhcpOptions`.
    pub struct DhcpOptions {
        /// Addresses of DNS servers.
        pub dns_servers as "dnsServers": Vec<IpAddr>,
    }
}

arm! {
    /// Properties of a peering. Both networks need one that names the other.
    pub struct VirtualNetworkPeering {
        /// Whether addresses of the other network are reachable; absent means yes.
        pub allow_virtual_network_access as "allowVirtualNetworkAccess": Option<bool>,
        /// Whether traffic that did not begin in the other network is let in.
        pub allow_forwarded_traffic as "allowForwardedTraffic": Option<bool>,
        /// Whether the other network may use this one's gateway.
        pub allow_gateway_transit as "allowGatewayTransit": Option<bool>,
        /// Whether this network uses the other's gateway.
        pub use_remote_gateways as "useRemoteGateways": Option<bool>,
        /// The other network.
        pub remote_virtual_network as "remoteVirtualNetwork": Option<SubResource>,
        /// The other network's ranges when it was last synchronised.
        pub remote_address_space as "remoteAddressSpace": Option<AddressSpace>,
        /// The other network's ranges now, read-only.
        pub remote_virtual_network_address_space as "remoteVirtualNetworkAddressSpace": Option<AddressSpace>,
        /// `Initiated`, `Connected` or `Disconnected`, read-only.
        pub peering_state as "peeringState": Option<String>,
        /// `FullyInSync`, `RemoteNotInSync`, …, read-only.
        pub peering_sync_level as "peeringSyncLevel": Option<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
