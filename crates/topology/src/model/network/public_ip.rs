//! Public IP addresses and prefixes.
//!
//! `sku` and `zones` stand on the resource itself.
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/public-ip-addresses/create-or-update>.

use super::{SubResource, arm};
use crate::model::cidr::IpRange;
use std::net::IpAddr;

arm! {
    /// Properties of a public IP address.
    pub struct PublicIpAddress {
        /// `Static` or `Dynamic`; Standard ones are always static.
        pub public_ip_allocation_method as "publicIPAllocationMethod": Option<String>,
        /// `IPv4` or `IPv6`; absent means `IPv4`.
        pub public_ip_address_version as "publicIPAddressVersion": Option<String>,
        /// The address, told by Azure.
        pub ip_address as "ipAddress": Option<IpAddr>,
        /// 4 to 30; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// Its name in public DNS.
        pub dns_settings as "dnsSettings": Option<PublicIpDnsSettings>,
        /// Tags that choose the pool it is taken from.
        pub ip_tags as "ipTags": Vec<IpTag>,
        /// The prefix it is taken from.
        pub public_ip_prefix as "publicIPPrefix": Option<SubResource>,
        /// The IP configuration that uses it, read-only.
        pub ip_configuration as "ipConfiguration": Option<SubResource>,
        /// The NAT gateway that uses it, read-only.
        pub nat_gateway as "natGateway": Option<SubResource>,
        /// `Delete` or `Detach`, with the machine that uses it.
        pub delete_option as "deleteOption": Option<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// `dnsSettings` of a public IP address.
    pub struct PublicIpDnsSettings {
        /// The first label of its name in the region's domain.
        pub domain_name_label as "domainNameLabel": Option<String>,
        /// Who may take the label again.
        pub domain_name_label_scope as "domainNameLabelScope": Option<String>,
        /// The whole name, told by Azure.
        pub fqdn as "fqdn": Option<String>,
        /// The name that the address answers with.
        pub reverse_fqdn as "reverseFqdn": Option<String>,
    }
}

arm! {
    /// A tag of a public IP address, such as a routing preference.
    pub struct IpTag {
        /// Such as `RoutingPreference`.
        pub ip_tag_type as "ipTagType": Option<String>,
        /// Such as `Internet`.
        pub tag as "tag": Option<String>,
    }
}

arm! {
    /// Properties of a public IP prefix.
    pub struct PublicIpPrefix {
        /// How many bits are fixed.
        pub prefix_length as "prefixLength": Option<u8>,
        /// `IPv4` or `IPv6`.
        pub public_ip_address_version as "publicIPAddressVersion": Option<String>,
        /// The range, told by Azure.
        pub ip_prefix as "ipPrefix": Option<IpRange>,
        /// Tags that choose the pool it is taken from.
        pub ip_tags as "ipTags": Vec<IpTag>,
        /// The NAT gateway that uses it.
        pub nat_gateway as "natGateway": Option<SubResource>,
        /// Addresses taken from it, read-only.
        pub public_ip_addresses as "publicIPAddresses": Vec<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
