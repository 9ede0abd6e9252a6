//! `Microsoft.Network` types, as of API version 2024-03-01.
//!
//! Field names are ARM's; the shapes follow
//! <https://learn.microsoft.com/rest/api/virtualnetwork/>. `None` means *not given*: what Azure
//! then fills in is the business of `resolve` and of whoever plays Azure. Here is what all types
//! share; each type has its own file.

mod interface;
mod load_balancer;
mod nat_gateway;
mod private_endpoint;
mod private_link;
mod public_ip;
mod routes;
mod security;
mod subnet;
mod virtual_network;

pub use interface::{NetworkInterface, NicDnsSettings, NicIpConfiguration};
pub use load_balancer::{
    BackendAddressPool, BackendAddressProperties, FrontendIpConfiguration, InboundNatPool,
    InboundNatRule, LoadBalancer, LoadBalancerBackendAddress, LoadBalancingRule, OutboundRule,
    Probe,
};
pub use nat_gateway::NatGateway;
pub use private_endpoint::{
    CustomDnsConfig, PrivateEndpoint, PrivateEndpointIpConfiguration, PrivateLinkServiceConnection,
};
pub use private_link::{
    ConnectionState, PlsIpConfiguration, PrivateEndpointConnection, PrivateLinkService,
    SubscriptionSet,
};
pub use public_ip::{IpTag, PublicIpAddress, PublicIpDnsSettings, PublicIpPrefix};
pub use routes::{RouteProperties, RouteTable};
pub use security::{
    ApplicationSecurityGroup, NetworkSecurityGroup, SecurityRule, SecurityRuleProperties,
};
pub use subnet::{Delegation, ServiceEndpoint, Subnet, SubnetProperties};
pub use virtual_network::{AddressSpace, DhcpOptions, VirtualNetwork, VirtualNetworkPeering};

use super::{Extra, id::ResourceId};
use serde::{Deserialize, Serialize};

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
    /// Availability zones, of a frontend.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub zones: Vec<String>,
    /// Its own properties.
    pub properties: P,
    /// `etag`, `type`, `sku`, ….
    #[serde(flatten)]
    pub extra: Extra,
}

impl<P> Child<P> {
    /// A child with a name and properties.
    pub fn new(name: impl Into<String>, properties: P) -> Self {
        Self {
            id: None,
            name: name.into(),
            zones: Vec::new(),
            properties,
            extra: Extra::new(),
        }
    }
}

macro_rules! arm {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident as $wire:literal: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        pub struct $name {
            $($(#[$fdoc])* #[serde(rename = $wire, default, skip_serializing_if = "crate::model::is_absent")] pub $field: $ty,)*
            /// What is not modelled.
            #[serde(flatten)]
            pub extra: crate::model::Extra,
        }
    };
}
pub(crate) use arm;

/// Whether `privateIPAddressVersion` says IPv6; absent means IPv4.
fn is_ipv6(version: Option<&str>) -> bool {
    version.is_some_and(|version| version.eq_ignore_ascii_case("IPv6"))
}
