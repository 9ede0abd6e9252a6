//! A bash script for the Azure CLI that makes what `apply` makes.
//!
//! Most resources are one PUT of their whole body by `az rest`: that can be said again and again,
//! and says all of it at once, where `az network … create` would need one command a child and
//! fill in defaults of its own. Where a single command gives exactly the resource, it is used:
//! resource groups, private DNS zones and private endpoints. `az rest` does not wait, so the
//! script does. Steps stand in the order of the plan; the script may be run again after a failure.

use super::{
    ExportError, Exporter, File, Options, Run,
    deployment::{Deployment, Item},
    expression::Expr,
    names::Style,
    part::key_of,
};
use crate::{Checked, Topology, model::id::ResourceId};
use serde_json::Value;
use std::fmt::Write as _;

pub(super) static EXPORTER: Exporter = Exporter {
    id: "cli",
    title: "Azure CLI script for bash",
    extension: "sh",
    media_type: "application/x-sh",
    run: Run::Clean(write),
};

const TOOLS: &str = r#"
# Single quotes keep names as they are, whatever is in them.
# shellcheck disable=SC2016
set -euo pipefail
export AZURE_CORE_ONLY_SHOW_ERRORS=true

command -v az >/dev/null || { echo 'az is missing: https://learn.microsoft.com/cli/azure/install-azure-cli' >&2; exit 2; }

say() { printf '%s\n' "$*" >&2; }
"#;

const PUT: &str = r#"
# put ID API-VERSION < BODY: makes or changes a resource, and waits until it is there.
put() {
  local url="$1?api-version=$2" missed=0 state
  az rest --method put --url "$url" --body @- --output none
  while true; do
    if state=$(az rest --method get --url "$url" --query properties.provisioningState --output tsv); then
      missed=0
    else
      # Some answers come before the resource can be read.
      state=missing
      missed=$((missed + 1))
      ((missed < 20)) || return 1
    fi
    case "$state" in
      Succeeded | None | '') return ;;
      Failed | Canceled)
        say "$1: $state"
        return 1
        ;;
      *) sleep "${POLL_SECONDS:-5}" ;;
    esac
  done
}
"#;

const SEEN: &str = r#"
# there ID API-VERSION: ends with a message unless the resource is there.
there() {
  az rest --method get --url "$1?api-version=$2" --output none || { say "$1 should be there already"; exit 1; }
}
"#;

const ENDPOINT: &str = r#"
# endpoint_address ID: the private address of a private endpoint.
endpoint_address() {
  local nic
  nic=$(az network private-endpoint show --ids "$1" --query 'networkInterfaces[0].id' --output tsv)
  az network nic show --ids "$nic" --query 'ipConfigurations[0].privateIPAddress' --output tsv
}
"#;

const SERVICE: &str = r#"
# service_address ID API-VERSION: the private address of an API Management service.
service_address() {
  az rest --method get --url "$1?api-version=$2" --query 'properties.privateIPAddresses[0]' --output tsv
}
"#;

const JSON: &str = r#"
# json TEXT: the text as a JSON string.
json() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  printf '"%s"' "$text"
}
"#;

fn write(checked: &Checked<Topology>, options: &Options) -> Result<Vec<File>, ExportError> {
    let deployment = Deployment::of(checked, options, Style::Snake)?;
    let mut steps = String::new();
    let (mut puts, mut sees, mut endpoints, mut services) = (false, false, false, false);
    let total = deployment.items.len();
    for (at, item) in deployment.items.values().enumerate() {
        let mut wanted = Vec::new();
        item.body.addresses(&mut |id| wanted.push(id.clone()));
        for id in wanted {
            let is_endpoint = id.is_type("Microsoft.Network/privateEndpoints");
            let is_service = id.is_type("Microsoft.ApiManagement/service");
            if !(is_endpoint || is_service) {
                return Err(ExportError::NoAddress { id });
            }
            endpoints |= is_endpoint;
            services |= is_service;
        }
        let _infallible = write!(
            steps,
            "\n# {} of {total}: {} in {}\nsay {}\n",
            at.saturating_add(1),
            one_line(&item.id.short()),
            one_line(&key_of(checked.topology(), item.id.subscription())),
            shell(&item.id.short())
        );
        if item.existing {
            if !item.version.is_empty() {
                sees = true;
                let _infallible =
                    writeln!(steps, "there {} {}", shell(item.id.as_str()), item.version);
            }
        } else if let Some(command) = native(item) {
            steps.push_str(&command);
        } else {
            puts = true;
            steps.push_str(&put(&deployment, item));
        }
    }
    let mut text = "#!/usr/bin/env bash\n".to_owned();
    for line in deployment.header() {
        let _infallible = writeln!(text, "# {line}");
    }
    text.push_str("# Needs a login: az login. It may be run again.\n");
    text.push_str(TOOLS);
    for (used, function) in [
        (puts, PUT),
        (sees, SEEN),
        (endpoints, ENDPOINT),
        (services, SERVICE),
        (!deployment.secrets.is_empty(), JSON),
    ] {
        if used {
            text.push_str(function);
        }
    }
    if !deployment.secrets.is_empty() {
        text.push('\n');
        for secret in &deployment.secrets {
            let name = variable(secret);
            let _infallible = writeln!(text, ": \"${{{name}:?set it to the secret}}\"");
        }
    }
    text.push_str(&steps);
    text.push_str("\nsay 'all done'\n");
    Ok(vec![File {
        path: "deploy.sh".to_owned(),
        text,
    }])
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// A word of a command.
fn shell(text: &str) -> String {
    let is_plain = !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "/_.:@-".contains(c));
    if is_plain {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// `fwd_0AdminPassword` to `FWD_0_ADMIN_PASSWORD`.
fn variable(secret: &str) -> String {
    let mut name = String::new();
    let mut before = '_';
    for c in secret.chars() {
        if c.is_ascii_uppercase() && before != '_' && !before.is_ascii_uppercase() {
            name.push('_');
        }
        name.push(c.to_ascii_uppercase());
        before = c;
    }
    name
}

/// The command that alone gives exactly this resource.
fn native(item: &Item) -> Option<String> {
    let body = item.json.as_object()?;
    let knows = |members: &[&str]| {
        body.keys()
            .all(|name| members.contains(&name.as_str()) || name == "properties")
    };
    let properties = body.get("properties").and_then(Value::as_object);
    let is_bare = properties.is_none_or(serde_json::Map::is_empty);
    let subscription = shell(item.id.subscription());
    let group = shell(item.id.resource_group());
    let name = shell(item.id.name());
    match item.arm_type.as_str() {
        super::deployment::GROUP if knows(&["location", "tags"]) && is_bare => {
            let location = shell(body.get("location")?.as_str()?);
            let tags = tags(item)?;
            Some(format!(
                "az group create --subscription {subscription} --name {name} --location {location}{tags} --output none\n"
            ))
        }
        // Making one that is there is refused, so it is looked for first.
        "Microsoft.Network/privateDnsZones" if knows(&["location", "tags"]) && is_bare => {
            let tags = tags(item)?;
            Some(format!(
                "az network private-dns zone show --subscription {subscription} --resource-group {group} --name {name} --output none 2>/dev/null ||\n  az network private-dns zone create --subscription {subscription} --resource-group {group} --name {name}{tags} --output none\n"
            ))
        }
        "Microsoft.Network/privateEndpoints" if knows(&["location", "tags"]) => endpoint(item),
        _ => None,
    }
}

/// ` --tags a=b`; `None` if the CLI could not say them.
fn tags(item: &Item) -> Option<String> {
    let mut text = String::new();
    let Some(tags) = item.json.get("tags").and_then(Value::as_object) else {
        return Some(text);
    };
    for (name, value) in tags {
        if name.contains('=') || name.is_empty() {
            return None;
        }
        if text.is_empty() {
            text.push_str(" --tags");
        }
        let pair = format!("{name}={}", value.as_str()?);
        let _infallible = write!(text, " {}", shell_pair(&pair));
    }
    Some(text)
}

fn shell_pair(pair: &str) -> String {
    match pair.split_once('=') {
        Some((name, value)) if shell(name) == name && shell(value) == value => pair.to_owned(),
        _ => format!("'{}'", pair.replace('\'', r"'\''")),
    }
}

fn endpoint(item: &Item) -> Option<String> {
    let properties = item.json.get("properties")?.as_object()?;
    let mut subnet = None;
    let mut connection = None;
    let mut manual = false;
    let mut nic = None;
    for (name, value) in properties {
        match name.as_str() {
            "subnet" if value.as_object()?.len() == 1 => subnet = value.get("id")?.as_str(),
            "privateLinkServiceConnections" | "manualPrivateLinkServiceConnections" => {
                let list = value.as_array()?;
                if list.is_empty() {
                    continue;
                }
                if connection.is_some() || list.len() != 1 {
                    return None;
                }
                connection = list.first();
                manual = name.starts_with("manual");
            }
            "customNetworkInterfaceName" => nic = value.as_str(),
            _ => return None,
        }
    }
    let connection = connection?.as_object()?;
    if connection
        .keys()
        .any(|key| !matches!(key.as_str(), "name" | "properties"))
    {
        return None;
    }
    let stated = connection.get("properties")?.as_object()?;
    let mut options = vec![
        ("--subscription", item.id.subscription().to_owned()),
        ("--resource-group", item.id.resource_group().to_owned()),
        ("--name", item.id.name().to_owned()),
        (
            "--location",
            item.json.get("location")?.as_str()?.to_owned(),
        ),
        ("--subnet", subnet?.to_owned()),
        (
            "--connection-name",
            connection.get("name")?.as_str()?.to_owned(),
        ),
    ];
    let mut target = None;
    for (name, value) in stated {
        match name.as_str() {
            "privateLinkServiceId" => target = value.as_str(),
            "requestMessage" => options.push(("--request-message", value.as_str()?.to_owned())),
            "groupIds" => {
                let list = value.as_array()?;
                match list.as_slice() {
                    [] => {}
                    [one] => options.push(("--group-id", one.as_str()?.to_owned())),
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
    options.push(("--private-connection-resource-id", target?.to_owned()));
    options.push(("--manual-request", manual.to_string()));
    if let Some(nic) = nic {
        options.push(("--nic-name", nic.to_owned()));
    }
    let mut text = "az network private-endpoint create".to_owned();
    for (name, value) in options {
        let _infallible = write!(text, " \\\n  {name} {}", shell(&value));
    }
    let _infallible = writeln!(text, "{} --output none", tags(item)?);
    Some(text)
}

/// A PUT of the whole body.
fn put(deployment: &Deployment, item: &Item) -> String {
    let mut text = String::new();
    let mut holes = Vec::new();
    let mut body = filled(deployment, &item.body, &mut holes);
    if let Value::Object(members) = &mut body {
        // ARM wants the member even where it is empty.
        members
            .entry("properties")
            .or_insert_with(|| Value::Object(serde_json::Map::new()));
    }
    let mut json = serde_json::to_string_pretty(&body).unwrap_or_default();
    if !holes.is_empty() {
        json = json
            .replace('\\', r"\\")
            .replace('$', r"\$")
            .replace('`', r"\`");
        for (at, hole) in holes.iter().enumerate() {
            let mark = mark(at);
            let value = match hole {
                Hole::Address(command) => {
                    let name = if holes.len() == 1 {
                        "address".to_owned()
                    } else {
                        format!("address_{at}")
                    };
                    let _infallible = writeln!(text, "{name}=$({command})");
                    format!("${{{name}}}")
                }
                Hole::Secret(name) => {
                    json = json.replace(&format!("\"{mark}\""), &mark);
                    format!("$(json \"${name}\")")
                }
            };
            json = json.replace(&mark, &value);
        }
    }
    let word = if holes.is_empty() { "'JSON'" } else { "JSON" };
    let _infallible = write!(
        text,
        "put {} {} <<{word}\n{json}\nJSON\n",
        shell(item.id.as_str()),
        item.version
    );
    text
}

/// A value that the shell fills in.
enum Hole {
    /// The output of a command.
    Address(String),
    /// An environment variable.
    Secret(String),
}

/// Stands for a hole until the text is written.
fn mark(at: usize) -> String {
    format!("\u{e000}{at}\u{e000}")
}

fn filled(deployment: &Deployment, expr: &Expr, holes: &mut Vec<Hole>) -> Value {
    match expr {
        Expr::Null => Value::Null,
        Expr::Bool(bool) => Value::Bool(*bool),
        Expr::Number(number) => Value::Number(number.clone()),
        Expr::Text(text) => Value::String(text.clone()),
        Expr::Base64(text) => {
            use base64::{Engine as _, engine::general_purpose::STANDARD};
            Value::String(STANDARD.encode(text))
        }
        Expr::Ref(reference) => Value::String(reference.id().as_str().to_owned()),
        Expr::Address(id) => {
            let at = holes.len();
            holes.push(Hole::Address(address(deployment, id)));
            Value::String(mark(at))
        }
        Expr::Secret(name) => {
            let at = holes.len();
            holes.push(Hole::Secret(variable(name)));
            Value::String(mark(at))
        }
        Expr::List(list) => list
            .iter()
            .map(|item| filled(deployment, item, holes))
            .collect(),
        Expr::Object(members) => Value::Object(
            members
                .iter()
                .map(|(name, member)| (name.clone(), filled(deployment, member, holes)))
                .collect(),
        ),
    }
}

fn address(deployment: &Deployment, id: &ResourceId) -> String {
    if id.is_type("Microsoft.Network/privateEndpoints") {
        return format!("endpoint_address {}", shell(id.as_str()));
    }
    let version = deployment
        .items
        .get(id)
        .map_or("2022-08-01", |item| item.version.as_str());
    format!("service_address {} {version}", shell(id.as_str()))
}
