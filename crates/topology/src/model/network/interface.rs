//! Network interfaces.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/create-or-update>.

use super::{Child, SubResource, arm};
use crate::model::cidr::ipv4;
use std::net::{IpAddr, Ipv4Addr};

arm! {
    /// Properties of a network interface.
    pub struct NetworkInterface {
        /// IP configurations.
        pub ip_configurations as "ipConfigurations": Vec<Child<NicIpConfiguration>>,
        /// Its NSG.
        pub network_security_group as "networkSecurityGroup": Option<SubResource>,
        /// IP forwarding.
        pub enable_ip_forwarding as "enableIPForwarding": Option<bool>,
        /// SR-IOV.
        pub enable_accelerated_networking as "enableAcceleratedNetworking": Option<bool>,
        /// DNS servers of its own.
        pub dns_settings as "dnsSettings": Option<NicDnsSettings>,
        /// Whether it is the machine's first, read-only.
        pub primary as "primary": Option<bool>,
        /// The machine that uses it (read-only).
        pub virtual_machine as "virtualMachine": Option<SubResource>,
        /// The private endpoint whose NIC it is (read-only).
        pub private_endpoint as "privateEndpoint": Option<SubResource>,
        /// The Private Link Service whose NIC it is (read-only).
        pub private_link_service as "privateLinkService": Option<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// `dnsSettings` of a NIC.
    pub struct NicDnsSettings {
        /// DNS servers; `AzureProvidedDNS` means Azure's own even where the network has others.
        pub dns_servers as "dnsServers": Vec<String>,
        /// All servers in use, read-only.
        pub applied_dns_servers as "appliedDnsServers": Vec<String>,
        /// Relative name inside the network.
        pub internal_dns_name_label as "internalDnsNameLabel": Option<String>,
        /// Domain of names inside the network, read-only.
        pub internal_domain_name_suffix as "internalDomainNameSuffix": Option<String>,
    }
}

arm! {
    /// Properties of a NIC's IP configuration.
    pub struct NicIpConfiguration {
        /// The subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<IpAddr>,
        /// `IPv4` or `IPv6`; absent means `IPv4`.
        pub private_ip_address_version as "privateIPAddressVersion": Option<String>,
        /// `Static` or `Dynamic`; absent means `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// First one is primary.
        pub primary as "primary": Option<bool>,
        /// Load-balancer pools it is a member of.
        pub load_balancer_backend_address_pools as "loadBalancerBackendAddressPools": Vec<SubResource>,
        /// Inbound NAT rules that end here.
        pub load_balancer_inbound_nat_rules as "loadBalancerInboundNatRules": Vec<SubResource>,
        /// Application security groups it is a member of.
        pub application_security_groups as "applicationSecurityGroups": Vec<SubResource>,
        /// A public address.
        pub public_ip_address as "publicIPAddress": Option<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl NicIpConfiguration {
    /// Its address, if that is an IPv4 one.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        ipv4(self.private_ip_address)
    }

    /// Whether it takes an IPv6 address.
    pub fn is_ipv6(&self) -> bool {
        super::is_ipv6(self.private_ip_address_version.as_deref())
    }
}
