//! Functions that take functions:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-lambda>.

use super::{Function, MANY, Outcome, wrong};
use crate::arm::template::{
    engine::{Engine, Env},
    expression::{Call, Expr, ExprKind, Target},
    problem::Problem,
    value::{Kind, Value},
};
use indexmap::IndexMap;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::special("map", (2, 2), "map(array, lambda('item', …))", map),
    Function::special("filter", (2, 2), "filter(array, lambda('item', …))", filter),
    Function::special(
        "sort",
        (2, 2),
        "sort(array, lambda('a', 'b', less(…)))",
        sort,
    ),
    Function::special(
        "reduce",
        (3, 3),
        "reduce(array, start, lambda('so far', 'next', …))",
        reduce,
    ),
    Function::special(
        "toObject",
        (2, 3),
        "toObject(array, lambda('item', key), lambda('item', value))",
        to_object,
    ),
    Function::special(
        "groupBy",
        (2, 2),
        "groupBy(array, lambda('item', key))",
        group_by,
    ),
    Function::special(
        "mapValues",
        (2, 2),
        "mapValues(object, lambda('value', …))",
        map_values,
    ),
    Function::special(
        "lambda",
        (1, MANY),
        "lambda('variable', …, expression)",
        misplaced,
    ),
    Function::special(
        "lambdaVariables",
        (1, 1),
        "lambdaVariables('variable')",
        variable,
    ),
];

/// A lambda as it is written: its variables and its body.
struct Lambda<'c> {
    names: Vec<&'c str>,
    body: &'c Expr,
}

impl<'c> Lambda<'c> {
    fn of(call: &'c Call, index: usize) -> Result<Self, Problem> {
        let expr = call.args.get(index);
        if let Some(ExprKind::Call(inner)) = expr.map(|expr| &expr.kind)
            && inner.name.eq_ignore_ascii_case("lambda")
            && let Some((body, names)) = inner.args.split_last()
        {
            let names: Option<Vec<&str>> = names
                .iter()
                .map(|name| match &name.kind {
                    ExprKind::Text(text) => Some(&**text),
                    _ => None,
                })
                .collect();
            if let Some(names) = names {
                return Ok(Self { names, body });
            }
        }
        Err(Problem::new(
            "TPL004",
            format!("`{}` needs a lambda here", call.name),
            "write `lambda('name', expression)`; the expression reads `lambdaVariables('name')`",
        )
        .at_argument(&call.args, index))
    }

    fn call(&self, engine: &mut Engine<'_>, env: &Env, values: Vec<Value>) -> Outcome {
        let names = self.names.iter().map(|name| (*name).to_owned());
        let env = env.with_locals(names.zip(values));
        engine.eval(&env, self.body)
    }
}

/// The array or object that a function goes over; `Err` holds what it gives instead.
fn subject(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Result<Value, Problem> {
    match call.args.first() {
        Some(expr) => engine.eval(env, expr),
        None => Ok(Value::NULL),
    }
}

fn not_a(call: &Call, wanted: &str, found: &Value) -> Problem {
    match call.target {
        Target::Known(function) => wrong(function, 0, wanted, found),
        Target::Own => Problem::new("TPL004", "the argument is of the wrong kind", "change it"),
    }
    .at_argument(&call.args, 0)
}

/// Evaluates the array and gives its elements, or an unknown to give back.
macro_rules! elements {
    ($engine:ident, $env:ident, $call:ident) => {{
        let value = subject($engine, $env, $call)?;
        match &value.kind {
            Kind::Array(array) => std::sync::Arc::clone(array),
            Kind::Unknown(unknown) => return Ok(unknown.why.clone().into()),
            _ => return Err(not_a($call, "an array", &value)),
        }
    }};
}

fn index_value(index: usize) -> Value {
    i64::try_from(index).unwrap_or(i64::MAX).into()
}

fn map(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let lambda = Lambda::of(call, 1)?;
    let mut out = Vec::with_capacity(array.items().len());
    for (index, item) in array.items().iter().enumerate() {
        out.push(lambda.call(engine, env, vec![item.clone(), index_value(index)])?);
    }
    Ok(out.into())
}

fn filter(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let lambda = Lambda::of(call, 1)?;
    let mut out = Vec::new();
    for (index, item) in array.items().iter().enumerate() {
        let kept = lambda.call(engine, env, vec![item.clone(), index_value(index)])?;
        match &kept.kind {
            Kind::Bool(true) => out.push(item.clone()),
            Kind::Bool(false) => {}
            Kind::Unknown(unknown) => return Ok(unknown.why.clone().into()),
            _ => return Err(not_boolean(call, &lambda, &kept)),
        }
    }
    Ok(out.into())
}

fn not_boolean(call: &Call, lambda: &Lambda<'_>, found: &Value) -> Problem {
    Problem::new(
        "TPL004",
        format!(
            "the lambda of `{}` must give a boolean, and it gives {}",
            call.name,
            found.kind_name()
        ),
        "compare something in it, such as `equals(lambdaVariables('a'), 1)`",
    )
    .within(&lambda.body.range)
}

fn sort(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let lambda = Lambda::of(call, 1)?;
    // Merged by hand: a comparison can fail, and it need not be an order at all.
    let mut runs: Vec<Vec<Value>> = array
        .items()
        .iter()
        .map(|item| vec![item.clone()])
        .collect();
    while runs.len() > 1 {
        let mut merged = Vec::with_capacity(runs.len().div_ceil(2));
        let mut pairs = runs.into_iter();
        while let Some(left) = pairs.next() {
            let right = pairs.next().unwrap_or_default();
            let mut out = Vec::with_capacity(left.len().saturating_add(right.len()));
            let mut left = left.into_iter().peekable();
            let mut right = right.into_iter().peekable();
            while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
                // The right one goes first only if it must stand before the left one.
                let before = lambda.call(engine, env, vec![b.clone(), a.clone()])?;
                let next = match &before.kind {
                    Kind::Bool(true) => right.next(),
                    Kind::Bool(false) => left.next(),
                    Kind::Unknown(unknown) => return Ok(unknown.why.clone().into()),
                    _ => return Err(not_boolean(call, &lambda, &before)),
                };
                out.extend(next);
            }
            out.extend(left);
            out.extend(right);
            merged.push(out);
        }
        runs = merged;
    }
    Ok(runs.pop().unwrap_or_default().into())
}

fn reduce(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let lambda = Lambda::of(call, 2)?;
    let mut so_far = match call.args.get(1) {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::NULL,
    };
    for (index, item) in array.items().iter().enumerate() {
        let values = vec![so_far, item.clone(), index_value(index)];
        so_far = lambda.call(engine, env, values)?;
    }
    Ok(so_far)
}

/// The key that a lambda gives for an element.
fn key(
    engine: &mut Engine<'_>,
    env: &Env,
    lambda: &Lambda<'_>,
    item: &Value,
) -> Result<Result<String, Value>, Problem> {
    let key = lambda.call(engine, env, vec![item.clone()])?;
    match &key.kind {
        Kind::String(text) => Ok(Ok(text.to_string())),
        Kind::Unknown(unknown) => Ok(Err(unknown.why.clone().into())),
        _ => {
            let message = format!("a key must be a string, and it is {}", key.kind_name());
            Err(Problem::new("TPL004", message, "use `string(…)`").within(&lambda.body.range))
        }
    }
}

fn to_object(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let keys = Lambda::of(call, 1)?;
    let values = match call.args.get(2) {
        Some(_) => Some(Lambda::of(call, 2)?),
        None => None,
    };
    let mut members = IndexMap::new();
    for item in array.items() {
        let key = match key(engine, env, &keys, item)? {
            Ok(key) => key,
            Err(unknown) => return Ok(unknown),
        };
        let value = match &values {
            Some(lambda) => lambda.call(engine, env, vec![item.clone()])?,
            None => item.clone(),
        };
        members.insert(key, value);
    }
    Ok(members.into())
}

fn group_by(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let array = elements!(engine, env, call);
    let keys = Lambda::of(call, 1)?;
    let mut groups: IndexMap<String, Vec<Value>> = IndexMap::new();
    for item in array.items() {
        match key(engine, env, &keys, item)? {
            Ok(key) => groups.entry(key).or_default().push(item.clone()),
            Err(unknown) => return Ok(unknown),
        }
    }
    let groups: IndexMap<String, Value> = groups
        .into_iter()
        .map(|(key, items)| (key, items.into()))
        .collect();
    Ok(groups.into())
}

fn map_values(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let value = subject(engine, env, call)?;
    let object = match &value.kind {
        Kind::Object(object) => std::sync::Arc::clone(object),
        Kind::Unknown(unknown) => return Ok(unknown.why.clone().into()),
        _ => return Err(not_a(call, "an object", &value)),
    };
    let lambda = Lambda::of(call, 1)?;
    let mut members = IndexMap::new();
    for (key, item) in object.members() {
        let mapped = lambda.call(engine, env, vec![item.clone()])?;
        members.insert(key.clone(), mapped);
    }
    Ok(members.into())
}

fn misplaced(_: &mut Engine<'_>, _: &Env, _: &Call) -> Outcome {
    Err(Problem::new(
        "TPL018",
        "a lambda stands where none is taken",
        "give it to `map`, `filter`, `sort`, `reduce`, `toObject`, `groupBy` or `mapValues`",
    ))
}

fn variable(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let name = match call.args.first() {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::NULL,
    };
    let name = name.as_str().unwrap_or("").to_owned();
    env.local(&name).cloned().ok_or_else(|| {
        let shown = crate::manifest::suggest::clip(&name, 40);
        Problem::new(
            "TPL005",
            format!("there is no lambda variable `{shown}` here"),
            "name one of the variables of an enclosing `lambda(…)`",
        )
        .at_argument(&call.args, 0)
    })
}
