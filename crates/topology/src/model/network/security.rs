//! Network security groups and application security groups.
//!
//! Source: <https://learn.microsoft.com/rest/api/virtualnetwork/network-security-groups/create-or-update>.

use super::{Child, SubResource, arm};

arm! {
    /// Properties of a network security group.
    pub struct NetworkSecurityGroup {
        /// Own rules.
        pub security_rules as "securityRules": Vec<SecurityRule>,
        /// The six default rules as ARM reports them, read-only.
        pub default_security_rules as "defaultSecurityRules": Vec<SecurityRule>,
        /// Whether a changed rule cuts the flows that it no longer allows.
        pub flush_connection as "flushConnection": Option<bool>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

/// A rule of an NSG.
pub type SecurityRule = Child<SecurityRuleProperties>;

arm! {
    /// Properties of a security rule. Of each singular/plural pair either may be given.
    pub struct SecurityRuleProperties {
        /// 100 to 4096; lower is first.
        pub priority as "priority": u16,
        /// `Inbound` or `Outbound`.
        pub direction as "direction": String,
        /// `Allow` or `Deny`.
        pub access as "access": String,
        /// `Tcp`, `Udp`, `Icmp`, `Esp`, `Ah` or `*`.
        pub protocol as "protocol": String,
        /// CIDR, address, service tag or `*`.
        pub source_address_prefix as "sourceAddressPrefix": Option<String>,
        /// Several of them.
        pub source_address_prefixes as "sourceAddressPrefixes": Vec<String>,
        /// Or the members of these groups.
        pub source_application_security_groups as "sourceApplicationSecurityGroups": Vec<SubResource>,
        /// `443`, `1-2`, `*`.
        pub source_port_range as "sourcePortRange": Option<String>,
        /// Several of them.
        pub source_port_ranges as "sourcePortRanges": Vec<String>,
        /// CIDR, address, service tag or `*`.
        pub destination_address_prefix as "destinationAddressPrefix": Option<String>,
        /// Several of them.
        pub destination_address_prefixes as "destinationAddressPrefixes": Vec<String>,
        /// Or the members of these groups.
        pub destination_application_security_groups as "destinationApplicationSecurityGroups": Vec<SubResource>,
        /// `443`, `1-2`, `*`.
        pub destination_port_range as "destinationPortRange": Option<String>,
        /// Several of them.
        pub destination_port_ranges as "destinationPortRanges": Vec<String>,
        /// Free text.
        pub description as "description": Option<String>,
    }
}

arm! {
    /// Properties of an application security group; its members name it in their IP configurations.
    pub struct ApplicationSecurityGroup {
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
