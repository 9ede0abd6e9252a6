//! Objects: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-object>.

use super::{Args, Function, MANY, Outcome, wrong};
use crate::arm::template::value::{Kind, Value};
use indexmap::IndexMap;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::lenient(
        "createObject",
        (0, MANY),
        "createObject('name', value, …)",
        create_object,
    ),
    Function::pure("object", (0, 0), "object()", |_| Ok(IndexMap::new().into())),
    Function::shallow("items", (1, 1), "items(object)", items),
    Function::shallow("objectKeys", (1, 1), "objectKeys(object)", object_keys),
    Function::shallow(
        "shallowMerge",
        (1, 1),
        "shallowMerge(array of objects)",
        shallow_merge,
    ),
    Function::lenient(
        "tryGet",
        (2, MANY),
        "tryGet(object or array, name or index, …)",
        try_get,
    ),
];

fn create_object(args: &mut Args<'_>) -> Outcome {
    if !args.len().is_multiple_of(2) {
        let last = args.len().saturating_sub(1);
        return Err(args.fail(
            last,
            "a name without a value",
            "give names and values in turn",
        ));
    }
    let mut members = IndexMap::new();
    for index in (0..args.len()).step_by(2) {
        let name = args.text(index)?.to_owned();
        let value = args.take(index.saturating_add(1));
        members.insert(name, value);
    }
    Ok(members.into())
}

/// Keys in the order in which `items()` gives them: sorted without case.
fn sorted(members: &IndexMap<String, Value>) -> Vec<(&String, &Value)> {
    let mut all: Vec<_> = members.iter().collect();
    all.sort_by_cached_key(|(key, _)| key.to_lowercase());
    all
}

fn items(args: &mut Args<'_>) -> Outcome {
    let pairs = sorted(args.object(0)?.members())
        .into_iter()
        .map(|(key, value)| [("key", key.as_str().into()), ("value", value.clone())].into())
        .collect::<Vec<Value>>();
    args.ask(pairs.len().saturating_mul(16))?;
    Ok(pairs.into())
}

fn object_keys(args: &mut Args<'_>) -> Outcome {
    let keys = sorted(args.object(0)?.members());
    Ok(keys
        .into_iter()
        .map(|(key, _)| key.as_str().into())
        .collect::<Vec<Value>>()
        .into())
}

fn shallow_merge(args: &mut Args<'_>) -> Outcome {
    let mut merged = IndexMap::new();
    for item in args.items(0)? {
        match &item.kind {
            Kind::Object(object) => merged.extend(object.members().clone()),
            Kind::Unknown(unknown) => return Ok(unknown.why.clone().into()),
            _ => return Err(args.wrong(0, "an array of objects")),
        }
    }
    args.ask(merged.len().saturating_mul(16))?;
    Ok(merged.into())
}

fn try_get(args: &mut Args<'_>) -> Outcome {
    let mut value = args.take(0);
    for index in 1..args.len() {
        if value.is_unknown() {
            return Ok(value);
        }
        let step = args.value(index);
        let found = match (&step.kind, &value.kind) {
            (Kind::Unknown(_), _) => return Ok(step.clone()),
            (_, Kind::Null) => None,
            (Kind::String(name), Kind::Object(_)) => value.member(name),
            (Kind::Int(at), Kind::Array(array)) => usize::try_from(*at)
                .ok()
                .and_then(|at| array.items().get(at))
                .cloned(),
            (Kind::String(_), _) => return Err(wrong(args.function, 0, "an object", &value)),
            (Kind::Int(_), _) => return Err(wrong(args.function, 0, "an array", &value)),
            _ => return Err(args.wrong(index, "a string or integer")),
        };
        value = match found {
            Some(found) => found,
            None if value.is_open => {
                let what = "a member that Azure adds".to_owned();
                return Ok(crate::arm::template::value::Why::Runtime(what).into());
            }
            None => return Ok(Value::NULL),
        };
    }
    Ok(value)
}
