//! Subnets, inside their network or deployed on their own.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/subnets/create-or-update>.

use super::{Child, SubResource, arm};
use crate::model::cidr::{Cidr, Cidr6, IpRange};

/// A subnet.
pub type Subnet = Child<SubnetProperties>;

arm! {
    /// Properties of a subnet.
    pub struct SubnetProperties {
        /// Its range, if given as one.
        pub address_prefix as "addressPrefix": Option<IpRange>,
        /// Its ranges, if given as a list (newer clients, and IPv6).
        pub address_prefixes as "addressPrefixes": Vec<IpRange>,
        /// Its NSG.
        pub network_security_group as "networkSecurityGroup": Option<SubResource>,
        /// Its route table.
        pub route_table as "routeTable": Option<SubResource>,
        /// Its NAT gateway.
        pub nat_gateway as "natGateway": Option<SubResource>,
        /// `Enabled`, `Disabled`, `NetworkSecurityGroupEnabled`, `RouteTableEnabled`; absent means `Disabled`.
        pub private_endpoint_network_policies as "privateEndpointNetworkPolicies": Option<String>,
        /// `Enabled` or `Disabled`; absent means `Enabled`.
        pub private_link_service_network_policies as "privateLinkServiceNetworkPolicies": Option<String>,
        /// Whether VMs get an implicit outbound address.
        pub default_outbound_access as "defaultOutboundAccess": Option<bool>,
        /// Services that the subnet is given to.
        pub delegations as "delegations": Vec<Child<Delegation>>,
        /// Services that see the subnet's own addresses.
        pub service_endpoints as "serviceEndpoints": Vec<ServiceEndpoint>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl SubnetProperties {
    /// All ranges, in whichever form they were given, each once.
    pub fn ranges(&self) -> impl Iterator<Item = IpRange> {
        self.address_prefix
            .iter()
            .chain(
                self.address_prefixes
                    .iter()
                    .filter(|range| Some(**range) != self.address_prefix),
            )
            .copied()
    }

    /// The IPv4 ranges.
    pub fn prefixes(&self) -> impl Iterator<Item = Cidr> {
        self.ranges().filter_map(IpRange::v4)
    }

    /// The IPv6 ranges.
    pub fn prefixes_v6(&self) -> impl Iterator<Item = Cidr6> {
        self.ranges().filter_map(IpRange::v6)
    }

    /// The service that the subnet is given to (`Microsoft.Web/serverFarms`), if any.
    pub fn delegated_to(&self) -> Option<&str> {
        self.delegations
            .iter()
            .find_map(|delegation| delegation.properties.service_name.as_deref())
    }
}

arm! {
    /// Properties of a delegation.
    pub struct Delegation {
        /// Such as `Microsoft.Web/serverFarms`.
        pub service_name as "serviceName": Option<String>,
        /// What the service may do, read-only.
        pub actions as "actions": Vec<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// A service endpoint.
    pub struct ServiceEndpoint {
        /// Such as `Microsoft.Storage`.
        pub service as "service": Option<String>,
        /// Regions, or `*`.
        pub locations as "locations": Vec<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
