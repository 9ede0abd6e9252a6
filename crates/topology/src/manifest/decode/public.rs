//! Public addresses and the NAT gateways that use them.

use super::prelude::*;

records! {
    /// A public IP address.
    PublicIpAddress ("a public IP address") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Default `Standard`.
        choice sku "sku" ["Basic", "Standard", "StandardV2"],
        /// `tier` of its SKU; default: Azure's, which is `Regional`.
        choice tier "tier" ["Regional", "Global"],
        /// Its zones.
        list zones "zones" String,
        /// Default `Static`.
        choice public_ip_allocation_method "publicIPAllocationMethod" ["Static", "Dynamic"],
        /// Default: Azure's, which is `IPv4`.
        choice public_ip_address_version "publicIPAddressVersion" ["IPv4", "IPv6"],
        /// The address, where Azure has told it.
        optional ip_address "ipAddress" IpAddr,
        /// 4 to 30; default: Azure's.
        optional idle_timeout_in_minutes "idleTimeoutInMinutes" u32,
        /// The first label of its name in the region's domain.
        optional domain_name_label "domainNameLabel" String,
        /// Who may take the label again; default: Azure's.
        choice domain_name_label_scope "domainNameLabelScope" ["TenantReuse", "SubscriptionReuse", "ResourceGroupReuse", "NoReuse"],
        /// Its whole name, where Azure has told it.
        optional fqdn "fqdn" String,
        /// The name that the address answers with.
        optional reverse_fqdn "reverseFqdn" String,
        /// Tags that choose the pool it is taken from.
        list ip_tags "ipTags" IpTag,
        /// The prefix that it is taken from, by name or id.
        optional public_ip_prefix "publicIPPrefix" String,
        /// What becomes of it with the machine that uses it; default: Azure's.
        choice delete_option "deleteOption" ["Delete", "Detach"],
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A tag of a public IP address.
    IpTag ("a tag of a public IP address") {
        /// Such as `RoutingPreference`.
        required ip_tag_type "ipTagType" String,
        /// Such as `Internet`.
        required tag "tag" String,
    }

    /// A public IP prefix.
    PublicIpPrefix ("a public IP prefix") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Default `Standard`.
        choice sku "sku" ["Standard", "StandardV2"],
        /// `tier` of its SKU; default: Azure's, which is `Regional`.
        choice tier "tier" ["Regional", "Global"],
        /// Its zones.
        list zones "zones" String,
        /// How many bits are fixed: 28 makes 16 addresses.
        required prefix_length "prefixLength" u8,
        /// Default: Azure's, which is `IPv4`.
        choice public_ip_address_version "publicIPAddressVersion" ["IPv4", "IPv6"],
        /// The range, where Azure has told it.
        optional ip_prefix "ipPrefix" IpRange,
        /// Tags that choose the pool it is taken from.
        list ip_tags "ipTags" IpTag,
        /// Read, never changed.
        optional existing "existing" bool,
    }

    /// A NAT gateway. Subnets name it.
    NatGateway ("a NAT gateway") {
        /// Its group.
        required resource_group "resourceGroup" String,
        /// Its region, if not that of its group.
        optional location "location" String,
        /// Default `Standard`.
        choice sku "sku" ["Standard", "StandardV2"],
        /// Its zone.
        list zones "zones" String,
        /// 4 to 120; default: Azure's.
        optional idle_timeout_in_minutes "idleTimeoutInMinutes" u32,
        /// The public IP addresses that the outside sees, by name or id.
        list public_ip_addresses "publicIpAddresses" String,
        /// Whole public IP prefixes of them, by name or id.
        list public_ip_prefixes "publicIpPrefixes" String,
        /// Read, never changed.
        optional existing "existing" bool,
    }
}
