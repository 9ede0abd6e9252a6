//! What changes the world: PUT, DELETE, actions, and the operations that they start.

use super::{
    actions, connections, durations,
    error::ArmError,
    fill,
    handler::{Asked, shown},
    inline,
    operations::Ending,
    refusals, removal,
    world::{State, World, set_state},
};
use axum::{
    Json,
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse as _, Response},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use topology::ResourceId;

pub(super) fn put(
    world: &Arc<World>,
    asked: &Asked,
    id: &ResourceId,
    value: &Value,
) -> Result<Response, ArmError> {
    let (answer, is_new, subject) = {
        let mut state = world.state();
        busy(&state, id)?;
        if let Some((parent, segment, pointer)) = inline::pointer(id) {
            if segment == "privateEndpointConnections" {
                (
                    connections::decide(&mut state, id, value)?,
                    false,
                    id.clone(),
                )
            } else if inline::is_writable(segment) {
                busy(&state, &parent)?;
                put_child(&mut state, id, &parent, pointer, value)?
            } else {
                return Err(ArmError::new(
                    405,
                    "MethodNotAllowed",
                    format!("{} cannot be put on its own.", id.arm_type()),
                ));
            }
        } else {
            let is_new = !state.resources.contains_key(id);
            (put_whole(&mut state, id, value)?, is_new, id.clone())
        }
    };
    let takes = durations::of(&subject.arm_type(), world.options.time_scale);
    let is_long = !takes.is_zero()
        && !subject.is_type("Microsoft.Network/privateLinkServices/privateEndpointConnections");
    let status = if is_new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    if !is_long {
        let mut state = world.state();
        if let Some(value) = state.resources.get_mut(&subject) {
            set_state(value, "Succeeded");
        }
        let answer = state
            .resources
            .get(id)
            .map_or(answer, |value| shown(value, false));
        drop(state);
        world.changed();
        return Ok((status, Json(answer)).into_response());
    }
    let key = world
        .state()
        .operations
        .start(&subject, takes, Ending::Succeed);
    world.started.notify_one();
    world.changed();
    let mut response = (status, Json(shown(&answer, false))).into_response();
    links(&mut response, asked, &subject, &key, false);
    Ok(response)
}

/// Replaces a whole resource, or leaves everything as it was.
fn put_whole(state: &mut State, id: &ResourceId, value: &Value) -> Result<Value, ArmError> {
    refusals::check(state, id, value)?;
    let before = state.resources.clone();
    let mut value = value.clone();
    if let Err(error) = fill::complete(state, id, &mut value) {
        state.resources = before;
        return Err(error);
    }
    let is_new = !before.contains_key(id);
    set_state(&mut value, if is_new { "Creating" } else { "Updating" });
    state.resources.insert(id.clone(), value.clone());
    Ok(value)
}

/// Puts a subnet, security rule or route into its parent.
fn put_child(
    state: &mut State,
    id: &ResourceId,
    parent: &ResourceId,
    pointer: &str,
    value: &Value,
) -> Result<(Value, bool, ResourceId), ArmError> {
    let mut whole = state.resources.get(parent).cloned().ok_or_else(|| {
        ArmError::new(404, "ParentResourceNotFound", format!("Can not perform requested operation on nested resource. Parent resource '{}' not found.", parent.name()))
    })?;
    let mut child = value.clone();
    if let Some(map) = child.as_object_mut() {
        map.insert("name".to_owned(), json!(id.name()));
    }
    let key = pointer.rsplit('/').next().unwrap_or("").to_owned();
    let is_new = refusals::child(state, id).is_none();
    if let Some(properties) = whole.get_mut("properties").and_then(Value::as_object_mut)
        && let Some(list) = properties
            .entry(key)
            .or_insert_with(|| json!([]))
            .as_array_mut()
    {
        list.retain(|other| {
            other
                .get("name")
                .and_then(Value::as_str)
                .is_none_or(|name| !name.eq_ignore_ascii_case(id.name()))
        });
        list.push(child);
    }
    put_whole(state, parent, &whole)?;
    let answer = refusals::child(state, id).cloned().unwrap_or_default();
    Ok((answer, is_new, parent.clone()))
}

fn busy(state: &State, id: &ResourceId) -> Result<(), ArmError> {
    match state.operations.is_busy(id) {
        Some(Ending::Remove) => Err(ArmError::conflict(
            "ResourceIsBeingDeleted",
            format!("{id} is being deleted."),
        )),
        Some(_) => Err(ArmError::conflict(
            "AnotherOperationInProgress",
            format!("Another operation on {id} is in progress."),
        )),
        None => Ok(()),
    }
}

pub(super) fn delete(
    world: &Arc<World>,
    asked: &Asked,
    id: &ResourceId,
) -> Result<Response, ArmError> {
    let mut state = world.state();
    if !refusals::exists(&state, id) {
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    busy(&state, id)?;
    removal::check(&state, id)?;
    if let Some((_, segment, _)) = inline::pointer(id) {
        if segment == "privateEndpointConnections" {
            connections::disconnect(&mut state, id);
        } else if !inline::is_writable(segment) {
            return Err(ArmError::new(
                405,
                "MethodNotAllowed",
                format!("{} cannot be deleted on its own.", id.arm_type()),
            ));
        }
    }
    let takes = durations::of(&id.arm_type(), world.options.time_scale).max(Duration::from_micros(
        u64::from(!id.is_type("Microsoft.Network/privateDnsZones/A")),
    ));
    if takes.is_zero() {
        removal::remove(&mut state, id);
        drop(state);
        world.changed();
        return Ok(StatusCode::OK.into_response());
    }
    if let Some(value) = state.resources.get_mut(id) {
        set_state(value, "Deleting");
    }
    let key = state.operations.start(id, takes, Ending::Remove);
    drop(state);
    world.started.notify_one();
    let mut response = StatusCode::ACCEPTED.into_response();
    links(&mut response, asked, id, &key, true);
    Ok(response)
}

pub(super) fn act(
    world: &Arc<World>,
    asked: &Asked,
    id: &ResourceId,
    action: &str,
) -> Result<Response, ArmError> {
    let ending = actions::ending(id, action)?;
    let mut state = world.state();
    if !state.resources.contains_key(id) {
        return Err(ArmError::not_found(id));
    }
    busy(&state, id)?;
    let key = state.operations.start(
        id,
        durations::of(&id.arm_type(), world.options.time_scale),
        ending,
    );
    drop(state);
    world.started.notify_one();
    let mut response = StatusCode::ACCEPTED.into_response();
    links(&mut response, asked, id, &key, true);
    Ok(response)
}

/// Where an operation is polled. API Management knows `Location` only.
fn links(response: &mut Response, asked: &Asked, id: &ResourceId, key: &str, with_location: bool) {
    let kind = id.arm_type();
    let namespace = kind.split('/').next().unwrap_or("Microsoft.Resources");
    let version = asked.query.get("api-version").map_or("", String::as_str);
    let at = |what: &str| {
        format!(
            "{}/subscriptions/{}/providers/{namespace}/locations/twin/{what}/{key}?api-version={version}",
            asked.base,
            id.subscription()
        )
    };
    let is_location_only = namespace.eq_ignore_ascii_case("Microsoft.ApiManagement")
        || namespace.eq_ignore_ascii_case("Microsoft.Resources");
    let mut set = |name: &'static str, value: String| {
        if let Ok(value) = HeaderValue::from_str(&value) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value);
        }
    };
    if !is_location_only {
        set("azure-asyncoperation", at("operations"));
    }
    if with_location || is_location_only {
        set("location", at("operationResults"));
    }
}
