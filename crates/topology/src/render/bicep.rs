//! Bicep: for each subscription a main file, and one module for each resource group.
//!
//! A file has one scope, so what is deployed to several groups needs several files. Only if
//! nothing has to be made outside of a single resource group is one file enough. References are
//! symbols, so Bicep finds the order itself; `dependsOn` stands where no reference says it.
//!
//! The address of a private endpoint comes from a module of its own: see `arm_template.rs`.

mod print;

use super::{
    ExportError, Exporter, File, Options, Run,
    deployment::{Deployment, Item, Side},
    expression::Expr,
    modules::{Module, modules},
    names::Style,
};
use crate::{Checked, Topology, model::id::ResourceId};
use print::{Printer, key, quoted};
use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt::Write as _,
};

pub(super) static EXPORTER: Exporter = Exporter {
    id: "bicep",
    title: "Bicep, a main file for each subscription and a module for each resource group",
    extension: "bicep",
    media_type: "text/plain",
    run: Run::Clean(write),
};

/// The file that hands back the address of a private endpoint's NIC.
const ADDRESS_FILE: &str = "private-endpoint-address.bicep";
const ADDRESS: &str = "\
// The private address of a private endpoint, whose NIC is known only once the endpoint is there.
param nic string

resource networkInterface 'Microsoft.Network/networkInterfaces@2024-03-01' existing = {
  name: last(split(nic, '/'))
}

output address string = networkInterface.properties.ipConfigurations[0].properties.privateIPAddress
";

fn write(checked: &Checked<Topology>, options: &Options) -> Result<Vec<File>, ExportError> {
    let deployment = Deployment::of(checked, options, Style::Camel)?;
    let mut files = Vec::new();
    for side in &deployment.sides {
        let folder = match deployment.sides.len() {
            1 => String::new(),
            _ => format!("{}/", side.key),
        };
        side_files(&deployment, side, &folder, &mut files)?;
    }
    Ok(files)
}

fn side_files(
    deployment: &Deployment,
    side: &Side,
    folder: &str,
    files: &mut Vec<File>,
) -> Result<(), ExportError> {
    let modules = modules(deployment, side);
    let groups: Vec<&Item> = deployment
        .of_side(side)
        .filter(|item| item.is_group() && !item.existing)
        .collect();
    let is_single = groups.is_empty() && modules.len() == 1;
    let mut asks = false;
    let mut texts = Vec::new();
    for module in &modules {
        let (text, asks_address) = module_text(deployment, module)?;
        asks |= asks_address;
        texts.push((module, text));
    }
    let mut head = String::new();
    for line in deployment.header() {
        let _infallible = writeln!(head, "// {line}");
    }
    let command = match modules.first() {
        Some(module) if is_single => format!(
            "az deployment group create --subscription {} --resource-group {} --template-file main.bicep",
            side.subscription,
            module.group.resource_group()
        ),
        _ => format!(
            "az deployment sub create --subscription {} --location {} --template-file main.bicep",
            side.subscription, side.location
        ),
    };
    let _infallible = writeln!(head, "// Deploy with: {command}");
    if deployment.sides.len() > 1 {
        let order: Vec<String> = deployment
            .sides
            .iter()
            .map(|side| format!("{}/main.bicep", side.key))
            .collect();
        let _infallible = writeln!(head, "// Deploy in this order: {}.", order.join(", "));
    }
    let main = if is_single {
        texts
            .drain(..)
            .map(|(_, text)| format!("{head}\n{text}"))
            .collect()
    } else {
        main_text(deployment, &head, &modules, &groups)
    };
    files.push(File {
        path: format!("{folder}main.bicep"),
        text: main,
    });
    for (module, text) in texts {
        files.push(File {
            path: format!("{folder}{}.bicep", module.name),
            text: format!(
                "// What stands in the resource group {}.\n{text}",
                one_line(module.group.resource_group())
            ),
        });
    }
    if asks {
        files.push(File {
            path: format!("{folder}{ADDRESS_FILE}"),
            text: ADDRESS.to_owned(),
        });
    }
    Ok(())
}

fn one_line(text: &str) -> String {
    text.replace(['\n', '\r'], " ")
}

/// The file of subscription scope: groups, and a module for each.
fn main_text(
    deployment: &Deployment,
    head: &str,
    modules: &[Module<'_>],
    groups: &[&Item],
) -> String {
    let mut text = format!("{head}targetScope = 'subscription'\n");
    let all: BTreeSet<&String> = modules.iter().flat_map(|module| &module.secrets).collect();
    for secret in &all {
        let _infallible = write!(text, "\n@secure()\nparam {secret} string\n");
    }
    for group in groups {
        let _infallible = write!(
            text,
            "\nresource {} '{}@{}' = {{\n  name: {}\n",
            group.symbol,
            group.arm_type,
            group.version,
            quoted(group.id.name())
        );
        let printer = Printer::plain(group);
        if let Expr::Object(members) = &group.body {
            for (name, member) in members.iter().filter(|(name, _)| name != "properties") {
                let _infallible = writeln!(text, "  {}: {}", key(name), printer.print(member, 1));
            }
        }
        text.push_str("}\n");
    }
    let made: HashMap<&ResourceId, &Item> =
        groups.iter().map(|group| (&group.id, *group)).collect();
    let mut symbols: Vec<String> = Vec::new();
    let mut taken: HashSet<String> = HashSet::new();
    for module in modules {
        let base = deployment
            .items
            .get(&module.group)
            .map_or("group", |group| group.symbol.as_str());
        let mut symbol = format!("{base}Resources");
        let mut number = 1_usize;
        while !taken.insert(symbol.clone()) {
            number = number.saturating_add(1);
            symbol = format!("{base}Resources{number}");
        }
        symbols.push(symbol);
    }
    for (module, symbol) in modules.iter().zip(&symbols) {
        let scope = made.get(&module.group).map_or_else(
            || format!("resourceGroup({})", quoted(module.group.resource_group())),
            |group| group.symbol.clone(),
        );
        let _infallible = write!(
            text,
            "\nmodule {symbol} {} = {{\n  name: {}\n  scope: {scope}\n",
            quoted(&format!("{}.bicep", module.name)),
            quoted(&module.name)
        );
        if !module.secrets.is_empty() {
            text.push_str("  params: {\n");
            for secret in &module.secrets {
                let _infallible = writeln!(text, "    {secret}: {secret}");
            }
            text.push_str("  }\n");
        }
        let needs: Vec<&String> = module
            .needs
            .iter()
            .filter_map(|at| symbols.get(*at))
            .collect();
        if !needs.is_empty() {
            text.push_str("  dependsOn: [\n");
            for need in needs {
                let _infallible = writeln!(text, "    {need}");
            }
            text.push_str("  ]\n");
        }
        text.push_str("}\n");
    }
    text
}

/// The resources of a group, and whether they ask for the address of a private endpoint.
fn module_text(
    deployment: &Deployment,
    module: &Module<'_>,
) -> Result<(String, bool), ExportError> {
    let mut text = String::new();
    for secret in &module.secrets {
        let _infallible = write!(text, "\n@secure()\nparam {secret} string\n");
    }
    for item in foreign(deployment, module) {
        text.push('\n');
        text.push_str(&existing(item, module));
    }
    let mut asked: BTreeSet<ResourceId> = BTreeSet::new();
    for item in &module.items {
        let mut wanted = Vec::new();
        item.body.addresses(&mut |id| wanted.push(id.clone()));
        for id in wanted {
            let is_endpoint = id.is_type("Microsoft.Network/privateEndpoints");
            let known = deployment.items.get(&id).filter(|item| {
                item.id
                    .subscription()
                    .eq_ignore_ascii_case(module.group.subscription())
            });
            let Some(source) =
                known.filter(|_| is_endpoint || id.is_type("Microsoft.ApiManagement/service"))
            else {
                return Err(ExportError::NoAddress { id });
            };
            if is_endpoint && asked.insert(id.clone()) {
                let _infallible = write!(
                    text,
                    "\nmodule {0}Address '{ADDRESS_FILE}' = {{\n  name: {1}\n  params: {{\n    nic: {0}.properties.networkInterfaces[0].id\n  }}\n}}\n",
                    source.symbol,
                    quoted(&format!("address-{}", source.symbol))
                );
            }
        }
        text.push('\n');
        text.push_str(&resource(deployment, module, item));
    }
    Ok((text, !asked.is_empty()))
}

/// Resources of the same subscription that are referred to and not made here.
fn foreign<'d>(deployment: &'d Deployment, module: &Module<'_>) -> Vec<&'d Item> {
    let mut wanted: BTreeSet<usize> = BTreeSet::new();
    let mut want = |id: &ResourceId| {
        let at = deployment.items.get_index_of(id);
        wanted.extend(at.filter(|_| !module.makes(id)));
    };
    for item in &module.items {
        item.body
            .references(&mut |reference| want(&reference.owner));
        item.body.addresses(&mut |id| want(id));
        if let Some(parent) = item.id.parent() {
            want(&parent);
        }
    }
    let wanted = wanted.into_iter();
    wanted
        .filter_map(|at| deployment.items.get_index(at))
        .map(|(_, item)| item)
        .filter(|item| {
            !item.is_group()
                && item
                    .id
                    .subscription()
                    .eq_ignore_ascii_case(module.group.subscription())
        })
        .collect()
}

fn existing(item: &Item, module: &Module<'_>) -> String {
    let mut text = String::new();
    let _infallible = write!(
        text,
        "resource {} '{}@{}' existing = {{\n  name: {}\n",
        item.symbol,
        item.arm_type,
        if item.version.is_empty() {
            "2024-03-01"
        } else {
            &item.version
        },
        quoted(&full_name(&item.id))
    );
    if item.id.group_id() != module.group {
        let _infallible = writeln!(
            text,
            "  scope: resourceGroup({})",
            quoted(item.id.resource_group())
        );
    }
    text.push_str("}\n");
    text
}

fn full_name(id: &ResourceId) -> String {
    match id.parent() {
        Some(parent) => format!("{}/{}", full_name(&parent), id.name()),
        None => id.name().to_owned(),
    }
}

fn resource(deployment: &Deployment, module: &Module<'_>, item: &Item) -> String {
    let mut text = format!(
        "resource {} '{}@{}' = {{\n",
        item.symbol, item.arm_type, item.version
    );
    let parent = item
        .id
        .parent()
        .and_then(|parent| deployment.items.get(&parent));
    match (parent, item.id.parent()) {
        (Some(parent), _) => {
            let _infallible = write!(
                text,
                "  parent: {}\n  name: {}\n",
                parent.symbol,
                quoted(item.id.name())
            );
        }
        (None, Some(_)) => {
            let _infallible = writeln!(text, "  name: {}", quoted(&full_name(&item.id)));
        }
        (None, None) => {
            let _infallible = writeln!(text, "  name: {}", quoted(item.id.name()));
        }
    }
    let printer = Printer::of(deployment, &module.group, item);
    let mut properties = String::new();
    if let Expr::Object(members) = &item.body {
        for (name, member) in members {
            let line = format!("  {}: {}\n", key(name), printer.print(member, 1));
            if name == "properties" {
                // A type without properties does not take an empty object everywhere.
                if *member != Expr::Object(Vec::new()) {
                    properties = line;
                }
            } else {
                text.push_str(&line);
            }
        }
    }
    text.push_str(&properties);
    let needs: Vec<&Item> = deployment
        .unsaid(item)
        .filter(|need| module.makes(&need.id))
        .collect();
    if !needs.is_empty() {
        text.push_str("  dependsOn: [\n");
        for need in needs {
            let _infallible = writeln!(text, "    {}", need.symbol);
        }
        text.push_str("  ]\n");
    }
    text.push_str("}\n");
    text
}
