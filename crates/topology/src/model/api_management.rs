//! `Microsoft.ApiManagement/service`, as of API version 2022-08-01.
//!
//! `sku` and `zones` stand on the resource itself.
//! Source: <https://learn.microsoft.com/rest/api/apimanagement/api-management-service/get>.

use super::{
    Sku,
    id::ResourceId,
    json::arm,
    network::{Child, PrivateEndpointConnection},
};
use std::net::IpAddr;

arm! {
    /// Properties of an API Management service.
    pub struct ApiManagement {
        /// Required by ARM.
        pub publisher_email as "publisherEmail": Option<String>,
        /// Required by ARM.
        pub publisher_name as "publisherName": Option<String>,
        /// `None`, `External` or `Internal`.
        pub virtual_network_type as "virtualNetworkType": Option<String>,
        /// The subnet it is injected into, or that it sends through.
        pub virtual_network_configuration as "virtualNetworkConfiguration": Option<VirtualNetworkConfiguration>,
        /// The Standard address of a service in a network on `stv2`.
        pub public_ip_address_id as "publicIpAddressId": Option<ResourceId>,
        /// Read-only: public addresses, first of the first region.
        pub public_ip_addresses as "publicIPAddresses": Vec<IpAddr>,
        /// Read-only: the private VIP of an internal service, first.
        pub private_ip_addresses as "privateIPAddresses": Vec<IpAddr>,
        /// `Enabled` or `Disabled`: whether it answers at public addresses; absent means `Enabled`.
        pub public_network_access as "publicNetworkAccess": Option<String>,
        /// Read-only inbound private endpoints.
        pub private_endpoint_connections as "privateEndpointConnections": Vec<Child<PrivateEndpointConnection>>,
        /// Other regions.
        pub additional_locations as "additionalLocations": Vec<AdditionalLocation>,
        /// Host names.
        pub hostname_configurations as "hostnameConfigurations": Vec<HostnameConfiguration>,
        /// `stv1`, `stv2`, `mtv1`, …, read-only.
        pub platform_version as "platformVersion": Option<String>,
        /// `Enabled` or `Disabled`: outbound through a NAT gateway of its own.
        pub nat_gateway_state as "natGatewayState": Option<String>,
        /// Read-only addresses that it sends from.
        pub outbound_public_ip_addresses as "outboundPublicIPAddresses": Vec<IpAddr>,
        /// Whether the gateway of the first region is off.
        pub disable_gateway as "disableGateway": Option<bool>,
        /// Whether a deleted service of this name comes back.
        pub restore as "restore": Option<bool>,
        /// The oldest API version that clients may use.
        pub api_version_constraint as "apiVersionConstraint": Option<ApiVersionConstraint>,
        /// Read-only.
        pub gateway_url as "gatewayUrl": Option<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// `virtualNetworkConfiguration`.
    pub struct VirtualNetworkConfiguration {
        /// The subnet.
        pub subnet_resource_id as "subnetResourceId": Option<ResourceId>,
        /// The network's GUID, read-only.
        pub vnet_id as "vnetid": Option<String>,
        /// The subnet's name, read-only.
        pub subnet_name as "subnetname": Option<String>,
    }
}

arm! {
    /// `apiVersionConstraint`.
    pub struct ApiVersionConstraint {
        /// Such as `2019-12-01`.
        pub min_api_version as "minApiVersion": Option<String>,
    }
}

arm! {
    /// A region beside the first.
    pub struct AdditionalLocation {
        /// The region.
        pub location as "location": Option<String>,
        /// Units there.
        pub sku as "sku": Option<Sku>,
        /// Availability zones there.
        pub zones as "zones": Vec<String>,
        /// The Standard address there.
        pub public_ip_address_id as "publicIpAddressId": Option<ResourceId>,
        /// Read-only public addresses.
        pub public_ip_addresses as "publicIPAddresses": Vec<IpAddr>,
        /// Read-only private VIP of an internal service.
        pub private_ip_addresses as "privateIPAddresses": Vec<IpAddr>,
        /// The subnet there.
        pub virtual_network_configuration as "virtualNetworkConfiguration": Option<VirtualNetworkConfiguration>,
        /// The gateway's URL there, read-only.
        pub gateway_regional_url as "gatewayRegionalUrl": Option<String>,
        /// `Enabled` or `Disabled`.
        pub nat_gateway_state as "natGatewayState": Option<String>,
        /// Read-only addresses that it sends from.
        pub outbound_public_ip_addresses as "outboundPublicIPAddresses": Vec<IpAddr>,
        /// Whether the gateway there is off.
        pub disable_gateway as "disableGateway": Option<bool>,
        /// Read-only.
        pub platform_version as "platformVersion": Option<String>,
    }
}

arm! {
    /// A host name of the service.
    pub struct HostnameConfiguration {
        /// `Proxy`, `Portal`, `DeveloperPortal`, `Management`, `Scm`, `ConfigurationApi`.
        pub kind as "type": Option<String>,
        /// The name.
        pub host_name as "hostName": Option<String>,
        /// Whether it is served without SNI.
        pub default_ssl_binding as "defaultSslBinding": Option<bool>,
        /// Whether clients must bring a certificate.
        pub negotiate_client_certificate as "negotiateClientCertificate": Option<bool>,
    }
}

impl AdditionalLocation {
    /// The subnet it is injected into there.
    pub fn subnet(&self) -> Option<&ResourceId> {
        self.virtual_network_configuration
            .as_ref()?
            .subnet_resource_id
            .as_ref()
    }

    /// Its first private address, if that is an IPv4 one: the VIP of an internal service there.
    pub fn vip(&self) -> Option<std::net::Ipv4Addr> {
        super::cidr::ipv4(self.private_ip_addresses.first().copied())
    }
}

impl ApiManagement {
    /// Whether it stands in a virtual network.
    pub fn is_injected(&self) -> bool {
        self.virtual_network_type.as_deref().is_some_and(|mode| {
            mode.eq_ignore_ascii_case("Internal") || mode.eq_ignore_ascii_case("External")
        })
    }

    /// The subnet it is injected into.
    pub fn subnet(&self) -> Option<&ResourceId> {
        self.virtual_network_configuration
            .as_ref()?
            .subnet_resource_id
            .as_ref()
    }

    /// The subnet of a region, and whether the gateway there is off; `None` is the first region,
    /// a number one of `additionalLocations`.
    pub fn region(&self, index: Option<usize>) -> (Option<&ResourceId>, bool) {
        match index {
            None => (self.subnet(), self.disable_gateway == Some(true)),
            Some(index) => match self.additional_locations.get(index) {
                Some(region) => (region.subnet(), region.disable_gateway == Some(true)),
                None => (None, false),
            },
        }
    }

    /// Its first private address, if that is an IPv4 one: the VIP of an internal service.
    pub fn vip(&self) -> Option<std::net::Ipv4Addr> {
        super::cidr::ipv4(self.private_ip_addresses.first().copied())
    }

    /// The host name of its gateway: `{name}.azure-api.net`.
    pub fn gateway_host(name: &str) -> String {
        format!("{}.azure-api.net", name.to_ascii_lowercase())
    }
}
