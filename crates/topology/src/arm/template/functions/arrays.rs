//! Lists, and what works on lists, texts and objects alike:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array>.

use super::{Args, Function, MANY, Outcome, shown, strings};
use crate::arm::template::value::{Kind, Unknown, Value};
use indexmap::IndexMap;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::lenient("array", (1, 1), "array(value)", array),
    Function::lenient("concat", (1, MANY), "concat(text or array, …)", concat),
    Function::lenient(
        "createArray",
        (0, MANY),
        "createArray(value, …)",
        create_array,
    ),
    Function::shallow("contains", (2, 2), "contains(container, item)", contains),
    Function::shallow("empty", (1, 1), "empty(array, object or text)", empty),
    Function::shallow("first", (1, 1), "first(array or text)", first),
    Function::shallow("last", (1, 1), "last(array or text)", last),
    Function::shallow("length", (1, 1), "length(array, object or text)", length),
    Function::shallow("skip", (2, 2), "skip(array or text, count)", skip),
    Function::shallow("take", (2, 2), "take(array or text, count)", take),
    Function::shallow("flatten", (1, 1), "flatten(array of arrays)", flatten),
    Function::shallow(
        "indexFromEnd",
        (2, 2),
        "indexFromEnd(array, index from 1)",
        index_from_end,
    ),
    Function::shallow(
        "tryIndexFromEnd",
        (2, 2),
        "tryIndexFromEnd(array, index from 1)",
        try_index_from_end,
    ),
    Function::pure("indexOf", (2, 2), "indexOf(text or array, item)", index_of),
    Function::pure(
        "lastIndexOf",
        (2, 2),
        "lastIndexOf(text or array, item)",
        last_index_of,
    ),
    Function::pure("range", (2, 2), "range(start, count)", range),
    Function::shallow("union", (1, MANY), "union(array or object, …)", union),
    Function::pure(
        "intersection",
        (1, MANY),
        "intersection(array or object, …)",
        intersection,
    ),
];

/// `range` gives at most so many numbers:
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-array#range>.
const MAX_RANGE: i64 = 10_000;

const ARRAY_OR_TEXT: &str = "an array or a string";

fn array(args: &mut Args<'_>) -> Outcome {
    let value = args.take(0);
    Ok(match value.kind {
        Kind::Array(_) | Kind::Unknown(_) => value,
        _ => vec![value].into(),
    })
}

fn create_array(args: &mut Args<'_>) -> Outcome {
    Ok(std::mem::take(&mut args.values).into())
}

fn concat(args: &mut Args<'_>) -> Outcome {
    if let Some(unknown) = args.values.iter().find(|value| value.is_unknown()) {
        // Arrays of unknown length are unknown; for texts a stand-in is kept.
        let why = unknown
            .unknown()
            .map(|unknown| unknown.why.clone())
            .ok_or_else(|| args.wrong(0, "known"))?;
        let parts: Option<Vec<String>> = args.values.iter().map(stand_in).collect();
        let stand_in = parts.map(|parts| parts.concat());
        return Ok(Unknown { why, stand_in }.into());
    }
    if args.value(0).items().is_some() {
        let mut all = Vec::new();
        for index in 0..args.len() {
            all.extend_from_slice(args.items(index)?);
        }
        args.ask(all.len().saturating_mul(8))?;
        return Ok(all.into());
    }
    let mut out = String::new();
    for index in 0..args.len() {
        let part = args.shown(index)?;
        args.ask(part.len())?;
        out.push_str(&part);
    }
    Ok(out.into())
}

/// A scalar's text, or what stands in for it.
pub(super) fn stand_in(value: &Value) -> Option<String> {
    shown(value).or_else(|| value.stand_in().map(str::to_owned))
}

fn contains(args: &mut Args<'_>) -> Outcome {
    let item = args.value(1);
    let container = args.value(0);
    let found = match &container.kind {
        Kind::Array(array) => {
            let found = array.items().contains(item);
            if !found && (container.has_unknown() || item.has_unknown()) {
                return Ok(unknown_of(args));
            }
            found
        }
        Kind::Object(object) => {
            let found = object.get(args.text(1)?).is_some();
            if !found && container.is_open {
                return Ok(unknown_of(args));
            }
            found
        }
        Kind::String(text) => text.contains(&*args.shown(1)?),
        _ => return Err(args.wrong(0, "an array, object or string")),
    };
    Ok(found.into())
}

/// The first unknown in an argument, as the result.
fn unknown_of(args: &Args<'_>) -> Value {
    use crate::arm::template::value::Why;
    let unknown = args.values.iter().find_map(Value::unknown);
    match unknown {
        Some(unknown) => unknown.why.clone().into(),
        None => Why::Runtime("what Azure adds".to_owned()).into(),
    }
}

fn empty(args: &mut Args<'_>) -> Outcome {
    let value = args.value(0);
    let is_empty = match &value.kind {
        Kind::Null => true,
        Kind::Array(array) => array.items().is_empty(),
        Kind::Object(object) => object.members().is_empty(),
        Kind::String(text) => text.is_empty(),
        _ => return Err(args.wrong(0, "an array, object or string")),
    };
    if is_empty && value.is_open {
        return Ok(unknown_of(args));
    }
    Ok(is_empty.into())
}

fn first(args: &mut Args<'_>) -> Outcome {
    match &args.value(0).kind {
        Kind::Array(array) => Ok(array.items().first().cloned().unwrap_or(Value::NULL)),
        Kind::String(text) => Ok(text.chars().take(1).collect::<String>().into()),
        _ => Err(args.wrong(0, ARRAY_OR_TEXT)),
    }
}

fn last(args: &mut Args<'_>) -> Outcome {
    match &args.value(0).kind {
        Kind::Array(array) => Ok(array.items().last().cloned().unwrap_or(Value::NULL)),
        Kind::String(text) => Ok(text
            .chars()
            .next_back()
            .map(String::from)
            .unwrap_or_default()
            .into()),
        _ => Err(args.wrong(0, ARRAY_OR_TEXT)),
    }
}

fn length(args: &mut Args<'_>) -> Outcome {
    let count = match &args.value(0).kind {
        Kind::Array(array) => array.items().len(),
        Kind::Object(object) => object.members().len(),
        Kind::String(text) => text.chars().count(),
        _ => return Err(args.wrong(0, "an array, object or string")),
    };
    Ok(i64::try_from(count).unwrap_or(i64::MAX).into())
}

fn skip(args: &mut Args<'_>) -> Outcome {
    let count = args.count(1)?;
    match &args.value(0).kind {
        Kind::Array(array) => Ok(array.items().get(count..).unwrap_or(&[]).to_vec().into()),
        Kind::String(text) => Ok(text.chars().skip(count).collect::<String>().into()),
        _ => Err(args.wrong(0, ARRAY_OR_TEXT)),
    }
}

fn take(args: &mut Args<'_>) -> Outcome {
    let count = args.count(1)?;
    match &args.value(0).kind {
        Kind::Array(array) => Ok(array
            .items()
            .iter()
            .take(count)
            .cloned()
            .collect::<Vec<_>>()
            .into()),
        Kind::String(text) => Ok(text.chars().take(count).collect::<String>().into()),
        _ => Err(args.wrong(0, ARRAY_OR_TEXT)),
    }
}

fn flatten(args: &mut Args<'_>) -> Outcome {
    let mut all = Vec::new();
    for item in args.items(0)? {
        match (&item.kind, item.items()) {
            (_, Some(inner)) => all.extend_from_slice(inner),
            (Kind::Unknown(unknown), _) => return Ok(unknown.why.clone().into()),
            _ => return Err(args.wrong(0, "an array of arrays")),
        }
    }
    args.ask(all.len().saturating_mul(8))?;
    Ok(all.into())
}

fn from_end(args: &Args<'_>) -> Result<Option<Value>, crate::arm::template::problem::Problem> {
    let items = args.items(0)?;
    let index = args.count(1)?;
    Ok(index
        .checked_sub(1)
        .and_then(|index| items.iter().rev().nth(index))
        .cloned())
}

fn index_from_end(args: &mut Args<'_>) -> Outcome {
    from_end(args)?.ok_or_else(|| {
        args.fail(
            1,
            "the array is shorter than that",
            "count from 1, which is the last element",
        )
    })
}

fn try_index_from_end(args: &mut Args<'_>) -> Outcome {
    Ok(from_end(args)?.unwrap_or(Value::NULL))
}

fn position(index: Option<usize>) -> Value {
    index
        .and_then(|index| i64::try_from(index).ok())
        .unwrap_or(-1)
        .into()
}

fn index_of(args: &mut Args<'_>) -> Outcome {
    Ok(position(match &args.value(0).kind {
        Kind::Array(array) => array.items().iter().position(|item| item == args.value(1)),
        Kind::String(text) => strings::find(text, args.text(1)?, |text, wanted| text.find(wanted)),
        _ => return Err(args.wrong(0, ARRAY_OR_TEXT)),
    }))
}

fn last_index_of(args: &mut Args<'_>) -> Outcome {
    Ok(position(match &args.value(0).kind {
        Kind::Array(array) => array.items().iter().rposition(|item| item == args.value(1)),
        Kind::String(text) => strings::find(text, args.text(1)?, |text, wanted| text.rfind(wanted)),
        _ => return Err(args.wrong(0, ARRAY_OR_TEXT)),
    }))
}

fn range(args: &mut Args<'_>) -> Outcome {
    let start = args.int(0)?;
    let count = args.int(1)?;
    if !(0..=MAX_RANGE).contains(&count) {
        return Err(args.fail(
            1,
            format!("a range has 0 to {MAX_RANGE} numbers, and not {count}"),
            "give a smaller count",
        ));
    }
    args.ask(usize::try_from(count).unwrap_or(0).saturating_mul(8))?;
    Ok((0..count)
        .map(|offset| start.saturating_add(offset).into())
        .collect::<Vec<Value>>()
        .into())
}

fn union(args: &mut Args<'_>) -> Outcome {
    if args.value(0).items().is_some() {
        let mut all: Vec<Value> = Vec::new();
        for index in 0..args.len() {
            for item in args.items(index)? {
                if !all.contains(item) {
                    all.push(item.clone());
                }
            }
            // Each element is compared with all before it.
            let seen = all.len();
            args.compare(seen, seen)?;
        }
        return Ok(all.into());
    }
    let mut merged = args.object(0)?.members().clone();
    for index in 1..args.len() {
        let weight = args.value(index).size().weight;
        args.budget.ask(weight)?;
        for (key, value) in args.object(index)?.members() {
            merge(&mut merged, key, value);
        }
    }
    Ok(merged.into())
}

/// Puts a member into an object; objects in both are merged, anything else replaces. Arrays
/// replace too, as the documentation shows.
fn merge(into: &mut IndexMap<String, Value>, key: &str, value: &Value) {
    let there = if into.contains_key(key) {
        Some(key.to_owned())
    } else {
        into.keys()
            .find(|other| other.eq_ignore_ascii_case(key))
            .cloned()
    };
    let Some(place) = there.and_then(|there| into.get_mut(&there)) else {
        into.insert(key.to_owned(), value.clone());
        return;
    };
    match (place.as_object(), value.as_object()) {
        (Some(old), Some(new)) => {
            let mut merged = old.members().clone();
            for (key, value) in new.members() {
                merge(&mut merged, key, value);
            }
            *place = merged.into();
        }
        _ => *place = value.clone(),
    }
}

fn intersection(args: &mut Args<'_>) -> Outcome {
    let sizes: u64 = args.values.iter().map(|value| value.size().weight).sum();
    args.budget.ask(sizes)?;
    if args.value(0).items().is_some() {
        let mut all: Vec<Value> = args.items(0)?.to_vec();
        for index in 1..args.len() {
            args.compare(all.len(), args.items(index)?.len())?;
            let other = args.items(index)?;
            all.retain(|item| other.contains(item));
        }
        return Ok(all.into());
    }
    let mut all = args.object(0)?.members().clone();
    for index in 1..args.len() {
        let other = args.object(index)?;
        all.retain(|key, value| other.get(key).is_some_and(|(_, there)| there == value));
    }
    Ok(all.into())
}
