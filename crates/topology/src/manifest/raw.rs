//! Whole ARM resources in a manifest, and changes to those that its short sections make.
//!
//! `resources:` says anything that ARM can say. Each entry names a resource, by `id` or by `type`,
//! `name` (`PARENT/CHILD` for a child) and `resourceGroup`; everything else in it is ARM's JSON. It
//! is laid over what the short sections make of the same resource: mappings merge, `null` removes,
//! lists of things with a `name` (or an `id`) merge by it, other lists replace. An item of such a
//! list that says `$remove: true` is taken out; so is a whole resource whose entry says it.

use super::{
    Field,
    reader::{Read, Reader},
    yaml::{Node, Value as Yaml},
};
use crate::{
    model::cidr::Cidr,
    source::{Span, Spanned},
};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const KEYS: [&str; 7] = [
    "id",
    "type",
    "name",
    "resourceGroup",
    "subscription",
    "existing",
    REMOVE,
];
/// Takes a resource out, or an item of a list that is merged by name.
pub(crate) const REMOVE: &str = "$remove";

/// An entry of `resources`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawResource {
    /// The whole id.
    pub id: Field<String>,
    /// ARM's type, such as `Microsoft.Network/virtualNetworks/subnets`.
    pub arm_type: Field<String>,
    /// Its name; `PARENT/CHILD` for a child.
    pub name: Field<String>,
    /// Its group, by name or id.
    pub resource_group: Field<String>,
    /// The subscription of a resource group, by short name or id.
    pub subscription: Field<String>,
    /// Read, never changed.
    pub existing: Field<bool>,
    /// Taken out, though a short section makes it.
    pub remove: Field<bool>,
    /// What to underline when something is missing.
    pub label: Span,
    members: Vec<(Spanned<String>, Node)>,
}

impl Read for RawResource {
    fn read(node: &Node, reader: &mut Reader, _key: &str) -> Option<Self> {
        let Yaml::Mapping(entries) = &node.value else {
            // Reports that it is no mapping.
            reader.fields(node, "an entry of `resources`", &[])?;
            return None;
        };
        let (known, members): (Vec<_>, Vec<_>) = entries
            .iter()
            .cloned()
            .partition(|(key, _)| KEYS.contains(&key.value.as_str()));
        let named = Node {
            value: Yaml::Mapping(known),
            ..*node
        };
        let fields = reader.fields(&named, "an entry of `resources`", &KEYS)?;
        for (_, member) in &members {
            reader.gone(member);
        }
        Some(Self {
            id: reader.optional(&fields, "id"),
            arm_type: reader.optional(&fields, "type"),
            name: reader.optional(&fields, "name"),
            resource_group: reader.optional(&fields, "resourceGroup"),
            subscription: reader.optional(&fields, "subscription"),
            existing: reader.optional(&fields, "existing"),
            remove: reader.optional(&fields, REMOVE),
            label: node.label,
            members,
        })
    }
}

/// Something that a raw resource says about a place of the resource's ARM JSON.
pub(crate) enum Said<'r> {
    /// The value came from here.
    Stated(Span),
    /// The place is written at another JSON pointer of the entry: lists that merge by name have
    /// their own order.
    At(&'r str),
    /// The value was replaced as a whole: what was known about its parts is void.
    Replaced,
}

impl RawResource {
    /// A member that is a text.
    pub(crate) fn text(&self, key: &str) -> Option<&str> {
        let (_, node) = self.members.iter().find(|(known, _)| known.value == key)?;
        match &node.value {
            Yaml::Scalar(text) => Some(text),
            _ => None,
        }
    }

    fn property(&self, key: &str) -> Option<&Node> {
        let (_, node) = self
            .members
            .iter()
            .find(|(known, _)| known.value == "properties")?;
        child(node, key)
    }

    /// The subnets of a virtual network, with their ranges.
    pub(crate) fn subnets(&self) -> Vec<(String, Option<Cidr>)> {
        let Some(Yaml::Sequence(items)) = self.property("subnets").map(|node| &node.value) else {
            return Vec::new();
        };
        items
            .iter()
            .filter_map(|item| {
                let prefix = child(item, "properties").and_then(prefix_of);
                Some((text_of(item, "name")?.to_owned(), prefix))
            })
            .collect()
    }

    /// The range of a subnet.
    pub(crate) fn prefix(&self) -> Option<Cidr> {
        let (_, node) = self
            .members
            .iter()
            .find(|(known, _)| known.value == "properties")?;
        prefix_of(node)
    }

    /// Lays its ARM members over a resource's JSON; `say` is told each JSON pointer. A fresh
    /// resource keeps `null` as ARM gave it; elsewhere `null` removes.
    pub(crate) fn lay_over(
        &self,
        value: &mut Value,
        is_fresh: bool,
        say: &mut dyn FnMut(&str, Said<'_>),
    ) {
        let mut pointer = String::new();
        let mut merge = Merge {
            is_fresh,
            say,
            entry: String::new(),
        };
        merge.members(value, &self.members, &mut pointer);
    }
}

struct Merge<'s> {
    is_fresh: bool,
    say: &'s mut dyn FnMut(&str, Said<'_>),
    /// The pointer in the entry, beside that in the resource.
    entry: String,
}

impl Merge<'_> {
    fn members(
        &mut self,
        value: &mut Value,
        entries: &[(Spanned<String>, Node)],
        pointer: &mut String,
    ) {
        if !value.is_object() {
            *value = Value::Object(Map::new());
        }
        let Some(members) = value.as_object_mut() else {
            return;
        };
        for (key, node) in entries {
            let before = (pointer.len(), self.entry.len());
            push(pointer, &key.value);
            push(&mut self.entry, &key.value);
            if matches!(node.value, Yaml::Gone) {
                // Reported already.
            } else if matches!(node.value, Yaml::Null) && !self.is_fresh {
                members.shift_remove(&key.value);
                (self.say)(pointer, Said::Replaced);
                (self.say)(pointer, Said::Stated(key.span));
            } else {
                let member = members.entry(key.value.clone()).or_insert(Value::Null);
                self.node(member, node, pointer, false);
            }
            pointer.truncate(before.0);
            self.entry.truncate(before.1);
        }
    }

    fn node(&mut self, value: &mut Value, node: &Node, pointer: &mut String, is_item: bool) {
        match &node.value {
            Yaml::Mapping(entries) => {
                (self.say)(pointer, Said::Stated(node.label));
                self.members(value, entries, pointer);
            }
            Yaml::Sequence(items) => {
                (self.say)(pointer, Said::Stated(node.label));
                match key_of(value, items) {
                    Some(key) => self.merged(value, items, key, pointer),
                    None => self.list(value, items, pointer),
                }
            }
            Yaml::Null | Yaml::Gone | Yaml::Scalar(_) => {
                (self.say)(pointer, Said::Replaced);
                (self.say)(pointer, Said::Stated(node.span));
                *value = scalar(node, is_text(pointer, is_item));
            }
        }
    }

    /// A list as a whole.
    fn list(&mut self, value: &mut Value, items: &[Node], pointer: &mut String) {
        (self.say)(pointer, Said::Replaced);
        let mut list = Vec::with_capacity(items.len());
        for (at, node) in items.iter().enumerate() {
            let mut item = Value::Null;
            self.item(&mut item, node, (at, at), pointer);
            list.push(item);
        }
        *value = Value::Array(list);
    }

    /// An item with its places in the resource's list and in the entry's.
    fn item(
        &mut self,
        value: &mut Value,
        node: &Node,
        (at, written): (usize, usize),
        pointer: &mut String,
    ) {
        let before = (pointer.len(), self.entry.len());
        push(pointer, &at.to_string());
        push(&mut self.entry, &written.to_string());
        if at != written {
            (self.say)(pointer, Said::At(&self.entry));
        }
        self.node(value, node, pointer, true);
        pointer.truncate(before.0);
        self.entry.truncate(before.1);
    }

    /// A list whose items are told apart by `key`.
    fn merged(&mut self, value: &mut Value, items: &[Node], key: &str, pointer: &mut String) {
        let Some(list) = value.as_array_mut() else {
            return;
        };
        let mut places: BTreeMap<String, usize> = list
            .iter()
            .enumerate()
            .filter_map(|(at, item)| Some((item.get(key)?.as_str()?.to_lowercase(), at)))
            .collect();
        let mut removed = Vec::new();
        for (written, node) in items.iter().enumerate() {
            let Some(name) = text_of(node, key) else {
                continue;
            };
            let known = places.get(&name.to_lowercase()).copied();
            if text_of(node, REMOVE).is_some_and(|text| text.eq_ignore_ascii_case("true")) {
                removed.extend(known);
                continue;
            }
            let at = known.unwrap_or_else(|| {
                places.insert(name.to_lowercase(), list.len());
                list.push(Value::Null);
                list.len().saturating_sub(1)
            });
            if let Some(item) = list.get_mut(at) {
                self.item(item, node, (at, written), pointer);
            }
        }
        if !removed.is_empty() {
            // Places behind the first one that goes move up.
            (self.say)(pointer, Said::Replaced);
            let mut at = 0_usize;
            list.retain(|_| {
                let stays = !removed.contains(&at);
                at = at.saturating_add(1);
                stays
            });
        }
    }
}

/// The member by which two lists are merged: both must have it in every item.
fn key_of(value: &Value, items: &[Node]) -> Option<&'static str> {
    let list = value.as_array().filter(|list| !list.is_empty())?;
    ["name", "id"].into_iter().find(|key| {
        !items.is_empty()
            && items.iter().all(|node| text_of(node, key).is_some())
            && list
                .iter()
                .all(|item| item.get(key).is_some_and(Value::is_string))
    })
}

fn child<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    let Yaml::Mapping(entries) = &node.value else {
        return None;
    };
    entries
        .iter()
        .find(|(known, _)| known.value == key)
        .map(|(_, node)| node)
}

/// The first IPv4 range in a subnet's properties.
fn prefix_of(properties: &Node) -> Option<Cidr> {
    if let Some(text) = text_of(properties, "addressPrefix") {
        return text.parse().ok();
    }
    match &child(properties, "addressPrefixes")?.value {
        Yaml::Sequence(items) => items.iter().find_map(|item| match &item.value {
            Yaml::Scalar(text) => text.parse().ok(),
            _ => None,
        }),
        _ => None,
    }
}

fn text_of<'n>(node: &'n Node, key: &str) -> Option<&'n str> {
    let Yaml::Mapping(entries) = &node.value else {
        return None;
    };
    let (_, found) = entries.iter().find(|(known, _)| known.value == key)?;
    match &found.value {
        Yaml::Scalar(text) => Some(text),
        _ => None,
    }
}

fn push(pointer: &mut String, key: &str) {
    pointer.push('/');
    pointer.push_str(&key.replace('~', "~0").replace('/', "~1"));
}

/// Tags, which are named, and zones, which are listed, are texts, however they are written.
fn is_text(pointer: &str, is_item: bool) -> bool {
    let place = if is_item { "/zones/" } else { "/tags/" };
    pointer
        .strip_prefix(place)
        .is_some_and(|key| !key.contains('/'))
}

/// A whole node as JSON.
pub(super) fn value(node: &Node) -> Value {
    match &node.value {
        Yaml::Mapping(entries) => Value::Object(
            entries
                .iter()
                .map(|(key, node)| (key.value.clone(), value(node)))
                .collect(),
        ),
        Yaml::Sequence(items) => Value::Array(items.iter().map(value).collect()),
        Yaml::Null | Yaml::Gone | Yaml::Scalar(_) => scalar(node, false),
    }
}

/// A scalar as JSON, by YAML's core schema.
fn scalar(node: &Node, as_text: bool) -> Value {
    let Yaml::Scalar(text) = &node.value else {
        return Value::Null;
    };
    if !node.is_plain || as_text {
        return Value::String(text.clone());
    }
    match text.as_str() {
        "true" | "True" | "TRUE" => return Value::Bool(true),
        "false" | "False" | "FALSE" => return Value::Bool(false),
        _ => {}
    }
    number(text).unwrap_or_else(|| Value::String(text.clone()))
}

pub(super) fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        || !digits
            .chars()
            .all(|c| c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '-' | '+'))
    {
        return None;
    }
    if let Ok(number) = text.parse::<u64>() {
        return Some(Value::from(number));
    }
    if let Ok(number) = text.parse::<i64>() {
        return Some(Value::from(number));
    }
    let number = text
        .parse::<f64>()
        .ok()
        .filter(|number| number.is_finite())?;
    Some(Value::from(number))
}
