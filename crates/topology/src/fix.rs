//! Applies what mends a finding: to the model, and to the text that the model came from.

mod all;
mod shift;
mod text;

use crate::{
    arm,
    finding::Change,
    model::{Topology, id::ResourceId},
};
pub use all::{Applied, Refused, Settled, mend_all};
use serde_json::{Map, Value};
pub use text::{MendError, Mended, mend};

/// Why a change cannot be applied.
#[derive(Debug, thiserror::Error)]
pub enum FixError {
    /// The resource is not in the topology.
    #[error("`{0}` is not there to be changed")]
    Absent(ResourceId),
    /// The pointer leads through something that is neither object nor list.
    #[error("`{pointer}` leads nowhere in `{id}`")]
    Pointer {
        /// The resource.
        id: ResourceId,
        /// The pointer.
        pointer: String,
    },
    /// The changed resource cannot be written or read.
    #[error("`{id}` does not fit its type after the change")]
    Misfit {
        /// The resource.
        id: ResourceId,
        /// What does not fit.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// The topology after the changes, whose pointers count in lists as these are in `topology`: what
/// one of them takes out of a list does not move the places that the next ones mean.
pub fn apply(topology: &Topology, changes: &[Change]) -> Result<Topology, FixError> {
    let mut changed = topology.clone();
    for change in &shift::one_after_the_other(changes) {
        if change.pointer.is_empty() && change.value.is_none() {
            changed
                .resources
                .shift_remove(&change.id)
                .ok_or_else(|| FixError::Absent(change.id.clone()))?;
            continue;
        }
        let misfit = |source: Box<dyn std::error::Error + Send + Sync>| FixError::Misfit {
            id: change.id.clone(),
            source,
        };
        let known = changed.resources.get(&change.id);
        let existing = known.is_some_and(|known| known.existing);
        let mut value = match (known, change.pointer.is_empty()) {
            (Some(known), _) => {
                arm::user_data::readable(known).map_err(|error| misfit(error.into()))?
            }
            (None, true) => arm::bare(&change.id),
            (None, false) => return Err(FixError::Absent(change.id.clone())),
        };
        put(&mut value, &change.pointer, change.value.clone()).ok_or_else(|| {
            FixError::Pointer {
                id: change.id.clone(),
                pointer: change.pointer.clone(),
            }
        })?;
        if let Some(members) = value.as_object_mut() {
            // A whole resource may be given without saying again who it is.
            if let (true, Value::Object(bare)) = (change.pointer.is_empty(), arm::bare(&change.id))
            {
                for (name, value) in bare {
                    members.entry(name).or_insert(value);
                }
            }
            members.insert("id".to_owned(), Value::String(change.id.to_string()));
        }
        arm::user_data::close(&mut value);
        let mut resource = arm::resource(&value).map_err(|error| misfit(error.into()))?;
        resource.existing = existing;
        changed.resources.insert(change.id.clone(), resource);
    }
    Ok(changed)
}

/// Sets or removes the place at a pointer; objects on the way are made. `None` if it leads through
/// something else, or past the end of a list.
pub(crate) fn put(root: &mut Value, pointer: &str, value: Option<Value>) -> Option<()> {
    let segments: Vec<String> = pointer
        .split('/')
        .skip(1)
        .map(|segment| segment.replace("~1", "/").replace("~0", "~"))
        .collect();
    let Some((last, way)) = segments.split_last() else {
        *root = value.unwrap_or(Value::Null);
        return Some(());
    };
    let mut at = root;
    for (position, segment) in way.iter().enumerate() {
        if at.is_null() {
            *at = Value::Object(Map::new());
        }
        at = match at {
            Value::Object(members) => {
                // What is missing becomes a list if the next step counts in it.
                let next = segments.get(position.saturating_add(1));
                let counts = next.is_some_and(|next| next == "-" || next == "0");
                members.entry(segment.clone()).or_insert_with(|| {
                    if counts {
                        Value::Array(Vec::new())
                    } else {
                        Value::Object(Map::new())
                    }
                })
            }
            Value::Array(items) => items.get_mut(segment.parse::<usize>().ok()?)?,
            _ => return None,
        };
    }
    if at.is_null() {
        *at = if last == "-" {
            Value::Array(Vec::new())
        } else {
            Value::Object(Map::new())
        };
    }
    match (at, value) {
        (Value::Object(members), Some(value)) => {
            members.insert(last.clone(), value);
        }
        (Value::Object(members), None) => {
            members.shift_remove(last);
        }
        (Value::Array(items), Some(value)) if last == "-" => items.push(value),
        (Value::Array(items), Some(value)) => *items.get_mut(last.parse::<usize>().ok()?)? = value,
        (Value::Array(items), None) => {
            let index = last.parse::<usize>().ok().filter(|at| *at < items.len())?;
            items.remove(index);
        }
        _ => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_pointer_sets_appends_and_removes() {
        let cases: &[(&str, Option<Value>, Value)] = &[
            ("/a/b", Some(json!(1)), json!({ "a": { "b": 1, "c": [0] } })),
            ("/a/c/-", Some(json!(1)), json!({ "a": { "c": [0, 1] } })),
            ("/a/c/0", None, json!({ "a": { "c": [] } })),
            ("/a/c", None, json!({ "a": {} })),
            (
                "/n/-",
                Some(json!(1)),
                json!({ "a": { "c": [0] }, "n": [1] }),
            ),
            (
                "/n/m",
                Some(json!(1)),
                json!({ "a": { "c": [0] }, "n": { "m": 1 } }),
            ),
            (
                "/x~1y",
                Some(json!(1)),
                json!({ "a": { "c": [0] }, "x/y": 1 }),
            ),
        ];
        for (pointer, value, wanted) in cases {
            let mut root = json!({ "a": { "c": [0] } });
            assert_eq!(
                put(&mut root, pointer, value.clone()),
                Some(()),
                "{pointer}"
            );
            assert_eq!(&root, wanted, "{pointer}");
        }
        let mut root = json!({ "a": 1 });
        assert_eq!(put(&mut root, "/a/b", Some(json!(1))), None);
    }
}
