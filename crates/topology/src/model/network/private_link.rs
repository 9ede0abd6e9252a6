//! Private Link Services and their connections: the provider's side.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/private-link-services/create-or-update>.

use super::{Child, SubResource, arm};
use crate::model::cidr::ipv4;
use std::net::{IpAddr, Ipv4Addr};

/// Whether a text is the alias of a Private Link Service:
/// `{prefix}.{guid}.{region}.azure.privatelinkservice`.
pub fn is_alias(text: &str) -> bool {
    let mut parts = text.rsplit('.');
    let mut is_next = |word: &str| {
        let next = parts.next();
        next.is_some_and(|part| part.eq_ignore_ascii_case(word))
    };
    is_next("privatelinkservice")
        && is_next("azure")
        && parts.filter(|part| !part.is_empty()).count() >= 3
}

arm! {
    /// `{ "subscriptions": [ … ] }` of a Private Link Service.
    pub struct SubscriptionSet {
        /// Subscription ids, or `*`.
        pub subscriptions as "subscriptions": Vec<String>,
    }
}

arm! {
    /// Properties of a Private Link Service.
    pub struct PrivateLinkService {
        /// The frontends it stands in front of.
        pub load_balancer_frontend_ip_configurations as "loadBalancerFrontendIpConfigurations": Vec<SubResource>,
        /// Its NAT addresses.
        pub ip_configurations as "ipConfigurations": Vec<Child<PlsIpConfiguration>>,
        /// Direct Connect: the static address it points at instead of a frontend.
        pub destination_ip_address as "destinationIPAddress": Option<Ipv4Addr>,
        /// Who may see it.
        pub visibility as "visibility": Option<SubscriptionSet>,
        /// Who is approved at once.
        pub auto_approval as "autoApproval": Option<SubscriptionSet>,
        /// PROXY protocol v2 towards the backend.
        pub enable_proxy_protocol as "enableProxyProtocol": Option<bool>,
        /// Names for DNS.
        pub fqdns as "fqdns": Vec<String>,
        /// Read-only alias.
        pub alias as "alias": Option<String>,
        /// Read-only connections.
        pub private_endpoint_connections as "privateEndpointConnections": Vec<Child<PrivateEndpointConnection>>,
        /// Read-only NIC.
        pub network_interfaces as "networkInterfaces": Vec<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of a NAT address of a Private Link Service.
    pub struct PlsIpConfiguration {
        /// The NAT subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<IpAddr>,
        /// `IPv4` or `IPv6`; absent means `IPv4`.
        pub private_ip_address_version as "privateIPAddressVersion": Option<String>,
        /// `Static` or `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// Exactly one is primary.
        pub primary as "primary": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl PlsIpConfiguration {
    /// Its address, if that is an IPv4 one.
    pub fn ipv4(&self) -> Option<Ipv4Addr> {
        ipv4(self.private_ip_address)
    }

    /// Whether it takes an IPv6 address.
    pub fn is_ipv6(&self) -> bool {
        super::is_ipv6(self.private_ip_address_version.as_deref())
    }
}

arm! {
    /// Properties of a connection of a private endpoint to a Private Link Service, provider's side.
    pub struct PrivateEndpointConnection {
        /// The endpoint.
        pub private_endpoint as "privateEndpoint": Option<SubResource>,
        /// The region of the endpoint, read-only.
        pub private_endpoint_location as "privateEndpointLocation": Option<String>,
        /// The LINKID as a decimal string.
        pub link_identifier as "linkIdentifier": Option<String>,
        /// Sub-resources, of a platform service.
        pub group_ids as "groupIds": Vec<String>,
        /// Approval.
        pub private_link_service_connection_state as "privateLinkServiceConnectionState": Option<ConnectionState>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Approval of a connection.
    pub struct ConnectionState {
        /// `Pending`, `Approved`, `Rejected` or `Disconnected`.
        pub status as "status": Option<String>,
        /// Free text.
        pub description as "description": Option<String>,
        /// What the consumer should do, such as `None`.
        pub actions_required as "actionsRequired": Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::is_alias;

    #[test]
    fn an_alias_has_a_name_a_guid_and_a_region() {
        for (text, wanted) in [
            (
                "apim-pls.0f9e1fc0-0b5b-4d0b-b1a5-0e9f9d1e0001.uksouth.azure.privatelinkservice",
                true,
            ),
            ("A.B.C.AZURE.PrivateLinkService", true),
            ("a.b.c.d.azure.privatelinkservice", true),
            ("b.c.azure.privatelinkservice", false),
            ("..c.azure.privatelinkservice", false),
            ("azure.privatelinkservice", false),
            ("a.b.c.azure.privatelinkservices", false),
            ("a.b.c.azure.net", false),
            ("APIM-PLS", false),
            ("", false),
        ] {
            assert_eq!(is_alias(text), wanted, "{text}");
        }
    }
}
