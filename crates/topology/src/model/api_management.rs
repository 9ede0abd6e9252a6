//! `Microsoft.ApiManagement/service`, as of API version 2022-08-01.
//!
//! Source: <https://learn.microsoft.com/rest/api/apimanagement/api-management-service/get>.

use super::{Extra, id::ResourceId, network::arm};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::net::Ipv4Addr;

arm! {
    /// Properties of an API Management service.
    pub struct ApiManagement {
        /// Required by ARM.
        pub publisher_email as "publisherEmail": Option<String>,
        /// Required by ARM.
        pub publisher_name as "publisherName": Option<String>,
        /// `None`, `External` or `Internal`.
        pub virtual_network_type as "virtualNetworkType": Option<String>,
        /// The subnet it is injected into.
        pub virtual_network_configuration as "virtualNetworkConfiguration": Option<VirtualNetworkConfiguration>,
        /// Read-only: the private VIP of an internal service, first.
        pub private_ip_addresses as "privateIPAddresses": Vec<Ipv4Addr>,
        /// Read-only.
        pub gateway_url as "gatewayUrl": Option<String>,
        /// Host names.
        pub hostname_configurations as "hostnameConfigurations": Vec<Value>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// `virtualNetworkConfiguration`.
    pub struct VirtualNetworkConfiguration {
        /// The subnet.
        pub subnet_resource_id as "subnetResourceId": Option<ResourceId>,
    }
}

impl ApiManagement {
    /// Whether it stands in a virtual network.
    pub fn is_injected(&self) -> bool {
        self.virtual_network_type.as_deref().is_some_and(|mode| {
            mode.eq_ignore_ascii_case("Internal") || mode.eq_ignore_ascii_case("External")
        })
    }

    /// The subnet it is injected into.
    pub fn subnet(&self) -> Option<&ResourceId> {
        self.virtual_network_configuration
            .as_ref()?
            .subnet_resource_id
            .as_ref()
    }

    /// The host name of its gateway: `{name}.azure-api.net`.
    pub fn gateway_host(name: &str) -> String {
        format!("{}.azure-api.net", name.to_ascii_lowercase())
    }
}
