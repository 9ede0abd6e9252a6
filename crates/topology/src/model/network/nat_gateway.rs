//! NAT gateways.
//!
//! Source: <https://learn.microsoft.com/rest/api/nat-gateway/nat-gateways/create-or-update>.

use super::{SubResource, arm};

arm! {
    /// Properties of a NAT gateway; `sku` and `zones` stand on the resource itself.
    pub struct NatGateway {
        /// 4 to 120; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// The addresses that the outside sees.
        pub public_ip_addresses as "publicIpAddresses": Vec<SubResource>,
        /// Whole prefixes of them.
        pub public_ip_prefixes as "publicIpPrefixes": Vec<SubResource>,
        /// The subnets that use it, read-only.
        pub subnets as "subnets": Vec<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
