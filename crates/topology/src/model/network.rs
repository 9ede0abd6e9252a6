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
    SubscriptionSet, is_alias,
};
pub use public_ip::{IpTag, PublicIpAddress, PublicIpDnsSettings, PublicIpPrefix};
pub use routes::{RouteProperties, RouteTable};
pub use security::{
    ApplicationSecurityGroup, NetworkSecurityGroup, SecurityRule, SecurityRuleProperties,
};
pub use subnet::{Delegation, ServiceEndpoint, Subnet, SubnetProperties};
pub use virtual_network::{AddressSpace, DhcpOptions, VirtualNetwork, VirtualNetworkPeering};

use super::{
    Extra,
    id::ResourceId,
    json::{Arm, At, Fit, Members, Misfits, arm, arm_members},
};
use serde_json::{Value, json};

/// `{ "id": … }`.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Arm for SubResource {
    /// More than the id is often given (the whole resource, expanded); only the id is read.
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let Some((members, _)) = Members::of(given, at, misfits) else {
            return Fit::Not;
        };
        let id = members.get("id").unwrap_or(&Value::Null);
        match ResourceId::read(id, &At::Member(at, "id"), misfits) {
            Fit::Whole(id) if members.len() == 1 => Fit::Whole(Self { id }),
            Fit::Whole(id) | Fit::Partly(id) => Fit::Partly(Self { id }),
            Fit::Not => Fit::Not,
        }
    }

    fn write(&self) -> Value {
        json!({ "id": self.id })
    }
}

/// A named child inside its parent's JSON: `{ "id", "name", "properties": { … } }`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Child<P> {
    /// Full id; filled in by ARM, may be left out in a request.
    pub id: Option<ResourceId>,
    /// Name inside the parent.
    pub name: String,
    /// Availability zones, of a frontend.
    pub zones: Vec<String>,
    /// Its own properties.
    pub properties: P,
    /// `etag`, `type`, `sku`, …, and what was given otherwise than it would be written.
    pub extra: Extra,
}

arm_members!([P] Child<P> {
    id as "id": Option<ResourceId>,
    name as "name": String,
    zones as "zones": Vec<String>,
    properties as "properties": P,
});

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

/// Whether `privateIPAddressVersion` says IPv6; absent means IPv4.
fn is_ipv6(version: Option<&str>) -> bool {
    version.is_some_and(|version| version.eq_ignore_ascii_case("IPv6"))
}
