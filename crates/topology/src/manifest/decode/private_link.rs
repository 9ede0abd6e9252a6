//! Both ends of Private Link.

use super::prelude::*;

records! {
    /// A Private Link Service.
    PrivateLinkService ("a Private Link Service") {
        /// The load balancer that it stands in front of, by name or id.
        optional load_balancer "loadBalancer" String,
        /// Its NAT subnet; default: that of the load balancer.
        optional subnet "subnet" String,
        /// Its group, if not that of the load balancer.
        optional resource_group "resourceGroup" String,
        /// NAT addresses; default: the lowest free one.
        list nat_ips "natIPs" Ipv4Addr,
        /// How it gets NAT addresses; default `Static`.
        choice private_ip_allocation_method "privateIPAllocationMethod" ["Static", "Dynamic"],
        /// Subscriptions that may see it: short names, ids or `*`.
        list visibility "visibility" String,
        /// Subscriptions that are approved at once: short names, ids or `*`.
        list auto_approval "autoApproval" String,
        /// PROXY protocol v2 towards the backend.
        optional enable_proxy_protocol "enableProxyProtocol" bool,
        /// Direct Connect: the address it points at instead of a load balancer.
        optional destination_ip_address "destinationIPAddress" Ipv4Addr,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A private endpoint.
    PrivateEndpoint ("a private endpoint") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// A Private Link Service by name, id or alias.
        required service "service" String,
        /// Whether a person approves it; default: when the service is in another tenant.
        optional manual "manual" bool,
        /// At most 140 characters.
        optional request_message "requestMessage" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }
}
