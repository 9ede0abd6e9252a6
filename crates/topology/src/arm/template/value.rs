//! What an expression gives: JSON, or a typed *unknown* that says why.
//!
//! Values know where they were written, so that what a variable holds points at the variable.
//! Arrays and objects are shared, know how large and deep they are, and whether something in them
//! is unknown, so that no template can build a value that is dear to look at.

use crate::source::{
    Span,
    json::{self, Node},
};
use indexmap::IndexMap;
use std::{fmt, sync::Arc};

/// A value with the place it was written at.
#[derive(Clone, Debug)]
pub struct Value {
    /// What it is.
    pub kind: Kind,
    /// Where it stands; `None` for what was computed.
    pub span: Option<Span>,
    /// Whether Azure may add members when it deploys: a member that is missing in such an object
    /// is unknown and not an error.
    pub is_open: bool,
}

/// What a value is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// An integer, the only numbers that expressions compute with.
    Int(i64),
    /// Any other number.
    Number(serde_json::Number),
    /// A text.
    String(Arc<str>),
    /// A list.
    Array(Arc<Array>),
    /// Named values; names are compared without case.
    Object(Arc<Object>),
    /// Not known before deployment.
    Unknown(Arc<Unknown>),
}

/// Why a value is not known, and what can stand in its place inside a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unknown {
    /// Why.
    pub why: Why,
    /// A text in its place, the same for the same expression, so that what refers to a resource
    /// with an unknown name still refers to it: `vm-{prefix}`.
    pub stand_in: Option<String>,
}

/// Why a value is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Only Azure knows it, once the resource is there.
    Runtime(String),
    /// A secret.
    Secret(String),
    /// A parameter that was given no value.
    Parameter(String),
    /// Where or when the deployment runs.
    Context(String),
    /// The expression failed, and a finding says how.
    Failed,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Runtime(what) => write!(f, "{what} is known only once it is deployed"),
            Self::Secret(what) => write!(f, "{what} is a secret"),
            Self::Parameter(name) => write!(f, "the parameter `{name}` was given no value"),
            Self::Context(what) => write!(f, "{what} depends on when and where it is deployed"),
            Self::Failed => f.write_str("its expression failed"),
        }
    }
}

/// How large a value is, itself included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    /// About the bytes of its JSON.
    pub(super) weight: u64,
    /// Levels of arrays and objects.
    pub(super) depth: u32,
    /// Whether something in it is unknown.
    pub(super) has_unknown: bool,
}

impl Size {
    fn add(&mut self, inner: Self) {
        self.weight = self.weight.saturating_add(inner.weight);
        self.depth = self.depth.max(inner.depth.saturating_add(1));
        self.has_unknown |= inner.has_unknown;
    }
}

/// A list of values.
#[derive(Clone, Debug)]
pub struct Array {
    items: Vec<Value>,
    size: Size,
}

/// Values by name, in order.
#[derive(Clone, Debug)]
pub struct Object {
    members: IndexMap<String, Value>,
    size: Size,
}

impl Array {
    /// The elements.
    pub fn items(&self) -> &[Value] {
        &self.items
    }
}

impl Object {
    /// The members.
    pub fn members(&self) -> &IndexMap<String, Value> {
        &self.members
    }

    /// The member of this name: spelled like it, or else the first that differs in case only.
    pub fn get(&self, name: &str) -> Option<(&String, &Value)> {
        self.members.get_key_value(name).or_else(|| {
            self.members
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        })
    }
}

/// What an empty array or object weighs, and each member besides its text.
const CELL: u64 = 4;

impl From<Kind> for Value {
    fn from(kind: Kind) -> Self {
        Self {
            kind,
            span: None,
            is_open: false,
        }
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Kind::Bool(value).into()
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Kind::Int(value).into()
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Kind::String(text.into()).into()
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Kind::String(text.into()).into()
    }
}

impl From<Unknown> for Value {
    fn from(unknown: Unknown) -> Self {
        Kind::Unknown(Arc::new(unknown)).into()
    }
}

impl From<Why> for Value {
    fn from(why: Why) -> Self {
        let stand_in = None;
        Unknown { why, stand_in }.into()
    }
}

impl From<Vec<Self>> for Value {
    fn from(items: Vec<Self>) -> Self {
        let mut size = Size {
            weight: CELL,
            depth: 1,
            has_unknown: false,
        };
        for item in &items {
            size.add(item.size());
        }
        Kind::Array(Arc::new(Array { items, size })).into()
    }
}

impl From<IndexMap<String, Self>> for Value {
    fn from(members: IndexMap<String, Self>) -> Self {
        let mut size = Size {
            weight: CELL,
            depth: 1,
            has_unknown: false,
        };
        for (key, value) in &members {
            size.add(value.size());
            size.weight = size.weight.saturating_add(weight_of(key));
        }
        Kind::Object(Arc::new(Object { members, size })).into()
    }
}

impl<const N: usize> From<[(&str, Self); N]> for Value {
    fn from(members: [(&str, Self); N]) -> Self {
        let members = members.into_iter();
        let members: IndexMap<String, Self> = members
            .map(|(key, value)| (key.to_owned(), value))
            .collect();
        members.into()
    }
}

fn weight_of(text: &str) -> u64 {
    u64::try_from(text.len())
        .unwrap_or(u64::MAX)
        .saturating_add(CELL)
}

impl Value {
    /// `null`.
    pub const NULL: Self = Self {
        kind: Kind::Null,
        span: None,
        is_open: false,
    };

    /// The same value, written at this place.
    #[must_use]
    pub fn at(mut self, span: Span) -> Self {
        self.span = Some(span);
        self
    }

    /// The same value, to which Azure may add.
    #[must_use]
    pub fn open(mut self) -> Self {
        self.is_open = true;
        self
    }

    pub(super) fn size(&self) -> Size {
        let weight = match &self.kind {
            Kind::Array(array) => return array.size,
            Kind::Object(object) => return object.size,
            Kind::String(text) => weight_of(text),
            _ => CELL,
        };
        Size {
            weight,
            depth: 0,
            has_unknown: self.is_unknown(),
        }
    }

    /// Whether it is unknown itself.
    pub fn is_unknown(&self) -> bool {
        matches!(self.kind, Kind::Unknown(_))
    }

    /// Whether something in it is unknown.
    pub fn has_unknown(&self) -> bool {
        self.size().has_unknown
    }

    /// Why it is unknown, or the first unknown in it.
    pub fn unknown(&self) -> Option<&Arc<Unknown>> {
        match &self.kind {
            Kind::Unknown(unknown) => Some(unknown),
            Kind::Array(array) if array.size.has_unknown => {
                array.items.iter().find_map(Self::unknown)
            }
            Kind::Object(object) if object.size.has_unknown => {
                object.members.values().find_map(Self::unknown)
            }
            _ => None,
        }
    }

    /// The word for its kind in messages.
    pub fn kind_name(&self) -> &'static str {
        match &self.kind {
            Kind::Null => "null",
            Kind::Bool(_) => "a boolean",
            Kind::Int(_) => "an integer",
            Kind::Number(_) => "a number",
            Kind::String(_) => "a string",
            Kind::Array(_) => "an array",
            Kind::Object(_) => "an object",
            Kind::Unknown(_) => "not known",
        }
    }

    /// Its text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            _ => None,
        }
    }

    /// Its text, or what stands in for an unknown one.
    pub fn stand_in(&self) -> Option<&str> {
        match &self.kind {
            Kind::String(text) => Some(text),
            Kind::Unknown(unknown) => unknown.stand_in.as_deref(),
            _ => None,
        }
    }

    /// Its integer, if it is one.
    pub fn as_int(&self) -> Option<i64> {
        match &self.kind {
            Kind::Int(value) => Some(*value),
            _ => None,
        }
    }

    /// Its boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        match &self.kind {
            Kind::Bool(value) => Some(*value),
            _ => None,
        }
    }

    /// Its elements, if it is an array.
    pub fn items(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Array(array) => Some(array.items()),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<&Object> {
        match &self.kind {
            Kind::Object(object) => Some(object),
            _ => None,
        }
    }

    /// A member, which is open if the object is.
    pub fn member(&self, name: &str) -> Option<Self> {
        let (_, value) = self.as_object()?.get(name)?;
        let mut value = value.clone();
        value.is_open |= self.is_open;
        Some(value)
    }

    /// The member behind a path of names.
    pub fn path(&self, path: &[&str]) -> Option<Self> {
        path.iter()
            .try_fold(self.clone(), |value, name| value.member(name))
    }

    /// A literal, nothing in it evaluated.
    pub fn literal(node: &Node) -> Self {
        let value: Self = match &node.value {
            json::Value::Null => Self::NULL,
            json::Value::Bool(value) => (*value).into(),
            json::Value::Number(text) => number(text),
            json::Value::String(text) => text.as_str().into(),
            json::Value::Array(items) => items.iter().map(Self::literal).collect::<Vec<_>>().into(),
            json::Value::Object(members) => members
                .iter()
                .map(|member| (member.key.value.clone(), Self::literal(&member.value)))
                .collect::<IndexMap<_, _>>()
                .into(),
        };
        value.at(node.span)
    }

    /// The value as JSON; what is unknown is `null`.
    pub fn to_json(&self) -> serde_json::Value {
        match &self.kind {
            Kind::Null | Kind::Unknown(_) => serde_json::Value::Null,
            Kind::Bool(value) => (*value).into(),
            Kind::Int(value) => (*value).into(),
            Kind::Number(value) => value.clone().into(),
            Kind::String(text) => text.as_ref().into(),
            Kind::Array(array) => array.items.iter().map(Self::to_json).collect(),
            Kind::Object(object) => object
                .members
                .iter()
                .map(|(key, value)| (key.clone(), value.to_json()))
                .collect::<serde_json::Map<_, _>>()
                .into(),
        }
    }
}

/// A number as it was written.
pub(super) fn number(text: &str) -> Value {
    match text.parse::<i64>() {
        Ok(value) => value.into(),
        Err(_) => match json::number(text) {
            Some(value) => Kind::Number(value).into(),
            None => Value::NULL,
        },
    }
}

impl From<&serde_json::Value> for Value {
    fn from(json: &serde_json::Value) -> Self {
        match json {
            serde_json::Value::Null => Self::NULL,
            serde_json::Value::Bool(value) => (*value).into(),
            serde_json::Value::Number(value) => value
                .as_i64()
                .map_or_else(|| Kind::Number(value.clone()).into(), Into::into),
            serde_json::Value::String(text) => text.as_str().into(),
            serde_json::Value::Array(items) => {
                items.iter().map(Self::from).collect::<Vec<_>>().into()
            }
            serde_json::Value::Object(members) => members
                .iter()
                .map(|(key, value)| (key.clone(), Self::from(value)))
                .collect::<IndexMap<_, _>>()
                .into(),
        }
    }
}

/// Equal as `equals()` sees it: places count for nothing, nor does the order of members; texts are
/// compared with their case. An unknown equals nothing.
impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        match (&self.kind, &other.kind) {
            (Kind::Null, Kind::Null) => true,
            (Kind::Bool(a), Kind::Bool(b)) => a == b,
            (Kind::Int(a), Kind::Int(b)) => a == b,
            (Kind::Number(a), Kind::Number(b)) => a == b,
            (Kind::String(a), Kind::String(b)) => a == b,
            (Kind::Array(a), Kind::Array(b)) => Arc::ptr_eq(a, b) || a.items == b.items,
            (Kind::Object(a), Kind::Object(b)) => Arc::ptr_eq(a, b) || a.members == b.members,
            _ => false,
        }
    }
}
