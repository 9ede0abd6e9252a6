//! Names of members as the model reads them.

use super::{
    Given,
    names::{BY_TYPE, NAMES},
};
use crate::model::ARM_TYPES;
use serde_json::{Map, Value};
use std::{collections::HashMap, sync::LazyLock};

static CANONICAL: LazyLock<HashMap<String, &'static str>> = LazyLock::new(|| {
    NAMES
        .iter()
        .map(|name| (name.to_ascii_lowercase(), *name))
        .collect()
});

/// Spells the members of a resource of a modelled type as ARM does. What people name themselves
/// (tags) stays, and so does all of a type that is not modelled.
pub(super) fn rename(given: &mut Given, kind: &str) {
    if !ARM_TYPES
        .iter()
        .any(|(known, _)| known.eq_ignore_ascii_case(kind))
    {
        return;
    }
    let own: Vec<&'static str> = BY_TYPE
        .iter()
        .filter(|(owner, _)| owner.eq_ignore_ascii_case(kind))
        .map(|(_, name)| *name)
        .collect();
    let spell = |key: &str| -> Option<&'static str> {
        let folded = key.to_ascii_lowercase();
        let own = own.iter().find(|name| name.eq_ignore_ascii_case(&folded));
        let name = own.or_else(|| CANONICAL.get(&folded)).copied()?;
        (name != key).then_some(name)
    };
    if !respell(&mut given.json, &spell) {
        return;
    }
    for (pointer, _) in &mut given.spans {
        if is_own(pointer) {
            continue;
        }
        let segments = pointer
            .split('/')
            .map(|segment| spell(segment).unwrap_or(segment));
        *pointer = segments.collect::<Vec<_>>().join("/");
    }
}

/// Writes values of tags and zones as the texts that they are for Azure, whatever was given.
pub(super) fn as_texts(resource: &mut Value) {
    let tags = resource.get_mut("tags").and_then(Value::as_object_mut);
    for tag in tags.into_iter().flat_map(Map::values_mut) {
        as_text(tag);
    }
    let zones = resource.get_mut("zones").and_then(Value::as_array_mut);
    for zone in zones.into_iter().flatten() {
        as_text(zone);
    }
}

fn as_text(value: &mut Value) {
    if let Value::Bool(_) | Value::Number(_) = value {
        *value = Value::String(value.to_string());
    }
}

/// Whether a pointer leads into what people name themselves.
fn is_own(pointer: &str) -> bool {
    pointer.starts_with("/tags/") || pointer.starts_with("/identity/")
}

/// Spells members anew; whether one was spelled otherwise.
fn respell(value: &mut Value, spell: &impl Fn(&str) -> Option<&'static str>) -> bool {
    match value {
        Value::Array(items) => items
            .iter_mut()
            .fold(false, |changed, item| respell(item, spell) | changed),
        Value::Object(members) => {
            let mut changed = false;
            for (key, value) in members.iter_mut() {
                if key != "tags" && key != "identity" {
                    changed |= respell(value, spell);
                }
            }
            if members.keys().any(|key| spell(key).is_some()) {
                changed = true;
                let old = std::mem::take(members);
                let mut new = Map::with_capacity(old.len());
                for (key, value) in old {
                    let name = spell(&key).map_or(key, str::to_owned);
                    // Both spellings: the one that is right counts.
                    new.entry(name).or_insert(value);
                }
                *members = new;
            }
            changed
        }
        _ => false,
    }
}
