//! `Microsoft.Network` types, as of API version 2024-03-01.
//!
//! Field names are ARM's; the shapes follow
//! <https://learn.microsoft.com/rest/api/virtualnetwork/>. `None` means *not given*: what Azure
//! then fills in is the business of `resolve` and of whoever plays Azure.

use super::{Extra, cidr::Cidr, id::ResourceId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::Ipv4Addr;

/// `{ "id": … }`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubResource {
    /// The id it refers to.
    pub id: ResourceId,
}

impl SubResource {
    /// A reference to `id`.
    pub fn to(id: &ResourceId) -> Self {
        Self { id: id.clone() }
    }
}

/// A named child inside its parent's JSON: `{ "id", "name", "properties": { … } }`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Child<P> {
    /// Full id; filled in by ARM, may be left out in a request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<ResourceId>,
    /// Name inside the parent.
    #[serde(default)]
    pub name: String,
    /// Its own properties.
    pub properties: P,
    /// `etag`, `type`, `zones`, ….
    #[serde(flatten)]
    pub extra: Extra,
}

impl<P> Child<P> {
    /// A child with a name and properties.
    pub fn new(name: impl Into<String>, properties: P) -> Self {
        Self {
            id: None,
            name: name.into(),
            properties,
            extra: Extra::new(),
        }
    }
}

macro_rules! arm {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident as $wire:literal: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        pub struct $name {
            $($(#[$fdoc])* #[serde(rename = $wire, default, skip_serializing_if = "crate::model::is_absent")] pub $field: $ty,)*
            /// What is not modelled.
            #[serde(flatten)]
            pub extra: Extra,
        }
    };
}
pub(crate) use arm;

arm! {
    /// `addressSpace`.
    pub struct AddressSpace {
        /// IPv4 ranges (IPv6 ones are not modelled yet and refuse to parse).
        pub address_prefixes as "addressPrefixes": Vec<Cidr>,
    }
}

arm! {
    /// Properties of a virtual network.
    pub struct VirtualNetwork {
        /// Its ranges.
        pub address_space as "addressSpace": AddressSpace,
        /// Its subnets.
        pub subnets as "subnets": Vec<Subnet>,
        /// `dhcpOptions`, opaque.
        pub dhcp_options as "dhcpOptions": Option<Value>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

/// A subnet.
pub type Subnet = Child<SubnetProperties>;

arm! {
    /// Properties of a subnet.
    pub struct SubnetProperties {
        /// Its range, if given as one.
        pub address_prefix as "addressPrefix": Option<Cidr>,
        /// Its ranges, if given as a list (newer clients).
        pub address_prefixes as "addressPrefixes": Vec<Cidr>,
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
        /// Delegations, opaque.
        pub delegations as "delegations": Vec<Value>,
    }
}

impl SubnetProperties {
    /// All IPv4 ranges, in whichever form they were given.
    pub fn prefixes(&self) -> impl Iterator<Item = Cidr> {
        self.address_prefix
            .iter()
            .chain(
                self.address_prefixes
                    .iter()
                    .filter(|cidr| Some(**cidr) != self.address_prefix),
            )
            .copied()
    }
}

arm! {
    /// Properties of a network security group.
    pub struct NetworkSecurityGroup {
        /// Own rules; the six default rules are not listed here.
        pub security_rules as "securityRules": Vec<SecurityRule>,
    }
}

/// A rule of an NSG.
pub type SecurityRule = Child<SecurityRuleProperties>;

arm! {
    /// Properties of a security rule. Of each singular/plural pair either may be given.
    pub struct SecurityRuleProperties {
        /// 100 to 4096; lower is first.
        pub priority as "priority": u16,
        /// `Inbound` or `Outbound`.
        pub direction as "direction": String,
        /// `Allow` or `Deny`.
        pub access as "access": String,
        /// `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`.
        pub protocol as "protocol": String,
        /// CIDR, address, service tag or `*`.
        pub source_address_prefix as "sourceAddressPrefix": Option<String>,
        /// Several of them.
        pub source_address_prefixes as "sourceAddressPrefixes": Vec<String>,
        /// `443`, `1-2`, `*`.
        pub source_port_range as "sourcePortRange": Option<String>,
        /// Several of them.
        pub source_port_ranges as "sourcePortRanges": Vec<String>,
        /// CIDR, address, service tag or `*`.
        pub destination_address_prefix as "destinationAddressPrefix": Option<String>,
        /// Several of them.
        pub destination_address_prefixes as "destinationAddressPrefixes": Vec<String>,
        /// `443`, `1-2`, `*`.
        pub destination_port_range as "destinationPortRange": Option<String>,
        /// Several of them.
        pub destination_port_ranges as "destinationPortRanges": Vec<String>,
        /// Free text.
        pub description as "description": Option<String>,
    }
}

arm! {
    /// Properties of a route table.
    pub struct RouteTable {
        /// Routes.
        pub routes as "routes": Vec<Child<RouteProperties>>,
    }
}

arm! {
    /// Properties of a route.
    pub struct RouteProperties {
        /// CIDR or service tag.
        pub address_prefix as "addressPrefix": String,
        /// `VirtualAppliance`, `VnetLocal`, `Internet`, `None`, `VirtualNetworkGateway`.
        pub next_hop_type as "nextHopType": String,
        /// For `VirtualAppliance`.
        pub next_hop_ip_address as "nextHopIpAddress": Option<Ipv4Addr>,
    }
}

arm! {
    /// Properties of a network interface.
    pub struct NetworkInterface {
        /// IP configurations.
        pub ip_configurations as "ipConfigurations": Vec<Child<NicIpConfiguration>>,
        /// Its NSG.
        pub network_security_group as "networkSecurityGroup": Option<SubResource>,
        /// IP forwarding.
        pub enable_ip_forwarding as "enableIPForwarding": Option<bool>,
        /// The machine that uses it (read-only).
        pub virtual_machine as "virtualMachine": Option<SubResource>,
        /// The private endpoint whose NIC it is (read-only).
        pub private_endpoint as "privateEndpoint": Option<SubResource>,
        /// The Private Link Service whose NIC it is (read-only).
        pub private_link_service as "privateLinkService": Option<SubResource>,
    }
}

arm! {
    /// Properties of a NIC's IP configuration.
    pub struct NicIpConfiguration {
        /// The subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<Ipv4Addr>,
        /// `Static` or `Dynamic`; absent means `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// First one is primary.
        pub primary as "primary": Option<bool>,
        /// Load-balancer pools it is a member of.
        pub load_balancer_backend_address_pools as "loadBalancerBackendAddressPools": Vec<SubResource>,
        /// A public address.
        pub public_ip_address as "publicIPAddress": Option<SubResource>,
    }
}

arm! {
    /// Properties of a load balancer.
    pub struct LoadBalancer {
        /// Frontends.
        pub frontend_ip_configurations as "frontendIPConfigurations": Vec<Child<FrontendIpConfiguration>>,
        /// Pools.
        pub backend_address_pools as "backendAddressPools": Vec<Child<BackendAddressPool>>,
        /// Rules.
        pub load_balancing_rules as "loadBalancingRules": Vec<Child<LoadBalancingRule>>,
        /// Probes.
        pub probes as "probes": Vec<Child<Probe>>,
    }
}

arm! {
    /// Properties of a frontend.
    pub struct FrontendIpConfiguration {
        /// The subnet of an internal frontend.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<Ipv4Addr>,
        /// `Static` or `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// The address of a public frontend.
        pub public_ip_address as "publicIPAddress": Option<SubResource>,
    }
}

arm! {
    /// Properties of a backend pool.
    pub struct BackendAddressPool {
        /// Members given by address (refused behind a Private Link Service), opaque.
        pub load_balancer_backend_addresses as "loadBalancerBackendAddresses": Vec<Value>,
    }
}

arm! {
    /// Properties of a load-balancing rule.
    pub struct LoadBalancingRule {
        /// The frontend.
        pub frontend_ip_configuration as "frontendIPConfiguration": Option<SubResource>,
        /// The pool.
        pub backend_address_pool as "backendAddressPool": Option<SubResource>,
        /// The probe; without one no instance is ever taken out.
        pub probe as "probe": Option<SubResource>,
        /// `Tcp`, `Udp` or `All`.
        pub protocol as "protocol": String,
        /// Port on the frontend.
        pub frontend_port as "frontendPort": u16,
        /// Port on the member.
        pub backend_port as "backendPort": Option<u16>,
        /// Whether the destination stays the frontend.
        pub enable_floating_ip as "enableFloatingIP": Option<bool>,
        /// 4 to 100; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// RST at the idle timeout.
        pub enable_tcp_reset as "enableTcpReset": Option<bool>,
        /// `Default` (5-tuple), `SourceIP`, `SourceIPProtocol`.
        pub load_distribution as "loadDistribution": Option<String>,
        /// Turns outbound translation off.
        pub disable_outbound_snat as "disableOutboundSnat": Option<bool>,
    }
}

arm! {
    /// Properties of a health probe.
    pub struct Probe {
        /// `Tcp`, `Http` or `Https`.
        pub protocol as "protocol": String,
        /// Port on the member.
        pub port as "port": u16,
        /// Path, for HTTP and HTTPS.
        pub request_path as "requestPath": Option<String>,
        /// Seconds between probes; absent means 15.
        pub interval_in_seconds as "intervalInSeconds": Option<u32>,
        /// Retired threshold.
        pub number_of_probes as "numberOfProbes": Option<u32>,
        /// Successes or failures in a row that change the state; absent means 1.
        pub probe_threshold as "probeThreshold": Option<u32>,
    }
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
    }
}

arm! {
    /// Properties of a NAT address of a Private Link Service.
    pub struct PlsIpConfiguration {
        /// The NAT subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Its address: wished for if `Static`, told by Azure if `Dynamic`.
        pub private_ip_address as "privateIPAddress": Option<Ipv4Addr>,
        /// `Static` or `Dynamic`.
        pub private_ip_allocation_method as "privateIPAllocationMethod": Option<String>,
        /// Exactly one is primary.
        pub primary as "primary": Option<bool>,
    }
}

arm! {
    /// Properties of a connection of a private endpoint to a Private Link Service, provider's side.
    pub struct PrivateEndpointConnection {
        /// The endpoint.
        pub private_endpoint as "privateEndpoint": Option<SubResource>,
        /// The LINKID as a decimal string.
        pub link_identifier as "linkIdentifier": Option<String>,
        /// Approval.
        pub private_link_service_connection_state as "privateLinkServiceConnectionState": Option<ConnectionState>,
    }
}

arm! {
    /// Approval of a connection.
    pub struct ConnectionState {
        /// `Pending`, `Approved`, `Rejected` or `Disconnected`.
        pub status as "status": Option<String>,
        /// Free text.
        pub description as "description": Option<String>,
    }
}

arm! {
    /// Properties of a private endpoint.
    pub struct PrivateEndpoint {
        /// Its subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// Connections that ask for automatic approval.
        pub private_link_service_connections as "privateLinkServiceConnections": Vec<Child<PrivateLinkServiceConnection>>,
        /// Connections that wait for a person.
        pub manual_private_link_service_connections as "manualPrivateLinkServiceConnections": Vec<Child<PrivateLinkServiceConnection>>,
        /// Read-only NIC, which knows the address.
        pub network_interfaces as "networkInterfaces": Vec<SubResource>,
    }
}

impl PrivateEndpoint {
    /// Its connections, automatic ones first.
    pub fn connections(&self) -> impl Iterator<Item = &Child<PrivateLinkServiceConnection>> {
        self.private_link_service_connections
            .iter()
            .chain(&self.manual_private_link_service_connections)
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
    }
}
