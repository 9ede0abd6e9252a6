//! What an entry of `resources` must say so that a resource becomes as wanted, and the smallest
//! changes of what it says already.

use super::super::put;
use crate::{manifest::REMOVE, source::ManifestPath};
use serde_json::{Map, Value, json};

/// Whether a value says all that another one says.
pub(super) fn covers(value: &Value, other: &Value) -> bool {
    match (value, other) {
        (Value::Object(value), Value::Object(other)) => other
            .iter()
            .all(|(key, other)| value.get(key).is_some_and(|value| covers(value, other))),
        (Value::Array(value), Value::Array(other)) => {
            value.len() == other.len()
                && value
                    .iter()
                    .zip(other)
                    .all(|(value, other)| covers(value, other))
        }
        (value, other) => value == other,
    }
}

/// The member by which the items of a list are told apart when entries are laid over it.
fn key_of(items: &[Value]) -> Option<&'static str> {
    ["name", "id"].into_iter().find(|key| {
        !items.is_empty()
            && items
                .iter()
                .all(|item| item.get(key).is_some_and(Value::is_string))
    })
}

/// What an entry of `resources` must say so that the place becomes the value, or goes.
pub(super) fn patch(
    current: Option<&Value>,
    segments: &[String],
    value: Option<&Value>,
) -> Option<Value> {
    let Some((first, rest)) = segments.split_first() else {
        return Some(replacement(current, value?));
    };
    if let Some(Value::Array(items)) = current {
        let key = key_of(items);
        let item = first.parse::<usize>().ok().and_then(|at| items.get(at));
        match (key, item) {
            (Some(key), Some(item)) if !rest.is_empty() || value.is_none() => {
                let mut said = match (rest.is_empty(), patch(Some(item), rest, value)) {
                    (true, _) => json!({ REMOVE: true }),
                    (false, said) => said?,
                };
                let members = said.as_object_mut()?;
                members.insert(key.to_owned(), item.get(key)?.clone());
                return Some(json!([said]));
            }
            (Some(key), None) if first == "-" && value?.get(key).is_some() => {
                return Some(json!([nested(rest, value?)]));
            }
            _ => {}
        }
        let mut list = Value::Array(items.clone());
        let pointer: String = segments
            .iter()
            .map(|segment| format!("/{segment}"))
            .collect();
        put(&mut list, &pointer, value.cloned())?;
        return Some(list);
    }
    let below = current.and_then(|current| current.get(first));
    let said = match (rest.is_empty(), value) {
        (true, None) => Value::Null,
        _ if first == "-" => return Some(json!([nested(rest, value?)])),
        _ => patch(below, rest, value)?,
    };
    let mut members = Map::new();
    members.insert(first.clone(), said);
    Some(Value::Object(members))
}

fn nested(segments: &[String], value: &Value) -> Value {
    segments.iter().rev().fold(value.clone(), |value, segment| {
        let mut members = Map::new();
        members.insert(segment.clone(), value);
        Value::Object(members)
    })
}

/// A value that replaces another one although mappings and named lists merge: what is not in the
/// new one is taken out by name.
fn replacement(old: Option<&Value>, new: &Value) -> Value {
    match (old, new) {
        (Some(Value::Object(old)), Value::Object(new)) => {
            let mut said: Map<String, Value> = new
                .iter()
                .map(|(key, value)| (key.clone(), replacement(old.get(key), value)))
                .collect();
            for key in old.keys() {
                if !new.contains_key(key) {
                    said.insert(key.clone(), Value::Null);
                }
            }
            Value::Object(said)
        }
        (Some(Value::Array(old)), Value::Array(new)) => {
            let key = key_of(old).filter(|key| key_of(new) == Some(*key));
            let Some(key) = key else {
                return Value::Array(new.clone());
            };
            let same = |a: &Value, b: &Value| {
                let name = |value: &Value| {
                    value
                        .get(key)
                        .and_then(Value::as_str)
                        .map(str::to_lowercase)
                };
                name(a) == name(b)
            };
            let mut said: Vec<Value> = new
                .iter()
                .map(|item| replacement(old.iter().find(|known| same(known, item)), item))
                .collect();
            for item in old {
                if !new.iter().any(|kept| same(kept, item)) {
                    said.push(json!({ key: item.get(key), REMOVE: true }));
                }
            }
            Value::Array(said)
        }
        (_, new) => new.clone(),
    }
}

/// Lays a patch over an entry of `resources`; both keep what they say to the resource.
pub(super) fn lay(entry: &mut Value, patch: &Value) {
    match (entry, patch) {
        (Value::Object(members), Value::Object(patch)) => {
            for (key, value) in patch {
                match members.get_mut(key) {
                    Some(member) => lay(member, value),
                    None => {
                        members.insert(key.clone(), value.clone());
                    }
                }
            }
        }
        (Value::Array(items), Value::Array(patch)) => {
            let key = key_of(items).filter(|key| key_of(patch) == Some(*key));
            let Some(key) = key else {
                items.clone_from(patch);
                return;
            };
            for said in patch {
                let name = |value: &Value| {
                    value
                        .get(key)
                        .and_then(Value::as_str)
                        .map(str::to_lowercase)
                };
                match items.iter_mut().find(|item| name(item) == name(said)) {
                    Some(item) => lay(item, said),
                    None => items.push(said.clone()),
                }
            }
        }
        (entry, patch) => entry.clone_from(patch),
    }
}

/// The smallest changes that make one value of another.
pub(super) fn steps_between(
    old: &Value,
    new: &Value,
    path: &ManifestPath,
    steps: &mut Vec<(ManifestPath, Option<Value>)>,
) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for key in old.keys().filter(|key| !new.contains_key(*key)) {
                steps.push((path.key(key), None));
            }
            for (key, value) in new {
                match old.get(key) {
                    Some(known) => steps_between(known, value, &path.key(key), steps),
                    None => steps.push((path.key(key), Some(value.clone()))),
                }
            }
        }
        (Value::Array(old), Value::Array(new)) if !old.is_empty() && new.len() >= old.len() => {
            for (at, value) in new.iter().enumerate() {
                match old.get(at) {
                    Some(known) => steps_between(known, value, &path.index(at), steps),
                    None => steps.push((path.end(), Some(value.clone()))),
                }
            }
        }
        (old, new) if old == new => {}
        (_, new) => steps.push((path.clone(), Some(new.clone()))),
    }
}
