//! ARM templates: from a template with its parameters to the resources that it deploys.
//!
//! [`expand`] evaluates a template as Azure would, without Azure: parameters and their defaults,
//! variables, the template's own functions, copy loops, conditions, nested child resources, nested
//! deployments and outputs. What only Azure knows (a secret, an address that it chooses, the time)
//! is an [`Unknown`] that says why, never a guess; `reference()` of a resource of the same template
//! gives what the template states of it.
//!
//! Nothing here fails: what is wrong is a finding at the very characters of the expression, the
//! value is unknown, and evaluation goes on. A budget ends what would not end.
//!
//! # Codes
//! | code | what |
//! |---|---|
//! | TPL001 | the text is no template, or a part of it has the wrong shape |
//! | TPL002 | an expression that cannot be read |
//! | TPL003 | an unknown function |
//! | TPL004 | arguments of the wrong number or kind |
//! | TPL005 | an unknown parameter or variable |
//! | TPL006 | a parameter without a value |
//! | TPL007 | a value that its parameter does not take |
//! | TPL008 | variables or resources that refer to themselves |
//! | TPL009 | a member or element that is not there |
//! | TPL010 | the budget is spent |
//! | TPL011 | a loop whose count is no number from 0 to 800 |
//! | TPL012 | a resource whose type or name cannot be used |
//! | TPL013 | a deployment whose template lies elsewhere |
//! | TPL014 | a condition that is not known |
//! | TPL015 | a resource whose name is not known |
//! | TPL016 | a given parameter that the template does not have |
//! | TPL017 | a function that cannot do that with these values |
//! | TPL018 | a function that is not available there |
//! | TPL019 | two resources of the same id |
//!
//! Structure: <https://learn.microsoft.com/azure/azure-resource-manager/templates/syntax>.

mod budget;
mod deployments;
mod engine;
mod expression;
mod functions;
mod later;
mod linked;
mod loops;
mod parameters;
mod plant;
mod problem;
mod references;
mod resources;
mod scope;
#[cfg(test)]
mod tests;
mod value;

pub use budget::Limits;
pub use expression::{Call, Expr, ExprKind, Form, Target, parse};
pub use functions::{Function, all as functions};
pub use linked::Linked;
pub use parameters::Parameters;
pub use plant::Planted;
pub use problem::{Cause, Problem};
pub use value::{Array, Kind, Object, Unknown, Value, Why};

use crate::{
    finding::Finding,
    source::{Span, json::Node},
};
use engine::Engine;
use indexmap::IndexMap;
use std::fmt;

/// The subscription that stands for one that nobody named.
pub const PLACEHOLDER_SUBSCRIPTION: &str = "00000000-0000-0000-0000-000000000000";
/// The resource group that stands for one that nobody named.
pub const PLACEHOLDER_GROUP: &str = "resource-group";

/// Where a template is deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeploymentContext {
    /// The tenant's id; by default the placeholder of zeros.
    pub tenant_id: String,
    /// The subscription's id; by default [`PLACEHOLDER_SUBSCRIPTION`].
    pub subscription_id: String,
    /// The resource group's name; by default [`PLACEHOLDER_GROUP`].
    pub resource_group: String,
    /// The resource group's region; unknown by default.
    pub location: Option<String>,
    /// The management group's name, for templates that are deployed to one.
    pub management_group: String,
    /// The deployment's name; `deployment` by default.
    pub deployment_name: String,
    /// Where the deployment's data is kept; unknown by default.
    pub deployment_location: Option<String>,
    /// What `utcNow()` answers, such as `2024-02-29T13:45:00Z`; unknown by default.
    pub utc_now: Option<String>,
    /// What `newGuid()` answers; unknown by default.
    pub new_guid: Option<String>,
    /// What the template may cost.
    pub limits: Limits,
}

impl Default for DeploymentContext {
    fn default() -> Self {
        Self {
            tenant_id: PLACEHOLDER_SUBSCRIPTION.to_owned(),
            subscription_id: PLACEHOLDER_SUBSCRIPTION.to_owned(),
            resource_group: PLACEHOLDER_GROUP.to_owned(),
            location: None,
            management_group: "management-group".to_owned(),
            deployment_name: "deployment".to_owned(),
            deployment_location: None,
            utc_now: None,
            new_guid: None,
            limits: Limits::default(),
        }
    }
}

/// What is known of resources that are there: for whoever plays Azure.
pub trait Runtime: fmt::Debug {
    /// The resource with this id as ARM answers it (`id`, `properties`, …).
    fn resource(&self, id: &str) -> Option<serde_json::Value> {
        let _ = id;
        None
    }

    /// What a `list…` function answers for the resource.
    fn list(&self, function: &str, id: &str) -> Option<serde_json::Value> {
        let _ = (function, id);
        None
    }
}

/// Knows nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Nothing;

impl Runtime for Nothing {}

/// What a template deploys.
#[derive(Clone, Debug, Default)]
pub struct Expansion {
    /// Its resources in the order of the text, parents before what is nested in them, those of
    /// nested deployments in their place.
    pub resources: Vec<Planted>,
    /// Its outputs.
    pub outputs: IndexMap<String, Value>,
    /// What is wrong.
    pub findings: Vec<Finding>,
    /// Which of the templates that it may link to it did deploy, by their place.
    pub linked: Vec<usize>,
}

/// Evaluates a template. `root` was read from `text`, and every span of it lies there.
pub fn expand(
    text: &str,
    root: &Node,
    parameters: &Parameters,
    ctx: &DeploymentContext,
) -> Expansion {
    expand_with(text, root, parameters, ctx, &Nothing)
}

/// [`expand`] with what is known of resources that are there.
pub fn expand_with(
    text: &str,
    root: &Node,
    parameters: &Parameters,
    ctx: &DeploymentContext,
    runtime: &dyn Runtime,
) -> Expansion {
    run(Engine::new(text, ctx, runtime), root, parameters)
}

/// Evaluates one of several templates that may link to each other: `templates[at]`.
pub fn expand_linked(
    templates: &[Linked<'_>],
    at: usize,
    parameters: &Parameters,
    ctx: &DeploymentContext,
) -> Expansion {
    let Some(one) = templates.get(at) else {
        return Expansion::default();
    };
    let mut engine = Engine::new(one.text, ctx, &Nothing);
    engine.templates = templates;
    run(engine, one.root, parameters)
}

fn run<'t>(mut engine: Engine<'t>, root: &'t Node, parameters: &Parameters) -> Expansion {
    let Some(deployment) = engine.root(root, parameters) else {
        return Expansion {
            findings: engine.findings,
            ..Expansion::default()
        };
    };
    engine.declare(deployment);
    let resources = engine.plant(deployment);
    let outputs = engine.outputs(deployment);
    Expansion {
        resources,
        outputs,
        linked: engine.linked(),
        findings: engine.findings,
    }
}

/// Evaluates one expression (`[…]`) outside of any template: there are no parameters, variables
/// or resources, only the context.
pub fn evaluate(text: &str, ctx: &DeploymentContext) -> Result<Value, Problem> {
    let empty = Node {
        span: Span::new(0, 0),
        value: crate::source::json::Value::Object(Vec::new()),
    };
    let mut engine = Engine::new("", ctx, &Nothing);
    let deployment = engine.bare(&empty);
    match parse(text)? {
        Form::Literal(text) => Ok(text.as_ref().into()),
        Form::Expression(expr) => {
            let env = engine.env(deployment);
            engine.eval(&env, &expr)
        }
    }
}
