//! What a resource says, without what only the occasion of reading it adds.

use crate::{
    arm,
    model::{OWNER_TAG, Resource},
};
use serde_json::Value;

/// Members that ARM fills in and that nothing is decided by.
pub(super) const NOISE: [&str; 4] = ["provisioningState", "etag", "resourceGuid", "systemData"];

/// A resource's JSON for comparing: what two manifests, or a manifest and an import, must agree on.
///
/// Left out are
/// - `provisioningState`, `etag`, `resourceGuid`, `systemData`, anywhere, and `defaultSecurityRules`,
///   which are the same for every group;
/// - `id` and `type` of what is listed in a resource, where its name and its place give them;
/// - `null`, empty lists and empty objects, which say nothing;
/// - the owner's tag, and whether the resource is marked as existing: a manifest adds and says them.
pub fn essence(resource: &Resource) -> Value {
    let mut value = arm::export(resource).unwrap_or(Value::Null);
    if let Some(members) = value.as_object_mut() {
        members.insert(
            "id".to_owned(),
            resource.id.as_str().to_ascii_lowercase().into(),
        );
        members.shift_remove("name");
        members.shift_remove("type");
        if let Some(location) = &resource.location {
            members.insert("location".to_owned(), location.as_str().into());
        }
        if let Some(tags) = members.get_mut("tags").and_then(Value::as_object_mut) {
            tags.shift_remove(OWNER_TAG);
        }
        let id = resource.id.as_str();
        if let Some(properties) = members.get_mut("properties").and_then(Value::as_object_mut) {
            properties.shift_remove("defaultSecurityRules");
            for (list, value) in properties.iter_mut() {
                for item in value.as_array_mut().into_iter().flatten() {
                    forget_derived(item, &format!("{id}/{list}"));
                }
            }
        }
    }
    prune(&mut value);
    sort(&mut value);
    value
}

/// Drops the id and type of a listed thing, if they are what its name and place give.
fn forget_derived(item: &mut Value, list: &str) {
    let Some(members) = item.as_object_mut() else {
        return;
    };
    let Some(name) = members.get("name").and_then(Value::as_str) else {
        return;
    };
    let derived = format!("{list}/{name}");
    let id = members.get("id").and_then(Value::as_str);
    if id.is_some_and(|id| id.eq_ignore_ascii_case(&derived)) {
        members.shift_remove("id");
    }
    let kind = list.rsplit('/').next().unwrap_or("");
    let given = members.get("type").and_then(Value::as_str);
    let is_derived = given.is_some_and(|given| {
        let last = given.rsplit('/').next().unwrap_or("");
        given.contains('/') && last.eq_ignore_ascii_case(kind)
    });
    if is_derived {
        members.shift_remove("type");
    }
}

/// Drops noise and what says nothing; whether something is left.
fn prune(value: &mut Value) -> bool {
    match value {
        Value::Null => false,
        Value::Array(items) => {
            for item in items.iter_mut() {
                prune(item);
            }
            !items.is_empty()
        }
        Value::Object(members) => {
            members.retain(|key, value| !NOISE.contains(&key.as_str()) && prune(value));
            !members.is_empty()
        }
        _ => true,
    }
}

/// Orders members by name: their order says nothing.
fn sort(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(sort),
        Value::Object(members) => {
            members.sort_keys();
            members.values_mut().for_each(sort);
        }
        _ => {}
    }
}
