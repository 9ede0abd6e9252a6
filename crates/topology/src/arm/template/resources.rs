//! The resources of a template: how many there are, their ids, and what is stated of them.

use super::{
    Problem,
    deployments::Memo,
    engine::{Engine, Env, Stage},
    functions::resource_id,
    value::{Kind, Value, Why},
};
use crate::{
    finding::{Finding, Severity},
    manifest::suggest::clip,
    source::json::{self, Node},
};
use indexmap::IndexMap;

/// One resource, in one round of its loops.
#[derive(Debug)]
pub(super) struct Resource<'t> {
    pub(super) node: &'t Node,
    pub(super) env: Env,
    pub(super) id: String,
    /// The whole type, with the parent's.
    pub(super) kind: String,
    /// The whole name, with the parent's.
    pub(super) name: String,
    /// `existing`: the template only refers to it.
    pub(super) is_existing: bool,
    /// Whether its condition holds or is not known.
    pub(super) is_deployed: bool,
    /// The deployment that it is, if it is one whose template is there.
    pub(super) nested: Option<usize>,
    pub(super) body: Option<Memo>,
}

/// Members of a resource that are no part of what is deployed.
const NOT_DEPLOYED: [&str; 13] = [
    "type",
    "name",
    "apiVersion",
    "dependsOn",
    "copy",
    "condition",
    "scope",
    "resources",
    "existing",
    "comments",
    "metadata",
    "import",
    "extension",
];

/// What a nested child takes from the resource around it.
#[derive(Clone, Debug)]
struct Parent {
    id: String,
    kind: String,
    name: String,
}

impl<'t> Engine<'t> {
    /// Adds the resources of a section: a list, or an object whose keys are symbolic names.
    pub(super) fn declare_section(
        &mut self,
        at: usize,
        env: &Env,
        section: &'t Node,
        parent: Option<usize>,
    ) {
        let parent = parent.and_then(|parent| {
            let resource = self.deployments.get(at)?.resources.get(parent)?;
            Some(Parent {
                id: resource.id.clone(),
                kind: resource.kind.clone(),
                name: resource.name.clone(),
            })
        });
        match &section.value {
            json::Value::Array(items) => {
                for item in items {
                    self.declare_resource(at, env, item, None, parent.as_ref());
                }
            }
            json::Value::Object(members) => {
                for member in members {
                    let symbol = Some(member.key.value.as_str());
                    self.declare_resource(at, env, &member.value, symbol, parent.as_ref());
                }
            }
            json::Value::Null => {}
            _ => {
                let message = format!(
                    "`resources` must be an array or an object, and it is {}",
                    section.kind()
                );
                let help = "write `[ { \"type\": … } ]`";
                self.error("TPL001", message, section.span, help);
            }
        }
    }

    fn declare_resource(
        &mut self,
        at: usize,
        env: &Env,
        node: &'t Node,
        symbol: Option<&str>,
        parent: Option<&Parent>,
    ) {
        if node.members().is_none() {
            let message = format!("a resource is an object, and this is {}", node.kind());
            let help = "write `{ \"type\": …, \"apiVersion\": …, \"name\": … }`";
            self.error("TPL001", message, node.span, help);
            return;
        }
        if node.get("import").is_some() || node.get("extension").is_some() {
            // Not Azure's: Kubernetes and Microsoft Graph objects.
            return;
        }
        let Some(copy) = node.get("copy").filter(|copy| copy.members().is_some()) else {
            self.declare_one(at, env, node, &[symbol], parent);
            return;
        };
        let rounds = self.copy_of(env, copy);
        for index in 0..rounds.rounds {
            if self.budget.is_spent {
                return;
            }
            let env = env.in_loop(rounds.name, index, true);
            let names = [symbol, Some(rounds.name)];
            self.declare_one(at, &env, node, &names, parent);
        }
    }

    fn declare_one(
        &mut self,
        at: usize,
        env: &Env,
        node: &'t Node,
        symbols: &[Option<&str>],
        parent: Option<&Parent>,
    ) {
        let is_deployed = self.condition(env, node);
        let Some((kind, name)) = self.kind_and_name(env, node, parent) else {
            return;
        };
        let id = match self.id(at, env, node, &kind, &name, parent) {
            Ok(id) => id,
            Err(problem) => {
                let place = node
                    .get("name")
                    .or_else(|| node.get("type"))
                    .unwrap_or(node);
                self.failed(problem, place.span);
                return;
            }
        };
        let is_existing = node
            .get("existing")
            .is_some_and(|existing| existing.value == json::Value::Bool(true));
        let is_deployment =
            kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") && !is_existing;
        let nested = (is_deployment && is_deployed)
            .then(|| self.nest(at, env, node, &name))
            .flatten();
        let folded = id.to_ascii_lowercase();
        let Some(deployment) = self.deployments.get_mut(at) else {
            return;
        };
        let position = deployment.resources.len();
        for name in symbols.iter().copied().flatten().chain([name.as_str()]) {
            let positions = deployment.by_name.entry(name.to_ascii_lowercase());
            let positions = positions.or_default();
            if positions.last() != Some(&position) {
                positions.push(position);
            }
        }
        deployment.resources.push(Resource {
            node,
            env: env.at(Stage::RunTime),
            id: id.clone(),
            kind,
            name,
            is_existing,
            is_deployed,
            nested,
            body: None,
        });
        self.index(folded, (at, position), &id, node);
        if let Some(children) = node.get("resources") {
            self.declare_section(at, env, children, Some(position));
        }
    }

    /// Remembers a resource by its id; a second one that is deployed is a finding.
    fn index(&mut self, folded: String, place: (usize, usize), id: &str, node: &Node) {
        let counts = |engine: &Self, (at, position): (usize, usize)| {
            engine
                .deployments
                .get(at)
                .and_then(|deployment| deployment.resources.get(position))
                .is_some_and(|resource| resource.is_deployed && !resource.is_existing)
        };
        let Some(first) = self.by_id.get(&folded).copied() else {
            self.by_id.insert(folded, place);
            return;
        };
        match (counts(self, first), counts(self, place)) {
            // Deployments may share a name in different templates, and often do.
            (true, true) if first.0 == place.0 => {
                let short = id.rsplit('/').next().unwrap_or(id);
                let message = format!("`{}` is in the template twice", clip(short, 60));
                let span = node.get("name").map_or(node.span, |name| name.span);
                let help = "rename one of them, or give their conditions that exclude each other";
                self.error("TPL019", message, span, help);
            }
            (false, true) => {
                self.by_id.insert(folded, place);
            }
            _ => {}
        }
    }

    /// Whether the condition holds, or is not known.
    fn condition(&mut self, env: &Env, node: &'t Node) -> bool {
        let Some(condition) = node.get("condition") else {
            return true;
        };
        let env = env.at(Stage::Before("a condition"));
        let value = self.tree(&env, condition);
        match &value.kind {
            Kind::Bool(holds) => *holds,
            Kind::String(text) if text.eq_ignore_ascii_case("false") => false,
            Kind::String(text) if text.eq_ignore_ascii_case("true") => true,
            Kind::Unknown(unknown) => {
                if unknown.why != Why::Failed {
                    let why = unknown.why.to_string();
                    self.report(
                        Finding::at_span(
                            "TPL014",
                            Severity::Warning,
                            "whether this resource is deployed is not known",
                            condition.span,
                        )
                        .note(format!(
                            "{why}; the resource is read as if it were deployed"
                        ))
                        .help("give the parameter a value"),
                    );
                }
                true
            }
            _ => {
                let message = format!(
                    "a condition is a boolean, and this is {}",
                    value.kind_name()
                );
                self.error("TPL004", message, condition.span, "give a boolean");
                true
            }
        }
    }

    /// The whole type and name of a resource.
    fn kind_and_name(
        &mut self,
        env: &Env,
        node: &'t Node,
        parent: Option<&Parent>,
    ) -> Option<(String, String)> {
        let kind = self.identity(env, node, "type")?;
        let name = self.identity(env, node, "name")?;
        let Some(parent) = parent else {
            return Some((kind, name));
        };
        let below = format!("{}/", parent.kind.to_ascii_lowercase());
        let folded = kind.to_ascii_lowercase();
        let is_whole = folded.starts_with(&below);
        let is_extension = !is_whole && kind.split('/').next().is_some_and(|n| n.contains('.'));
        if is_extension {
            return Some((kind, name));
        }
        let kind = if is_whole {
            kind
        } else {
            format!("{}/{kind}", parent.kind)
        };
        // Some exports write the whole name in a nested child.
        let segments = kind.split('/').count().saturating_sub(1);
        let name = if name.split('/').count() == segments {
            name
        } else {
            format!("{}/{name}", parent.name)
        };
        Some((kind, name))
    }

    /// `type` or `name`: a text, or what stands in for an unknown one.
    fn identity(&mut self, env: &Env, node: &'t Node, key: &'static str) -> Option<String> {
        let Some(member) = node.get(key) else {
            let span = node.first();
            let message = format!("the resource has no `{key}`");
            self.error("TPL012", message, span, format!("add `\"{key}\": …`"));
            return None;
        };
        let env = env.at(Stage::Before("the name or type of a resource"));
        let value = self.tree(&env, member);
        match (&value.kind, value.stand_in()) {
            (Kind::String(text), _) if !text.is_empty() => Some(text.to_string()),
            (Kind::Unknown(unknown), stand_in) => {
                let known_cause = matches!(unknown.why, Why::Failed | Why::Parameter(_));
                if !known_cause || stand_in.is_none() {
                    let note = match stand_in {
                        Some(stand_in) => {
                            format!("{}; it is read as `{}`", unknown.why, clip(stand_in, 60))
                        }
                        None => format!("{}; the resource is left out", unknown.why),
                    };
                    self.report(
                        Finding::at_span(
                            "TPL015",
                            Severity::Warning,
                            format!("the {key} of this resource is not known"),
                            member.span,
                        )
                        .note(note)
                        .help("give the value as a parameter"),
                    );
                }
                stand_in.map(str::to_owned)
            }
            _ => {
                let message = format!(
                    "the {key} of a resource is a text, and this is {}",
                    value.kind_name()
                );
                self.error("TPL012", message, member.span, "give a text");
                None
            }
        }
    }

    fn id(
        &mut self,
        at: usize,
        env: &Env,
        node: &'t Node,
        kind: &str,
        name: &str,
        parent: Option<&Parent>,
    ) -> Result<String, Problem> {
        let names: Vec<String> = name.split('/').map(str::to_owned).collect();
        let is_extension = parent.is_some_and(|parent| {
            !kind
                .to_ascii_lowercase()
                .starts_with(&format!("{}/", parent.kind.to_ascii_lowercase()))
        });
        let scope = match (node.get("scope"), parent) {
            (None, Some(parent)) if is_extension => parent.id.clone(),
            (Some(scope), _) if !kind.eq_ignore_ascii_case("Microsoft.Resources/deployments") => {
                let env = env.at(Stage::Before("the scope of a resource"));
                let value = self.tree(&env, scope);
                let text = value.stand_in().unwrap_or("").to_owned();
                self.absolute(at, &text)
            }
            _ => self
                .deployments
                .get(at)
                .map(|deployment| deployment.scope.prefix())
                .unwrap_or_default(),
        };
        resource_id(&scope, kind, &names).map_err(|message| {
            Problem::new(
                "TPL012",
                message,
                "the name has one part for each part of the type after its namespace, such as `network/subnet`",
            )
        })
    }

    /// The id of what `scope` names: an id, or type and name below the deployment's scope.
    fn absolute(&self, at: usize, text: &str) -> String {
        let prefix = self
            .deployments
            .get(at)
            .map(|deployment| deployment.scope.prefix())
            .unwrap_or_default();
        if text == "/" {
            String::new()
        } else if text.starts_with('/') {
            text.trim_end_matches('/').to_owned()
        } else if text.is_empty() {
            prefix
        } else {
            format!("{prefix}/providers/{text}")
        }
    }

    /// What the template states of a resource: its members besides type and name.
    pub(super) fn body(&mut self, (at, position): (usize, usize)) -> Value {
        let Some(resource) = self
            .deployments
            .get_mut(at)
            .and_then(|deployment| deployment.resources.get_mut(position))
        else {
            return Value::NULL;
        };
        match &resource.body {
            Some(Memo::Done(value)) => return value.clone(),
            Some(Memo::Running) => {
                let short = resource.id.rsplit('/').next().unwrap_or("").to_owned();
                let span = resource.node.first();
                let message = format!("`{}` refers to itself", clip(&short, 60));
                let help = "remove the `reference()` that leads back to it";
                self.error("TPL008", message, span, help);
                return Why::Failed.into();
            }
            None => {}
        }
        resource.body = Some(Memo::Running);
        let (node, env) = (resource.node, resource.env.clone());
        let mut members = IndexMap::new();
        for member in node.members().unwrap_or(&[]) {
            let key = &member.key.value;
            let is_meta = NOT_DEPLOYED
                .iter()
                .any(|other| other.eq_ignore_ascii_case(key));
            if !is_meta {
                let value = self.tree(&env, &member.value);
                members.insert(key.clone(), value);
            }
        }
        let value = Value::from(members).at(node.span);
        if let Some(resource) = self
            .deployments
            .get_mut(at)
            .and_then(|deployment| deployment.resources.get_mut(position))
        {
            resource.body = Some(Memo::Done(value.clone()));
        }
        value
    }
}
