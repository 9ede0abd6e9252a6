//! Ids of resources, and what resources answer:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource>.

use super::{Args, Function, MANY, OnUnknown, Outcome, Run, arrays};
use crate::arm::template::{
    engine::{Engine, Env},
    expression::Call,
    problem::Problem,
    scope::Scope,
    value::{Unknown, Value, Why},
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::special(
        "resourceId",
        (2, MANY),
        "resourceId([subscription], [resourceGroup], type, name, …)",
        any_scope,
    ),
    Function::special(
        "subscriptionResourceId",
        (2, MANY),
        "subscriptionResourceId([subscription], type, name, …)",
        in_subscription,
    ),
    Function::special(
        "managementGroupResourceId",
        (2, MANY),
        "managementGroupResourceId([group], type, name, …)",
        in_management_group,
    ),
    Function::special(
        "tenantResourceId",
        (2, MANY),
        "tenantResourceId(type, name, …)",
        in_tenant,
    ),
    Function::special(
        "extensionResourceId",
        (3, MANY),
        "extensionResourceId(resource id, type, name, …)",
        extension,
    ),
    Function::special(
        "reference",
        (1, 3),
        "reference(id, apiVersion, 'Full')",
        reference,
    ),
    Function::special(
        "references",
        (1, 2),
        "references(symbolic name, 'Full')",
        references,
    ),
    Function::special(
        "resourceInfo",
        (1, 1),
        "resourceInfo(symbolic name)",
        resource_info,
    ),
    Function::lenient(
        "pickZones",
        (3, 5),
        "pickZones(namespace, type, location, count, offset)",
        zones,
    ),
    Function::lenient(
        "toLogicalZone",
        (3, 3),
        "toLogicalZone(subscription, location, zone)",
        zones,
    ),
    Function::lenient(
        "toLogicalZones",
        (3, 3),
        "toLogicalZones(subscription, location, zones)",
        zones,
    ),
    Function::lenient(
        "toPhysicalZone",
        (3, 3),
        "toPhysicalZone(subscription, location, zone)",
        zones,
    ),
    Function::lenient(
        "toPhysicalZones",
        (3, 3),
        "toPhysicalZones(subscription, location, zones)",
        zones,
    ),
    Function::lenient("providers", (1, 2), "providers(namespace, type)", providers),
];

/// Every function whose name begins with `list`.
pub(super) const LIST: Function = Function {
    name: "list*",
    least: 1,
    most: 4,
    about: "listKeys(id, apiVersion, …)",
    unknown: OnUnknown::Own,
    run: Run::Special(list),
};

/// The id of a resource of `kind` (`Microsoft.Network/virtualNetworks/subnets`) with these names
/// below `scope`. The error says what does not fit.
pub(in crate::arm::template) fn resource_id(
    scope: &str,
    kind: &str,
    names: &[String],
) -> Result<String, String> {
    // Azure takes a slash at the end, and a published quickstart has one.
    let mut parts = kind.trim_end_matches('/').split('/');
    let namespace = parts.next().unwrap_or("");
    let kinds: Vec<&str> = parts.collect();
    if namespace.is_empty() || kinds.is_empty() || kinds.contains(&"") {
        return Err(format!("`{kind}` is no type of a resource"));
    }
    if kinds.len() != names.len() {
        return Err(format!(
            "`{kind}` takes {} names, and there are {}",
            kinds.len(),
            names.len()
        ));
    }
    // Resource groups are no provider's resources in their ids.
    let is_group = namespace.eq_ignore_ascii_case("Microsoft.Resources")
        && matches!(kinds.as_slice(), [kind] if kind.eq_ignore_ascii_case("resourceGroups"));
    if let (true, [name]) = (is_group, names) {
        let subscription: Vec<&str> = scope.split('/').take(3).collect();
        return Ok(format!("{}/resourceGroups/{name}", subscription.join("/")));
    }
    let pairs: String = kinds
        .iter()
        .zip(names)
        .map(|(kind, name)| format!("/{kind}/{name}"))
        .collect();
    Ok(format!("{scope}/providers/{namespace}{pairs}"))
}

/// Arguments as texts, with stand-ins for unknown ones.
struct Texts {
    texts: Vec<String>,
    unknown: Option<Why>,
}

fn texts(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Result<Result<Texts, Value>, Problem> {
    let mut out = Texts {
        texts: Vec::new(),
        unknown: None,
    };
    for (index, expr) in call.args.iter().enumerate() {
        let value = engine.eval(env, expr)?;
        if let Some(unknown) = value.unknown() {
            out.unknown.get_or_insert_with(|| unknown.why.clone());
        }
        match arrays::stand_in(&value) {
            Some(text) => out.texts.push(text),
            None if value.is_unknown() => return Ok(Err(value)),
            None => {
                let message = format!(
                    "`{}` takes strings, and this is {}",
                    call.name,
                    value.kind_name()
                );
                return Err(
                    Problem::new("TPL004", message, "give a string").at_argument(&call.args, index)
                );
            }
        }
    }
    Ok(Ok(out))
}

/// Builds an id from arguments of which the first ones may name a scope.
fn build(
    engine: &mut Engine<'_>,
    env: &Env,
    call: &Call,
    scope: impl Fn(&Scope, &[String]) -> Option<String>,
) -> Outcome {
    let Texts { texts, unknown } = match texts(engine, env, call)? {
        Ok(texts) => texts,
        Err(unknown) => return Ok(unknown),
    };
    let at = texts
        .iter()
        .position(|text| text.contains('/') && !text.starts_with('/'))
        .unwrap_or(0);
    let (before, rest) = texts.split_at(at);
    let (kind, names) = rest.split_first().ok_or_else(|| no_type(call))?;
    let prefix = scope(engine.scope(env), before).ok_or_else(|| {
        Problem::new(
            "TPL018",
            format!("`{}` cannot name a resource of this scope", call.name),
            "give the subscription and the resource group before the type",
        )
    })?;
    let id = resource_id(&prefix, kind, names).map_err(|message| {
        Problem::new(
            "TPL017",
            message,
            "give one name for each part of the type after its namespace",
        )
    })?;
    Ok(match unknown {
        None => id.into(),
        Some(why) => Unknown {
            why,
            stand_in: Some(id),
        }
        .into(),
    })
}

fn no_type(call: &Call) -> Problem {
    Problem::new(
        "TPL017",
        format!("`{}` is given no type", call.name),
        "give a type such as `Microsoft.Network/virtualNetworks`",
    )
}

fn any_scope(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    build(engine, env, call, |scope, before| match before {
        [] => Some(scope.prefix()),
        [group] => {
            let subscription = scope.subscription.as_ref()?;
            Some(format!(
                "/subscriptions/{subscription}/resourceGroups/{group}"
            ))
        }
        [subscription, group] => Some(format!(
            "/subscriptions/{subscription}/resourceGroups/{group}"
        )),
        _ => None,
    })
}

fn in_subscription(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    build(engine, env, call, |scope, before| {
        let subscription = before.first().or(scope.subscription.as_ref())?;
        Some(format!("/subscriptions/{subscription}"))
    })
}

fn in_management_group(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    build(engine, env, call, |scope, before| {
        let group = before.first().or(scope.management_group.as_ref())?;
        Some(format!(
            "/providers/Microsoft.Management/managementGroups/{group}"
        ))
    })
}

fn in_tenant(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    build(engine, env, call, |_, _| Some(String::new()))
}

fn extension(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    build(engine, env, call, |_, before| before.first().cloned())
}

/// What `reference` and `list*` are given first, as an id or a name.
fn subject(
    engine: &mut Engine<'_>,
    env: &Env,
    call: &Call,
) -> Result<Result<String, Value>, Problem> {
    env.at_run_time(&call.name)?;
    let value = match call.args.first() {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::NULL,
    };
    match value.stand_in() {
        Some(text) => Ok(Ok(text.to_owned())),
        None if value.is_unknown() => Ok(Err(value)),
        None => {
            let message = format!(
                "`{}` takes an id or a name, and this is {}",
                call.name,
                value.kind_name()
            );
            Err(Problem::new("TPL004", message, "give a string").at_argument(&call.args, 0))
        }
    }
}

fn is_full(engine: &mut Engine<'_>, env: &Env, call: &Call, index: usize) -> Result<bool, Problem> {
    match call.args.get(index) {
        Some(expr) => {
            let value = engine.eval(env, expr)?;
            Ok(value
                .as_str()
                .is_some_and(|text| text.eq_ignore_ascii_case("Full")))
        }
        None => Ok(false),
    }
}

fn reference(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let target = match subject(engine, env, call)? {
        Ok(target) => target,
        Err(unknown) => return Ok(unknown),
    };
    let full = is_full(engine, env, call, 2)?;
    engine.reference(env, &target, full)
}

fn references(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let target = match subject(engine, env, call)? {
        Ok(target) => target,
        Err(unknown) => return Ok(unknown),
    };
    let full = is_full(engine, env, call, 1)?;
    engine.references(env, &target, full)
}

fn resource_info(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let value = match call.args.first() {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::NULL,
    };
    let name = value.as_str().unwrap_or("").to_owned();
    engine
        .resource_info(env, &name)
        .map_err(|problem| problem.at_argument(&call.args, 0))
}

fn list(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let target = match subject(engine, env, call)? {
        Ok(target) => target,
        Err(unknown) => return Ok(unknown),
    };
    let id = engine.id_of(env, &target).unwrap_or(target);
    if let Some(answer) = engine.runtime.list(&call.name, &id) {
        return Ok((&answer).into());
    }
    let short = id.rsplit('/').next().unwrap_or(&id);
    Ok(Why::Secret(format!("`{}` of `{short}`", call.name)).into())
}

/// Which zones a region has is not written in a template, and no guess is made.
fn zones(args: &mut Args<'_>) -> Outcome {
    let name = args.function.name;
    Ok(Why::Context(format!("what `{name}` gives for the region")).into())
}

fn providers(_: &mut Args<'_>) -> Outcome {
    Ok(Why::Runtime("what a resource provider offers".to_owned()).into())
}
