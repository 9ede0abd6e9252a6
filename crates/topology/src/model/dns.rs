//! Private DNS types, as of API version 2024-06-01.
//!
//! Source: <https://learn.microsoft.com/rest/api/dns/privatedns/private-zones>.

use super::{
    Extra,
    id::ResourceId,
    network::{SubResource, arm},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, net::Ipv4Addr, str::FromStr};

arm! {
    /// Properties of a private DNS zone.
    pub struct PrivateDnsZone {
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// Properties of a zone's link to a virtual network.
    pub struct VirtualNetworkLink {
        /// The network.
        pub virtual_network as "virtualNetwork": Option<SubResource>,
        /// Whether machines register themselves.
        pub registration_enabled as "registrationEnabled": Option<bool>,
    }
}

arm! {
    /// Properties of a set of A records; the name `@` is the zone itself.
    pub struct ARecordSet {
        /// Seconds.
        pub ttl as "ttl": Option<u32>,
        /// Addresses.
        pub a_records as "aRecords": Vec<ARecord>,
    }
}

/// One A record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ARecord {
    /// Its address.
    #[serde(rename = "ipv4Address")]
    pub ipv4_address: RecordAddress,
}

/// The address in a record: known, or that of a resource whose address Azure chooses.
///
/// Written in JSON as `10.0.2.5`, or as `addressOf(/subscriptions/…)`; the second form never
/// reaches ARM: whoever applies a plan puts the observed address in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RecordAddress {
    /// A literal.
    Literal(Ipv4Addr),
    /// The address of this private endpoint or API Management service.
    Of(ResourceId),
}

impl fmt::Display for RecordAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Literal(address) => write!(f, "{address}"),
            Self::Of(id) => write!(f, "addressOf({id})"),
        }
    }
}

impl FromStr for RecordAddress {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if let Some(id) = text
            .strip_prefix("addressOf(")
            .and_then(|rest| rest.strip_suffix(')'))
        {
            return id
                .parse()
                .map(Self::Of)
                .map_err(|error: super::id::ResourceIdError| error.to_string());
        }
        text.parse()
            .map(Self::Literal)
            .map_err(|_| format!("`{text}` is no IPv4 address"))
    }
}

impl Serialize for RecordAddress {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for RecordAddress {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

arm! {
    /// Properties of a zone group.
    pub struct PrivateDnsZoneGroup {
        /// Zones, opaque.
        pub private_dns_zone_configs as "privateDnsZoneConfigs": Vec<serde_json::Value>,
    }
}
