//! Virtual machines.
//!
//! Source: <https://learn.microsoft.com/rest/api/compute/virtual-machines/create-or-update>.

use crate::model::{
    Extra,
    id::ResourceId,
    json::{Arm, At, Fit, Members, Misfits, arm},
    network::SubResource,
    relay::RelayConfig,
};
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
#[derive(Clone, Debug, PartialEq)]
pub struct NicReference {
    /// The NIC.
    pub id: ResourceId,
    /// `properties` and more.
    pub extra: Extra,
}

impl Arm for NicReference {
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let Some((members, mut kept)) = Members::of(given, at, misfits) else {
            return Fit::Not;
        };
        let mut id = None;
        for (name, value) in members {
            if name == "id" {
                id = kept.member("id", 0, value, at, misfits);
            } else {
                kept.other(1, name, value);
            }
        }
        // One without an id refers to nothing; the whole list is kept as it came.
        let extra = kept.into_extra(&[true]);
        id.map_or(Fit::Not, |id| Fit::Whole(Self { id, extra }))
    }

    fn write(&self) -> Value {
        let id = Some(self.id.clone());
        self.extra
            .write(1, vec![("id", self.extra.member("id", 0, &id))])
    }
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
