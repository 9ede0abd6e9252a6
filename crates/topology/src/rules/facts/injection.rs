//! API Management's tiers.

use crate::model::Resource;

/// The tier of a service, as Azure spells it; empty if none is given.
pub(in crate::rules) fn tier(service: &Resource) -> &str {
    service
        .sku
        .as_ref()
        .and_then(|sku| sku.name.as_deref())
        .unwrap_or("")
}
