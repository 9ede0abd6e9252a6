//! The resources that a template deploys, as ARM JSON with the place of every value.

use super::{
    engine::{Engine, Env},
    later,
    value::{Kind, Unknown, Value},
};
use crate::source::{Span, json::Node};
use serde_json::{Map, Value as Json};

/// A resource that a template deploys.
#[derive(Clone, Debug)]
pub struct Planted {
    /// As ARM answers it: `id`, `name`, `type`, and what the template states. Members that are
    /// `null` or not known are left out.
    pub resource: Json,
    /// Its id.
    pub id: String,
    /// The API version that the template names.
    pub api_version: Option<String>,
    /// Ids of what it waits for, as `dependsOn` says; names that mean nothing are left out.
    pub depends_on: Vec<String>,
    /// `existing`: the template refers to it and does not deploy it.
    pub is_existing: bool,
    /// JSON pointers into `resource` with the place that their value came from, parents first.
    /// What a variable holds points at the variable, a single value at the place of its use.
    pub spans: Vec<(String, Span)>,
    /// JSON pointers whose value is not known, and why; of an element of an array the pointer is
    /// that of the array.
    pub unknowns: Vec<(String, Unknown)>,
}

impl<'t> Engine<'t> {
    /// The resources of a deployment and of those nested in it.
    pub(super) fn plant(&mut self, at: usize) -> Vec<Planted> {
        let mut out = Vec::new();
        let count = self
            .deployments
            .get(at)
            .map_or(0, |deployment| deployment.resources.len());
        for position in 0..count {
            let resource = self
                .deployments
                .get(at)
                .and_then(|deployment| deployment.resources.get(position));
            let Some(resource) = resource.filter(|resource| resource.is_deployed) else {
                continue;
            };
            if let Some(nested) = resource.nested {
                out.extend(self.plant(nested));
                // Evaluated even if nothing asks for them, so that all that is wrong is said.
                self.outputs(nested);
            } else if !resource
                .kind
                .eq_ignore_ascii_case("Microsoft.Resources/deployments")
            {
                out.extend(self.plant_one((at, position)));
            }
        }
        out
    }

    fn plant_one(&mut self, place: (usize, usize)) -> Option<Planted> {
        let body = self.body(place);
        // A value that many places share is written as often, so writing has its price too.
        if let Err(problem) = self.budget.ask(body.size().weight) {
            self.failed(problem, body.span.unwrap_or(Span::new(0, 0)));
            return None;
        }
        let (at, position) = place;
        let resource = self.deployments.get(at)?.resources.get(position)?;
        let (node, env) = (resource.node, resource.env.clone());
        let (id, kind) = (resource.id.clone(), resource.kind.clone());
        let name = resource.name.rsplit('/').next().unwrap_or("").to_owned();
        let is_existing = resource.is_existing;
        let mut members = Map::new();
        members.insert("id".to_owned(), id.as_str().into());
        members.insert("name".to_owned(), name.into());
        members.insert("type".to_owned(), kind.into());
        let mut writer = Writer::default();
        writer.spans.push((String::new(), node.span));
        for key in ["name", "type"] {
            if let Some(member) = node.get(key) {
                writer.spans.push((format!("/{key}"), member.span));
            }
        }
        if let Kind::Object(object) = &body.kind {
            for (key, value) in object.members() {
                let pointer = format!("/{}", escaped(key));
                if let Some(json) = writer.write(value, &pointer) {
                    members.insert(key.clone(), json);
                }
            }
        }
        let depends_on = self.depends_on(&env, node);
        let api_version = node.get("apiVersion").map(|node| self.tree(&env, node));
        Some(Planted {
            resource: members.into(),
            id,
            api_version: api_version.and_then(|value| value.as_str().map(str::to_owned)),
            depends_on,
            is_existing,
            spans: writer.spans,
            unknowns: writer.unknowns,
        })
    }

    fn depends_on(&mut self, env: &Env, node: &'t Node) -> Vec<String> {
        let Some(list) = node.get("dependsOn") else {
            return Vec::new();
        };
        let list = self.tree(env, list);
        let mut ids: Vec<String> = Vec::new();
        for target in list
            .items()
            .unwrap_or(&[])
            .iter()
            .filter_map(Value::stand_in)
        {
            ids.extend(self.ids_of(env, target));
        }
        let mut seen = std::collections::HashSet::new();
        ids.retain(|id| seen.insert(id.to_ascii_lowercase()));
        ids
    }
}

/// A key as a segment of a JSON pointer.
pub(super) fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// Writes values as JSON and remembers places.
#[derive(Default)]
struct Writer {
    spans: Vec<(String, Span)>,
    unknowns: Vec<(String, Unknown)>,
}

impl Writer {
    fn write(&mut self, value: &Value, pointer: &str) -> Option<Json> {
        let first = self.spans.len();
        if let Some(span) = value.span {
            self.spans.push((pointer.to_owned(), span));
        }
        let written = match &value.kind {
            Kind::Null => None,
            Kind::Unknown(unknown) => match &unknown.stand_in {
                // An id in which a name is unknown still leads to the resource of that name.
                Some(id) if id.starts_with('/') => Some(id.as_str().into()),
                // A record may hold whose address it is.
                Some(whose) if later::is_address(whose) && pointer.ends_with("/ipv4Address") => {
                    Some(whose.as_str().into())
                }
                _ => {
                    let unknown = Unknown::clone(unknown);
                    self.unknowns.push((pointer.to_owned(), unknown));
                    None
                }
            },
            Kind::Array(array) => {
                let mut items: Vec<Json> = Vec::with_capacity(array.items().len());
                for item in array.items() {
                    let unknowns = self.unknowns.len();
                    let at = format!("{pointer}/{}", items.len());
                    if let Some(json) = self.write(item, &at) {
                        items.push(json);
                    } else if let Some((_, unknown)) = self.unknowns.get(unknowns).cloned() {
                        self.unknowns.truncate(unknowns);
                        self.unknowns.push((pointer.to_owned(), unknown));
                    }
                }
                Some(items.into())
            }
            Kind::Object(object) => {
                let unknowns = self.unknowns.len();
                let mut members = Map::new();
                for (key, value) in object.members() {
                    let at = format!("{pointer}/{}", escaped(key));
                    if let Some(json) = self.write(value, &at) {
                        members.insert(key.clone(), json);
                    }
                }
                let lost = self.unknowns.get(unknowns);
                let id_at = format!("{pointer}/id");
                let is_reference_lost = object.get("name").is_none()
                    && self
                        .unknowns
                        .get(unknowns..)
                        .unwrap_or(&[])
                        .iter()
                        .any(|(at, _)| *at == id_at);
                match lost.cloned() {
                    // Nothing is left, or a reference without what it refers to.
                    Some((_, unknown)) if members.is_empty() || is_reference_lost => {
                        self.unknowns.truncate(unknowns);
                        self.unknowns.push((pointer.to_owned(), unknown));
                        None
                    }
                    _ => Some(members.into()),
                }
            }
            _ => Some(value.to_json()),
        };
        if written.is_none() {
            self.spans.truncate(first);
        }
        written
    }
}
