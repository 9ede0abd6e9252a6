//! Evaluates expressions and the JSON around them.
//!
//! Parameters, variables and resources are evaluated when something asks for them, once; what asks
//! for itself is a finding.

use super::{
    DeploymentContext, Problem, Runtime,
    budget::Budget,
    deployments::Deployment,
    expression::{self, Call, Expr, ExprKind, Form, Target},
    functions::{Args, Function, OnUnknown, Outcome, Run},
    linked::Linked,
    value::{self, Kind, Unknown, Value, Why},
};
use crate::{
    finding::{Finding, Severity},
    manifest::suggest::{clip, one_of},
    source::{
        Span,
        json::{self, Node},
    },
};
use indexmap::IndexMap;
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Evaluates one template with all that is nested in it.
#[derive(Debug)]
pub(super) struct Engine<'t> {
    pub(super) ctx: &'t DeploymentContext,
    pub(super) runtime: &'t dyn Runtime,
    pub(super) findings: Vec<Finding>,
    pub(super) deployments: Vec<Deployment<'t>>,
    /// Resources by folded id: deployment and position.
    pub(super) by_id: HashMap<String, (usize, usize)>,
    pub(super) budget: Budget,
    text: &'t str,
    /// Templates that a deployment may link to.
    pub(super) templates: &'t [Linked<'t>],
    /// What the strings of the text are, by where they stand.
    parsed: HashMap<usize, Parsed>,
    reported: HashSet<(Option<Span>, &'static str)>,
}

#[derive(Clone, Debug)]
enum Parsed {
    Literal(Value),
    Expression(Arc<Expr>),
    Failed,
}

/// More findings than this nobody reads.
const MAX_FINDINGS: usize = 500;

/// Where an expression stands.
#[derive(Clone, Debug)]
pub(super) struct Env {
    /// The deployment whose parameters, variables and resources it names.
    pub(super) deployment: usize,
    /// Whether resources can be asked there.
    stage: Stage,
    loops: Option<Arc<LoopFrame>>,
    locals: Option<Arc<Local>>,
    /// Arguments of the template's own function that is evaluated, by folded name.
    arguments: Option<Arc<HashMap<String, Value>>>,
}

/// When an expression is evaluated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    /// Before anything is deployed; the word says what it is part of.
    Before(&'static str),
    /// Once what it refers to is there.
    RunTime,
}

#[derive(Debug)]
struct LoopFrame {
    name: String,
    index: i64,
    is_resource: bool,
    outer: Option<Arc<LoopFrame>>,
}

#[derive(Debug)]
struct Local {
    name: String,
    value: Value,
    outer: Option<Arc<Local>>,
}

impl Env {
    /// At the top of a deployment.
    pub(super) fn of(deployment: usize) -> Self {
        Self {
            deployment,
            stage: Stage::RunTime,
            loops: None,
            locals: None,
            arguments: None,
        }
    }

    /// The same place at another time.
    pub(super) fn at(&self, stage: Stage) -> Self {
        Self {
            stage,
            ..self.clone()
        }
    }

    /// Whether resources can be asked here; else Azure refuses the template.
    pub(super) fn at_run_time(&self, function: &str) -> Result<(), Problem> {
        match self.stage {
            Stage::RunTime => Ok(()),
            Stage::Before(place) => Err(Problem::new(
                "TPL018",
                format!("`{function}` cannot be used in {place}"),
                "use it in the properties of a resource or in an output",
            )
            .note("Azure evaluates this before anything is deployed")),
        }
    }

    /// In one round of a loop.
    pub(super) fn in_loop(&self, name: &str, index: i64, is_resource: bool) -> Self {
        let frame = LoopFrame {
            name: name.to_owned(),
            index,
            is_resource,
            outer: self.loops.clone(),
        };
        Self {
            loops: Some(Arc::new(frame)),
            ..self.clone()
        }
    }

    /// With the variables of a lambda.
    pub(super) fn with_locals(&self, locals: impl Iterator<Item = (String, Value)>) -> Self {
        let mut env = self.clone();
        for (name, value) in locals {
            let outer = env.locals.take();
            env.locals = Some(Arc::new(Local { name, value, outer }));
        }
        env
    }

    /// The innermost variable of a lambda with this name.
    pub(super) fn local(&self, name: &str) -> Option<&Value> {
        let mut next = self.locals.as_deref();
        while let Some(local) = next {
            if local.name.eq_ignore_ascii_case(name) {
                return Some(&local.value);
            }
            next = local.outer.as_deref();
        }
        None
    }

    /// The argument of the template's own function, if one is evaluated.
    pub(super) fn argument(&self, name: &str) -> Option<Option<&Value>> {
        let arguments = self.arguments.as_ref()?;
        Some(arguments.get(&name.to_ascii_lowercase()))
    }

    /// The index of the loop of this name; without a name that of the resource's loop, or else of
    /// the innermost.
    pub(super) fn copy_index(&self, name: Option<&str>) -> Option<i64> {
        let mut next = self.loops.as_deref();
        let innermost = next.map(|frame| frame.index);
        while let Some(frame) = next {
            let is_it = match name {
                Some(name) => frame.name.eq_ignore_ascii_case(name),
                None => frame.is_resource,
            };
            if is_it {
                return Some(frame.index);
            }
            next = frame.outer.as_deref();
        }
        match name {
            Some(_) => None,
            None => innermost,
        }
    }
}

impl<'t> Engine<'t> {
    pub(super) fn new(text: &'t str, ctx: &'t DeploymentContext, runtime: &'t dyn Runtime) -> Self {
        Self {
            ctx,
            runtime,
            findings: Vec::new(),
            deployments: Vec::new(),
            by_id: HashMap::new(),
            budget: Budget::new(ctx.limits),
            text,
            templates: &[],
            parsed: HashMap::new(),
            reported: HashSet::new(),
        }
    }

    /// Adds a finding, unless the same place was reported for the same reason.
    pub(super) fn report(&mut self, finding: Finding) {
        if self.findings.len() < MAX_FINDINGS && self.reported.insert((finding.span, finding.code))
        {
            self.findings.push(finding);
        }
    }

    /// Adds an error at a place.
    pub(super) fn error(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        self.report(Finding::at_span(code, Severity::Error, message, span).help(help));
    }

    /// Reports why the string at `literal` has no value.
    pub(super) fn failed(&mut self, problem: Problem, literal: Span) -> Value {
        // A spent budget is one finding, wherever it shows.
        let is_first = !self.budget.is_spent
            || problem.code != "TPL010"
            || !self.findings.iter().any(|finding| finding.code == "TPL010");
        if is_first {
            let text = self.text_of(literal).unwrap_or(self.text);
            self.report(problem.finding(text, literal));
        }
        Why::Failed.into()
    }

    /// Evaluates the JSON at a node.
    pub(super) fn tree(&mut self, env: &Env, node: &'t Node) -> Value {
        match &node.value {
            json::Value::String(text) => self.string(env, node.span, text),
            json::Value::Array(items) => self.nested(node, |engine| {
                let items = items.iter().map(|item| engine.tree(env, item));
                items.collect::<Vec<_>>().into()
            }),
            json::Value::Object(members) => self.nested(node, |engine| {
                let mut out = IndexMap::with_capacity(members.len());
                for member in members {
                    if engine.property_loops(env, member, &mut out) {
                        continue;
                    }
                    let Some(key) = engine.key(env, &member.key) else {
                        continue;
                    };
                    let value = engine.tree(env, &member.value);
                    out.insert(key, value);
                }
                out.into()
            }),
            json::Value::Number(text) => value::number(text).at(node.span),
            json::Value::Null | json::Value::Bool(_) => Value::literal(node),
        }
    }

    fn nested(&mut self, node: &'t Node, build: impl FnOnce(&mut Self) -> Value) -> Value {
        if let Err(problem) = self.budget.enter() {
            return self.failed(problem, node.span);
        }
        let value = build(self);
        self.budget.leave();
        match self.budget.admit(value) {
            Ok(value) => value.at(node.span),
            Err(problem) => self.failed(problem, node.span),
        }
    }

    /// A key, which may be an expression; one that is not known drops its member.
    fn key(&mut self, env: &Env, key: &crate::source::Spanned<String>) -> Option<String> {
        if !expression::is_special(&key.value) {
            return Some(key.value.clone());
        }
        let value = self.string(env, key.span, &key.value);
        value.stand_in().map(str::to_owned)
    }

    /// Evaluates a string of the text.
    pub(super) fn string(&mut self, env: &Env, span: Span, text: &str) -> Value {
        if !expression::is_special(text) {
            return Value::from(text).at(span);
        }
        if self.budget.is_spent {
            return Why::Failed.into();
        }
        let parsed = if let Some(parsed) = self.parsed.get(&span.start) {
            parsed.clone()
        } else {
            let parsed = match expression::parse(text) {
                Ok(Form::Literal(text)) => Parsed::Literal(Value::from(text.as_ref()).at(span)),
                Ok(Form::Expression(expr)) => Parsed::Expression(Arc::new(expr)),
                Err(problem) => {
                    self.failed(problem, span);
                    Parsed::Failed
                }
            };
            self.parsed.insert(span.start, parsed.clone());
            parsed
        };
        match parsed {
            Parsed::Literal(value) => value,
            Parsed::Failed => Why::Failed.into(),
            Parsed::Expression(expr) => match self.eval(env, &expr) {
                Ok(value) => value.at(span),
                Err(problem) => self.failed(problem, span),
            },
        }
    }

    /// Evaluates an expression.
    pub(super) fn eval(&mut self, env: &Env, expr: &Expr) -> Outcome {
        self.budget
            .enter()
            .map_err(|problem| problem.within(&expr.range))?;
        let result = self.eval_kind(env, expr);
        self.budget.leave();
        result
            .and_then(|value| self.budget.admit(value))
            .map_err(|problem| problem.within(&expr.range))
    }

    fn eval_kind(&mut self, env: &Env, expr: &Expr) -> Outcome {
        match &expr.kind {
            ExprKind::Text(text) => Ok(Kind::String(Arc::clone(text)).into()),
            ExprKind::Number(text) => Ok(value::number(text)),
            ExprKind::Call(call) => self.call(env, call),
            ExprKind::Member { of, name } => {
                let value = self.eval(env, of)?;
                member(&value, name)
            }
            ExprKind::Index { of, index } => {
                let value = self.eval(env, of)?;
                let index_value = self.eval(env, index)?;
                element(&value, &index_value).map_err(|problem| problem.within(&index.range))
            }
        }
    }

    fn call(&mut self, env: &Env, call: &Call) -> Outcome {
        match call.target {
            Target::Own => self.own(env, call),
            Target::Known(function) => match function.run {
                Run::Special(run) => run(self, env, call),
                Run::Values(run) => {
                    let values = self.arguments(env, call)?;
                    let unknown = match function.unknown {
                        OnUnknown::Own => None,
                        OnUnknown::Deep => values.iter().find_map(Value::unknown),
                        OnUnknown::Shallow => values
                            .iter()
                            .filter(|value| value.is_unknown())
                            .find_map(Value::unknown),
                    };
                    if let Some(unknown) = unknown {
                        let why = unknown.why.clone();
                        let stand_in = stand_in(function, &values);
                        return Ok(Unknown { why, stand_in }.into());
                    }
                    run(&mut Args {
                        function,
                        values,
                        exprs: &call.args,
                        budget: &mut self.budget,
                    })
                }
            },
        }
    }

    fn arguments(&mut self, env: &Env, call: &Call) -> Result<Vec<Value>, Problem> {
        call.args.iter().map(|arg| self.eval(env, arg)).collect()
    }

    /// Calls a function that the template defines.
    fn own(&mut self, env: &Env, call: &Call) -> Outcome {
        let Some(body) = self.own_function(env.deployment, &call.name) else {
            let names = self.own_functions(env.deployment);
            let message = format!("the template has no function `{}`", clip(&call.name, 60));
            let help = one_of(&call.name, names.iter().map(String::as_str));
            return Err(Problem::new("TPL003", message, help));
        };
        let names: Vec<&str> = body
            .get("parameters")
            .and_then(Node::elements)
            .unwrap_or(&[])
            .iter()
            .filter_map(|parameter| parameter.get("name")?.as_str())
            .collect();
        if names.len() != call.args.len() {
            let message = format!(
                "`{}` takes {} arguments, and not {}",
                call.name,
                names.len(),
                call.args.len()
            );
            return Err(Problem::new("TPL004", message, "add or remove arguments"));
        }
        let values = self.arguments(env, call)?;
        let names = names.iter().map(|name| name.to_ascii_lowercase());
        let inner = Env {
            arguments: Some(Arc::new(names.zip(values).collect())),
            stage: Stage::Before("a function of the template"),
            ..Env::of(env.deployment)
        };
        Ok(match body.at(&["output", "value"]) {
            Some(value) => self.tree(&inner, value),
            None => Value::NULL,
        })
    }
}

/// What stands in for a text that a function makes of unknown ones: the call itself.
fn stand_in(function: &Function, values: &[Value]) -> Option<String> {
    let texts: Option<Vec<String>> = values
        .iter()
        .map(|value| match &value.kind {
            Kind::Int(number) => Some(number.to_string()),
            _ => value.stand_in().map(|text| text.replace('/', "|")),
        })
        .collect();
    let text = format!("{{{}({})}}", function.name, texts?.join(","));
    (text.len() <= 120).then_some(text)
}

/// `value.name`.
fn member(value: &Value, name: &str) -> Outcome {
    match &value.kind {
        Kind::Unknown(unknown) => Ok(unknown.why.clone().into()),
        Kind::Object(object) => match value.member(name) {
            Some(found) => Ok(found),
            None if value.is_open => {
                Ok(Why::Runtime(format!("the member `{}`", clip(name, 40))).into())
            }
            None => {
                let message = format!("the object has no member `{}`", clip(name, 40));
                let help = one_of(name, object.members().keys().map(String::as_str));
                Err(Problem::new("TPL009", message, help))
            }
        },
        _ => {
            let message = format!("`.{}` is taken of {}", clip(name, 40), value.kind_name());
            Err(Problem::new("TPL009", message, "only objects have members"))
        }
    }
}

/// `value[index]`.
fn element(value: &Value, index: &Value) -> Outcome {
    match (&value.kind, &index.kind) {
        (Kind::Unknown(unknown), _) | (_, Kind::Unknown(unknown)) => Ok(unknown.why.clone().into()),
        (Kind::Object(_), Kind::String(name)) => member(value, name),
        (Kind::Array(array), Kind::Int(at)) => {
            let found = usize::try_from(*at)
                .ok()
                .and_then(|at| array.items().get(at));
            match found {
                Some(found) => {
                    let mut found = found.clone();
                    found.is_open |= value.is_open;
                    Ok(found)
                }
                None if value.is_open => Ok(Why::Runtime(format!("the element {at}")).into()),
                None => Err(Problem::new(
                    "TPL009",
                    format!(
                        "the array has {} elements, and none at {at}",
                        array.items().len()
                    ),
                    "elements are counted from 0",
                )),
            }
        }
        (Kind::Array(_), _) => Err(Problem::new(
            "TPL009",
            format!(
                "the index of an array is an integer, and this is {}",
                index.kind_name()
            ),
            "use an integer, or `int(…)`",
        )),
        _ => Err(Problem::new(
            "TPL009",
            format!("`[…]` is taken of {}", value.kind_name()),
            "arrays have elements, and objects have members",
        )),
    }
}
