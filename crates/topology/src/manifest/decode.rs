//! The sections of a manifest, each declared once: its type, its keys and how they are read.

use super::{
    Field, List, Section,
    raw::RawResource,
    reader::{Guid, Listen, Read, Reader},
    schema::{self, Definitions, Described},
    yaml::Node,
};
use crate::{
    model::{
        cidr::IpRange,
        expectation::{PortRange, Selector},
    },
    source::{Span, Spanned},
};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

macro_rules! field_type {
    (section $ty:tt) => { Section<$ty> };
    (records $ty:tt) => { Section<$ty> };
    (list $ty:tt) => { List<$ty> };
    (required_list $ty:tt) => { List<$ty> };
    (required_many $ty:tt) => { List<$ty> };
    (many $ty:tt) => { List<$ty> };
    (choice $words:tt) => { Field<String> };
    (required_choice $words:tt) => { Field<String> };
    ($kind:ident $ty:tt) => { Field<$ty> };
}

macro_rules! read_field {
    ($reader:ident $fields:ident $key:literal section $ty:tt) => {
        $reader.section(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal records $ty:tt) => {
        $reader.records(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal optional $ty:tt) => {
        $reader.optional(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal required $ty:tt) => {
        $reader.required(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal list $ty:tt) => {
        $reader.list(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal required_list $ty:tt) => {{
        $reader.demand(&$fields, $key, || Reader::any_list::<$ty>($key));
        $reader.list(&$fields, $key)
    }};
    ($reader:ident $fields:ident $key:literal required_many $ty:tt) => {{
        $reader.demand(&$fields, $key, || Reader::any_list::<$ty>($key));
        $reader.many(&$fields, $key)
    }};
    ($reader:ident $fields:ident $key:literal many $ty:tt) => {
        $reader.many(&$fields, $key)
    };
    ($reader:ident $fields:ident $key:literal choice $words:tt) => {
        $reader.choice(&$fields, $key, &$words)
    };
    ($reader:ident $fields:ident $key:literal required_choice $words:tt) => {{
        $reader.demand(&$fields, $key, || Reader::any_word(&$words));
        $reader.choice(&$fields, $key, &$words)
    }};
}

macro_rules! stated_field {
    ($self:ident $field:ident section) => {
        None
    };
    ($self:ident $field:ident records) => {
        None
    };
    ($self:ident $field:ident list) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident required_list) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident required_many) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident many) => {
        $self.$field.as_ref().map(Stated::list)
    };
    ($self:ident $field:ident $kind:ident) => {
        $self.$field.as_ref().map(Stated::one)
    };
}

macro_rules! describe_field {
    ($definitions:ident section $ty:tt) => {
        (schema::section(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident records $ty:tt) => {
        (schema::section(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident optional $ty:tt) => {
        (<$ty>::schema($definitions), false)
    };
    ($definitions:ident required $ty:tt) => {
        (<$ty>::schema($definitions), true)
    };
    ($definitions:ident list $ty:tt) => {
        (schema::list(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident required_list $ty:tt) => {
        (schema::list(<$ty>::schema($definitions)), true)
    };
    ($definitions:ident many $ty:tt) => {
        (schema::many(<$ty>::schema($definitions)), false)
    };
    ($definitions:ident required_many $ty:tt) => {
        (schema::many(<$ty>::schema($definitions)), true)
    };
    ($definitions:ident choice $words:tt) => {
        (schema::choice(&$words), false)
    };
    ($definitions:ident required_choice $words:tt) => {
        (schema::choice(&$words), true)
    };
}

/// Declares things and their keys. Of the keys in brackets behind a name one is needed.
macro_rules! records {
    ($($(#[doc = $doc:literal])* $name:ident ($what:literal) $([$($alternative:literal)|+])* { $($(#[doc = $fdoc:literal])* $kind:ident $field:ident $key:literal $ty:tt,)* })*) => {
        $(
            $(#[doc = $doc])*
            #[derive(Clone, Debug, Default, PartialEq, Eq)]
            pub struct $name {
                $($(#[doc = $fdoc])* pub $field: field_type!($kind $ty),)*
            }

            impl Read for $name {
                fn read(node: &Node, reader: &mut Reader, _key: &str) -> Option<Self> {
                    let fields = reader.fields(node, $what, &[$($key),*])?;
                    $(reader.demand_one(&fields, &[$($alternative),+]);)*
                    Some(Self { $($field: read_field!(reader fields $key $kind $ty),)* })
                }
            }

            impl Described for $name {
                fn schema(definitions: &mut Definitions) -> serde_json::Value {
                    definitions.record(stringify!($name), $what, concat!($($doc),*), &[$(&[$($alternative),+]),*], |definitions| {
                        vec![$({
                            let (schema, is_required) = describe_field!(definitions $kind $ty);
                            schema::Member { key: $key, doc: concat!($($fdoc),*), schema, is_required }
                        },)*]
                    })
                }
            }

            impl Record for $name {
                fn stated(&self, key: &str) -> Option<Stated> {
                    match key {
                        $($key => stated_field!(self $field $kind),)*
                        _ => None,
                    }
                }
            }
        )*
    };
}

/// Where a field stands, and the items of a list.
pub(crate) struct Stated {
    pub(crate) span: Span,
    pub(crate) items: Vec<Span>,
}

impl Stated {
    fn one<T>(field: &Spanned<T>) -> Self {
        Self {
            span: field.span,
            items: Vec::new(),
        }
    }

    fn list<T>(list: &Spanned<Vec<Spanned<T>>>) -> Self {
        Self {
            span: list.span,
            items: list.value.iter().map(|item| item.span).collect(),
        }
    }
}

/// A thing of the manifest that can be asked where its fields stand.
pub(crate) trait Record {
    /// Where the field with this key stands, if it is given.
    fn stated(&self, key: &str) -> Option<Stated>;
}

mod balancing;
mod names;
mod network;
mod prelude;
mod private_link;
mod public;
mod relays;
mod services;
mod statements;

pub use balancing::{
    BackendPool, BalancerRule, Frontend, LoadBalancer, NamedProbe, OutboundRule, Probe,
};
pub use names::{MxRecord, PrivateDnsZone, RecordSets, SrvRecord, VirtualNetworkLink};
pub use network::{
    ApplicationSecurityGroup, Delegation, NetworkSecurityGroup, Peering, Route, RouteTable,
    SecurityRule, ServiceEndpoint, Subnet, VirtualNetwork,
};
pub use private_link::{
    EndpointConfiguration, NatConfiguration, PrivateEndpoint, PrivateLinkService,
};
pub use public::{IpTag, NatGateway, PublicIpAddress, PublicIpPrefix};
pub use relays::{Forwarder, RelayItem};
pub use services::{AdditionalLocation, ApiManagement, Backend, HostnameConfiguration};
pub use statements::{Client, Expect, Suppress};

records! {
    /// A whole manifest.
    Manifest ("the manifest") {
        /// Version of the format, `v1`.
        required linkspan "linkspan" String,
        /// Name of the topology; the value of the owner tag.
        required name "name" String,
        /// Tags of everything that is made, by name; an entry of `resources` may say others.
        section tags "tags" String,
        /// Subscriptions by the short name that the manifest uses for them.
        section subscriptions "subscriptions" Subscription,
        /// Resource groups.
        section resource_groups "resourceGroups" ResourceGroup,
        /// Virtual networks.
        section virtual_networks "virtualNetworks" VirtualNetwork,
        /// Network security groups. One that only a subnet names is derived.
        section network_security_groups "networkSecurityGroups" NetworkSecurityGroup,
        /// Route tables.
        section route_tables "routeTables" RouteTable,
        /// Application security groups.
        section application_security_groups "applicationSecurityGroups" ApplicationSecurityGroup,
        /// Public IP addresses.
        section public_ip_addresses "publicIPAddresses" PublicIpAddress,
        /// Public IP prefixes.
        section public_ip_prefixes "publicIPPrefixes" PublicIpPrefix,
        /// NAT gateways.
        section nat_gateways "natGateways" NatGateway,
        /// Private DNS zones by their names. Others are derived.
        section private_dns_zones "privateDnsZones" PrivateDnsZone,
        /// API Management services.
        section api_management "apiManagement" ApiManagement,
        /// Groups of equal relays.
        section forwarders "forwarders" Forwarder,
        /// Load balancers.
        section load_balancers "loadBalancers" LoadBalancer,
        /// Private Link Services.
        section private_link_services "privateLinkServices" PrivateLinkService,
        /// Private endpoints.
        section private_endpoints "privateEndpoints" PrivateEndpoint,
        /// What is reached at the end and is no resource of the topology: on-premises hosts, databases.
        section backends "backends" Backend,
        /// Where clients stand.
        section clients "clients" Client,
        /// Whole ARM resources as ARM spells them, and changes to those that the sections above make.
        list resources "resources" RawResource,
        /// What must be reachable, and what must not.
        list expect "expect" Expect,
        /// Findings that are known and accepted.
        list suppress "suppress" Suppress,
        /// URL of the JSON Schema, for editors.
        optional schema "$schema" String,
    }

    /// A subscription.
    Subscription ("a subscription") {
        /// Its id.
        required id "id" Guid,
        /// Its tenant; subscriptions without one are in the same tenant.
        optional tenant "tenant" Guid,
    }

    /// A resource group.
    ResourceGroup ("a resource group") {
        /// Short name of its subscription.
        required subscription "subscription" String,
        /// Its region, which what stands in it takes over.
        required location "location" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }
}
