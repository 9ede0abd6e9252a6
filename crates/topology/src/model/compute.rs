//! `Microsoft.Compute` types, as far as reachability and the forwarder need them.
//!
//! API version 2024-07-01. Disks, images and extensions are kept as they came.

mod scale_set;
mod virtual_machine;

pub use scale_set::{
    ScaleSetIpConfiguration, ScaleSetNetworkProfile, ScaleSetNicConfiguration, ScaleSetProfile,
    ScaleSetPublicIpConfiguration, VirtualMachineScaleSet,
};
pub use virtual_machine::{NetworkProfile, NicReference, VirtualMachine};

use super::relay::RelayConfig;
use base64::{Engine as _, engine::general_purpose::STANDARD};

/// The relay configuration in user data; `None` if there is none or it is not ours.
fn relay_in(user_data: Option<&String>) -> Option<RelayConfig> {
    let bytes = STANDARD.decode(user_data?).ok()?;
    serde_json::from_slice(&bytes).ok()
}

/// A relay configuration as user data.
fn user_data_of(relay: &RelayConfig) -> Result<String, serde_json::Error> {
    Ok(STANDARD.encode(serde_json::to_vec(relay)?))
}
