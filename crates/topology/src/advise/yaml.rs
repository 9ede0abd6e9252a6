//! Writes a value as YAML that people can read: blocks, and short things on one line.

use serde_json::{Map, Value};
use std::fmt::Write as _;

/// Longest line that short mappings and lists are put on.
const WIDTH: usize = 100;

/// The value as a YAML document, comment lines first.
pub(super) fn document(comments: &[String], value: &Map<String, Value>) -> String {
    let mut out = String::new();
    for comment in comments {
        for line in wrap(comment) {
            let _infallible = writeln!(out, "# {line}");
        }
    }
    out.push('\n');
    for (key, value) in value {
        if value.is_object() || value.is_array() {
            out.push('\n');
        }
        entry(&mut out, 0, &scalar_text(key), value);
    }
    while out.contains("\n\n\n") {
        out = out.replace("\n\n\n", "\n\n");
    }
    out
}

fn wrap(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.is_empty() => line.push_str(word),
            Some(line) if line.len() + word.len() < WIDTH - 3 => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

fn entry(out: &mut String, indent: usize, key: &str, value: &Value) {
    let start = format!("{}{key}:", " ".repeat(indent));
    if let Some(short) = flow(value)
        && (indent > 0 || !value.is_object())
        && start.len() + 1 + short.len() <= WIDTH
    {
        let _infallible = writeln!(out, "{start} {short}");
        return;
    }
    let _infallible = writeln!(out, "{start}");
    block(out, indent + 2, value);
}

fn block(out: &mut String, indent: usize, value: &Value) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                entry(out, indent, &scalar_text(key), value);
            }
        }
        Value::Array(items) => {
            for item in items {
                let mut inner = String::new();
                match flow(item) {
                    Some(short) if indent + 2 + short.len() <= WIDTH => {
                        let _infallible = writeln!(inner, "{}{short}", " ".repeat(indent + 2));
                    }
                    _ => block(&mut inner, indent + 2, item),
                }
                // The dash stands where the first line's indentation was.
                let _infallible = write!(
                    out,
                    "{}- {}",
                    " ".repeat(indent),
                    inner.trim_start_matches(' ')
                );
            }
        }
        other => {
            let _infallible = writeln!(out, "{}{}", " ".repeat(indent), scalar(other));
        }
    }
}

/// On one line, unless it holds mappings in mappings.
fn flow(value: &Value) -> Option<String> {
    match value {
        Value::Object(members) if members.is_empty() => Some("{}".to_owned()),
        Value::Object(members) => {
            let mut parts = Vec::with_capacity(members.len());
            for (key, value) in members {
                let is_deep = match value {
                    Value::Object(inner) => !inner.is_empty(),
                    Value::Array(items) => {
                        items.iter().any(|item| item.is_array() || item.is_object())
                    }
                    _ => false,
                };
                if is_deep {
                    return None;
                }
                parts.push(format!("{}: {}", scalar_text(key), flow(value)?));
            }
            Some(format!("{{ {} }}", parts.join(", ")))
        }
        Value::Array(items) => {
            let parts: Option<Vec<String>> = items
                .iter()
                .map(|item| (!item.is_object()).then(|| flow(item)).flatten())
                .collect();
            Some(format!("[{}]", parts?.join(", ")))
        }
        other => Some(scalar(other)),
    }
}

fn scalar(value: &Value) -> String {
    match value {
        Value::String(text) => scalar_text(text),
        other => other.to_string(),
    }
}

/// Plain where that can only be read as this text, else in double quotes as JSON writes it.
fn scalar_text(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '/' | '.' | '-' | '@');
    let mut characters = text.chars();
    let starts = characters
        .next()
        .is_some_and(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '/'));
    let is_plain = starts
        && (characters.all(is_word) || is_host_and_port(text, is_word))
        && text.parse::<f64>().is_err()
        && !text.starts_with("0x")
        && !["true", "false", "null", "yes", "no", "on", "off", "y", "n"]
            .contains(&text.to_ascii_lowercase().as_str());
    if is_plain {
        text.to_owned()
    } else {
        Value::from(text).to_string()
    }
}

fn is_host_and_port(text: &str, is_word: impl Fn(char) -> bool) -> bool {
    text.split_once(':').is_some_and(|(host, port)| {
        host.contains('.')
            && host.chars().all(is_word)
            && !port.is_empty()
            && port.bytes().all(|b| b.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn short_things_stand_on_one_line_and_texts_keep_their_kind() {
        let value = json!({
            "linkspan": "v1",
            "subscriptions": { "provider": { "id": "22222222-2222-2222-2222-222222222222" } },
            "zones": ["1", "2"],
            "odd": { "a b": "x: y", "number": "10", "no": "no", "range": "10.0.0.0/16", "to": "10.1.2.3:443", "port": 443 },
            "resources": [{ "type": "A/b", "properties": { "list": [{ "name": "x", "properties": { "deep": true } }] } }],
        });
        let text = document(&["A comment.".to_owned()], value.as_object().unwrap());
        assert_eq!(
            text,
            r#"# A comment.

linkspan: v1

subscriptions:
  provider: { id: 22222222-2222-2222-2222-222222222222 }

zones: ["1", "2"]

odd:
  { "a b": "x: y", number: "10", "no": "no", range: 10.0.0.0/16, to: 10.1.2.3:443, port: 443 }

resources:
  - type: A/b
    properties:
      list:
        - name: x
          properties: { deep: true }
"#
            .replace(
                "odd:\n  { \"a b\": \"x: y\", number: \"10\", \"no\": \"no\", range: 10.0.0.0/16, to: 10.1.2.3:443, port: 443 }",
                "odd:\n  \"a b\": \"x: y\"\n  number: \"10\"\n  \"no\": \"no\"\n  range: 10.0.0.0/16\n  to: 10.1.2.3:443\n  port: 443"
            )
        );
    }
}
