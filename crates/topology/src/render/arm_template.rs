//! ARM templates: one for each subscription.
//!
//! A template is of subscription scope: it makes the resource groups, and deploys to each of them
//! by a nested deployment whose expressions are evaluated inside. Only if nothing has to be made
//! outside of a single resource group is it of group scope. Several subscriptions give several
//! templates, because two owners deploy them, often in two tenants; ids that lead to another
//! subscription are literal.
//!
//! The address of a private endpoint stands in a NIC whose name is known only when the endpoint is
//! there, and `reference` takes no name that is computed during a deployment. So a small nested
//! deployment is given the NIC's id and hands back the address.
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-resource#reference>.

use super::{
    ExportError, Exporter, File, Options, Run,
    deployment::{Deployment, GROUP, Item, Side},
    expression::{Expr, Reference},
    modules::{Module, modules},
    names::{Style, file_name},
};
use crate::{Checked, Topology, model::id::ResourceId};
use serde_json::{Map, Value, json};
use std::collections::{BTreeSet, HashSet};

pub(super) static EXPORTER: Exporter = Exporter {
    id: "arm",
    title: "ARM template, one for each subscription",
    extension: "json",
    media_type: "application/json",
    run: Run::Clean(write),
};

const GROUP_SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#";
const SUBSCRIPTION_SCHEMA: &str =
    "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#";
const DEPLOYMENTS: &str = "Microsoft.Resources/deployments";
/// API version of nested deployments.
const DEPLOYMENTS_VERSION: &str = "2022-09-01";
/// API version with which a private endpoint's NIC is read.
const NIC_VERSION: &str = "2024-03-01";

fn write(checked: &Checked<Topology>, options: &Options) -> Result<Vec<File>, ExportError> {
    let deployment = Deployment::of(checked, options, Style::Camel)?;
    deployment
        .sides
        .iter()
        .map(|side| {
            let template = template(&deployment, side)?;
            let path = match deployment.sides.len() {
                1 => "main.json".to_owned(),
                _ => format!("{}.json", side.key),
            };
            let text = serde_json::to_string_pretty(&template).unwrap_or_default();
            Ok(File {
                path,
                text: text + "\n",
            })
        })
        .collect()
}

fn template(deployment: &Deployment, side: &Side) -> Result<Value, ExportError> {
    let modules = modules(deployment, side);
    let makes_groups = deployment
        .of_side(side)
        .any(|item| item.is_group() && !item.existing);
    let used: BTreeSet<&String> = modules.iter().flat_map(|module| &module.secrets).collect();
    let of_side: Vec<&String> = deployment
        .secrets
        .iter()
        .filter(|secret| used.contains(secret))
        .collect();
    let parameters = parameters(&of_side);
    let mut out = Map::new();
    let is_single = !makes_groups && modules.len() == 1;
    out.insert(
        "$schema".to_owned(),
        json!(if is_single {
            GROUP_SCHEMA
        } else {
            SUBSCRIPTION_SCHEMA
        }),
    );
    out.insert("contentVersion".to_owned(), json!("1.0.0.0"));
    let mut notes = deployment.header();
    notes.push(match modules.first() {
        Some(module) if is_single => format!(
            "Deploy with: az deployment group create --subscription {} --resource-group {} --template-file FILE",
            side.subscription,
            module.group.resource_group()
        ),
        _ => format!(
            "Deploy with: az deployment sub create --subscription {} --location {} --template-file FILE",
            side.subscription, side.location
        ),
    });
    if deployment.sides.len() > 1 {
        let order: Vec<String> = deployment
            .sides
            .iter()
            .map(|side| format!("{}.json", side.key))
            .collect();
        notes.push(format!("Deploy in this order: {}.", order.join(", ")));
    }
    out.insert("metadata".to_owned(), json!({ "notes": notes }));
    out.insert("parameters".to_owned(), parameters.clone());
    let mut resources = Vec::new();
    if is_single {
        for module in &modules {
            resources.extend(in_group(deployment, module)?);
        }
    } else {
        for item in deployment
            .of_side(side)
            .filter(|item| item.is_group() && !item.existing)
        {
            resources.push(group(item));
        }
        for module in &modules {
            resources.push(nested(deployment, &modules, module)?);
        }
    }
    out.insert("resources".to_owned(), Value::Array(resources));
    Ok(Value::Object(out))
}

fn parameters(secrets: &[&String]) -> Value {
    let all = secrets
        .iter()
        .map(|secret| ((*secret).clone(), json!({ "type": "securestring" })))
        .collect();
    Value::Object(all)
}

fn group(item: &Item) -> Value {
    let mut out = Map::new();
    out.insert("type".to_owned(), json!(item.arm_type));
    out.insert("apiVersion".to_owned(), json!(item.version));
    out.insert("name".to_owned(), json!(literal(item.id.name())));
    members(item, &item.id.group_id(), &mut out);
    Value::Object(out)
}

/// The deployment to one group.
fn nested(
    deployment: &Deployment,
    modules: &[Module<'_>],
    module: &Module<'_>,
) -> Result<Value, ExportError> {
    let own: Vec<&String> = module.secrets.iter().collect();
    let given: Map<String, Value> = own
        .iter()
        .map(|secret| {
            let value = json!({ "value": format!("[parameters({})]", quoted(secret)) });
            ((*secret).clone(), value)
        })
        .collect();
    let mut needs = Vec::new();
    let group = quoted(module.group.resource_group());
    let group_id = format!("subscriptionResourceId('Microsoft.Resources/resourceGroups', {group})");
    if deployment
        .items
        .get(&module.group)
        .is_some_and(|item| !item.existing)
    {
        needs.push(json!(format!("[{group_id}]")));
    }
    for need in module.needs.iter().filter_map(|at| modules.get(*at)) {
        needs.push(json!(format!(
            "[extensionResourceId(format('/subscriptions/{{0}}/resourceGroups/{{1}}', subscription().subscriptionId, {}), '{DEPLOYMENTS}', {})]",
            quoted(need.group.resource_group()),
            quoted(&need.name)
        )));
    }
    Ok(json!({
        "type": DEPLOYMENTS,
        "apiVersion": DEPLOYMENTS_VERSION,
        "name": module.name,
        "resourceGroup": literal(module.group.resource_group()),
        "dependsOn": needs,
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": { "scope": "inner" },
            "parameters": given,
            "template": {
                "$schema": GROUP_SCHEMA,
                "contentVersion": "1.0.0.0",
                "parameters": parameters(&own),
                "resources": in_group(deployment, module)?,
            },
        },
    }))
}

/// The resources of a module, and the deployments that find out addresses for them.
fn in_group(deployment: &Deployment, module: &Module<'_>) -> Result<Vec<Value>, ExportError> {
    let mut out = Vec::new();
    let mut asked: HashSet<ResourceId> = HashSet::new();
    for item in &module.items {
        let mut wanted = Vec::new();
        item.body.addresses(&mut |id| wanted.push(id.clone()));
        for id in wanted {
            let asks_nic = is_endpoint(&id);
            if !asks_nic && !is_service(&id) {
                return Err(ExportError::NoAddress { id });
            }
            if asks_nic && asked.insert(id.clone()) {
                out.push(address(deployment, module, &id));
            }
        }
        let mut resource = Map::new();
        resource.insert("type".to_owned(), json!(item.arm_type));
        resource.insert("apiVersion".to_owned(), json!(item.version));
        resource.insert("name".to_owned(), json!(literal(&full_name(&item.id))));
        let needs = needs(deployment, module, item);
        members(item, &module.group, &mut resource);
        if !needs.is_empty() {
            resource.insert("dependsOn".to_owned(), json!(needs));
        }
        if let Some(properties) = resource.shift_remove("properties") {
            resource.insert("properties".to_owned(), properties);
        }
        out.push(Value::Object(resource));
    }
    Ok(out)
}

fn needs(deployment: &Deployment, module: &Module<'_>, item: &Item) -> Vec<String> {
    let mut needs: Vec<String> = item
        .needs
        .iter()
        .filter(|need| module.makes(need))
        .filter_map(|need| deployment.items.get(need))
        .map(|need| format!("[{}]", resource_id(&need.id, &module.group)))
        .collect();
    item.body.addresses(&mut |id| {
        if is_endpoint(id) {
            needs.push(format!(
                "[resourceId('{DEPLOYMENTS}', {})]",
                quoted(&address_name(id, &module.group))
            ));
        }
    });
    needs
}

fn is_endpoint(id: &ResourceId) -> bool {
    id.is_type("Microsoft.Network/privateEndpoints")
}

fn is_service(id: &ResourceId) -> bool {
    id.is_type("Microsoft.ApiManagement/service")
}

/// The name of the deployment that asks for an address, as seen from a deployment to `scope`.
fn address_name(id: &ResourceId, scope: &ResourceId) -> String {
    if id.group_id() == *scope {
        file_name(&format!("address-{}", id.name()))
    } else {
        file_name(&format!("address-{}-{}", id.resource_group(), id.name()))
    }
}

/// A deployment that makes nothing and hands back the address of an endpoint's NIC.
fn address(deployment: &Deployment, module: &Module<'_>, id: &ResourceId) -> Value {
    let endpoint = resource_id(id, &module.group);
    let version = deployment
        .items
        .get(id)
        .map_or(NIC_VERSION, |item| item.version.as_str());
    let needs: Vec<String> = module
        .items
        .iter()
        .filter(|item| item.id == *id)
        .map(|_| format!("[{endpoint}]"))
        .collect();
    json!({
        "type": DEPLOYMENTS,
        "apiVersion": DEPLOYMENTS_VERSION,
        "name": address_name(id, &module.group),
        "dependsOn": needs,
        "properties": {
            "mode": "Incremental",
            "expressionEvaluationOptions": { "scope": "inner" },
            "parameters": {
                "nic": { "value": format!("[reference({endpoint}, '{version}').networkInterfaces[0].id]") },
            },
            "template": {
                "$schema": GROUP_SCHEMA,
                "contentVersion": "1.0.0.0",
                "parameters": { "nic": { "type": "string" } },
                "resources": [],
                "outputs": {
                    "address": {
                        "type": "string",
                        "value": format!("[reference(parameters('nic'), '{NIC_VERSION}').ipConfigurations[0].properties.privateIPAddress]"),
                    },
                },
            },
        },
    })
}

/// `location`, `tags`, `sku`, … and `properties`.
fn members(item: &Item, scope: &ResourceId, out: &mut Map<String, Value>) {
    if let Expr::Object(members) = &item.body {
        for (name, member) in members {
            out.insert(name.clone(), value(member, scope));
        }
    }
}

/// `zone/@`: the names of all parents, then its own.
fn full_name(id: &ResourceId) -> String {
    match id.parent() {
        Some(parent) => format!("{}/{}", full_name(&parent), id.name()),
        None => id.name().to_owned(),
    }
}

fn value(expr: &Expr, scope: &ResourceId) -> Value {
    match expr {
        Expr::Null => Value::Null,
        Expr::Bool(bool) => json!(bool),
        Expr::Number(number) => Value::Number(number.clone()),
        Expr::Text(text) => json!(literal(text)),
        Expr::Ref(reference) => json!(referred(reference, scope)),
        Expr::Address(id) if is_endpoint(id) => json!(format!(
            "[reference(resourceId('{DEPLOYMENTS}', {}), '{DEPLOYMENTS_VERSION}').outputs.address.value]",
            quoted(&address_name(id, scope))
        )),
        Expr::Address(id) => json!(format!(
            "[reference({}, '{}').privateIPAddresses[0]]",
            resource_id(id, scope),
            service_version()
        )),
        Expr::Base64(text) => json!(format!("[base64({})]", quoted(text))),
        Expr::Secret(name) => json!(format!("[parameters({})]", quoted(name))),
        Expr::List(list) => list.iter().map(|item| value(item, scope)).collect(),
        Expr::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), value(member, scope)))
                .collect(),
        ),
    }
}

/// The version with which an API Management service is asked for its address.
fn service_version() -> &'static str {
    crate::model::ARM_TYPES
        .iter()
        .find(|(known, _)| *known == "Microsoft.ApiManagement/service")
        .map_or("2022-08-01", |(_, version)| version)
}

fn referred(reference: &Reference, scope: &ResourceId) -> String {
    let id = reference.id();
    if id.is_type(GROUP) || !is_same_subscription(&id, scope) {
        return literal(id.as_str());
    }
    format!("[{}]", resource_id(&id, scope))
}

fn is_same_subscription(id: &ResourceId, scope: &ResourceId) -> bool {
    id.subscription().eq_ignore_ascii_case(scope.subscription())
}

/// What gives an id inside an expression, as seen from a deployment to the group `scope`.
fn resource_id(id: &ResourceId, scope: &ResourceId) -> String {
    if !is_same_subscription(id, scope) {
        return quoted(id.as_str());
    }
    let mut names = vec![id.name().to_owned()];
    let mut at = id.clone();
    while let Some(parent) = at.parent() {
        names.push(parent.name().to_owned());
        at = parent;
    }
    names.reverse();
    let names: Vec<String> = names.iter().map(|name| quoted(name)).collect();
    let elsewhere = if id.group_id() == *scope {
        String::new()
    } else {
        format!("{}, ", quoted(id.resource_group()))
    };
    format!(
        "resourceId({elsewhere}{}, {})",
        quoted(&id.arm_type()),
        names.join(", ")
    )
}

/// A string inside an expression.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A string outside of expressions: one in brackets would be taken for an expression.
fn literal(text: &str) -> String {
    if text.starts_with('[') && text.ends_with(']') {
        format!("[{text}")
    } else {
        text.to_owned()
    }
}
