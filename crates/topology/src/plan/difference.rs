//! What of the wished-for body the world does not have.
//!
//! ARM answers with more than was sent (defaults, states, ids), so only what is wished for is
//! compared. Named children are matched by name, ids without regard to case.

use serde_json::Value;
use std::collections::BTreeMap;

/// JSON pointers of wished-for values that the world has otherwise, in order.
pub(super) fn between(wished: &Value, seen: &Value) -> Vec<String> {
    let mut found = Vec::new();
    compare(wished, seen, "", &mut found);
    found
}

fn compare(wished: &Value, seen: &Value, at: &str, found: &mut Vec<String>) {
    match (wished, seen) {
        (Value::Object(wished), Value::Object(seen)) => {
            for (key, value) in wished {
                let at = format!("{at}/{key}");
                match seen.get(key) {
                    Some(other) => compare(value, other, &at, found),
                    None if is_nothing(value) => {}
                    None => found.push(at),
                }
            }
        }
        (Value::Array(wished), Value::Array(seen)) => compare_lists(wished, seen, at, found),
        (Value::String(wished), Value::String(seen)) => {
            if !same_text(wished, seen, at) {
                found.push(at.to_owned());
            }
        }
        // Numbers may come back as text (a port) and the other way round.
        (Value::Number(number), Value::String(text))
        | (Value::String(text), Value::Number(number))
            if number.to_string() == *text => {}
        _ if wished == seen || (is_nothing(wished) && is_nothing(seen)) => {}
        _ => found.push(at.to_owned()),
    }
}

fn compare_lists(wished: &[Value], seen: &[Value], at: &str, found: &mut Vec<String>) {
    let named = |list: &[Value]| -> Option<BTreeMap<String, Value>> {
        list.iter()
            .map(|item| Some((key_of(item)?, item.clone())))
            .collect()
    };
    match (named(wished), named(seen)) {
        (Some(wished), Some(seen)) => {
            for (name, value) in &wished {
                let at = format!("{at}/{name}");
                match seen.get(name) {
                    Some(other) => compare(value, other, &at, found),
                    None => found.push(at),
                }
            }
            for name in seen.keys().filter(|name| !wished.contains_key(*name)) {
                found.push(format!("{at}/{name}"));
            }
        }
        _ if wished.len() == seen.len() => {
            for (index, (one, other)) in wished.iter().zip(seen).enumerate() {
                compare(one, other, &format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// What a list's item is matched by: its name, else the id it refers to.
fn key_of(item: &Value) -> Option<String> {
    let text = item.get("name").or_else(|| item.get("id"))?.as_str()?;
    Some(if text.starts_with('/') {
        text.to_ascii_lowercase()
    } else {
        text.to_owned()
    })
}

fn same_text(one: &str, other: &str, at: &str) -> bool {
    if at == "/location" {
        return crate::arm::normal_location(one) == crate::arm::normal_location(other);
    }
    one == other
        || ((one.starts_with("/subscriptions/") || is_word(one)) && one.eq_ignore_ascii_case(other))
}

/// Enumerations come back in whatever case the provider likes (`Tcp`, `TCP`).
fn is_word(text: &str) -> bool {
    text.len() < 40 && text.chars().all(|c| c.is_ascii_alphabetic())
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        _ => false,
    }
}
