//! What `reference()` and its kin answer without Azure: what the template states, and no more.

use super::{
    Problem,
    engine::{Engine, Env},
    functions::Outcome,
    later,
    value::{Kind, Value, Why},
};
use crate::manifest::suggest::{clip, one_of};
use indexmap::IndexMap;

impl Engine<'_> {
    /// Resources that a symbolic name, a loop or a name means, seen from an expression.
    fn named(&self, env: &Env, name: &str) -> Vec<(usize, usize)> {
        let folded = name.to_ascii_lowercase();
        let in_deployment = |at: usize| {
            let positions = self.deployments.get(at)?.by_name.get(&folded)?;
            Some(positions.iter().map(|position| (at, *position)).collect())
        };
        // A nested template that is evaluated outside names its own resources as well.
        in_deployment(env.deployment)
            .or_else(|| {
                (0..self.deployments.len())
                    .filter(|at| {
                        self.deployments
                            .get(*at)
                            .is_some_and(|inner| inner.env.deployment == env.deployment)
                    })
                    .find_map(in_deployment)
            })
            .unwrap_or_default()
    }

    /// The resource that an id or a name means.
    fn find(&self, env: &Env, target: &str) -> Option<(usize, usize)> {
        if target.starts_with('/') {
            let folded = target.trim_end_matches('/').to_ascii_lowercase();
            return self.by_id.get(&folded).copied();
        }
        self.named(env, target).first().copied()
    }

    /// The id that a name means.
    pub(super) fn id_of(&self, env: &Env, target: &str) -> Option<String> {
        let (at, position) = self.find(env, target)?;
        let resource = self.deployments.get(at)?.resources.get(position)?;
        Some(resource.id.clone())
    }

    /// Ids of what a `dependsOn` entry means.
    pub(super) fn ids_of(&self, env: &Env, target: &str) -> Vec<String> {
        if target.starts_with('/') {
            return vec![target.to_owned()];
        }
        // `Microsoft.Network/loadBalancers/lb` is taken as well, and old templates say it.
        if target
            .split_once('/')
            .is_some_and(|(first, _)| first.contains('.'))
        {
            return vec![format!("{}/providers/{target}", self.scope(env).prefix())];
        }
        let named = self.named(env, target);
        let ids = named.iter().filter_map(|(at, position)| {
            let resource = self.deployments.get(*at)?.resources.get(*position)?;
            Some(resource.id.clone())
        });
        ids.collect()
    }

    /// `reference(target)`, `reference(target, …, 'Full')`.
    pub(super) fn reference(&mut self, env: &Env, target: &str, full: bool) -> Outcome {
        let Some(place) = self.find(env, target) else {
            if !target.starts_with('/') {
                return Err(self.no_resource(env, target));
            }
            return Ok(self.asked(target, full));
        };
        Ok(self.stated(place, full))
    }

    /// `references(loop)`.
    pub(super) fn references(&mut self, env: &Env, target: &str, full: bool) -> Outcome {
        let places = self.named(env, target);
        if places.is_empty() {
            return Err(self.no_resource(env, target));
        }
        let all = places.into_iter().map(|place| self.stated(place, full));
        Ok(all.collect::<Vec<_>>().into())
    }

    /// `resourceInfo(symbolic name)`.
    pub(super) fn resource_info(&mut self, env: &Env, name: &str) -> Outcome {
        let Some((at, position)) = self.find(env, name) else {
            return Err(self.no_resource(env, name));
        };
        let resource = self
            .deployments
            .get(at)
            .and_then(|deployment| deployment.resources.get(position));
        let Some(resource) = resource else {
            return Ok(Value::NULL);
        };
        Ok([
            ("id", resource.id.as_str().into()),
            (
                "name",
                resource.name.rsplit('/').next().unwrap_or("").into(),
            ),
            ("type", resource.kind.as_str().into()),
            ("apiVersion", api_version(resource)),
        ]
        .into())
    }

    fn no_resource(&self, env: &Env, name: &str) -> Problem {
        let names = self
            .deployments
            .get(env.deployment)
            .map(|deployment| deployment.by_name.keys());
        let mut names: Vec<&str> = names.into_iter().flatten().map(String::as_str).collect();
        names.sort_unstable();
        let message = format!("the template has no resource `{}`", clip(name, 60));
        Problem::new("TPL005", message, one_of(name, names))
            .note("a resource outside of the template is referred to by its id")
    }

    /// What is known of a resource outside of the template.
    fn asked(&self, id: &str, full: bool) -> Value {
        let short = id.rsplit('/').next().unwrap_or(id);
        match self.runtime.resource(id) {
            Some(answer) if full => (&answer).into(),
            Some(answer) => answer.get("properties").map_or(Value::NULL, Value::from),
            None => match later::interface(id) {
                Some(properties) if !full => properties,
                _ => Why::Runtime(format!("`{}`", clip(short, 60))).into(),
            },
        }
    }

    /// What the template states of one of its resources.
    fn stated(&mut self, place: (usize, usize), full: bool) -> Value {
        let (at, position) = place;
        let resource = self
            .deployments
            .get(at)
            .and_then(|deployment| deployment.resources.get(position));
        let Some(resource) = resource else {
            return Value::NULL;
        };
        let id = resource.id.clone();
        let short = clip(id.rsplit('/').next().unwrap_or(""), 60);
        let is_known = resource.is_deployed && !resource.is_existing;
        if !is_known || self.runtime.resource(&id).is_some() {
            return self.asked(&id, full);
        }
        if let Some(nested) = resource.nested {
            return self.deployed(nested, &id, full);
        }
        if resource
            .kind
            .eq_ignore_ascii_case("Microsoft.Resources/deployments")
        {
            return Why::Runtime(format!("what the deployment `{short}` gives")).into();
        }
        let api_version = api_version(resource);
        let body = self.body(place);
        let Kind::Object(object) = &body.kind else {
            return body;
        };
        let properties = object
            .get("properties")
            .map_or_else(|| IndexMap::new().into(), |(_, value)| value.clone());
        let properties = later::addresses(with_ids(properties, &id), &id).open();
        if !full {
            return properties;
        }
        let mut members = object.members().clone();
        members.insert("properties".to_owned(), properties);
        members.insert("apiVersion".to_owned(), api_version);
        members.insert("resourceId".to_owned(), id.into());
        Value::from(members).open()
    }

    /// A nested deployment as it answers: its outputs.
    fn deployed(&mut self, nested: usize, id: &str, full: bool) -> Value {
        self.declare(nested);
        let outputs = self.outputs(nested);
        let outputs: IndexMap<String, Value> = outputs
            .into_iter()
            .map(|(name, value)| (name, [("value", value)].into()))
            .collect();
        let properties = Value::from([
            ("outputs", outputs.into()),
            ("provisioningState", "Succeeded".into()),
        ]);
        if full {
            return Value::from([("properties", properties.open()), ("resourceId", id.into())])
                .open();
        }
        properties.open()
    }
}

fn api_version(resource: &super::resources::Resource<'_>) -> Value {
    let version = resource.node.get("apiVersion");
    version
        .and_then(crate::source::json::Node::as_str)
        .map_or(Value::NULL, Into::into)
}

/// Adds the ids that named parts of a resource have in Azure, `{id}/{collection}/{name}`, where the
/// template leaves them out.
fn with_ids(properties: Value, id: &str) -> Value {
    let Kind::Object(object) = &properties.kind else {
        return properties;
    };
    let mut members = object.members().clone();
    for (collection, value) in &mut members {
        let Some(items) = value.items() else {
            continue;
        };
        let is_part = |item: &Value| {
            item.as_object().is_some_and(|part| {
                part.get("name")
                    .is_some_and(|(_, name)| name.as_str().is_some())
                    && part.get("properties").is_some()
                    && part.get("id").is_none()
            })
        };
        if !items.iter().any(is_part) {
            continue;
        }
        let items = items.iter().map(|item| {
            let part = item.as_object().filter(|_| is_part(item));
            let Some(part) = part else {
                return item.clone();
            };
            let mut part = part.members().clone();
            let name = part.get("name").and_then(Value::as_str).unwrap_or("");
            let part_id = format!("{id}/{collection}/{name}");
            part.insert("id".to_owned(), part_id.into());
            let mut with_id = Value::from(part);
            with_id.span = item.span;
            with_id
        });
        let with_ids: Value = items.collect::<Vec<_>>().into();
        let span = value.span;
        *value = with_ids;
        value.span = span;
    }
    let mut out = Value::from(members);
    out.span = properties.span;
    out
}
