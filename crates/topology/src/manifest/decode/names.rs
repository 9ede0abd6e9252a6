//! Private DNS zones that are stated.

use super::prelude::*;

records! {
    /// A private DNS zone.
    PrivateDnsZone ("a private DNS zone") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// The networks whose questions it answers.
        section virtual_network_links "virtualNetworkLinks" VirtualNetworkLink,
        /// Its records by name: `@` is the zone itself, `*` any name.
        records records "records" RecordSets,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A link of a private DNS zone to a virtual network.
    VirtualNetworkLink ("a virtual network link") {
        /// The network, by name or id; default: the one that has the name of the link.
        optional virtual_network "virtualNetwork" String,
        /// Whether machines register themselves; default `false`.
        optional registration_enabled "registrationEnabled" bool,
        /// Whether a name that the zone lacks is asked for in public; default: Azure's, which is not.
        choice resolution_policy "resolutionPolicy" ["Default", "NxDomainRedirect"],
        /// Read, never changed; default: as the zone.
        optional existing "existing" bool,
    }

    /// What a name of a private DNS zone stands for: a record set of each type that is given.
    RecordSets ("a record")
    ["aRecords" | "aaaaRecords" | "cnameRecord" | "mxRecords" | "ptrRecords" | "srvRecords" | "txtRecords"] {
        /// Seconds; default 3600, but 10 where an address is that of a resource.
        optional ttl "ttl" u32,
        /// IPv4 addresses; the name or id of an API Management service or private endpoint is its address.
        many a_records "aRecords" String,
        /// IPv6 addresses.
        many aaaa_records "aaaaRecords" Ipv6Addr,
        /// The name that it stands for.
        optional cname_record "cnameRecord" String,
        /// Mail hosts.
        list mx_records "mxRecords" MxRecord,
        /// Names of addresses.
        many ptr_records "ptrRecords" String,
        /// Services.
        list srv_records "srvRecords" SrvRecord,
        /// Texts.
        many txt_records "txtRecords" String,
        /// Read, never changed; default: as the zone.
        optional existing "existing" bool,
    }

    /// A mail host.
    MxRecord ("a mail record") {
        /// Lower is first.
        required preference "preference" u32,
        /// The mail host.
        required exchange "exchange" String,
    }

    /// A service's place.
    SrvRecord ("a service record") {
        /// Lower is first.
        required priority "priority" u32,
        /// Share among equals.
        required weight "weight" u32,
        /// The port.
        required port "port" u16,
        /// The host.
        required target "target" String,
    }
}
