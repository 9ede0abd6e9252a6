//! Private DNS types, as of API version 2024-06-01.
//!
//! Source: <https://learn.microsoft.com/rest/api/dns/privatedns/private-zones>.

use super::{
    id::ResourceId,
    json::{Arm, At, Fit, Members, Misfits, arm},
    network::{Child, SubResource},
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

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
        /// `Default` or `NxDomainRedirect`: whether a name that the zone lacks is asked for in public.
        pub resolution_policy as "resolutionPolicy": Option<String>,
        /// `InProgress` or `Completed`, read-only.
        pub virtual_network_link_state as "virtualNetworkLinkState": Option<String>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

macro_rules! record_sets {
    ($($(#[$doc:meta])* $name:ident { $(#[$fdoc:meta])* $field:ident as $wire:literal: $ty:ty })*) => {
        $(arm! {
            $(#[$doc])*
            pub struct $name {
                /// Seconds.
                pub ttl as "ttl": Option<u32>,
                $(#[$fdoc])*
                pub $field as $wire: $ty,
                /// Free pairs.
                pub metadata as "metadata": BTreeMap<String, String>,
                /// The whole name, read-only.
                pub fqdn as "fqdn": Option<String>,
                /// Whether a machine registered itself, read-only.
                pub is_auto_registered as "isAutoRegistered": Option<bool>,
            }
        })*
    };
}

record_sets! {
    /// Properties of a set of A records; the name `@` is the zone itself.
    ARecordSet {
        /// Addresses.
        a_records as "aRecords": Vec<ARecord>
    }
    /// Properties of a set of AAAA records.
    AaaaRecordSet {
        /// Addresses.
        aaaa_records as "aaaaRecords": Vec<AaaaRecord>
    }
    /// Properties of a CNAME record.
    CnameRecordSet {
        /// The name it stands for.
        cname_record as "cnameRecord": Option<CnameRecord>
    }
    /// Properties of a set of MX records.
    MxRecordSet {
        /// Mail hosts.
        mx_records as "mxRecords": Vec<MxRecord>
    }
    /// Properties of a set of PTR records.
    PtrRecordSet {
        /// Names.
        ptr_records as "ptrRecords": Vec<PtrRecord>
    }
    /// Properties of the SOA record, which every zone has.
    SoaRecordSet {
        /// The record.
        soa_record as "soaRecord": Option<SoaRecord>
    }
    /// Properties of a set of SRV records.
    SrvRecordSet {
        /// Services.
        srv_records as "srvRecords": Vec<SrvRecord>
    }
    /// Properties of a set of TXT records.
    TxtRecordSet {
        /// Texts.
        txt_records as "txtRecords": Vec<TxtRecord>
    }
}

arm! {
    /// One AAAA record.
    pub struct AaaaRecord {
        /// Its address.
        pub ipv6_address as "ipv6Address": Option<Ipv6Addr>,
    }
}

arm! {
    /// A CNAME record.
    pub struct CnameRecord {
        /// The name it stands for.
        pub cname as "cname": Option<String>,
    }
}

arm! {
    /// One MX record.
    pub struct MxRecord {
        /// Lower is first.
        pub preference as "preference": Option<u32>,
        /// The mail host.
        pub exchange as "exchange": Option<String>,
    }
}

arm! {
    /// One PTR record.
    pub struct PtrRecord {
        /// The name.
        pub ptrdname as "ptrdname": Option<String>,
    }
}

arm! {
    /// The SOA record.
    pub struct SoaRecord {
        /// The zone's first server.
        pub host as "host": Option<String>,
        /// Whom to write to.
        pub email as "email": Option<String>,
        /// Seconds that a missing name is remembered.
        pub minimum_ttl as "minimumTtl": Option<u32>,
    }
}

arm! {
    /// One SRV record.
    pub struct SrvRecord {
        /// Lower is first.
        pub priority as "priority": Option<u32>,
        /// Share among equals.
        pub weight as "weight": Option<u32>,
        /// The port.
        pub port as "port": Option<u16>,
        /// The host.
        pub target as "target": Option<String>,
    }
}

arm! {
    /// One TXT record, in pieces.
    pub struct TxtRecord {
        /// The pieces.
        pub value as "value": Vec<String>,
    }
}

/// One A record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ARecord {
    /// Its address.
    pub ipv4_address: RecordAddress,
}

impl Arm for ARecord {
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let Some((members, _)) = Members::of(given, at, misfits) else {
            return Fit::Not;
        };
        let address = members.get("ipv4Address").unwrap_or(&Value::Null);
        match RecordAddress::read(address, &At::Member(at, "ipv4Address"), misfits) {
            Fit::Whole(ipv4_address) if members.len() == 1 => Fit::Whole(Self { ipv4_address }),
            Fit::Whole(ipv4_address) | Fit::Partly(ipv4_address) => {
                Fit::Partly(Self { ipv4_address })
            }
            Fit::Not => Fit::Not,
        }
    }

    fn write(&self) -> Value {
        json!({ "ipv4Address": self.ipv4_address.to_string() })
    }
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

arm! {
    /// Properties of a zone group.
    pub struct PrivateDnsZoneGroup {
        /// The zones that the endpoint's names are kept in.
        pub private_dns_zone_configs as "privateDnsZoneConfigs": Vec<Child<PrivateDnsZoneConfig>>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// A zone of a zone group.
    pub struct PrivateDnsZoneConfig {
        /// The zone.
        pub private_dns_zone_id as "privateDnsZoneId": Option<ResourceId>,
        /// What was written into it, read-only.
        pub record_sets as "recordSets": Vec<ZoneGroupRecordSet>,
    }
}

arm! {
    /// A record set that Azure keeps for a zone group.
    pub struct ZoneGroupRecordSet {
        /// Such as `A`.
        pub record_type as "recordType": Option<String>,
        /// Its name in the zone.
        pub record_set_name as "recordSetName": Option<String>,
        /// The whole name.
        pub fqdn as "fqdn": Option<String>,
        /// Seconds.
        pub ttl as "ttl": Option<u32>,
        /// Addresses.
        pub ip_addresses as "ipAddresses": Vec<IpAddr>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
