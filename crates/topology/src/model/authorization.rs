//! `Microsoft.Authorization/locks`: what keeps a resource or a group from being changed.
//!
//! The scope is the id's parent: a lock on a resource is an extension of that resource.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/lock-resources>.

use super::json::arm;

arm! {
    /// Properties of a lock.
    pub struct Lock {
        /// `CanNotDelete` or `ReadOnly`.
        pub level as "level": Option<String>,
        /// Free text.
        pub notes as "notes": Option<String>,
    }
}
