//! JSON text to a tree whose every value knows where it stands.
//!
//! `serde_json` gives no places, and what Azure takes is more than JSON: templates may hold
//! `//` and `/* */` comments and strings over several lines
//! (<https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax#comments-and-metadata>),
//! and Azure's reader takes single quotes and a comma after the last element. All of that is read
//! here; what other readers refuse is a finding and not an error.
//!
//! Size, depth and the number of values are bounded, so that no text can make the reader hang or
//! overflow. What the values mean is not decided here.

mod reader;
#[cfg(test)]
mod tests;

pub use reader::{Limits, read, read_within};

use super::{Span, Spanned};

/// A value and its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// The value's own text, quotes and brackets included.
    pub span: Span,
    /// The value.
    pub value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written, because an `f64` would lose digits of long ones.
    Number(Box<str>),
    /// A text, escapes resolved.
    String(String),
    /// A list.
    Array(Vec<Node>),
    /// Members in the order of the text; each key stands once.
    Object(Vec<Member>),
}

/// One member of an object.
#[derive(Clone, Debug, PartialEq)]
pub struct Member {
    /// Its key.
    pub key: Spanned<String>,
    /// Its value.
    pub value: Node,
}

impl Node {
    /// The first character of its text: what to underline when something about all of it is
    /// missing.
    pub fn first(&self) -> Span {
        let end = self.span.start.saturating_add(1);
        Span { end, ..self.span }
    }

    /// The word for its kind in messages.
    pub fn kind(&self) -> &'static str {
        match &self.value {
            Value::Null => "null",
            Value::Bool(_) => "a boolean",
            Value::Number(_) => "a number",
            Value::String(_) => "a string",
            Value::Array(_) => "an array",
            Value::Object(_) => "an object",
        }
    }

    /// Its text, if it is a string.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Its elements, if it is an array.
    pub fn elements(&self) -> Option<&[Self]> {
        match &self.value {
            Value::Array(items) => Some(items),
            _ => None,
        }
    }

    /// Its members, if it is an object.
    pub fn members(&self) -> Option<&[Member]> {
        match &self.value {
            Value::Object(members) => Some(members),
            _ => None,
        }
    }

    /// The value of a member; the key as it is written counts before one that differs in case.
    /// Azure compares the names of members without case.
    pub fn get(&self, key: &str) -> Option<&Self> {
        self.member(key).map(|member| &member.value)
    }

    /// The member with this key, compared as [`Node::get`] does.
    pub fn member(&self, key: &str) -> Option<&Member> {
        let members = self.members()?;
        members
            .iter()
            .find(|member| member.key.value == key)
            .or_else(|| {
                members
                    .iter()
                    .find(|member| member.key.value.eq_ignore_ascii_case(key))
            })
    }

    /// The value at a path of keys.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        path.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The same value without places.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.value {
            Value::Null => serde_json::Value::Null,
            Value::Bool(value) => (*value).into(),
            Value::Number(text) => number(text).map_or(serde_json::Value::Null, Into::into),
            Value::String(text) => text.as_str().into(),
            Value::Array(items) => items.iter().map(Self::to_json).collect(),
            Value::Object(members) => members
                .iter()
                .map(|member| (member.key.value.clone(), member.value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// A number's text as the number that JSON values hold: an integer if it is one of 64 bits, else
/// the nearest `f64`. `None` if it is too large for that.
pub fn number(text: &str) -> Option<serde_json::Number> {
    // A negative zero is no integer.
    if text != "-0"
        && let Ok(value) = text.parse::<i64>()
    {
        return Some(value.into());
    }
    if let Ok(value) = text.parse::<u64>() {
        return Some(value.into());
    }
    serde_json::Number::from_f64(text.parse().ok()?)
}

/// The span of `range` (byte offsets into the decoded string) in the text, for a string whose
/// literal stands at `literal`. Escapes are counted, so the place is exact.
pub fn within_string(text: &str, literal: Span, range: std::ops::Range<usize>) -> Span {
    let raw = text.get(literal.start..literal.end).unwrap_or("");
    let start = reader::raw_offset(raw, range.start);
    let end = reader::raw_offset(raw, range.end);
    Span::within(
        literal.source,
        literal.start.saturating_add(start),
        literal.start.saturating_add(end),
    )
}
