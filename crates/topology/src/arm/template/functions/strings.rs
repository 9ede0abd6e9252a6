//! Texts: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string>.
//!
//! Positions and lengths count characters.

use super::{Args, Function, MANY, Outcome, format, shown};
use crate::arm::template::value::{Kind, Unknown, Value};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::lenient(
        "format",
        (1, MANY),
        "format('{0} and {1:D2}', value, …)",
        format::format,
    ),
    Function::lenient("toLower", (1, 1), "toLower(text)", to_lower),
    Function::lenient("toUpper", (1, 1), "toUpper(text)", to_upper),
    Function::pure("trim", (1, 1), "trim(text)", trim),
    Function::pure("replace", (3, 3), "replace(text, old, new)", replace),
    Function::pure(
        "split",
        (2, 2),
        "split(text, delimiter or array of them)",
        split,
    ),
    Function::pure("join", (2, 2), "join(array, delimiter)", join),
    Function::pure(
        "substring",
        (2, 3),
        "substring(text, start, length)",
        substring,
    ),
    Function::pure(
        "padLeft",
        (2, 3),
        "padLeft(text or integer, width, character)",
        pad_left,
    ),
    Function::pure(
        "startsWith",
        (2, 2),
        "startsWith(text, beginning)",
        starts_with,
    ),
    Function::pure("endsWith", (2, 2), "endsWith(text, ending)", ends_with),
];

/// A text for comparing without case; it has as many characters as the original.
fn folded(text: &str) -> String {
    text.chars()
        .map(|c| c.to_lowercase().next().unwrap_or(c))
        .collect()
}

/// The position of a text in another one, compared without case, in characters.
pub(super) fn find(
    text: &str,
    wanted: &str,
    search: fn(&str, &str) -> Option<usize>,
) -> Option<usize> {
    let text = folded(text);
    let at = search(&text, &folded(wanted))?;
    Some(text.get(..at)?.chars().count())
}

fn change_case(args: &mut Args<'_>, change: fn(&str) -> String) -> Outcome {
    if let Kind::Unknown(unknown) = &args.value(0).kind {
        let stand_in = unknown.stand_in.as_deref().map(change);
        let why = unknown.why.clone();
        return Ok(Unknown { why, stand_in }.into());
    }
    Ok(change(args.text(0)?).into())
}

fn to_lower(args: &mut Args<'_>) -> Outcome {
    change_case(args, str::to_lowercase)
}

fn to_upper(args: &mut Args<'_>) -> Outcome {
    change_case(args, str::to_uppercase)
}

fn trim(args: &mut Args<'_>) -> Outcome {
    Ok(args.text(0)?.trim().into())
}

fn replace(args: &mut Args<'_>) -> Outcome {
    let (text, old, new) = (args.text(0)?, args.text(1)?, args.text(2)?);
    if old.is_empty() {
        return Err(args.fail(1, "nothing cannot be replaced", "give the text to replace"));
    }
    let count = text.matches(old).count();
    let size = text.len().saturating_add(count.saturating_mul(new.len()));
    args.ask(size)?;
    Ok(args.text(0)?.replace(args.text(1)?, args.text(2)?).into())
}

fn split(args: &mut Args<'_>) -> Outcome {
    let delimiters: Vec<&str> = match &args.value(1).kind {
        Kind::String(delimiter) => vec![delimiter],
        Kind::Array(array) => {
            let delimiters: Option<_> = array.items().iter().map(Value::as_str).collect();
            delimiters.ok_or_else(|| args.wrong(1, "an array of strings"))?
        }
        _ => return Err(args.wrong(1, "a string or an array of strings")),
    };
    let mut parts: Vec<Value> = Vec::new();
    let mut rest = args.text(0)?;
    let mut from = rest;
    while !rest.is_empty() {
        let hit = delimiters
            .iter()
            .find(|delimiter| !delimiter.is_empty() && rest.starts_with(**delimiter));
        if let Some(delimiter) = hit {
            let length = from.len().saturating_sub(rest.len());
            parts.push(from.get(..length).unwrap_or("").into());
            rest = rest.get(delimiter.len()..).unwrap_or("");
            from = rest;
        } else {
            let mut chars = rest.chars();
            chars.next();
            rest = chars.as_str();
        }
    }
    parts.push(from.into());
    Ok(parts.into())
}

fn join(args: &mut Args<'_>) -> Outcome {
    let delimiter = args.text(1)?.to_owned();
    let parts: Option<Vec<String>> = args.items(0)?.iter().map(shown).collect();
    let parts = parts.ok_or_else(|| args.wrong(0, "an array of texts or integers"))?;
    let texts: usize = parts.iter().map(String::len).sum();
    args.ask(texts.saturating_add(parts.len().saturating_mul(delimiter.len())))?;
    Ok(parts.join(&delimiter).into())
}

fn substring(args: &mut Args<'_>) -> Outcome {
    let text = args.text(0)?;
    let length = text.chars().count();
    let start = usize::try_from(args.int(1)?)
        .ok()
        .filter(|start| *start <= length)
        .ok_or_else(|| {
            args.fail(
                1,
                format!("the text has {length} characters, and none there"),
                "give a start from 0 to its length",
            )
        })?;
    let left = length.saturating_sub(start);
    let count = if args.len() > 2 {
        usize::try_from(args.int(2)?)
            .ok()
            .filter(|count| *count <= left)
            .ok_or_else(|| {
                args.fail(
                    2,
                    format!("the text has only {left} characters from there"),
                    "use `take()`, which takes what is there, or a smaller length",
                )
            })?
    } else {
        left
    };
    Ok(text
        .chars()
        .skip(start)
        .take(count)
        .collect::<String>()
        .into())
}

fn pad_left(args: &mut Args<'_>) -> Outcome {
    let text = args.shown(0)?;
    let width = args.count(1)?;
    let filler = if args.len() > 2 {
        let mut chars = args.text(2)?.chars();
        match (chars.next(), chars.next()) {
            (Some(c), None) => c,
            _ => return Err(args.fail(2, "the filler is one character", "give one character")),
        }
    } else {
        ' '
    };
    args.ask(width.saturating_mul(filler.len_utf8()))?;
    let missing = width.saturating_sub(text.chars().count());
    let mut out: String = std::iter::repeat_n(filler, missing).collect();
    out.push_str(&text);
    Ok(out.into())
}

fn starts_with(args: &mut Args<'_>) -> Outcome {
    Ok(folded(args.text(0)?)
        .starts_with(&folded(args.text(1)?))
        .into())
}

fn ends_with(args: &mut Args<'_>) -> Outcome {
    Ok(folded(args.text(0)?)
        .ends_with(&folded(args.text(1)?))
        .into())
}
