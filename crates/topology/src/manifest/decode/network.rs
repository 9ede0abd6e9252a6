//! Virtual networks and what subnets name.

use super::prelude::*;

records! {
    /// A virtual network.
    VirtualNetwork ("a virtual network") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its ranges.
        required_list address_prefixes "addressPrefixes" Cidr,
        /// Its subnets.
        section subnets "subnets" Subnet,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A subnet.
    Subnet ("a subnet") {
        /// Its range.
        required address_prefix "addressPrefix" Cidr,
        /// Its NSG, by name or id.
        optional network_security_group "networkSecurityGroup" String,
        /// Its route table, by name or id.
        optional route_table "routeTable" String,
        /// Default: `Disabled` where a Private Link Service takes its NAT addresses, else Azure's.
        choice private_link_service_network_policies "privateLinkServiceNetworkPolicies" ["Enabled", "Disabled"],
        /// Default: Azure's.
        choice private_endpoint_network_policies "privateEndpointNetworkPolicies" ["Enabled", "Disabled", "NetworkSecurityGroupEnabled", "RouteTableEnabled"],
        /// Default: Azure's.
        optional default_outbound_access "defaultOutboundAccess" bool,
    }

    /// A network security group.
    NetworkSecurityGroup ("a network security group") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Its rules by name.
        section security_rules "securityRules" SecurityRule,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A rule of a network security group.
    SecurityRule ("a security rule") {
        /// 100 to 4096; lower is first.
        required priority "priority" u16,
        /// Direction.
        required_choice direction "direction" ["Inbound", "Outbound"],
        /// Allow or deny.
        required_choice access "access" ["Allow", "Deny"],
        /// Protocol; default `*`.
        choice protocol "protocol" ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"],
        /// Range, address, service tag or `*`.
        required source_address_prefix "sourceAddressPrefix" String,
        /// Default `*`.
        optional source_port_range "sourcePortRange" String,
        /// Range, address, service tag or `*`.
        required destination_address_prefix "destinationAddressPrefix" String,
        /// Port, range of ports or `*`.
        required destination_port_range "destinationPortRange" String,
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
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A route.
    Route ("a route") {
        /// Range or service tag.
        required address_prefix "addressPrefix" String,
        /// Where packets go.
        required_choice next_hop_type "nextHopType" ["VirtualAppliance", "VnetLocal", "Internet", "None", "VirtualNetworkGateway"],
        /// For `VirtualAppliance`.
        optional next_hop_ip_address "nextHopIpAddress" Ipv4Addr,
    }
}
