//! Decisions: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-logical>
//! and <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-comparison>.
//!
//! Only what decides is evaluated: the branch of an `if` that is not taken may fail.

use super::{Args, Function, MANY, Outcome, wrong};
use crate::arm::template::{
    engine::{Engine, Env},
    expression::{Call, Target},
    problem::Problem,
    value::{Kind, Value},
};
use std::cmp::Ordering;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::special("if", (3, 3), "if(condition, then, else)", if_else),
    Function::special("and", (2, MANY), "and(condition, condition, …)", and),
    Function::special("or", (2, MANY), "or(condition, condition, …)", or),
    Function::special("coalesce", (1, MANY), "coalesce(value, …)", coalesce),
    Function::pure("not", (1, 1), "not(condition)", not),
    Function::pure("true", (0, 0), "true()", |_| Ok(true.into())),
    Function::pure("false", (0, 0), "false()", |_| Ok(false.into())),
    Function::pure("null", (0, 0), "null()", |_| Ok(Value::NULL)),
    Function::pure("equals", (2, 2), "equals(a, b)", equals),
    Function::pure("less", (2, 2), "less(a, b)", |args| {
        compare(args, Ordering::is_lt)
    }),
    Function::pure("lessOrEquals", (2, 2), "lessOrEquals(a, b)", |args| {
        compare(args, Ordering::is_le)
    }),
    Function::pure("greater", (2, 2), "greater(a, b)", |args| {
        compare(args, Ordering::is_gt)
    }),
    Function::pure("greaterOrEquals", (2, 2), "greaterOrEquals(a, b)", |args| {
        compare(args, Ordering::is_ge)
    }),
    Function::pure("fail", (1, 1), "fail(message)", fail),
];

/// Evaluates an argument of a special function.
fn argument(engine: &mut Engine<'_>, env: &Env, call: &Call, index: usize) -> Outcome {
    match call.args.get(index) {
        Some(expr) => engine.eval(env, expr),
        None => Ok(Value::NULL),
    }
}

fn not_boolean(call: &Call, index: usize, found: &Value) -> Problem {
    let problem = match call.target {
        Target::Known(function) => wrong(function, index, "a boolean", found),
        Target::Own => Problem::new("TPL004", "a boolean is wanted", "give a boolean"),
    };
    problem.at_argument(&call.args, index)
}

fn if_else(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let condition = argument(engine, env, call, 0)?;
    match &condition.kind {
        Kind::Bool(true) => argument(engine, env, call, 1),
        Kind::Bool(false) => argument(engine, env, call, 2),
        Kind::Unknown(unknown) => {
            // Both branches alike make the condition irrelevant.
            let (then, other) = (
                argument(engine, env, call, 1),
                argument(engine, env, call, 2),
            );
            match (then, other) {
                (Ok(then), Ok(other)) if then == other => Ok(then),
                _ => Ok(unknown.why.clone().into()),
            }
        }
        _ => Err(not_boolean(call, 0, &condition)),
    }
}

/// Looks for a value that decides.
fn any(engine: &mut Engine<'_>, env: &Env, call: &Call, decisive: bool) -> Outcome {
    let mut unknown = None;
    for index in 0..call.args.len() {
        let value = argument(engine, env, call, index)?;
        match &value.kind {
            Kind::Bool(found) if *found == decisive => return Ok(decisive.into()),
            Kind::Bool(_) => {}
            Kind::Unknown(_) => unknown = Some(value),
            _ => return Err(not_boolean(call, index, &value)),
        }
    }
    Ok(unknown.unwrap_or_else(|| (!decisive).into()))
}

fn and(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    any(engine, env, call, false)
}

fn or(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    any(engine, env, call, true)
}

fn coalesce(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    for index in 0..call.args.len() {
        let value = argument(engine, env, call, index)?;
        if !matches!(value.kind, Kind::Null) {
            return Ok(value);
        }
    }
    Ok(Value::NULL)
}

fn not(args: &mut Args<'_>) -> Outcome {
    match args.value(0).as_bool() {
        Some(value) => Ok((!value).into()),
        None => Err(args.wrong(0, "a boolean")),
    }
}

fn equals(args: &mut Args<'_>) -> Outcome {
    let weight = args.value(0).size().weight;
    args.budget.ask(weight)?;
    Ok((args.value(0) == args.value(1)).into())
}

fn compare(args: &mut Args<'_>, decide: fn(Ordering) -> bool) -> Outcome {
    let ordering = match (&args.value(0).kind, &args.value(1).kind) {
        (Kind::Int(a), Kind::Int(b)) => a.cmp(b),
        (Kind::String(a), Kind::String(b)) => a.cmp(b),
        (Kind::Int(_) | Kind::String(_), _) => {
            return Err(args.wrong(1, "of the same kind as the first"));
        }
        _ => return Err(args.wrong(0, "an integer or a string")),
    };
    Ok(decide(ordering).into())
}

fn fail(args: &mut Args<'_>) -> Outcome {
    let said = crate::manifest::suggest::clip(args.text(0)?, 200);
    let message = format!("the template stops here: {said}");
    Err(args.fail(0, message, "give values that the template accepts"))
}
