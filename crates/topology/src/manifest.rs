//! The short form that people write.
//!
//! [`parse`] reads YAML into a [`Manifest`] whose every value knows its place. It never fails:
//! what is wrong comes back as findings (`YAML…` about the text, `MAN…` about its meaning) and is
//! left out. Names are not looked up here, and nothing is derived; that is the business of
//! [`crate::resolve`].

mod decode;
mod draft;
pub mod edit;
mod holes;
mod layers;
mod raw;
mod reader;
mod schema;
pub(crate) mod suggest;
mod variables;
mod write;
mod yaml;

pub(crate) use decode::Record;
pub use decode::{
    AdditionalLocation, ApiManagement, ApplicationSecurityGroup, Backend, BackendPool,
    BalancerRule, Client, Delegation, EndpointConfiguration, Expect, Forwarder, Frontend,
    HostnameConfiguration, IpTag, LoadBalancer, Manifest, MxRecord, NamedProbe, NatConfiguration,
    NatGateway, NetworkSecurityGroup, OutboundRule, Peering, PrivateDnsZone, PrivateEndpoint,
    PrivateLinkService, Probe, PublicIpAddress, PublicIpPrefix, RecordSets, RelayItem,
    ResourceGroup, Route, RouteTable, SecurityRule, ServiceEndpoint, SrvRecord, Subnet,
    Subscription, Suppress, VirtualNetwork, VirtualNetworkLink,
};
pub(crate) use draft::Draft;
pub(crate) use holes::Hole;
pub use raw::RawResource;
pub(crate) use raw::{REMOVE, Said};
pub use reader::{Guid, Listen};
pub(crate) use reader::{is_name, is_record_name};
pub use schema::json_schema;
pub(crate) use variables::UNUSED_VARIABLE;
pub use write::{document, escaped};

use crate::{
    finding::Finding,
    source::{SourceMap, Span, Spanned},
};
use indexmap::IndexMap;
use reader::Reader;

/// A value that may be absent.
pub type Field<T> = Option<Spanned<T>>;

/// A list that may be absent.
pub type List<T> = Option<Spanned<Vec<Spanned<T>>>>;

/// Named things in the order of the text. Names differ in more than case.
pub type Section<T> = IndexMap<String, Entry<T>>;

/// One named thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry<T> {
    /// Its name and where that stands.
    pub name: Spanned<String>,
    /// Where its value stands.
    pub span: Span,
    /// The thing.
    pub value: T,
}

/// Reads a manifest of one text; what cannot be read is left out of it and reported.
pub fn parse(text: &str) -> (Manifest, Vec<Finding>) {
    parse_layers(&SourceMap::of("", text))
}

/// Reads a manifest of several texts, each laid over those before it: mappings merge, `null`
/// removes a key, anything else replaces what was there.
pub fn parse_layers(sources: &SourceMap) -> (Manifest, Vec<Finding>) {
    let reading = Draft::of(sources).read();
    (reading.manifest, reading.findings)
}

/// Reads a YAML text as JSON, variables included; findings where it cannot be read.
pub fn value_of(text: &str) -> (Option<serde_json::Value>, Vec<Finding>) {
    let mut reader = Reader::default();
    let value = layers::read(&SourceMap::of("", text), &mut reader).map(|mut root| {
        variables::substitute(&mut root, &mut reader);
        raw::value(&root)
    });
    (value, reader.findings)
}

#[cfg(test)]
mod tests;
