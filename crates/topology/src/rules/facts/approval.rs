//! Connections of private endpoints, and who sees and approves them.

use super::Subject;
use crate::{
    finding::Change,
    model::{
        id::ResourceId,
        network::{
            Child, PrivateEndpoint, PrivateLinkServiceConnection, SubscriptionSet, is_alias,
        },
    },
};
use serde_json::Value;

/// The subscriptions of a list that may be absent.
pub(in crate::rules) fn list(set: Option<&SubscriptionSet>) -> &[String] {
    set.map_or(&[], |set| &set.subscriptions)
}

/// Whether a subscription is in the list; `*` is everyone.
pub(in crate::rules) fn holds(set: &[String], subscription: &str) -> bool {
    set.iter()
        .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
}

/// Whether a text is the id of a Private Link Service, or an alias of one.
pub(in crate::rules) fn is_private_link_service(text: &str) -> bool {
    is_alias(text)
        || text
            .parse::<ResourceId>()
            .is_ok_and(|id| id.is_type("Microsoft.Network/privateLinkServices"))
}

/// Each connection of an endpoint with its JSON pointer.
pub(in crate::rules) fn connections(
    endpoint: &PrivateEndpoint,
) -> impl Iterator<Item = (String, &Child<PrivateLinkServiceConnection>)> {
    let automatic = endpoint.private_link_service_connections.iter().enumerate();
    let manual = endpoint.manual_private_link_service_connections.iter();
    automatic
        .map(|(index, one)| {
            (
                format!("/properties/privateLinkServiceConnections/{index}"),
                one,
            )
        })
        .chain(manual.enumerate().map(|(index, one)| {
            let pointer = format!("/properties/manualPrivateLinkServiceConnections/{index}");
            (pointer, one)
        }))
}

/// The changes that turn an endpoint's automatic connections into manual requests.
pub(in crate::rules) fn ask(id: &ResourceId, endpoint: &PrivateEndpoint) -> Vec<Change> {
    let asked = endpoint
        .manual_private_link_service_connections
        .iter()
        .chain(&endpoint.private_link_service_connections)
        .filter_map(|connection| serde_json::to_value(connection).ok());
    vec![
        Change::set(
            id,
            "/properties/manualPrivateLinkServiceConnections",
            Value::Array(asked.collect()),
        ),
        Change::remove(id, "/properties/privateLinkServiceConnections"),
    ]
}

impl Subject<'_> {
    /// The tenant of a subscription that the topology names; subscriptions without one are all in
    /// one tenant.
    pub(in crate::rules) fn tenant(&self, subscription: &str) -> Option<&str> {
        let mut known = self.topology.subscriptions.values();
        let found = known.find(|known| known.id.eq_ignore_ascii_case(subscription))?;
        Some(found.tenant.as_deref().unwrap_or(""))
    }
}
