//! Virtual networks and what subnets name.

use super::prelude::*;

records! {
    /// A virtual network.
    VirtualNetwork ("a virtual network") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its ranges, IPv4 and IPv6.
        required_list address_prefixes "addressPrefixes" IpRange,
        /// Addresses of its DNS servers; default: Azure's own.
        many dns_servers "dnsServers" IpAddr,
        /// Its subnets.
        section subnets "subnets" Subnet,
        /// Its peerings with other networks.
        section peerings "peerings" Peering,
        /// Minutes after which an idle flow is forgotten, 4 to 30; default: Azure's.
        optional flow_timeout_in_minutes "flowTimeoutInMinutes" u32,
        /// Whether policies on private endpoints apply in the whole network; default: Azure's.
        choice private_endpoint_vnet_policies "privateEndpointVNetPolicies" ["Disabled", "Basic"],
        /// Whether a plan against denial of service is on; default: Azure's.
        optional enable_ddos_protection "enableDdosProtection" bool,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A peering, seen from its network. Traffic flows once both networks have one.
    Peering ("a peering") {
        /// The other network, by name or id; default: the one that has the name of the peering.
        optional remote_virtual_network "remoteVirtualNetwork" String,
        /// Whether addresses of the other network are reached; default: Azure's, which is yes.
        optional allow_virtual_network_access "allowVirtualNetworkAccess" bool,
        /// Whether traffic that did not begin in the other network is let in; default: Azure's, which is no.
        optional allow_forwarded_traffic "allowForwardedTraffic" bool,
        /// Whether the other network may use this one's gateway; default: Azure's, which is no.
        optional allow_gateway_transit "allowGatewayTransit" bool,
        /// Whether this network uses the other's gateway; default: Azure's, which is no.
        optional use_remote_gateways "useRemoteGateways" bool,
        /// Whether the other network gets its half too, with the two gateway flags changed round, unless it states one.
        optional both_ways "bothWays" bool,
    }

    /// A subnet.
    Subnet ("a subnet") ["addressPrefix" | "addressPrefixes"] {
        /// Its range.
        optional address_prefix "addressPrefix" IpRange,
        /// Its ranges, if it has one of IPv4 and one of IPv6.
        list address_prefixes "addressPrefixes" IpRange,
        /// Its NSG, by name or id.
        optional network_security_group "networkSecurityGroup" String,
        /// Its route table, by name or id.
        optional route_table "routeTable" String,
        /// Its NAT gateway, by name or id.
        optional nat_gateway "natGateway" String,
        /// Default: `Disabled` where a Private Link Service takes its NAT addresses, else Azure's.
        choice private_link_service_network_policies "privateLinkServiceNetworkPolicies" ["Enabled", "Disabled"],
        /// Default: Azure's.
        choice private_endpoint_network_policies "privateEndpointNetworkPolicies" ["Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"],
        /// Default: Azure's.
        optional default_outbound_access "defaultOutboundAccess" bool,
        /// The services that it is given to, by the names of the delegations.
        section delegations "delegations" Delegation,
        /// The services that see its own addresses.
        list service_endpoints "serviceEndpoints" ServiceEndpoint,
    }

    /// A delegation of a subnet.
    Delegation ("a delegation") {
        /// Such as `Microsoft.Web/serverFarms`.
        required service_name "serviceName" String,
    }

    /// A service endpoint of a subnet.
    ServiceEndpoint ("a service endpoint") {
        /// Such as `Microsoft.Storage`.
        required service "service" String,
        /// Regions, or `*`; default: Azure's.
        list locations "locations" String,
    }

    /// A network security group.
    NetworkSecurityGroup ("a network security group") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its rules by name.
        section security_rules "securityRules" SecurityRule,
        /// Whether a changed rule cuts the flows that it no longer allows; default: Azure's, which is no.
        optional flush_connection "flushConnection" bool,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A rule of a network security group.
    SecurityRule ("a security rule")
    ["sourceAddressPrefix" | "sourceAddressPrefixes" | "sourceApplicationSecurityGroups"]
    ["destinationAddressPrefix" | "destinationAddressPrefixes" | "destinationApplicationSecurityGroups"]
    ["destinationPortRange" | "destinationPortRanges"] {
        /// 100 to 4096; lower is first.
        required priority "priority" u16,
        /// Direction.
        required_choice direction "direction" ["Inbound", "Outbound"],
        /// Allow or deny.
        required_choice access "access" ["Allow", "Deny"],
        /// Protocol; default `*`.
        choice protocol "protocol" ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"],
        /// Range, address, service tag or `*`.
        optional source_address_prefix "sourceAddressPrefix" String,
        /// Several ranges or addresses.
        list source_address_prefixes "sourceAddressPrefixes" String,
        /// Or the members of these application security groups, by name or id.
        list source_application_security_groups "sourceApplicationSecurityGroups" String,
        /// Default `*`.
        optional source_port_range "sourcePortRange" String,
        /// Several ports or ranges of ports.
        list source_port_ranges "sourcePortRanges" String,
        /// Range, address, service tag or `*`.
        optional destination_address_prefix "destinationAddressPrefix" String,
        /// Several ranges or addresses.
        list destination_address_prefixes "destinationAddressPrefixes" String,
        /// Or the members of these application security groups, by name or id.
        list destination_application_security_groups "destinationApplicationSecurityGroups" String,
        /// Port, range of ports or `*`.
        optional destination_port_range "destinationPortRange" String,
        /// Several ports or ranges of ports.
        list destination_port_ranges "destinationPortRanges" String,
        /// Free text.
        optional description "description" String,
    }

    /// A route table.
    RouteTable ("a route table") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its routes by name.
        section routes "routes" Route,
        /// Whether routes learned from a gateway are kept out; default: Azure's, which is no.
        optional disable_bgp_route_propagation "disableBgpRoutePropagation" bool,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A route.
    Route ("a route") {
        /// Range or service tag.
        required address_prefix "addressPrefix" String,
        /// Where packets go.
        required_choice next_hop_type "nextHopType" ["VirtualAppliance", "VnetLocal", "Internet", "None", "VirtualNetworkGateway"],
        /// For `VirtualAppliance`, IPv4 or IPv6.
        optional next_hop_ip_address "nextHopIpAddress" IpAddr,
    }

    /// An application security group. Its members name it.
    ApplicationSecurityGroup ("an application security group") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }
}
