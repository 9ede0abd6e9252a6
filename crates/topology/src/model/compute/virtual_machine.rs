//! Virtual machines.
//!
//! Source: <https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update>.

use crate::model::{
    Extra,
    id::ResourceId,
    network::{SubResource, arm},
    relay::RelayConfig,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

arm! {
    /// Properties of a virtual machine.
    pub struct VirtualMachine {
        /// `hardwareProfile`, opaque.
        pub hardware_profile as "hardwareProfile": Option<Value>,
        /// `storageProfile`, opaque.
        pub storage_profile as "storageProfile": Option<Value>,
        /// `osProfile`, opaque.
        pub os_profile as "osProfile": Option<Value>,
        /// Its NICs.
        pub network_profile as "networkProfile": NetworkProfile,
        /// Base64 of the user data; ours is a [`RelayConfig`] as JSON. Can be changed later and is
        /// read through IMDS: <https://learn.microsoft.com/azure/virtual-machines/user-data>.
        pub user_data as "userData": Option<String>,
        /// The flexible scale set it is an instance of.
        pub virtual_machine_scale_set as "virtualMachineScaleSet": Option<SubResource>,
        /// Its availability set.
        pub availability_set as "availabilitySet": Option<SubResource>,
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}

arm! {
    /// `networkProfile`.
    pub struct NetworkProfile {
        /// References to NICs.
        pub network_interfaces as "networkInterfaces": Vec<NicReference>,
    }
}

/// A machine's reference to a NIC.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NicReference {
    /// The NIC.
    pub id: ResourceId,
    /// `properties` and more.
    #[serde(flatten)]
    pub extra: Extra,
}

impl VirtualMachine {
    /// The relay configuration in its user data; `None` if it has none or it is not ours.
    pub fn relay(&self) -> Option<RelayConfig> {
        super::relay_in(self.user_data.as_ref())
    }

    /// Puts a relay configuration into the user data.
    pub fn set_relay(&mut self, relay: &RelayConfig) -> Result<(), serde_json::Error> {
        self.user_data = Some(super::user_data_of(relay)?);
        Ok(())
    }
}
