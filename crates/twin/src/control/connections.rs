//! Connections of private endpoints to Private Link Services, and their approval.
//!
//! Source: <https://learn.microsoft.com/azure/private-link/manage-private-endpoint>.

use super::{error::ArmError, world::State};
use serde_json::{Value, json};
use topology::ResourceId;

const LISTS: &[&str] = &[
    "privateLinkServiceConnections",
    "manualPrivateLinkServiceConnections",
];

/// Whether a list of subscriptions (`visibility`, `autoApproval`) holds one.
fn holds(service: &Value, list: &str, subscription: &str) -> bool {
    let known = service
        .pointer(&format!("/properties/{list}/subscriptions"))
        .and_then(Value::as_array);
    known
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .any(|one| one == "*" || one.eq_ignore_ascii_case(subscription))
}

/// The service that an id or alias means.
fn service(state: &State, text: &str) -> Option<ResourceId> {
    if let Ok(id) = text.parse::<ResourceId>() {
        return state.resources.contains_key(&id).then_some(id);
    }
    let aliased = |value: &&Value| {
        value
            .pointer("/properties/alias")
            .and_then(Value::as_str)
            .is_some_and(|alias| alias.eq_ignore_ascii_case(text))
    };
    state
        .resources
        .values()
        .find(aliased)?
        .get("id")?
        .as_str()?
        .parse()
        .ok()
}

/// Connects a new or changed endpoint.
pub(crate) fn connect(
    state: &mut State,
    endpoint: &ResourceId,
    value: &mut Value,
) -> Result<(), ArmError> {
    for list in LISTS {
        let count = value
            .pointer(&format!("/properties/{list}"))
            .and_then(Value::as_array)
            .map_or(0, Vec::len);
        for index in 0..count {
            let at = format!("/properties/{list}/{index}");
            let text = value
                .pointer(&format!("{at}/properties/privateLinkServiceId"))
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            let missing = || {
                ArmError::bad(
                    "ThirdPartyPrivateLinkServiceProvidedDuringPrivateEndpointCreationDoesNotExistOrIsNotVisible",
                    format!(
                        "Private link service {text} referenced by private endpoint {endpoint} was not found, or is not visible to its subscription."
                    ),
                )
            };
            let target = service(state, &text).ok_or_else(missing)?;
            let status = join(state, endpoint, &target, &missing)?;
            if let Some(connection) = value.pointer_mut(&at).and_then(Value::as_object_mut) {
                let name = connection
                    .get("name")
                    .and_then(Value::as_str)
                    .unwrap_or("connection")
                    .to_owned();
                connection.insert("id".to_owned(), json!(endpoint.child(list, &name)));
                if let Some(properties) = connection
                    .get_mut("properties")
                    .and_then(Value::as_object_mut)
                {
                    properties.insert("privateLinkServiceConnectionState".to_owned(), status);
                    properties.insert("provisioningState".to_owned(), json!("Succeeded"));
                }
            }
        }
    }
    Ok(())
}

/// The connection at the service; its state.
fn join(
    state: &mut State,
    endpoint: &ResourceId,
    target: &ResourceId,
    missing: &dyn Fn() -> ArmError,
) -> Result<Value, ArmError> {
    let links = state
        .resources
        .values()
        .filter_map(|value| {
            value
                .pointer("/properties/privateEndpointConnections")?
                .as_array()
        })
        .map(Vec::len)
        .sum::<usize>();
    let value = state.resources.get_mut(target).ok_or_else(missing)?;
    let is_own = target
        .subscription()
        .eq_ignore_ascii_case(endpoint.subscription());
    if !is_own && !holds(value, "visibility", endpoint.subscription()) {
        return Err(missing());
    }
    // A request by hand is approved at once, too:
    // <https://learn.microsoft.com/azure/private-link/private-endpoint-overview#connect-by-using-an-alias>.
    let approved = holds(value, "autoApproval", endpoint.subscription());
    let Some(list) = value
        .pointer_mut("/properties/privateEndpointConnections")
        .and_then(Value::as_array_mut)
    else {
        return Err(missing());
    };
    let is_it = |connection: &&Value| {
        connection
            .pointer("/properties/privateEndpoint/id")
            .and_then(Value::as_str)
            .is_some_and(|id| id.eq_ignore_ascii_case(endpoint.as_str()))
    };
    if let Some(known) = list.iter().find(is_it) {
        return Ok(known
            .pointer("/properties/privateLinkServiceConnectionState")
            .cloned()
            .unwrap_or_default());
    }
    let status = if approved {
        json!({ "status": "Approved", "description": "Auto-Approved", "actionsRequired": "None" })
    } else {
        json!({ "status": "Pending", "description": "Awaiting approval", "actionsRequired": "None" })
    };
    let name = format!("{}.{}", endpoint.name(), uuid::Uuid::new_v4());
    list.push(json!({
        "id": target.child("privateEndpointConnections", &name),
        "name": name,
        "type": "Microsoft.Network/privateLinkServices/privateEndpointConnections",
        "properties": {
            "privateEndpoint": { "id": endpoint },
            "linkIdentifier": (536_870_912_usize.saturating_add(links)).to_string(),
            "privateLinkServiceConnectionState": status,
            "provisioningState": "Succeeded",
        },
    }));
    Ok(status)
}

/// A changed `autoApproval` approves what waits.
pub(crate) fn approve_by_subscription(state: &mut State, service: &ResourceId, value: &mut Value) {
    let mut approved = Vec::new();
    let known = value.clone();
    for connection in value
        .pointer_mut("/properties/privateEndpointConnections")
        .and_then(Value::as_array_mut)
        .into_iter()
        .flatten()
    {
        let endpoint: Option<ResourceId> = connection
            .pointer("/properties/privateEndpoint/id")
            .and_then(Value::as_str)
            .and_then(|id| id.parse().ok());
        let Some(endpoint) = endpoint else { continue };
        let is_pending = connection
            .pointer("/properties/privateLinkServiceConnectionState/status")
            .and_then(Value::as_str)
            == Some("Pending");
        if is_pending && holds(&known, "autoApproval", endpoint.subscription()) {
            let status = json!({ "status": "Approved", "description": "Auto-Approved", "actionsRequired": "None" });
            if let Some(properties) = connection
                .get_mut("properties")
                .and_then(Value::as_object_mut)
            {
                properties.insert(
                    "privateLinkServiceConnectionState".to_owned(),
                    status.clone(),
                );
            }
            approved.push((endpoint, status));
        }
    }
    for (endpoint, status) in approved {
        mirror(state, &endpoint, service, &status);
    }
}

/// `PUT …/privateEndpointConnections/NAME`: approves or rejects.
pub(crate) fn decide(state: &mut State, id: &ResourceId, sent: &Value) -> Result<Value, ArmError> {
    let service = id.parent().ok_or_else(|| ArmError::not_found(id))?;
    let wished = sent
        .pointer("/properties/privateLinkServiceConnectionState")
        .cloned()
        .unwrap_or_default();
    let status = wished
        .get("status")
        .and_then(Value::as_str)
        .unwrap_or("")
        .to_owned();
    if !["Approved", "Rejected", "Pending"].contains(&status.as_str()) {
        return Err(ArmError::bad(
            "InvalidPrivateEndpointConnectionState",
            format!("'{status}' is no state that a private endpoint connection can be set to."),
        ));
    }
    let list = state
        .resources
        .get_mut(&service)
        .and_then(|value| value.pointer_mut("/properties/privateEndpointConnections"))
        .and_then(Value::as_array_mut);
    let is_it = |connection: &&mut Value| {
        connection
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    };
    let connection = list
        .and_then(|list| list.iter_mut().find(is_it))
        .ok_or_else(|| ArmError::not_found(id))?;
    let mut decided = connection
        .pointer("/properties/privateLinkServiceConnectionState")
        .cloned()
        .unwrap_or_else(|| json!({}));
    if decided.get("status").and_then(Value::as_str) == Some("Disconnected") {
        return Err(ArmError::conflict(
            "PrivateEndpointConnectionDisconnected",
            format!("{id} is disconnected; it can only be deleted."),
        ));
    }
    if let (Some(into), Some(from)) = (decided.as_object_mut(), wished.as_object()) {
        into.extend(from.clone());
    }
    if let Some(properties) = connection
        .get_mut("properties")
        .and_then(Value::as_object_mut)
    {
        properties.insert(
            "privateLinkServiceConnectionState".to_owned(),
            decided.clone(),
        );
    }
    let answer = connection.clone();
    let endpoint: Option<ResourceId> = answer
        .pointer("/properties/privateEndpoint/id")
        .and_then(Value::as_str)
        .and_then(|id| id.parse().ok());
    if let Some(endpoint) = endpoint {
        mirror(state, &endpoint, &service, &decided);
    }
    Ok(answer)
}

/// The consumer sees the same state.
fn mirror(state: &mut State, endpoint: &ResourceId, service: &ResourceId, status: &Value) {
    let alias = state
        .resources
        .get(service)
        .and_then(|value| value.pointer("/properties/alias"))
        .and_then(Value::as_str)
        .map(str::to_owned);
    let Some(value) = state.resources.get_mut(endpoint) else {
        return;
    };
    for list in LISTS {
        for connection in value
            .pointer_mut(&format!("/properties/{list}"))
            .and_then(Value::as_array_mut)
            .into_iter()
            .flatten()
        {
            let means = connection
                .pointer("/properties/privateLinkServiceId")
                .and_then(Value::as_str)
                .unwrap_or("")
                .to_owned();
            if (means.eq_ignore_ascii_case(service.as_str())
                || alias.as_deref() == Some(means.as_str()))
                && let Some(properties) = connection
                    .get_mut("properties")
                    .and_then(Value::as_object_mut)
            {
                properties.insert(
                    "privateLinkServiceConnectionState".to_owned(),
                    status.clone(),
                );
            }
        }
    }
}

/// The provider deletes a connection: the consumer's endpoint is disconnected.
pub(crate) fn disconnect(state: &mut State, id: &ResourceId) {
    let Some(service) = id.parent() else { return };
    let list = state
        .resources
        .get(&service)
        .and_then(|value| value.pointer("/properties/privateEndpointConnections"))
        .and_then(Value::as_array);
    let is_it = |connection: &&Value| {
        connection
            .get("name")
            .and_then(Value::as_str)
            .is_some_and(|name| name.eq_ignore_ascii_case(id.name()))
    };
    let endpoint = list
        .and_then(|list| list.iter().find(is_it))
        .and_then(|connection| {
            connection
                .pointer("/properties/privateEndpoint/id")?
                .as_str()?
                .parse::<ResourceId>()
                .ok()
        });
    if let Some(endpoint) = endpoint {
        mirror(
            state,
            &endpoint,
            &service,
            &json!({ "status": "Disconnected", "description": "Removed by the provider", "actionsRequired": "None" }),
        );
    }
}
