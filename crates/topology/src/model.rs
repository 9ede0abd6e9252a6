//! What ARM has, typed: the one canonical model that every other part reads.
//!
//! A [`Topology`] is a set of ARM resources, spelled as ARM spells them, plus what ARM does not
//! know: where a client stands. What a forwarder relays travels as the virtual machine's
//! `userData`, so it is known to ARM ([`relay::RelayConfig`]). Unknown properties are kept in
//! `extra` maps and written back.
//!
//! This module holds no rule and makes no decision.

pub mod addresses;
pub mod api_management;
pub mod authorization;
mod body;
mod children;
pub mod cidr;
pub mod compute;
pub mod dns;
pub mod expectation;
pub mod id;
mod id_key;
mod id_map;
pub mod json;
pub mod kinds;
pub mod network;
pub(crate) mod platform;
mod provenance;
pub mod regions;
pub mod relay;
pub mod resource_group;

pub use body::{ARM_TYPES, Body};
pub use children::{fold_children, inline_parent};
pub use id_key::KeyHasher;
pub use id_map::IdState;
pub(crate) use id_map::{IdMap, IdSet};
pub use json::Extra;
pub use provenance::{Form, Provenance, Section, Written};
pub(crate) use provenance::{Key, only};

use crate::{finding::Finding, source::Span};
use id::ResourceId;
use indexmap::IndexMap;
use json::arm;
use std::{collections::BTreeMap, net::Ipv4Addr};

/// The tag that marks a resource as made by Linkspan; its value is the topology's name.
pub const OWNER_TAG: &str = "linkspan";

/// A set of ARM resources and the clients that use them.
#[derive(Clone, Debug, Default)]
pub struct Topology {
    /// The manifest's name; the value of [`OWNER_TAG`].
    pub name: String,
    /// All resources in a stable order (that of the manifest, or of the import).
    pub resources: IndexMap<ResourceId, Resource, IdState>,
    /// Where clients stand, by name.
    pub clients: IndexMap<String, Client>,
    /// What is reached at the end and is no resource of the topology, by name.
    pub backends: IndexMap<String, Backend>,
    /// Subscription keys of the manifest (`provider`) by subscription id.
    pub subscriptions: IndexMap<String, Subscription>,
    /// What is expected to be reachable, and what not.
    pub expectations: Vec<expectation::Expectation>,
    /// Where values came from in the manifest's text.
    pub provenance: Provenance,
}

/// A subscription that the topology names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subscription {
    /// Its id, a GUID.
    pub id: String,
    /// Its tenant, if the manifest says so.
    pub tenant: Option<String>,
}

/// Something that is no Azure resource of ours but opens connections: a test machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Client {
    /// Its name in the manifest.
    pub name: String,
    /// The subnet it stands in.
    pub subnet: ResourceId,
    /// Its address; `None` means the lowest free one.
    pub private_ip_address: Option<Ipv4Addr>,
    /// A hosts file that overrides DNS on this machine, name to address.
    pub hosts: BTreeMap<String, Ipv4Addr>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// Something that is reached at the end and is no resource of the topology: a host on-premises, a
/// database. A fact, which nothing is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Backend {
    /// Its name in the manifest.
    pub name: String,
    /// Its addresses.
    pub addresses: Vec<Ipv4Addr>,
    /// The name it is dialled by, in lower case.
    pub fqdn: Option<String>,
    /// Ports that it answers on; none means that nothing is known of them.
    pub ports: Vec<u16>,
    /// The network whose gateway leads to it, or that has its addresses.
    pub virtual_network: Option<ResourceId>,
    /// Its id, if it is a resource in Azure.
    pub id: Option<ResourceId>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// One ARM resource.
#[derive(Clone, Debug, PartialEq)]
pub struct Resource {
    /// Its id, casing as given by the user.
    pub id: ResourceId,
    /// Region, lower case without spaces (`uksouth`), `global`, or absent for child resources.
    pub location: Option<String>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// `sku`.
    pub sku: Option<Sku>,
    /// Availability zones.
    pub zones: Vec<String>,
    /// The typed part.
    pub body: Body,
    /// Top-level members that are not modelled (`etag`, `identity`, …), and what was given otherwise
    /// than it would be written.
    pub extra: Extra,
    /// `existing: true`: read, checked and traced, never created, changed or deleted.
    pub existing: bool,
}

arm! {
    /// `sku` of a resource.
    pub struct Sku {
        /// Such as `Standard`, `Developer`, `Standard_B1s`.
        pub name as "name": Option<String>,
        /// Such as `Regional`.
        pub tier as "tier": Option<String>,
        /// Units, or instances.
        pub capacity as "capacity": Option<u32>,
    }
}

impl Topology {
    /// The subnet with this id (`…/virtualNetworks/V/subnets/S`), with its network.
    pub fn subnet(&self, id: &ResourceId) -> Option<(&Resource, &network::Subnet)> {
        let (vnet, inner) = self.virtual_network(&id.parent()?)?;
        let subnet = inner
            .subnets
            .iter()
            .find(|subnet| subnet.name.eq_ignore_ascii_case(id.name()))?;
        Some((vnet, subnet))
    }

    /// Fills in the spans of findings that know only a place in the model.
    pub fn locate(&self, findings: &mut [Finding]) {
        for finding in findings {
            if let (None, Some(place)) = (finding.span, &finding.place) {
                finding.span = self.provenance.span(place);
            }
            for related in &mut finding.related {
                if related.span.is_none() {
                    related.span = self.provenance.span(&related.place);
                }
            }
        }
    }
}
