//! Parameters and variables of a template, and the values given to parameters.

use super::{
    Problem,
    deployments::{Given, Memo},
    engine::{Engine, Env, Stage},
    functions::Outcome,
    value::{Kind, Unknown, Value, Why},
};
use crate::{
    finding::{Finding, Severity},
    manifest::suggest::{clip, one_of},
    source::{
        Span,
        json::{Member, Node},
    },
};
use indexmap::IndexMap;

/// Values for the parameters of a template; names are compared without case.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    values: IndexMap<String, (String, Value)>,
}

impl Parameters {
    /// Reads a parameters file, or the `parameters` of a deployment: `{ "name": { "value": … } }`.
    /// A reference to a key vault is a secret. Strings are not evaluated in such a file.
    /// <https://learn.microsoft.com/azure/azure-resource-manager/templates/parameter-files>.
    pub fn read(root: &Node) -> (Self, Vec<Finding>) {
        let mut findings = Vec::new();
        let mut parameters = Self::default();
        let section = root.get("parameters").unwrap_or(root);
        for Member { key, value } in section.members().unwrap_or(&[]) {
            if key.value.starts_with('$') || key.value == "contentVersion" {
                continue;
            }
            let given = if let Some(value) = value.get("value") {
                Value::literal(value)
            } else if value.get("reference").is_some() {
                secret(&key.value).at(value.span)
            } else {
                let message = format!("the parameter `{}` has no `value`", clip(&key.value, 60));
                findings.push(
                    Finding::at_span("TPL007", Severity::Error, message, value.span)
                        .help("write `{ \"value\": … }`"),
                );
                continue;
            };
            parameters.put(&key.value, given);
        }
        (parameters, findings)
    }

    fn put(&mut self, name: &str, value: Value) {
        self.values
            .insert(name.to_ascii_lowercase(), (name.to_owned(), value));
    }

    /// Gives a parameter a value.
    pub fn set(&mut self, name: &str, value: &serde_json::Value) {
        self.put(name, value.into());
    }

    /// Adds the values of others, which count before these.
    pub fn merge(&mut self, later: Self) {
        self.values.extend(later.values);
    }

    /// Whether no parameter is given.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Names as they were written, and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values
            .values()
            .map(|(name, value)| (name.as_str(), value))
    }
}

fn secret(name: &str) -> Value {
    Why::Secret(format!("the parameter `{}`", clip(name, 60))).into()
}

impl<'t> Engine<'t> {
    /// `parameters('name')`.
    pub(super) fn parameter(&mut self, env: &Env, name: &str) -> Outcome {
        if let Some(argument) = env.argument(name) {
            return argument.cloned().ok_or_else(|| {
                let message = format!("the function has no parameter `{}`", clip(name, 60));
                Problem::new(
                    "TPL005",
                    message,
                    "name one of the function's own parameters",
                )
            });
        }
        let at = env.deployment;
        let folded = name.to_ascii_lowercase();
        let Some(deployment) = self.deployments.get_mut(at) else {
            return Ok(Value::NULL);
        };
        match deployment.parameters.get(&folded) {
            Some(Memo::Done(value)) => return Ok(value.clone()),
            Some(Memo::Running) => return Err(circular("the default of the parameter", name)),
            None => {}
        }
        let section = deployment.root.get("parameters");
        let Some(declared) = section.and_then(|section| section.member(name)) else {
            let names = section.and_then(Node::members).unwrap_or(&[]);
            let names = names.iter().map(|member| member.key.value.as_str());
            let message = format!("there is no parameter `{}`", clip(name, 60));
            return Err(Problem::new("TPL005", message, one_of(name, names)));
        };
        deployment.parameters.insert(folded.clone(), Memo::Running);
        let value = self.parameter_value(at, &folded, declared);
        if let Some(deployment) = self.deployments.get_mut(at) {
            let done = Memo::Done(value.clone());
            deployment.parameters.insert(folded, done);
        }
        Ok(value)
    }

    fn parameter_value(&mut self, at: usize, folded: &str, declared: &'t Member) -> Value {
        let given = self
            .deployments
            .get(at)
            .and_then(|deployment| deployment.given.get(folded))
            .cloned();
        let value = match given {
            Some(Given::Value(value)) => Some(value),
            Some(Given::Node(node, env)) => Some(match node.get("value") {
                Some(value) => self.tree(&env, value),
                None => secret(&declared.key.value),
            }),
            None => None,
        };
        if let Some(value) = value {
            // `null` asks for the default, if there is one.
            let is_default = matches!(value.kind, Kind::Null);
            if !is_default || declared.value.get("defaultValue").is_none() {
                self.fits(declared, &value);
                return value;
            }
        }
        if let Some(default) = declared.value.get("defaultValue") {
            let env = Env::of(at).at(Stage::Before("the default of a parameter"));
            let value = self.tree(&env, default);
            self.fits(declared, &value);
            return value;
        }
        let kind = kind_of(&declared.value);
        let is_nullable = declared
            .value
            .get("nullable")
            .is_some_and(|node| node.value == crate::source::json::Value::Bool(true));
        if is_nullable {
            return Value::NULL;
        }
        let name = declared.key.value.clone();
        let is_secure = kind.starts_with("secure");
        let severity = if is_secure {
            Severity::Hint
        } else {
            Severity::Warning
        };
        self.report(
            Finding::at_span(
                "TPL006",
                severity,
                format!("the parameter `{}` is given no value", clip(&name, 60)),
                declared.key.span,
            )
            .note("it has no default, so what is computed from it is unknown")
            .help("give a parameters file beside the template, or the value itself"),
        );
        let stand_in = (kind.ends_with("string") || kind.is_empty())
            .then(|| format!("{{{}}}", name.replace('/', "|")));
        let why = if is_secure {
            Why::Secret(format!("the parameter `{name}`"))
        } else {
            Why::Parameter(name)
        };
        Unknown { why, stand_in }.into()
    }

    /// Reports a value that its parameter does not take.
    fn fits(&mut self, declared: &Member, value: &Value) {
        if let Some((message, help)) = misfit(&declared.value, value) {
            let name = clip(&declared.key.value, 60);
            let span = value.span.unwrap_or(declared.key.span);
            self.error(
                "TPL007",
                format!("the parameter `{name}` {message}"),
                span,
                help,
            );
        }
    }

    /// `variables('name')`.
    pub(super) fn variable(&mut self, env: &Env, name: &str) -> Outcome {
        let at = env.deployment;
        let folded = name.to_ascii_lowercase();
        let Some(deployment) = self.deployments.get_mut(at) else {
            return Ok(Value::NULL);
        };
        match deployment.variables.get(&folded) {
            Some(Memo::Done(value)) => return Ok(value.clone()),
            Some(Memo::Running) => return Err(circular("the variable", name)),
            None => {}
        }
        let section = deployment.root.get("variables");
        let found = section.and_then(|section| section.member(name));
        let looped = section
            .and_then(Node::members)
            .unwrap_or(&[])
            .iter()
            .filter_map(super::loops::property_loops)
            .flatten()
            .find(|copy| {
                copy.get("name")
                    .and_then(Node::as_str)
                    .is_some_and(|other| other.eq_ignore_ascii_case(name))
            });
        if found.is_none() && looped.is_none() {
            let names = section.and_then(Node::members).unwrap_or(&[]);
            let names = names.iter().map(|member| member.key.value.as_str());
            let message = format!("there is no variable `{}`", clip(name, 60));
            return Err(Problem::new("TPL005", message, one_of(name, names)));
        }
        deployment.variables.insert(folded.clone(), Memo::Running);
        let env = Env::of(at).at(Stage::Before("a variable"));
        let value = match (found, looped) {
            (_, Some(copy)) => {
                let rounds = self.copy_of(&env, copy);
                match copy.get("input") {
                    Some(input) => self
                        .repeated(&env, rounds.name, rounds.rounds, input)
                        .at(copy.span),
                    None => Value::NULL,
                }
            }
            (Some(member), None) => self.tree(&env, &member.value),
            (None, None) => Value::NULL,
        };
        if let Some(deployment) = self.deployments.get_mut(at) {
            let done = Memo::Done(value.clone());
            deployment.variables.insert(folded, done);
        }
        Ok(value)
    }

    /// Reports given values that the template has no parameter for.
    pub(super) fn superfluous(&mut self, at: usize) {
        let Some(deployment) = self.deployments.get(at) else {
            return;
        };
        let section = deployment.root.get("parameters");
        let declared = section.and_then(Node::members).unwrap_or(&[]);
        let mut unknown: Vec<(String, Option<Span>)> = deployment
            .given
            .iter()
            .filter(|(name, _)| section.is_none_or(|section| section.get(name).is_none()))
            .map(|(name, given)| (name.clone(), given.span()))
            .collect();
        unknown.sort_by(|one, other| (one.1, &one.0).cmp(&(other.1, &other.0)));
        let root = deployment.root.first();
        let names: Vec<String> = declared
            .iter()
            .map(|member| member.key.value.clone())
            .collect();
        for (name, span) in unknown {
            let message = format!("the template has no parameter `{}`", clip(&name, 60));
            let help = one_of(&name, names.iter().map(String::as_str));
            let span = span.unwrap_or(root);
            self.report(
                Finding::at_span("TPL016", Severity::Error, message, span)
                    .note("Azure refuses a deployment with such a value (InvalidTemplate)")
                    .help(help),
            );
        }
    }
}

fn circular(what: &str, name: &str) -> Problem {
    Problem::new(
        "TPL008",
        format!("{what} `{}` leads back to itself", clip(name, 60)),
        "give one of them a value that does not need the others",
    )
}

/// The type of a parameter, in lower case.
fn kind_of(declared: &Node) -> String {
    declared
        .get("type")
        .and_then(Node::as_str)
        .unwrap_or("")
        .to_ascii_lowercase()
}

/// Why a parameter does not take a value: what it is or has, and what to do.
fn misfit(declared: &Node, value: &Value) -> Option<(String, String)> {
    if value.is_unknown() {
        return None;
    }
    let kind = kind_of(declared);
    let (is_kind, wanted) = match kind.as_str() {
        "string" | "securestring" => (value.as_str().is_some(), "a string"),
        "int" => (value.as_int().is_some(), "an integer"),
        "bool" => (value.as_bool().is_some(), "a boolean"),
        "array" => (value.items().is_some(), "an array"),
        "object" | "secureobject" => (value.as_object().is_some(), "an object"),
        _ => (true, ""),
    };
    let may_be_null = declared.get("nullable").is_some() && matches!(value.kind, Kind::Null);
    if !is_kind && !may_be_null {
        let message = format!("is {wanted}, and {} is given", value.kind_name());
        return Some((message, format!("give {wanted}")));
    }
    // Azure compares the allowed texts without case.
    let is_allowed = |allowed: &Node| match (allowed.as_str(), value.as_str()) {
        (Some(allowed), Some(given)) => allowed.eq_ignore_ascii_case(given),
        _ => Value::literal(allowed) == *value,
    };
    if let Some(allowed) = declared.get("allowedValues").and_then(Node::elements)
        && !allowed.iter().any(is_allowed)
        && (value.items().is_none() || !all_allowed(allowed, value))
    {
        let given = value.as_str().map_or_else(
            || "this value".to_owned(),
            |text| format!("`{}`", clip(text, 40)),
        );
        let names = allowed.iter().filter_map(Node::as_str);
        let help = one_of(value.as_str().unwrap_or(""), names);
        return Some((format!("does not take {given}"), help));
    }
    let size = match &value.kind {
        Kind::Int(value) => Some(*value),
        Kind::String(text) => i64::try_from(text.chars().count()).ok(),
        Kind::Array(array) => i64::try_from(array.items().len()).ok(),
        _ => None,
    }?;
    let limit = |name| Value::literal(declared.get(name)?).as_int();
    let (least, most, what) = match value.kind {
        Kind::Int(_) => (limit("minValue"), limit("maxValue"), "a value"),
        _ => (limit("minLength"), limit("maxLength"), "a length"),
    };
    if let Some(least) = least.filter(|least| size < *least) {
        let message = format!("has {what} of {size}, and {least} is the least");
        return Some((message, format!("give {what} of at least {least}")));
    }
    if let Some(most) = most.filter(|most| size > *most) {
        let message = format!("has {what} of {size}, and {most} is the most");
        return Some((message, format!("give {what} of at most {most}")));
    }
    None
}

/// Of an array each element may be checked instead of the whole.
fn all_allowed(allowed: &[Node], value: &Value) -> bool {
    value.items().unwrap_or(&[]).iter().all(|item| {
        allowed
            .iter()
            .any(|allowed| Value::literal(allowed) == *item)
    })
}
