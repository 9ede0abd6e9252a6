//! What a JSON document is, seen from its content.

use crate::source::json::{Member, Node, Value};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// An ARM template, or the body of a request that holds one.
    Template,
    /// Values for the parameters of a template.
    Parameters,
    /// One resource.
    Resource,
    /// Several resources.
    Resources,
    /// The answer of Resource Graph.
    ResourceGraph,
    /// What a deployment would change.
    WhatIf,
    /// Subscriptions, as `az account` prints them.
    Subscriptions,
    /// A list without anything in it.
    Empty,
}

/// A part of a file.
#[derive(Debug)]
pub(super) enum Document<'n> {
    /// A template, with the values that stand beside it.
    Template {
        root: &'n Node,
        parameters: Option<&'n Node>,
    },
    /// A parameters file.
    Parameters(&'n Node),
    /// A resource.
    Resource(&'n Node),
    /// A row of a table, as a resource.
    Row(Node),
    /// A subscription.
    Subscription(&'n Node),
}

/// What was found in a file.
#[derive(Debug, Default)]
pub(super) struct Found<'n> {
    pub(super) kind: Option<Kind>,
    pub(super) documents: Vec<Document<'n>>,
}

impl<'n> Found<'n> {
    fn of(kind: Kind, documents: Vec<Document<'n>>) -> Self {
        Self {
            kind: Some(kind),
            documents,
        }
    }
}

/// Takes a file apart.
pub(super) fn documents(root: &Node) -> Found<'_> {
    match &root.value {
        Value::Array(items) => list(items, Kind::Resources),
        Value::Object(_) => object(root),
        _ => Found::default(),
    }
}

fn object(root: &Node) -> Found<'_> {
    if is_parameters(root) {
        return Found::of(Kind::Parameters, vec![Document::Parameters(root)]);
    }
    if is_template(root) {
        let document = Document::Template {
            root,
            parameters: None,
        };
        return Found::of(Kind::Template, vec![document]);
    }
    for holder in [Some(root), root.get("properties")].into_iter().flatten() {
        if let Some(template) = holder.get("template").filter(|node| is_template(node)) {
            let document = Document::Template {
                root: template,
                parameters: holder.get("parameters"),
            };
            return Found::of(Kind::Template, vec![document]);
        }
        if let Some(changes) = holder.get("changes").and_then(Node::elements) {
            let after = changes.iter().filter_map(|change| change.get("after"));
            let documents = after.filter(|node| is_resource(node));
            return Found::of(Kind::WhatIf, documents.map(Document::Resource).collect());
        }
    }
    if is_resource(root) {
        return Found::of(Kind::Resource, vec![Document::Resource(root)]);
    }
    if is_subscription(root) {
        return Found::of(Kind::Subscriptions, vec![Document::Subscription(root)]);
    }
    if let Some(items) = root.get("value").and_then(Node::elements) {
        return list(items, Kind::Resources);
    }
    match root.get("data") {
        Some(data) if data.elements().is_some() => {
            list(data.elements().unwrap_or(&[]), Kind::ResourceGraph)
        }
        Some(data) => table(data),
        None => Found::default(),
    }
}

fn list(items: &[Node], kind: Kind) -> Found<'_> {
    if items.is_empty() {
        return Found::of(Kind::Empty, Vec::new());
    }
    if items.iter().all(is_subscription) {
        let documents = items.iter().map(Document::Subscription).collect();
        return Found::of(Kind::Subscriptions, documents);
    }
    // Lists in lists: the answers of several commands put together.
    let mut found = Found::of(kind, Vec::new());
    for item in items {
        if is_resource(item) {
            found.documents.push(Document::Resource(item));
        } else if let Some(inner) = item.elements() {
            found.documents.extend(list(inner, kind).documents);
        } else if item.members().is_some() {
            found.documents.extend(object(item).documents);
        }
    }
    if found.documents.is_empty() {
        return Found::default();
    }
    found
}

/// Resource Graph's older form: names of columns, and rows.
fn table(data: &Node) -> Found<'_> {
    let (Some(columns), Some(rows)) = (
        data.get("columns").and_then(Node::elements),
        data.get("rows").and_then(Node::elements),
    ) else {
        return Found::default();
    };
    let names: Vec<_> = columns
        .iter()
        .filter_map(|column| {
            let name = column.get("name")?;
            Some((name.as_str()?, name.span))
        })
        .collect();
    let documents = rows.iter().filter_map(|row| {
        let members = row.elements()?.iter().zip(&names);
        let members = members.map(|(value, (name, span))| Member {
            key: crate::source::Spanned {
                value: (*name).to_owned(),
                span: *span,
            },
            value: value.clone(),
        });
        let node = Node {
            span: row.span,
            value: Value::Object(members.collect()),
        };
        is_resource(&node).then_some(Document::Row(node))
    });
    Found::of(Kind::ResourceGraph, documents.collect())
}

fn schema(node: &Node) -> String {
    let schema = node.get("$schema").and_then(Node::as_str).unwrap_or("");
    schema.to_ascii_lowercase()
}

fn is_template(node: &Node) -> bool {
    if schema(node).contains("deploymenttemplate.json") {
        return true;
    }
    let deploys =
        |resource: &Node| resource.get("type").is_some() && resource.get("name").is_some();
    match node.get("resources").map(|section| &section.value) {
        Some(Value::Array(items)) => {
            let versioned = items.iter().any(|item| item.get("apiVersion").is_some());
            versioned && items.iter().all(deploys)
        }
        Some(Value::Object(members)) => {
            !members.is_empty() && members.iter().all(|member| deploys(&member.value))
        }
        _ => false,
    }
}

fn is_parameters(node: &Node) -> bool {
    if schema(node).contains("deploymentparameters.json") {
        return true;
    }
    let section = node.get("parameters").and_then(Node::members);
    node.get("resources").is_none()
        && node.get("id").is_none()
        && section.is_some_and(|members| {
            !members.is_empty()
                && members.iter().all(|member| {
                    let is = |key| member.value.get(key).is_some();
                    (is("value") || is("reference")) && !is("type")
                })
        })
}

/// An object with the id of a resource.
fn is_resource(node: &Node) -> bool {
    node.get("id").and_then(Node::as_str).is_some_and(|id| {
        let id = id.to_ascii_lowercase();
        id.starts_with("/subscriptions/") && id.trim_end_matches('/').matches('/').count() > 2
            || id.starts_with("/providers/")
    })
}

fn is_subscription(node: &Node) -> bool {
    let is = |key| node.get(key).and_then(Node::as_str).is_some();
    is("id") && is("tenantId") && (is("name") || is("displayName")) && !is_resource(node)
}
