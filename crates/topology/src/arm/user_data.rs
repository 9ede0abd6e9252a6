//! The relay's configuration in a machine's user data, as JSON that people can read and change.
//!
//! ARM carries user data as base64. Where it holds a relay's configuration, a manifest may say it
//! as a mapping, and changes may point into it; on the way to ARM it is base64 again.

use crate::model::{Resource, relay::RelayConfig};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde_json::Value;

const PLACES: [&str; 2] = [
    "/properties/userData",
    "/properties/virtualMachineProfile/userData",
];

/// Writes a resource as [`super::export`] does, a relay's configuration opened.
pub fn readable(resource: &Resource) -> Result<Value, serde_json::Error> {
    let mut value = super::export(resource)?;
    for place in PLACES {
        if let Some(data) = value.pointer_mut(place)
            && let Some(open) = opened(data)
        {
            *data = open;
        }
    }
    Ok(value)
}

/// The configuration, if closing it gives back the very same text.
fn opened(data: &Value) -> Option<Value> {
    let bytes = STANDARD.decode(data.as_str()?).ok()?;
    let relay: RelayConfig = serde_json::from_slice(&bytes).ok()?;
    let open = serde_json::to_value(relay).ok()?;
    (closed(&open).as_deref() == data.as_str()).then_some(open)
}

fn closed(open: &Value) -> Option<String> {
    let bytes = match serde_json::from_value::<RelayConfig>(open.clone()) {
        Ok(relay) => serde_json::to_vec(&relay),
        Err(_) => serde_json::to_vec(open),
    };
    Some(STANDARD.encode(bytes.ok()?))
}

/// Turns user data that is an object into the text that ARM takes.
pub fn close(value: &mut Value) {
    for place in PLACES {
        if let Some(data) = value.pointer_mut(place)
            && data.is_object()
            && let Some(text) = closed(data)
        {
            *data = Value::String(text);
        }
    }
}
