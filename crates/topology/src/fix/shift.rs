//! Pointers of several changes, made fit to be applied one after the other.
//!
//! Whoever finds what to change counts in lists as they are. When a change takes an item out, the
//! items behind it move up; here the pointers of the changes that follow move with them.

use crate::{finding::Change, model::id::ResourceId};
use std::collections::BTreeMap;

/// The places in a list, as they were at first, that are gone: by resource and the list's pointer.
type Gone = BTreeMap<(ResourceId, String), Vec<usize>>;

/// The same changes with pointers that hold when the changes before them have been applied. What
/// lies in something that is gone already is left out.
pub(super) fn one_after_the_other(changes: &[Change]) -> Vec<Change> {
    let mut gone = Gone::new();
    let mut moved = Vec::with_capacity(changes.len());
    for change in changes {
        if let Some(pointer) = now(&gone, change) {
            record(&mut gone, change);
            moved.push(Change {
                pointer,
                ..change.clone()
            });
        }
    }
    moved
}

/// Where the place is by now; `None` if it is gone.
fn now(gone: &Gone, change: &Change) -> Option<String> {
    let mut before = String::new();
    let mut pointer = String::new();
    for segment in change.pointer.split('/').skip(1) {
        let list = gone.get(&(change.id.clone(), before.clone()));
        before.push('/');
        before.push_str(segment);
        pointer.push('/');
        match (list, segment.parse::<usize>()) {
            (Some(list), Ok(index)) => {
                if list.contains(&index) {
                    return None;
                }
                let moved = list.iter().filter(|other| **other < index).count();
                pointer.push_str(&index.saturating_sub(moved).to_string());
            }
            _ => pointer.push_str(segment),
        }
    }
    Some(pointer)
}

fn record(gone: &mut Gone, change: &Change) {
    // What is set as a whole, or is gone, has no earlier places.
    let below = format!("{}/", change.pointer);
    gone.retain(|(id, list), _| {
        *id != change.id || (*list != change.pointer && !list.starts_with(&below))
    });
    if change.value.is_some() {
        return;
    }
    let item = change.pointer.rsplit_once('/');
    if let Some((list, Ok(index))) = item.map(|(list, last)| (list, last.parse::<usize>())) {
        let key = (change.id.clone(), list.to_owned());
        gone.entry(key).or_default().push(index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fix::put;
    use serde_json::{Value, json};

    /// Applies changes, given as pointer and value, to `{"a": [0, 1, 2, 3], "b": [[4, 5], [6, 7]]}`.
    #[track_caller]
    fn check(changes: &[(&str, Option<Value>)], wanted: &Value) {
        let id = ResourceId::new("s", "g", "Microsoft.Network/loadBalancers", "lb");
        let changes: Vec<Change> = changes
            .iter()
            .map(|(pointer, value)| Change {
                id: id.clone(),
                pointer: (*pointer).to_owned(),
                value: value.clone(),
            })
            .collect();
        let mut root = json!({ "a": [0, 1, 2, 3], "b": [[4, 5], [6, 7]] });
        for change in one_after_the_other(&changes) {
            assert_eq!(
                put(&mut root, &change.pointer, change.value),
                Some(()),
                "{}",
                change.pointer
            );
        }
        assert_eq!(&root, wanted);
    }

    #[test]
    fn places_are_those_of_the_list_before_the_first_change() {
        let b = json!([[4, 5], [6, 7]]);
        // In any order, and with what is set between.
        check(
            &[("/a/0", None), ("/a/1", None), ("/a/3", None)],
            &json!({ "a": [2], "b": b }),
        );
        check(
            &[("/a/3", None), ("/a/0", None), ("/a/1", None)],
            &json!({ "a": [2], "b": b }),
        );
        check(
            &[
                ("/a/1", None),
                ("/a/2", Some(json!("x"))),
                ("/a/-", Some(json!(9))),
            ],
            &json!({ "a": [0, "x", 3, 9], "b": b }),
        );
        // A list in a list.
        check(
            &[("/b/0", None), ("/b/1/0", None), ("/b/1/1", Some(json!(8)))],
            &json!({ "a": [0, 1, 2, 3], "b": [[8]] }),
        );
    }

    #[test]
    fn what_is_gone_is_not_changed_again() {
        let b = json!([[4, 5], [6, 7]]);
        check(
            &[("/a/0", None), ("/a/0", None)],
            &json!({ "a": [1, 2, 3], "b": b }),
        );
        check(
            &[("/b/0", None), ("/b/0/1", Some(json!(8)))],
            &json!({ "a": [0, 1, 2, 3], "b": [[6, 7]] }),
        );
    }

    #[test]
    fn a_list_that_is_set_anew_counts_anew() {
        check(
            &[
                ("/a/0", None),
                ("/a", Some(json!([7, 8]))),
                ("/a/0", Some(json!(9))),
            ],
            &json!({ "a": [9, 8], "b": [[4, 5], [6, 7]] }),
        );
    }
}
