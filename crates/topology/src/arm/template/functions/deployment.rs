//! What a template knows of itself and of where it is deployed:
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment>
//! and <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-scope>.

use super::{Function, Outcome, wrong};
use crate::arm::template::{
    engine::{Engine, Env},
    expression::{Call, Target},
    problem::Problem,
    value::{Value, Why},
};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::special("parameters", (1, 1), "parameters('name')", parameters),
    Function::special("variables", (1, 1), "variables('name')", variables),
    Function::special("copyIndex", (0, 2), "copyIndex('loop', offset)", copy_index),
    Function::special("deployment", (0, 0), "deployment()", deployment),
    Function::special("deployer", (0, 0), "deployer()", deployer),
    Function::special("environment", (0, 0), "environment()", environment),
    Function::special("resourceGroup", (0, 0), "resourceGroup()", resource_group),
    Function::special("subscription", (0, 0), "subscription()", subscription),
    Function::special("tenant", (0, 0), "tenant()", tenant),
    Function::special(
        "managementGroup",
        (0, 0),
        "managementGroup()",
        management_group,
    ),
    Function::special("newGuid", (0, 0), "newGuid()", new_guid),
];

/// The argument of a function that takes a name.
fn name(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Result<Result<String, Value>, Problem> {
    let value = match call.args.first() {
        Some(expr) => engine.eval(env, expr)?,
        None => Value::NULL,
    };
    match (value.as_str(), &call.target) {
        (Some(name), _) => Ok(Ok(name.to_owned())),
        (None, _) if value.is_unknown() => Ok(Err(value)),
        (None, Target::Known(function)) => {
            Err(wrong(function, 0, "a string", &value).at_argument(&call.args, 0))
        }
        (None, Target::Own) => Ok(Err(value)),
    }
}

fn parameters(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    match name(engine, env, call)? {
        Ok(name) => engine
            .parameter(env, &name)
            .map_err(|problem| problem.at_argument(&call.args, 0)),
        Err(unknown) => Ok(unknown),
    }
}

fn variables(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    match name(engine, env, call)? {
        Ok(name) => engine
            .variable(env, &name)
            .map_err(|problem| problem.at_argument(&call.args, 0)),
        Err(unknown) => Ok(unknown),
    }
}

fn copy_index(engine: &mut Engine<'_>, env: &Env, call: &Call) -> Outcome {
    let mut values = Vec::new();
    for expr in &call.args {
        values.push(engine.eval(env, expr)?);
    }
    if let Some(unknown) = values.iter().find(|value| value.is_unknown()) {
        return Ok(unknown.clone());
    }
    let (loop_name, offset) = match values.as_slice() {
        [] => (None, 0),
        [only] => (only.as_str(), only.as_int().unwrap_or(0)),
        [name, offset, ..] => (name.as_str(), offset.as_int().unwrap_or(0)),
    };
    let index = env.copy_index(loop_name).ok_or_else(|| {
        let message = match loop_name {
            Some(name) => format!(
                "there is no loop `{}` around this",
                crate::manifest::suggest::clip(name, 40)
            ),
            None => "`copyIndex()` stands in no loop".to_owned(),
        };
        Problem::new(
            "TPL018",
            message,
            "name a `copy` that is around it, or remove it",
        )
    })?;
    Ok(index.saturating_add(offset).into())
}

fn deployment(engine: &mut Engine<'_>, env: &Env, _: &Call) -> Outcome {
    let name: Value = engine.deployment_name(env).into();
    let location: Value = match &engine.ctx.deployment_location {
        Some(location) => location.as_str().into(),
        None => Why::Context("the location of the deployment".to_owned()).into(),
    };
    let mut properties = vec![
        ("mode", "Incremental".into()),
        ("provisioningState", "Accepted".into()),
    ];
    if let Some(uri) = engine.uri_of(env.deployment) {
        let link = Value::from([("uri", uri.into())]);
        properties.push(("templateLink", link.open()));
    }
    let properties: indexmap::IndexMap<String, Value> = properties
        .into_iter()
        .map(|(name, value): (&str, Value)| (name.to_owned(), value))
        .collect();
    let properties = Value::from(properties);
    let members = [
        ("name", name),
        ("location", location),
        ("properties", properties.open()),
    ];
    Ok(Value::from(members).open())
}

fn deployer(engine: &mut Engine<'_>, _: &Env, _: &Call) -> Outcome {
    let unknown = |what: &str| Value::from(Why::Context(what.to_owned()));
    Ok([
        ("objectId", unknown("who deploys")),
        ("tenantId", engine.ctx.tenant_id.as_str().into()),
        ("userPrincipalName", unknown("who deploys")),
    ]
    .into())
}

/// The public cloud, as the documentation prints it:
/// <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-deployment#environment>.
fn environment(_: &mut Engine<'_>, _: &Env, _: &Call) -> Outcome {
    let authentication = [
        ("loginEndpoint", "https://login.microsoftonline.com/".into()),
        (
            "audiences",
            vec![
                "https://management.core.windows.net/".into(),
                "https://management.azure.com/".into(),
            ]
            .into(),
        ),
        ("tenant", "common".into()),
        ("identityProvider", "AAD".into()),
    ];
    let suffixes = [
        ("acrLoginServer", ".azurecr.io".into()),
        (
            "azureDatalakeAnalyticsCatalogAndJob",
            "azuredatalakeanalytics.net".into(),
        ),
        (
            "azureDatalakeStoreFileSystem",
            "azuredatalakestore.net".into(),
        ),
        ("azureFrontDoorEndpointSuffix", "azurefd.net".into()),
        ("keyvaultDns", ".vault.azure.net".into()),
        ("sqlServerHostname", ".database.windows.net".into()),
        ("storage", "core.windows.net".into()),
    ];
    let endpoint = |text: &str| Value::from(text);
    Ok([
        ("name", endpoint("AzureCloud")),
        ("gallery", endpoint("https://gallery.azure.com/")),
        ("graph", endpoint("https://graph.windows.net/")),
        ("portal", endpoint("https://portal.azure.com")),
        ("graphAudience", endpoint("https://graph.windows.net/")),
        (
            "activeDirectoryDataLake",
            endpoint("https://datalake.azure.net/"),
        ),
        ("batch", endpoint("https://batch.core.windows.net/")),
        ("media", endpoint("https://rest.media.azure.net")),
        (
            "sqlManagement",
            endpoint("https://management.core.windows.net:8443/"),
        ),
        (
            "vmImageAliasDoc",
            endpoint(
                "https://raw.githubusercontent.com/Azure/azure-rest-api-specs/master/arm-compute/quickstart-templates/aliases.json",
            ),
        ),
        ("resourceManager", endpoint("https://management.azure.com/")),
        ("authentication", authentication.into()),
        ("suffixes", suffixes.into()),
    ]
    .into())
}

fn no_scope(function: &str, wanted: &str) -> Problem {
    Problem::new(
        "TPL018",
        format!("`{function}()` is not known in a deployment to another scope"),
        format!("deploy to a {wanted}, or give the value as a parameter"),
    )
}

fn resource_group(engine: &mut Engine<'_>, env: &Env, _: &Call) -> Outcome {
    let scope = engine.scope(env).clone();
    let (Some(subscription), Some(group)) = (&scope.subscription, &scope.group) else {
        return Err(no_scope("resourceGroup", "resource group"));
    };
    let location = engine.group_location(subscription, group);
    let properties: Value = [("provisioningState", "Succeeded".into())].into();
    Ok(Value::from([
        (
            "id",
            format!("/subscriptions/{subscription}/resourceGroups/{group}").into(),
        ),
        ("name", group.as_str().into()),
        ("type", "Microsoft.Resources/resourceGroups".into()),
        ("location", location),
        ("properties", properties),
    ])
    .open())
}

fn subscription(engine: &mut Engine<'_>, env: &Env, _: &Call) -> Outcome {
    let Some(subscription) = engine.scope(env).subscription.clone() else {
        return Err(no_scope("subscription", "subscription"));
    };
    Ok(Value::from([
        ("id", format!("/subscriptions/{subscription}").into()),
        ("subscriptionId", subscription.into()),
        ("tenantId", engine.ctx.tenant_id.as_str().into()),
    ])
    .open())
}

fn tenant(engine: &mut Engine<'_>, _: &Env, _: &Call) -> Outcome {
    Ok(Value::from([("tenantId", engine.ctx.tenant_id.as_str().into())]).open())
}

fn management_group(engine: &mut Engine<'_>, env: &Env, _: &Call) -> Outcome {
    let group = engine.scope(env).management_group.clone();
    let Some(group) = group else {
        return Err(no_scope("managementGroup", "management group"));
    };
    Ok(Value::from([
        (
            "id",
            format!("/providers/Microsoft.Management/managementGroups/{group}").into(),
        ),
        ("name", group.into()),
        ("type", "Microsoft.Management/managementGroups".into()),
    ])
    .open())
}

fn new_guid(engine: &mut Engine<'_>, _: &Env, _: &Call) -> Outcome {
    Ok(match &engine.ctx.new_guid {
        Some(guid) => guid.as_str().into(),
        None => Why::Context("a new GUID".to_owned()).into(),
    })
}
