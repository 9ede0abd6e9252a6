//! The same resource from several files.
//!
//! Objects merge, things with a name merge by it, and of anything else the richer resource's value
//! counts: the one with more values. A difference is a finding, unless it is in what Azure only
//! reports and may change at any time.

use super::Given;
use crate::source::Span;
use serde_json::Value;
use std::collections::HashMap;

/// Members that two answers may differ in.
const VOLATILE: [&str; 6] = [
    "etag",
    "provisioningState",
    "resourceGuid",
    "systemData",
    "type",
    "id",
];

/// Where two resources differ.
#[derive(Debug)]
pub(super) struct Conflict {
    pub(super) pointer: String,
    /// In the resource whose value counts.
    pub(super) kept: Option<Span>,
    /// In the other one.
    pub(super) dropped: Option<Span>,
}

/// Merges two of the same id; the result takes the place of the first.
pub(super) fn merge(first: &mut Given, mut second: Given) -> Vec<Conflict> {
    if richness(&second.json) > richness(&first.json) {
        std::mem::swap(first, &mut second);
    }
    let (rich, poor) = (first, second);
    let mut merger = Merger {
        taken: Vec::new(),
        conflicts: Vec::new(),
    };
    merger.value(&mut rich.json, poor.json, "", "");
    let span = |spans: &[(String, Span)], pointer: &str| {
        spans
            .iter()
            .find(|(known, _)| known == pointer)
            .map(|(_, span)| *span)
    };
    let conflicts = merger
        .conflicts
        .into_iter()
        .map(|(kept, dropped)| Conflict {
            kept: span(&rich.spans, &kept),
            dropped: span(&poor.spans, &dropped),
            pointer: kept,
        })
        .collect();
    // What only the poorer one had keeps its own place.
    for (there, here) in merger.taken {
        let below = format!("{there}/");
        let moved = poor.spans.iter().filter_map(|(pointer, span)| {
            if *pointer == there {
                return Some((here.clone(), *span));
            }
            let rest = pointer.strip_prefix(&below)?;
            Some((format!("{here}/{rest}"), *span))
        });
        rich.spans.extend(moved);
    }
    // Answered by Azure is what at least one of them is.
    rich.is_observed |= poor.is_observed;
    conflicts
}

/// How many values there are.
fn richness(value: &Value) -> usize {
    match value {
        Value::Null => 0,
        Value::Array(items) => items.iter().map(richness).sum(),
        Value::Object(members) => members.values().map(richness).sum(),
        _ => 1,
    }
}

#[derive(Debug)]
struct Merger {
    /// Pointers of what was taken over: in the poorer resource, and in the richer one.
    taken: Vec<(String, String)>,
    conflicts: Vec<(String, String)>,
}

impl Merger {
    fn value(&mut self, rich: &mut Value, poor: Value, here: &str, there: &str) {
        match (rich, poor) {
            (Value::Object(rich), Value::Object(poor)) => {
                for (key, value) in poor {
                    let segment = key.replace('~', "~0").replace('/', "~1");
                    let here = format!("{here}/{segment}");
                    let there = format!("{there}/{segment}");
                    match rich.get_mut(&key) {
                        Some(_) if VOLATILE.contains(&key.as_str()) => {}
                        Some(known) => self.value(known, value, &here, &there),
                        None => {
                            rich.insert(key, value);
                            self.taken.push((there, here));
                        }
                    }
                }
            }
            (Value::Array(rich), Value::Array(poor)) => self.list(rich, poor, here, there),
            (rich, poor) => {
                if !is_same(rich, &poor) {
                    self.conflicts.push((here.to_owned(), there.to_owned()));
                }
            }
        }
    }

    fn list(&mut self, rich: &mut Vec<Value>, poor: Vec<Value>, here: &str, there: &str) {
        let name = |item: &Value| Some(item.get("name")?.as_str()?.to_ascii_lowercase());
        let are_named = rich.iter().chain(&poor).all(|item| name(item).is_some());
        if !are_named {
            let is_same =
                rich.len() == poor.len() && rich.iter().zip(&poor).all(|(a, b)| is_same(a, b));
            if !is_same && !poor.is_empty() {
                if rich.is_empty() {
                    *rich = poor;
                    self.taken.push((there.to_owned(), here.to_owned()));
                } else {
                    self.conflicts.push((here.to_owned(), there.to_owned()));
                }
            }
            return;
        }
        let places: HashMap<Option<String>, usize> = rich.iter().map(name).zip(0..).collect();
        for (at, item) in poor.into_iter().enumerate() {
            let there = format!("{there}/{at}");
            let known = places.get(&name(&item)).copied();
            let at = known.unwrap_or(rich.len());
            let here = format!("{here}/{at}");
            if let Some(known) = known.and_then(|known| rich.get_mut(known)) {
                self.value(known, item, &here, &there);
            } else {
                self.taken.push((there, here));
                rich.push(item);
            }
        }
    }
}

/// Whether two values mean the same: texts are compared without case, because ids and most words of
/// Azure are.
fn is_same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::String(a), Value::String(b)) => {
            a.eq_ignore_ascii_case(b) || location(a) == location(b)
        }
        (Value::Array(a), Value::Array(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| is_same(a, b))
        }
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len()
                && a.iter()
                    .all(|(key, a)| b.get(key).is_some_and(|b| is_same(a, b)))
        }
        _ => a == b,
    }
}

/// `UK South` is `uksouth`.
fn location(text: &str) -> String {
    crate::arm::normal_location(text)
}
