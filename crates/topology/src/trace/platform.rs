//! Public names of platform services, and the private zone that each stands in once it has a
//! private endpoint.
//!
//! Public DNS then answers with an alias into the zone (`account.blob.core.windows.net` →
//! `account.privatelink.blob.core.windows.net`), so that a linked private zone decides.
//! Source: <https://learn.microsoft.com/azure/private-link/private-endpoint-dns>.

use crate::model::{
    id::ResourceId,
    network::PrivateEndpoint,
    platform::{self, Platform},
};

/// The name that public DNS gives as alias for the name of a service with a private endpoint.
#[derive(Clone, Debug)]
pub(crate) struct Alias {
    /// The name in the private zone.
    pub(crate) name: String,
    /// The service.
    pub(crate) service: ResourceId,
}

/// The public names that a private endpoint turns into aliases.
pub(crate) fn aliases(endpoint: &PrivateEndpoint) -> Vec<(String, Alias)> {
    let each = endpoint.connections().filter_map(|connection| {
        let service: ResourceId = connection.properties.private_link_service_id.parse().ok()?;
        let platform = of(&service, &connection.properties.group_ids)?;
        let label = service.name().to_ascii_lowercase();
        let alias = Alias {
            name: format!("{label}.{}", platform.zone),
            service,
        };
        Some((format!("{label}.{}", platform.suffix), alias))
    });
    each.collect()
}

fn of(service: &ResourceId, groups: &[String]) -> Option<&'static Platform> {
    groups.iter().find_map(|group| platform::of(service, group))
}

/// The ports of a platform service behind a private endpoint; `None` if it is not one that is
/// known.
pub(crate) fn ports(service: &ResourceId, groups: &[String]) -> Option<&'static [u16]> {
    of(service, groups).map(|platform| platform.ports)
}

/// Whether a zone is one into which public DNS leads by alias.
pub(crate) fn is_private_link_zone(zone: &str) -> bool {
    zone.to_ascii_lowercase().starts_with("privatelink.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sub_resource_has_its_zone() {
        let id = ResourceId::new("s", "g", "Microsoft.Storage/storageAccounts", "a");
        assert_eq!(
            of(&id, &["blob".to_owned()]).unwrap().suffix,
            "blob.core.windows.net"
        );
        assert_eq!(ports(&id, &["file".to_owned()]), Some(&[443, 445][..]));
        assert!(ports(&id, &["nothing".to_owned()]).is_none());
        assert!(is_private_link_zone("privatelink.blob.core.windows.net"));
    }
}
