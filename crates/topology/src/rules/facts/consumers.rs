//! Private endpoints by the Private Link Service that they connect to.

use crate::model::{IdMap, Resource, id::ResourceId, kinds::Kinds, network::PrivateEndpoint};

/// A private endpoint's connection to a Private Link Service.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Consumer<'t> {
    /// The endpoint.
    pub(in crate::rules) endpoint: &'t Resource,
    /// Its properties.
    pub(in crate::rules) body: &'t PrivateEndpoint,
    /// JSON pointer to the connection.
    pub(in crate::rules) pointer: String,
}

/// All of them that name a service by its id.
#[derive(Debug, Default)]
pub(in crate::rules) struct Consumers<'t> {
    by_service: IdMap<Vec<Consumer<'t>>>,
}

impl<'t> Consumers<'t> {
    /// Reads them.
    pub(super) fn of(kinds: &Kinds<'t>) -> Self {
        let mut found = Self::default();
        for (endpoint, body) in kinds.private_endpoints() {
            for (list, connections) in [
                (
                    "privateLinkServiceConnections",
                    &body.private_link_service_connections,
                ),
                (
                    "manualPrivateLinkServiceConnections",
                    &body.manual_private_link_service_connections,
                ),
            ] {
                for (index, connection) in connections.iter().enumerate() {
                    let service = &connection.properties.private_link_service_id;
                    let Ok(service) = service.parse::<ResourceId>() else {
                        continue;
                    };
                    found.by_service.entry(service).or_default().push(Consumer {
                        endpoint,
                        body,
                        pointer: format!("/properties/{list}/{index}"),
                    });
                }
            }
        }
        found
    }

    /// Those of a service.
    pub(in crate::rules) fn at(&self, service: &ResourceId) -> &[Consumer<'t>] {
        self.by_service.get(service).map_or(&[], Vec::as_slice)
    }
}
