//! The records that Azure keeps for private endpoints with a zone group.
//!
//! The group names zones; into each go the names of the endpoint's service that belong there.
//! Source: <https://learn.microsoft.com/azure/private-link/private-endpoint-dns-integration>.

use super::World;
use crate::{
    model::id::ResourceId,
    trace::{names::relative_name, platform},
};
use std::collections::HashMap;

impl World<'_> {
    /// The zone group that keeps a record of this name in a zone, and the endpoint it is for.
    pub(crate) fn kept_record(
        &self,
        zone: &ResourceId,
        name: &str,
    ) -> Option<(&ResourceId, &ResourceId)> {
        let records = self.kept_records.get_or_init(|| self.kept_records());
        let (group, endpoint) = records.get(&(zone.clone(), name.to_ascii_lowercase()))?;
        Some((group, endpoint))
    }

    fn kept_records(&self) -> HashMap<(ResourceId, String), (ResourceId, ResourceId)> {
        let mut records = HashMap::new();
        for (group, inner) in self.topology.private_dns_zone_groups() {
            let Some(endpoint) = group.id.parent() else {
                continue;
            };
            let Some((_, body)) = self.topology.private_endpoint(&endpoint) else {
                continue;
            };
            let zones = inner.private_dns_zone_configs.iter();
            for zone in zones.filter_map(|zone| zone.properties.private_dns_zone_id.as_ref()) {
                for (_, alias) in platform::aliases(body) {
                    if let Some(name) = relative_name(&alias.name, zone.name()) {
                        let kept = (group.id.clone(), endpoint.clone());
                        records.entry((zone.clone(), name)).or_insert(kept);
                    }
                }
            }
        }
        records
    }
}
