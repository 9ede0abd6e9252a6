//! `Microsoft.Resources/resourceGroups`.

use super::json::arm;

arm! {
    /// Properties of a resource group.
    pub struct ResourceGroup {
        /// Read-only state.
        pub provisioning_state as "provisioningState": Option<String>,
    }
}
