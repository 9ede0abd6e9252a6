//! Deployments: the template itself, and those nested in it.
//!
//! A nested template is evaluated in its own scope (`inner`) or in the scope of the template around
//! it (`outer`, the default), and deployed to where its deployment says:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/linked-templates>.

use super::{
    Parameters,
    engine::{Engine, Env, Stage},
    resources::Resource,
    scope::Scope,
    value::{Kind, Value, Why},
};
use crate::{
    finding::{Finding, Severity},
    source::{
        Span,
        json::{self, Node},
    },
};
use indexmap::IndexMap;
use std::collections::HashMap;

/// A value that is evaluated once, when something asks for it.
#[derive(Clone, Debug)]
pub(super) enum Memo {
    /// It is being evaluated.
    Running,
    /// It was.
    Done(Value),
}

/// A value given to a parameter.
#[derive(Clone, Debug)]
pub(super) enum Given<'t> {
    /// A value.
    Value(Value),
    /// `{ "value": … }` in the deployment that holds the nested one.
    Node(&'t Node, Env),
}

impl Given<'_> {
    pub(super) fn span(&self) -> Option<Span> {
        match self {
            Self::Value(value) => value.span,
            Self::Node(node, _) => Some(node.span),
        }
    }
}

/// How far the resources of a deployment are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    New,
    Declared,
}

/// A template and what it is evaluated with.
#[derive(Debug)]
pub(super) struct Deployment<'t> {
    pub(super) root: &'t Node,
    /// The deployment that it is nested in.
    pub(super) parent: Option<usize>,
    pub(super) name: String,
    /// What it is deployed to.
    pub(super) scope: Scope,
    /// Where its expressions are evaluated: at itself, or at an outer one.
    pub(super) env: Env,
    pub(super) given: HashMap<String, Given<'t>>,
    pub(super) parameters: HashMap<String, Memo>,
    pub(super) variables: HashMap<String, Memo>,
    pub(super) resources: Vec<Resource<'t>>,
    /// Positions of resources by folded symbolic name, loop name or name.
    pub(super) by_name: HashMap<String, Vec<usize>>,
    outputs: Option<Memo>,
    progress: Progress,
}

impl<'t> Engine<'t> {
    fn add(
        &mut self,
        root: &'t Node,
        parent: Option<usize>,
        name: String,
        scope: Scope,
        env: Option<Env>,
    ) -> usize {
        let at = self.deployments.len();
        self.deployments.push(Deployment {
            root,
            parent,
            name,
            scope,
            env: env.unwrap_or_else(|| Env::of(at)),
            given: HashMap::new(),
            parameters: HashMap::new(),
            variables: HashMap::new(),
            resources: Vec::new(),
            by_name: HashMap::new(),
            outputs: None,
            progress: Progress::New,
        });
        at
    }

    /// The deployment of the whole text; `None` if it is no template.
    pub(super) fn root(&mut self, root: &'t Node, parameters: &Parameters) -> Option<usize> {
        if root.members().is_none() {
            let message = format!("a template is an object, and this is {}", root.kind());
            let help = "give a file that begins with `{ \"$schema\": …`";
            self.error("TPL001", message, root.span, help);
            return None;
        }
        self.shape(root);
        let scope = Scope::of_schema(root, self.ctx);
        let at = self.add(root, None, self.ctx.deployment_name.clone(), scope, None);
        if let Some(deployment) = self.deployments.get_mut(at) {
            deployment.given = parameters
                .iter()
                .map(|(name, value)| {
                    let given = Given::Value(value.clone());
                    (name.to_ascii_lowercase(), given)
                })
                .collect();
        }
        self.superfluous(at);
        // Each parameter is looked at, used or not, so that what is missing is said.
        let declared = root.get("parameters").and_then(Node::members);
        for member in declared.unwrap_or(&[]) {
            let env = Env::of(at);
            if let Err(problem) = self.parameter(&env, &member.key.value) {
                self.failed(problem, member.key.span);
            }
        }
        Some(at)
    }

    /// A deployment with nothing in it.
    pub(super) fn bare(&mut self, root: &'t Node) -> usize {
        let scope = Scope::of_schema(root, self.ctx);
        self.add(root, None, self.ctx.deployment_name.clone(), scope, None)
    }

    /// Reports sections of a template that have the wrong shape; they are read as empty.
    fn shape(&mut self, root: &'t Node) {
        for (section, wanted) in [
            ("parameters", "an object"),
            ("variables", "an object"),
            ("outputs", "an object"),
            ("functions", "an array"),
        ] {
            let Some(node) = root.get(section) else {
                continue;
            };
            let is_right = match wanted {
                "an object" => node.members().is_some(),
                _ => node.elements().is_some(),
            };
            if !is_right && node.value != json::Value::Null {
                let message = format!("`{section}` must be {wanted}, and it is {}", node.kind());
                self.error("TPL001", message, node.span, format!("write {wanted}"));
            }
        }
    }

    /// Where a deployment's expressions are evaluated.
    pub(super) fn env(&self, at: usize) -> Env {
        self.deployments
            .get(at)
            .map_or_else(|| Env::of(at), |deployment| deployment.env.clone())
    }

    /// The scope that expressions see.
    pub(super) fn scope(&self, env: &Env) -> &Scope {
        const NONE: &Scope = &Scope {
            subscription: None,
            group: None,
            management_group: None,
        };
        self.deployments
            .get(env.deployment)
            .map_or(NONE, |deployment| &deployment.scope)
    }

    /// The name that `deployment()` gives.
    pub(super) fn deployment_name(&self, env: &Env) -> String {
        self.deployments
            .get(env.deployment)
            .map(|deployment| deployment.name.clone())
            .unwrap_or_default()
    }

    /// The region of a resource group, if the template makes it or the context names it.
    pub(super) fn group_location(&mut self, subscription: &str, group: &str) -> Value {
        let id = format!("/subscriptions/{subscription}/resourceGroups/{group}");
        if let Some(at) = self.by_id.get(&id.to_ascii_lowercase()).copied() {
            let body = self.body(at);
            if let Some(location) = body.member("location") {
                return location;
            }
        }
        let is_context = subscription.eq_ignore_ascii_case(&self.ctx.subscription_id)
            && group.eq_ignore_ascii_case(&self.ctx.resource_group);
        match &self.ctx.location {
            Some(location) if is_context => location.as_str().into(),
            _ => Why::Context(format!("the region of the resource group `{group}`")).into(),
        }
    }

    fn functions_of(&self, at: usize) -> impl Iterator<Item = (String, &'t Node)> + use<'t> {
        let root = self.deployments.get(at).map(|deployment| deployment.root);
        root.and_then(|root| root.get("functions"))
            .and_then(Node::elements)
            .unwrap_or(&[])
            .iter()
            .filter_map(|space| {
                let name = space.get("namespace")?.as_str()?;
                let members = space.get("members")?.members()?;
                Some(
                    members
                        .iter()
                        .map(move |member| (format!("{name}.{}", member.key.value), &member.value)),
                )
            })
            .flatten()
    }

    /// The template's own function of this name.
    pub(super) fn own_function(&self, at: usize, name: &str) -> Option<&'t Node> {
        self.functions_of(at)
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, body)| body)
    }

    /// Names of the template's own functions.
    pub(super) fn own_functions(&self, at: usize) -> Vec<String> {
        self.functions_of(at).map(|(name, _)| name).collect()
    }

    /// Works out ids and conditions of all resources of a deployment and of those nested in it.
    pub(super) fn declare(&mut self, at: usize) {
        let Some(deployment) = self.deployments.get_mut(at) else {
            return;
        };
        if deployment.progress != Progress::New {
            return;
        }
        deployment.progress = Progress::Declared;
        let (root, env) = (deployment.root, deployment.env.clone());
        match root.get("resources") {
            Some(section) => self.declare_section(at, &env, section, None),
            None if at == 0 => {
                let help = "a template has a member `resources`; is this the right file?";
                let span = root.first();
                self.error("TPL001", "the template has no `resources`", span, help);
            }
            None => {}
        }
        let resources = self.deployments.get(at).map(|it| it.resources.iter());
        let nested: Vec<usize> = resources
            .into_iter()
            .flatten()
            .filter_map(|resource| resource.nested)
            .collect();
        for at in nested {
            self.declare(at);
        }
    }

    /// Adds the deployment that a resource of type `Microsoft.Resources/deployments` makes.
    pub(super) fn nest(
        &mut self,
        at: usize,
        env: &Env,
        node: &'t Node,
        name: &str,
    ) -> Option<usize> {
        let properties = node.get("properties")?;
        let template = properties.get("template");
        let linked = properties.get("templateLink");
        let linked = linked.and_then(|link| self.follow(at, env, link));
        let template = template.filter(|template| template.members().is_some());
        let Some(template) = template.or(linked) else {
            let place = properties
                .get("templateLink")
                .or(template)
                .unwrap_or(properties);
            self.report(
                Finding::at_span(
                    "TPL013",
                    Severity::Warning,
                    format!("the template of the deployment `{name}` is not in this text"),
                    place.span,
                )
                .note("its resources are left out, and its outputs are unknown")
                .help("import that template's file as well, or build the template into one file"),
            );
            return None;
        };
        self.shape(template);
        let inner = properties
            .at(&["expressionEvaluationOptions", "scope"])
            .and_then(Node::as_str)
            .is_some_and(|scope| scope.eq_ignore_ascii_case("inner"))
            // What is linked never sees the template around it.
            || linked.is_some();
        let scope = self.nested_scope(at, env, node, template);
        let outer = (!inner).then(|| env.at(Stage::RunTime));
        let nested = self.add(template, Some(at), name.to_owned(), scope, outer);
        if inner && let Some(given) = properties.get("parameters").and_then(Node::members) {
            let given = given
                .iter()
                .map(|member| {
                    let given = Given::Node(&member.value, env.at(Stage::RunTime));
                    (member.key.value.to_ascii_lowercase(), given)
                })
                .collect();
            if let Some(deployment) = self.deployments.get_mut(nested) {
                deployment.given = given;
            }
            self.superfluous(nested);
        }
        Some(nested)
    }

    /// What a nested deployment is deployed to.
    fn nested_scope(&mut self, at: usize, env: &Env, node: &'t Node, template: &Node) -> Scope {
        let parent = self
            .deployments
            .get(at)
            .map(|deployment| deployment.scope.clone())
            .unwrap_or_default();
        let env = env.at(Stage::Before("the scope of a deployment"));
        let mut text = |key: &str| -> Option<String> {
            let value = self.tree(&env, node.get(key)?);
            value.stand_in().map(str::to_owned)
        };
        if let Some(scope) = text("scope") {
            return match scope.rsplit_once('/') {
                Some((kind, name)) if kind.to_ascii_lowercase().ends_with("managementgroups") => {
                    Scope {
                        management_group: Some(name.to_owned()),
                        ..Scope::default()
                    }
                }
                _ => Scope::default(),
            };
        }
        let (subscription, group) = (text("subscriptionId"), text("resourceGroup"));
        let schema = template
            .get("$schema")
            .and_then(Node::as_str)
            .unwrap_or("")
            .to_ascii_lowercase();
        let for_subscription = schema.contains("/subscriptiondeploymenttemplate.json");
        match (subscription.or_else(|| parent.subscription.clone()), group) {
            (Some(subscription), Some(group)) => Scope::group(&subscription, &group),
            // A location is given for deployments to a subscription only.
            (Some(subscription), None) if for_subscription || node.get("location").is_some() => {
                Scope::subscription(&subscription)
            }
            (Some(subscription), None) => match &parent.group {
                Some(group) => Scope::group(&subscription, group),
                None => Scope::subscription(&subscription),
            },
            (None, _) => parent,
        }
    }

    /// The outputs of a deployment.
    pub(super) fn outputs(&mut self, at: usize) -> IndexMap<String, Value> {
        let Some(deployment) = self.deployments.get_mut(at) else {
            return IndexMap::new();
        };
        match &deployment.outputs {
            Some(Memo::Done(value)) => {
                return value
                    .as_object()
                    .map(|object| object.members().clone())
                    .unwrap_or_default();
            }
            Some(Memo::Running) => return IndexMap::new(),
            None => {}
        }
        deployment.outputs = Some(Memo::Running);
        let (root, env) = (deployment.root, deployment.env.clone());
        let mut outputs = IndexMap::new();
        let declared = root.get("outputs").and_then(Node::members);
        for member in declared.unwrap_or(&[]) {
            if let Some(value) = self.output(&env, &member.value) {
                outputs.insert(member.key.value.clone(), value);
            }
        }
        if let Some(deployment) = self.deployments.get_mut(at) {
            deployment.outputs = Some(Memo::Done(outputs.clone().into()));
        }
        outputs
    }

    fn output(&mut self, env: &Env, node: &'t Node) -> Option<Value> {
        if let Some(condition) = node.get("condition")
            && matches!(self.tree(env, condition).kind, Kind::Bool(false))
        {
            return None;
        }
        if let Some(copy) = node.get("copy") {
            let rounds = self.copy_of(env, copy);
            let input = copy.get("input")?;
            let items = self.repeated(env, rounds.name, rounds.rounds, input);
            return Some(items.at(copy.span));
        }
        Some(self.tree(env, node.get("value")?))
    }
}
