//! From one kind of value to another.

use super::{Args, Function, Outcome, shown};
use crate::{
    arm::template::value::{Kind, Value},
    manifest::suggest::clip,
    source::{
        SourceId,
        json::{self, Limits},
    },
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::pure("string", (1, 1), "string(value)", string),
    Function::pure("int", (1, 1), "int(text or integer)", int),
    Function::pure("float", (1, 1), "float(text or integer)", float),
    Function::pure("bool", (1, 1), "bool(text, integer or boolean)", boolean),
    Function::pure("json", (1, 1), "json('{ … }')", from_json),
];

fn string(args: &mut Args<'_>) -> Outcome {
    let value = args.value(0);
    if let Some(text) = shown(value) {
        return Ok(text.into());
    }
    let weight = value.size().weight;
    args.budget.ask(weight)?;
    Ok(args.value(0).to_json().to_string().into())
}

fn int(args: &mut Args<'_>) -> Outcome {
    match &args.value(0).kind {
        Kind::Int(value) => Ok((*value).into()),
        Kind::String(text) => text.trim().parse::<i64>().map(Value::from).map_err(|_| {
            let message = format!("`{}` is no integer", clip(text, 40));
            args.fail(0, message, "give digits")
        }),
        _ => Err(args.wrong(0, "a string or integer")),
    }
}

fn float(args: &mut Args<'_>) -> Outcome {
    match &args.value(0).kind {
        Kind::Int(_) | Kind::Number(_) => Ok(args.take(0)),
        Kind::String(text) => json::number(text.trim())
            .map(|number| Kind::Number(number).into())
            .ok_or_else(|| {
                let message = format!("`{}` is no number", clip(text, 40));
                args.fail(0, message, "give a number")
            }),
        _ => Err(args.wrong(0, "a string or integer")),
    }
}

fn boolean(args: &mut Args<'_>) -> Outcome {
    match &args.value(0).kind {
        Kind::Bool(value) => Ok((*value).into()),
        Kind::Int(value) => Ok((*value != 0).into()),
        Kind::String(text) => match text.trim().to_ascii_lowercase().as_str() {
            "true" | "1" => Ok(true.into()),
            "false" | "0" => Ok(false.into()),
            _ => {
                let message = format!("`{}` is no boolean", clip(text, 40));
                Err(args.fail(0, message, "give `true` or `false`"))
            }
        },
        _ => Err(args.wrong(0, "a string, integer or boolean")),
    }
}

fn from_json(args: &mut Args<'_>) -> Outcome {
    parse(args, 0, args.text(0)?)
}

/// A JSON text inside of an argument.
pub(super) fn parse(args: &Args<'_>, index: usize, text: &str) -> Outcome {
    let mut findings = Vec::new();
    // The places in it are places in a computed text, and so they are of no use.
    if let Some(node) =
        json::read_within(text, SourceId::default(), Limits::EMBEDDED, &mut findings)
    {
        return Ok((&node.to_json()).into());
    }
    let why = findings.pop().map(|finding| finding.message);
    let why = why.unwrap_or_else(|| "malformed JSON".to_owned());
    Err(args.fail(index, why, "give a text that is JSON"))
}
