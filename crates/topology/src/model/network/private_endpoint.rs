//! Private endpoints: the consumer's side.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/private-endpoints/create-or-update>.

use super::{Child, ConnectionState, SubResource, arm};
use crate::model::cidr::ipv4;
use std::net::{IpAddr, Ipv4Addr};

arm! {
    /// Properties of a private endpoint.
    pub struct PrivateEndpoint {
        /// Its subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Connections that ask for automatic approval.
        pub private_link_service_connections as "privateLinkServiceConnections": Vec<Child<PrivateLinkServiceConnection>>,
        /// Connections that wait for a person.
        pub manual_private_link_service_connections as "manualPrivateLinkServiceConnections": Vec<Child<PrivateLinkServiceConnection>>,
        /// Static addresses, one a member of the sub-resource.
        pub ip_configurations as "ipConfigurations": Vec<Child<PrivateEndpointIpConfiguration>>,
        /// Application security groups it is a member of.
        pub application_security_groups as "applicationSecurityGroups": Vec<SubResource>,
        /// The name that its NIC gets.
        pub custom_network_interface_name as "customNetworkInterfaceName": Option<String>,
        /// Names of the service and the addresses they have here.
        pub custom_dns_configs as "customDnsConfigs": Vec<CustomDnsConfig>,
        /// Read-only NIC, which knows the address.
        pub network_interfaces as "networkInterfaces": Vec<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl PrivateEndpoint {
    /// Its connections, automatic ones first.
    pub fn connections(&self) -> impl Iterator<Item = &Child<PrivateLinkServiceConnection>> {
        self.private_link_service_connections
            .iter()
            .chain(&self.manual_private_link_service_connections)
    }

    /// The first static IPv4 address that it asks for.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        self.ip_configurations
            .iter()
            .find_map(|config| ipv4(config.properties.private_ip_address))
    }
}

arm! {
    /// Properties of a connection, consumer's side.
    pub struct PrivateLinkServiceConnection {
        /// A resource id or an alias.
        pub private_link_service_id as "privateLinkServiceId": String,
        /// Sub-resources; empty for a Private Link Service.
        pub group_ids as "groupIds": Vec<String>,
        /// At most 140 characters.
        pub request_message as "requestMessage": Option<String>,
        /// Approval, read-only.
        pub private_link_service_connection_state as "privateLinkServiceConnectionState": Option<ConnectionState>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of a static address of a private endpoint.
    pub struct PrivateEndpointIpConfiguration {
        /// The sub-resource.
        pub group_id as "groupId": Option<String>,
        /// The member of it.
        pub member_name as "memberName": Option<String>,
        /// The address.
        pub private_ip_address as "privateIPAddress": Option<IpAddr>,
    }
}

arm! {
    /// A name and its addresses.
    pub struct CustomDnsConfig {
        /// The name.
        pub fqdn as "fqdn": Option<String>,
        /// The addresses.
        pub ip_addresses as "ipAddresses": Vec<IpAddr>,
    }
}
