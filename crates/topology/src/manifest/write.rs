//! JSON values as the YAML of a manifest.
//!
//! What is written is read again as the same value: texts are quoted unless they are plainly
//! texts, also to tools that still read YAML 1.1, where `no` is a boolean and a date no text.
//! `$(` is escaped, so that no text becomes a reference to a variable.

use super::raw::number;
use serde_json::{Map, Value};

/// A collection that fits into a line of this many characters is written in brackets.
const WIDTH: usize = 100;
/// How much deeper each level stands.
const STEP: usize = 2;

/// A whole document, such as a manifest.
pub fn document(value: &Value) -> String {
    let mut out = String::new();
    match value {
        Value::Object(members) if !members.is_empty() => block_members(&mut out, members, 0),
        Value::Array(items) if !items.is_empty() => block_items(&mut out, items, 0),
        other => out.push_str(&flow(other)),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// A value whose texts are read as themselves by a reader that knows variables: `$(` is `$$(`.
pub fn escaped(value: &Value) -> Value {
    match value {
        Value::String(text) => Value::String(text.replace("$(", "$$(")),
        Value::Array(items) => Value::Array(items.iter().map(escaped).collect()),
        Value::Object(members) => Value::Object(
            members
                .iter()
                .map(|(key, value)| (key.clone(), escaped(value)))
                .collect(),
        ),
        other => other.clone(),
    }
}

/// A value in one line, collections in brackets and braces.
pub(super) fn flow(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(flag) => flag.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => scalar(text),
        Value::Array(items) if items.is_empty() => "[]".to_owned(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(flow).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(members) if members.is_empty() => "{}".to_owned(),
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", self::key(key), flow(value)))
                .collect();
            format!("{{ {} }}", members.join(", "))
        }
    }
}

/// A key; one that is too long for a line of its own kind says so with `?`.
pub(super) fn key(text: &str) -> String {
    // A key that is followed by its colon on one line may have 1024 characters.
    let written = quoted(text);
    if written.chars().count() > 1000 {
        format!("? {written}\n")
    } else {
        written
    }
}

/// What follows a key or a dash whose line is indented by `indent`: on the same line with a space
/// before it, or on the lines below.
pub(super) fn after(value: &Value, indent: usize, taken: usize) -> String {
    let line = flow(value);
    let is_flat = match value {
        Value::Object(members) => is_short(members.len()) && members.values().all(is_leaf),
        Value::Array(items) => is_short(items.len()) && items.iter().all(is_scalar),
        _ => true,
    };
    let width = taken.saturating_add(line.chars().count());
    if is_flat && width <= WIDTH || is_scalar(value) {
        return format!(" {line}\n");
    }
    let mut out = "\n".to_owned();
    match value {
        Value::Object(members) => block_members(&mut out, members, indent.saturating_add(STEP)),
        Value::Array(items) => block_items(&mut out, items, indent.saturating_add(STEP)),
        _ => {}
    }
    out
}

fn is_short(count: usize) -> bool {
    count <= 12
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        _ => true,
    }
}

/// Whether a value does not make a line in braces hard to read.
fn is_leaf(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_scalar),
        Value::Object(members) => members.len() <= 2 && members.values().all(is_scalar),
        _ => true,
    }
}

pub(super) fn block_members(out: &mut String, members: &Map<String, Value>, indent: usize) {
    for (name, value) in members {
        member(out, name, value, indent);
    }
}

fn member(out: &mut String, name: &str, value: &Value, indent: usize) {
    let key = key(name);
    let margin = " ".repeat(indent);
    out.push_str(&margin);
    out.push_str(&key);
    if key.ends_with('\n') {
        out.push_str(&margin);
    }
    out.push(':');
    let taken = indent.saturating_add(key.chars().count()).saturating_add(2);
    out.push_str(&after(value, indent, taken));
}

fn block_items(out: &mut String, items: &[Value], indent: usize) {
    for value in items {
        item(out, value, indent);
    }
}

/// An item of a list, dash included.
pub(super) fn item(out: &mut String, value: &Value, indent: usize) {
    let margin = " ".repeat(indent);
    out.push_str(&margin);
    out.push('-');
    let written = after(value, indent, indent.saturating_add(2));
    match (value, written.strip_prefix('\n')) {
        // The first line of a collection stands behind its dash.
        (Value::Object(_) | Value::Array(_), Some(lines)) => {
            let inner = " ".repeat(indent.saturating_add(STEP));
            out.push(' ');
            out.push_str(lines.strip_prefix(inner.as_str()).unwrap_or(lines));
        }
        _ => out.push_str(&written),
    }
}

/// A text as a YAML scalar that is read as this text, in braces too.
pub(super) fn scalar(text: &str) -> String {
    quoted(&text.replace("$(", "$$("))
}

/// The same without a thought of variables, which keys do not have.
fn quoted(text: &str) -> String {
    if is_plain(text) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len().saturating_add(2));
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                out.push_str(&format!("\\u{:04X}", u32::from(letter)));
            }
            _ if letter.is_control() => out.push_str(&format!("\\x{:02X}", u32::from(letter))),
            _ => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Whether a text is read as itself without quotes, by any reader and in any place.
fn is_plain(text: &str) -> bool {
    let begins = text
        .chars()
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '/' | '_' | '$' | '.'));
    let is_safe = |c: char| {
        c.is_ascii_alphanumeric()
            || matches!(
                c,
                '/' | '_' | '-' | '.' | '$' | '(' | ')' | '+' | '@' | '=' | ';' | '~' | '^'
            )
    };
    let mut previous = ' ';
    let mut rest = text.chars().peekable();
    let mut is_ok = begins && text.len() <= 300;
    while let (true, Some(letter)) = (is_ok, rest.next()) {
        is_ok = match letter {
            // A colon belongs to the text if something follows it at once.
            ':' => rest.peek().copied().is_some_and(is_safe),
            ' ' => previous != ' ' && rest.peek().is_some(),
            letter => is_safe(letter),
        };
        previous = letter;
    }
    is_ok && !is_other_type(text)
}

/// Whether a reader of YAML 1.1 or 1.2 takes the text for something else.
fn is_other_type(text: &str) -> bool {
    const WORDS: [&str; 12] = [
        "null", "true", "false", "yes", "no", "on", "off", "y", "n", ".nan", ".inf", "~",
    ];
    let all_digits =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_digit() || c == '_');
    let is_date_or_time = match (text.split_once('-'), text.split_once(':')) {
        (Some((year, rest)), _) => {
            year.len() == 4 && all_digits(year) && rest.starts_with(|c: char| c.is_ascii_digit())
        }
        (None, Some((hours, _))) => all_digits(hours),
        (None, None) => all_digits(text),
    };
    let is_based = text
        .get(..2)
        .is_some_and(|head| matches!(head.to_ascii_lowercase().as_str(), "0x" | "0o" | "0b"));
    WORDS.iter().any(|word| word.eq_ignore_ascii_case(text))
        || number(text).is_some()
        || is_based
        || is_date_or_time
        || text.starts_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::value_of;
    use proptest::prelude::*;
    use serde_json::json;

    #[track_caller]
    fn check(value: &Value) {
        let text = document(value);
        let (read, findings) = value_of(&text);
        assert_eq!(findings, [], "{text}");
        assert_eq!(read.as_ref(), Some(value), "{text}");
    }

    #[test]
    fn texts_are_quoted_where_they_could_be_something_else() {
        for plain in [
            "a",
            "a b",
            "10.0.0.0/16",
            "10.0.1.4:443",
            "https://a.b:1/c",
            "Microsoft.Network/x",
            "22222222-2222-2222-2222-222222222222",
            "addressOf(/subscriptions/x)",
            "fwd-0",
        ] {
            assert_eq!(scalar(plain), plain);
        }
        for quoted in [
            "",
            " a",
            "a ",
            "null",
            "No",
            "y",
            "1",
            "1.5",
            "1e3",
            "-1",
            "0x1F",
            "2024-01-01",
            "12:30",
            "a: b",
            "a:",
            "a #b",
            "#a",
            "- a",
            "[a",
            "a, b",
            "{a}",
            "*a",
            "&a",
            "!a",
            "%a",
            "@a",
            "'a",
            "\"a",
            "a\\b",
            "a\nb",
            "é",
            "a  b",
            "1_000",
            ".inf",
            "<<",
            "=",
            "?",
            "|",
        ] {
            assert!(scalar(quoted).starts_with('"'), "{quoted}");
        }
        assert_eq!(scalar("$(a) $$(b)"), "$$(a) $$$(b)");
    }

    #[test]
    fn documents_have_the_form_of_the_examples() {
        let value = json!({
            "name": "x", "list": [1, 2], "empty": {}, "none": [],
            "things": { "a": { "b": 1, "c": ["x", "y"] }, "d": { "e": { "f": { "g": 1 } } } },
            "items": [{ "name": "m", "properties": { "a": { "b": { "c": true } } } }, [[1]], "t"],
        });
        let wanted = "\
name: x
list: [1, 2]
empty: {}
none: []
things:
  a: { b: 1, c: [x, \"y\"] }
  d:
    e: { f: { g: 1 } }
items:
  - name: m
    properties:
      a: { b: { c: true } }
  - - [1]
  - t
";
        assert_eq!(document(&value), wanted);
        check(&value);
    }

    fn json() -> impl Strategy<Value = Value> {
        let text = prop_oneof![
            any::<String>(),
            "[a-z0-9$(){}:#, \\-\\n\\t\"'\\\\]{0,12}",
            "[0-9eE.:xob_+-]{1,6}",
        ];
        let number = prop_oneof![
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
        ];
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            number,
            text.clone().prop_map(Value::from),
        ];
        leaf.prop_recursive(5, 40, 6, move |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::vec((text.clone(), inner), 0..6)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(value in json()) {
            check(&value);
        }
    }

    #[test]
    fn long_keys_survive() {
        check(
            &json!({ "k".repeat(2000): { "a": [{ "é".repeat(1500): 1 }] }, "b": "x".repeat(5000) }),
        );
    }
}
