//! Virtual machine scale sets.
//!
//! How many instances there are stands in the resource's `sku.capacity`. A uniform set's NICs are
//! no resources of their own: the profile says what each instance has.
//! Source: <https://learn.microsoft.com/rest/api/compute/virtual-machine-scale-sets/create-or-update>.

use crate::model::{
    Resource,
    json::arm,
    network::{Child, NicDnsSettings, SubResource},
    relay::RelayConfig,
};
use serde_json::Value;

arm! {
    /// Properties of a scale set.
    pub struct VirtualMachineScaleSet {
        /// `Uniform` or `Flexible`; absent means `Flexible` in new API versions.
        pub orchestration_mode as "orchestrationMode": Option<String>,
        /// Whether it is limited to one placement group.
        pub single_placement_group as "singlePlacementGroup": Option<bool>,
        /// How many fault domains it spreads over.
        pub platform_fault_domain_count as "platformFaultDomainCount": Option<u32>,
        /// `upgradePolicy`, opaque.
        pub upgrade_policy as "upgradePolicy": Option<Value>,
        /// What each instance is made of.
        pub virtual_machine_profile as "virtualMachineProfile": Option<ScaleSetProfile>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

impl VirtualMachineScaleSet {
    /// The NICs of each instance.
    pub fn nics(&self) -> &[Child<ScaleSetNicConfiguration>] {
        self.virtual_machine_profile
            .as_ref()
            .and_then(|profile| profile.network_profile.as_ref())
            .map_or(&[], |network| &network.network_interface_configurations)
    }

    /// The numbers of its instances, as far as the profile makes them: `sku.capacity` says how
    /// many; at most 1,000, Azure's limit. A set without a profile has machines of its own.
    pub fn instances(&self, resource: &Resource) -> std::ops::Range<u32> {
        let capacity = resource.sku.as_ref().and_then(|sku| sku.capacity);
        0..capacity.unwrap_or(1).min(1000)
    }

    /// The relay configuration in the user data; `None` if it has none or it is not ours.
    pub fn relay(&self) -> Option<RelayConfig> {
        super::relay_in(self.virtual_machine_profile.as_ref()?.user_data.as_ref())
    }

    /// Puts a relay configuration into the user data.
    pub fn set_relay(&mut self, relay: &RelayConfig) -> Result<(), serde_json::Error> {
        let profile = self.virtual_machine_profile.get_or_insert_default();
        profile.user_data = Some(super::user_data_of(relay)?);
        Ok(())
    }
}

arm! {
    /// `virtualMachineProfile`.
    pub struct ScaleSetProfile {
        /// `osProfile`, opaque.
        pub os_profile as "osProfile": Option<Value>,
        /// `storageProfile`, opaque.
        pub storage_profile as "storageProfile": Option<Value>,
        /// Its NICs.
        pub network_profile as "networkProfile": Option<ScaleSetNetworkProfile>,
        /// Base64 of the user data; ours is a [`RelayConfig`] as JSON.
        pub user_data as "userData": Option<String>,
    }
}

arm! {
    /// `networkProfile` of a scale set.
    pub struct ScaleSetNetworkProfile {
        /// The load balancer's probe that says whether an instance is healthy.
        pub health_probe as "healthProbe": Option<SubResource>,
        /// NICs that each instance gets.
        pub network_interface_configurations as "networkInterfaceConfigurations": Vec<Child<ScaleSetNicConfiguration>>,
        /// API version of the NICs of a flexible set, such as `2020-11-01`.
        pub network_api_version as "networkApiVersion": Option<String>,
    }
}

arm! {
    /// Properties of a NIC that each instance gets.
    pub struct ScaleSetNicConfiguration {
        /// Whether it is the instance's first.
        pub primary as "primary": Option<bool>,
        /// SR-IOV.
        pub enable_accelerated_networking as "enableAcceleratedNetworking": Option<bool>,
        /// IP forwarding.
        pub enable_ip_forwarding as "enableIPForwarding": Option<bool>,
        /// Its NSG.
        pub network_security_group as "networkSecurityGroup": Option<SubResource>,
        /// DNS servers of its own.
        pub dns_settings as "dnsSettings": Option<NicDnsSettings>,
        /// IP configurations.
        pub ip_configurations as "ipConfigurations": Vec<Child<ScaleSetIpConfiguration>>,
        /// `Delete` or `Detach`, with the instance.
        pub delete_option as "deleteOption": Option<String>,
    }
}

arm! {
    /// Properties of an IP configuration that each instance gets.
    pub struct ScaleSetIpConfiguration {
        /// The subnet.
        pub subnet as "subnet": Option<SubResource>,
        /// First one is primary.
        pub primary as "primary": Option<bool>,
        /// `IPv4` or `IPv6`; absent means `IPv4`.
        pub private_ip_address_version as "privateIPAddressVersion": Option<String>,
        /// A public address for each instance.
        pub public_ip_address_configuration as "publicIPAddressConfiguration": Option<Child<ScaleSetPublicIpConfiguration>>,
        /// Load-balancer pools it is a member of.
        pub load_balancer_backend_address_pools as "loadBalancerBackendAddressPools": Vec<SubResource>,
        /// Inbound NAT pools.
        pub load_balancer_inbound_nat_pools as "loadBalancerInboundNatPools": Vec<SubResource>,
        /// Application security groups it is a member of.
        pub application_security_groups as "applicationSecurityGroups": Vec<SubResource>,
    }
}

arm! {
    /// Properties of the public address that each instance gets.
    pub struct ScaleSetPublicIpConfiguration {
        /// 4 to 30; absent means 4.
        pub idle_timeout_in_minutes as "idleTimeoutInMinutes": Option<u32>,
        /// `IPv4` or `IPv6`.
        pub public_ip_address_version as "publicIPAddressVersion": Option<String>,
        /// The prefix it is taken from.
        pub public_ip_prefix as "publicIPPrefix": Option<SubResource>,
    }
}
