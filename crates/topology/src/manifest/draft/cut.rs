//! Takes entries out of a manifest's tree, with all that refers to them.
//!
//! What refers to what is told by names alone: a text that is the name of an entry, or begins with
//! it (`NETWORK/SUBNET`, `SERVICE:443`), or has it as a segment of a resource id. That may take out
//! too much where two things of different sections have one name, and never too little.

use super::super::yaml::{Node, Value};
use crate::source::Span;
use std::collections::BTreeSet;

/// Takes out the entries in which the places stand; whether there was one.
pub(super) fn remove(root: &mut Node, places: &BTreeSet<Span>) -> bool {
    if places.is_empty() {
        return false;
    }
    let mut names = BTreeSet::new();
    let itself = &|key: Span, node: &Node| places.contains(&key) || places.contains(&node.span);
    let mut is_changed = sweep(
        root,
        &|key, node| holds(key, node, places),
        itself,
        &mut names,
    );
    loop {
        let known = names.clone();
        let refers = &|_: Span, node: &Node| refers(node, &known);
        if !sweep(root, refers, &|_, _| false, &mut names) {
            return is_changed;
        }
        is_changed = true;
    }
}

/// Asked of a name and what has it.
type Asked<'a> = &'a dyn Fn(Span, &Node) -> bool;

/// Takes out what is to go: a part of an entry where only that is touched, else the entry.
fn sweep(
    root: &mut Node,
    goes: Asked<'_>,
    goes_itself: Asked<'_>,
    names: &mut BTreeSet<String>,
) -> bool {
    let mut is_changed = false;
    let Value::Mapping(sections) = &mut root.value else {
        return false;
    };
    for (_, section) in sections {
        match &mut section.value {
            Value::Mapping(entries) => entries.retain_mut(|(name, entry)| {
                if parts(&name.value, entry, goes, goes_itself, names) {
                    is_changed = true;
                }
                let goes = goes(name.span, entry);
                if goes {
                    names.insert(name.value.to_lowercase());
                    is_changed = true;
                }
                !goes
            }),
            Value::Sequence(items) => items.retain(|item| {
                let goes = goes(item.label, item);
                if goes {
                    names.extend(name_of(item));
                    is_changed = true;
                }
                !goes
            }),
            Value::Null | Value::Gone | Value::Scalar(_) => {}
        }
    }
    is_changed
}

/// Named parts that are things of their own: subnets, rules, routes.
fn parts(
    owner: &str,
    entry: &mut Node,
    goes: Asked<'_>,
    goes_itself: Asked<'_>,
    names: &mut BTreeSet<String>,
) -> bool {
    let mut is_changed = false;
    let Value::Mapping(members) = &mut entry.value else {
        return false;
    };
    for (_, member) in members {
        let Value::Mapping(parts) = &mut member.value else {
            continue;
        };
        parts.retain(|(name, part)| {
            // A text is a field of the entry, and no thing of its own, unless it should be one.
            let is_thing = matches!(part.value, Value::Mapping(_)) || goes_itself(name.span, part);
            let goes = is_thing && goes(name.span, part);
            if goes {
                names.insert(format!("{owner}/{}", name.value).to_lowercase());
                is_changed = true;
            }
            !goes
        });
    }
    is_changed
}

/// The name of an entry of `resources`.
fn name_of(item: &Node) -> Option<String> {
    let Value::Mapping(members) = &item.value else {
        return None;
    };
    let text = |key: &str| {
        let (_, node) = members.iter().find(|(known, _)| known.value == key)?;
        match &node.value {
            Value::Scalar(text) => Some(text.as_str()),
            _ => None,
        }
    };
    let name = text("name").or_else(|| text("id")?.rsplit('/').next())?;
    Some(name.to_lowercase())
}

fn holds(key: Span, node: &Node, places: &BTreeSet<Span>) -> bool {
    places.contains(&key) || any(node, &mut |span, _| places.contains(&span))
}

fn refers(node: &Node, names: &BTreeSet<String>) -> bool {
    any(node, &mut |_, text| {
        let Some(text) = text else { return false };
        let text = text.to_lowercase();
        let is = |name: &str| names.contains(name);
        is(&text)
            || text.split(['/', ':']).any(is)
            || text.rsplit_once(':').is_some_and(|(before, _)| is(before))
    })
}

/// Whether it is so of any place in the node: a key, or a value and its text.
fn any(node: &Node, is: &mut dyn FnMut(Span, Option<&str>) -> bool) -> bool {
    match &node.value {
        Value::Scalar(text) => is(node.span, Some(text)),
        Value::Null | Value::Gone => is(node.span, None),
        Value::Sequence(items) => {
            is(node.span, None)
                || items
                    .iter()
                    .any(|item| is(item.label, None) || any(item, is))
        }
        Value::Mapping(entries) => {
            is(node.span, None)
                || entries
                    .iter()
                    .any(|(key, inner)| is(key.span, None) || any(inner, is))
        }
    }
}
