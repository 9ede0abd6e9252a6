//! POST actions on virtual machines.
//!
//! Source: <https://learn.microsoft.com/rest/api/compute/virtual-machines>.

use super::{error::ArmError, operations::Ending};
use topology::ResourceId;

/// What an action ends in.
pub(crate) fn ending(id: &ResourceId, action: &str) -> Result<Ending, ArmError> {
    let known = id.is_type("Microsoft.Compute/virtualMachines");
    match action.to_ascii_lowercase().as_str() {
        "start" | "restart" if known => Ok(Ending::Power(true)),
        "poweroff" | "deallocate" if known => Ok(Ending::Power(false)),
        _ => Err(ArmError::new(
            404,
            "InvalidResourceType",
            format!(
                "The resource action '{action}' could not be found for type '{}'.",
                id.arm_type()
            ),
        )),
    }
}
