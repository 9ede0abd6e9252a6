//! Both ends of Private Link.

use super::prelude::*;

records! {
    /// A Private Link Service.
    PrivateLinkService ("a Private Link Service") {
        /// The load balancer that it stands in front of, by name or id.
        optional load_balancer "loadBalancer" String,
        /// Which of its frontends, by name; needed if there are several.
        many load_balancer_frontend_ip_configurations "loadBalancerFrontendIpConfigurations" String,
        /// Its NAT subnet; default: that of the load balancer.
        optional subnet "subnet" String,
        /// Its group, if not that of the load balancer.
        optional resource_group "resourceGroup" String,
        /// NAT addresses; default: the lowest free one, two for Direct Connect.
        list nat_ips "natIPs" Ipv4Addr,
        /// NAT addresses by name, where they have subnets or ways of their own.
        section ip_configurations "ipConfigurations" NatConfiguration,
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
        /// Names under which consumers may reach it, told to their endpoints.
        many fqdns "fqdns" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A NAT address of a Private Link Service.
    NatConfiguration ("a NAT address") {
        /// Its subnet; default: that of the Private Link Service.
        optional subnet "subnet" String,
        /// Its address; default: the lowest free one.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Default: that of the Private Link Service.
        choice private_ip_allocation_method "privateIPAllocationMethod" ["Static", "Dynamic"],
        /// Whether it is the primary one; default: the first is.
        optional primary "primary" bool,
    }

    /// A private endpoint.
    PrivateEndpoint ("a private endpoint") {
        /// Its subnet as `NETWORK/SUBNET`, or an id.
        required subnet "subnet" String,
        /// Its group, if not that of its network.
        optional resource_group "resourceGroup" String,
        /// A Private Link Service by name, id or alias; or a platform resource: an entry of
        /// `backends`, an API Management service or an id.
        required service "service" String,
        /// Sub-resources of a platform resource, such as `blob`.
        many group_ids "groupIds" String,
        /// Its address; default: Azure chooses.
        optional private_ip_address "privateIPAddress" Ipv4Addr,
        /// Its addresses by name, where the service has several members.
        section ip_configurations "ipConfigurations" EndpointConfiguration,
        /// Name of its NIC; default: Azure chooses.
        optional custom_network_interface_name "customNetworkInterfaceName" String,
        /// Application security groups it is a member of, by name or id.
        many application_security_groups "applicationSecurityGroups" String,
        /// Private DNS zones that Azure keeps its names in, by name or id, or `false` for none; default: the zone of its sub-resource.
        many private_dns_zone_group "privateDnsZoneGroup" String,
        /// Whether a person approves it; default: when the service is in another tenant.
        optional manual "manual" bool,
        /// At most 140 characters.
        optional request_message "requestMessage" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A static address of a private endpoint.
    EndpointConfiguration ("an address of a private endpoint") {
        /// The sub-resource; default: the only one of the endpoint.
        optional group_id "groupId" String,
        /// The member of the sub-resource; default: its name.
        optional member_name "memberName" String,
        /// The address.
        required private_ip_address "privateIPAddress" Ipv4Addr,
    }
}
