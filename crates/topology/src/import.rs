//! What exists already: templates, exports, answers of the Azure CLI and of Resource Graph.
//!
//! [`read`] takes any number of texts, sees from each one's content what it is, and makes one
//! topology of all of them. Nothing has to be said about a file; what cannot be told apart is a
//! finding. Every value keeps the place that it came from, so findings about an imported topology
//! point at file, line and column. [`to_manifest`] writes the topology as a manifest that expands to
//! the same resources.
//!
//! # What is understood
//! - ARM templates for a resource group, a subscription and above, written by hand, compiled from
//!   Bicep or exported, with their parameters files; what `linkspan export --to arm` writes.
//! - Bodies of deployment, validate and what-if requests, and the changes that what-if answers.
//! - One resource or a list of them as ARM answers it, as `az … -o json` prints it (with or without
//!   the nesting of `properties`), as Resource Graph and `az graph query` answer it.
//! - `az account show` and `az account list`, which give subscriptions their names and tenants.
//!
//! # What is left out
//! Read-only answers stay, because tracing needs them. `null` says nothing and is dropped, and so is
//! what the Azure CLI and Resource Graph add to a resource: `resourceGroup` beside an id,
//! `subscriptionId`, `tenantId`.
//!
//! # Codes
//! | code | what |
//! |---|---|
//! | IMP001 | a file that is nothing of the above |
//! | IMP002 | a resource whose scope the model does not hold: above a resource group |
//! | IMP003 | the same resource twice, with different values |
//! | IMP004 | parameters without their template |
//! | IMP005 | resources without properties, as `az resource list` gives them |
//! | IMP006 | a value that only Azure knows |
//!
//! Findings about the JSON are `JSON…`, about templates `TPL…`, about values `ARM…`.

mod answers;
mod canonical;
mod certain;
mod essence;
mod manifest;
mod merge;
mod names;
mod recognise;
#[cfg(test)]
mod tests;
mod world;

pub use essence::essence;
pub use manifest::to_manifest;
pub use recognise::Kind;

use crate::{
    arm::template::{self, DeploymentContext, Expansion, Linked, Parameters, Planted, Value, Why},
    finding::{Finding, Severity},
    manifest::suggest::clip,
    model::{Topology, id::ResourceId},
    source::{
        SourceId, SourceMap, Span,
        json::{self, Node},
    },
};
use indexmap::IndexMap;
use recognise::Document;
use std::collections::{HashMap, HashSet};
use world::World;

/// One text to import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name or path, as the user gave it.
    pub name: String,
    /// Its content.
    pub text: String,
}

/// How resources that were read from Azure are to be understood.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Observed {
    /// They exist, and are none of ours: read, checked and traced, never changed. One with the
    /// owner's tag is ours all the same.
    #[default]
    Existing,
    /// They are a pattern for what is to be made.
    Ours,
}

/// What is known besides the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where templates are deployed. A template that says itself where (what Linkspan exports does)
    /// is deployed there.
    pub ctx: DeploymentContext,
    /// Values for the parameters of templates; they count before those of parameters files.
    pub parameters: Parameters,
    /// How answers of Azure are understood.
    pub observed: Observed,
    /// Whether all rules are applied to what was imported.
    pub check: bool,
}

/// What was imported.
#[derive(Clone, Debug, Default)]
pub struct Imported {
    /// All resources, children in their parents, with the place of every value.
    pub topology: Topology,
    /// The texts, for the places.
    pub sources: SourceMap,
    /// What each file is, in their order; `None` if that is not known.
    pub kinds: Vec<(SourceId, Option<Kind>)>,
    /// Outputs of the templates, by the name of the file.
    pub outputs: IndexMap<String, IndexMap<String, Value>>,
    /// What is wrong.
    pub findings: Vec<Finding>,
}

/// A resource as it was given.
#[derive(Clone, Debug)]
struct Given {
    json: serde_json::Value,
    /// JSON pointers into it and where their values stand.
    spans: Vec<(String, Span)>,
    /// Whether Azure answered it.
    is_observed: bool,
}

/// Reads files.
pub fn read(files: Vec<File>, options: &Options) -> Imported {
    let mut sources = SourceMap::default();
    let ids: Vec<SourceId> = files
        .into_iter()
        .map(|file| sources.add(file.name, file.text))
        .collect();
    let mut findings = Vec::new();
    let nodes: Vec<(SourceId, Option<Node>)> = ids
        .into_iter()
        .map(|id| (id, json::read(sources.text(id), id, &mut findings)))
        .collect();
    let mut world = World::new(options, findings);
    let mut kinds = Vec::new();
    let mut templates = Vec::new();
    let mut parameters = Vec::new();
    for (id, node) in &nodes {
        let documents = node.as_ref().map(recognise::documents);
        kinds.push((*id, documents.as_ref().and_then(|found| found.kind)));
        let Some(found) = documents else { continue };
        if found.kind.is_none()
            && let Some(node) = node
        {
            world.report(unknown(node));
        }
        for document in found.documents {
            match document {
                Document::Template { root, parameters } => templates.push((*id, root, parameters)),
                Document::Parameters(root) => parameters.push((*id, root)),
                Document::Resource(node) => answers::resource(&mut world, node),
                Document::Row(row) => answers::resource(&mut world, &row),
                Document::Subscription(node) => world.subscription(node),
            }
        }
    }
    let mut outputs = IndexMap::new();
    let given = assign(&mut world, &sources, &templates, &parameters);
    let files: Vec<Linked<'_>> = templates
        .iter()
        .map(|(id, root, _)| Linked {
            name: sources.name(*id),
            text: sources.text(*id),
            root,
        })
        .collect();
    let expansions = given.into_iter().enumerate().map(|(at, mut given)| {
        given.merge(options.parameters.clone());
        let ctx = files.get(at).map(|file| context(file.root, &options.ctx));
        template::expand_linked(&files, at, &given, &ctx.unwrap_or_default())
    });
    let expansions: Vec<Expansion> = expansions.collect();
    let deployed = deployed(&expansions);
    for (at, ((id, ..), expansion)) in templates.iter().zip(expansions).enumerate() {
        if !deployed.contains(&at) {
            continue;
        }
        for finding in expansion.findings {
            world.report(finding);
        }
        for planted in expansion.resources {
            plant(&mut world, planted);
        }
        outputs.insert(sources.name(*id).to_owned(), expansion.outputs);
    }
    let (topology, findings) = if options.check {
        certain::checked(world)
    } else {
        world.finish()
    };
    Imported {
        topology,
        sources,
        kinds,
        outputs,
        findings,
    }
}

/// Which templates are deployed for themselves: what another one links to is deployed by that one.
/// Of a circle the first is.
fn deployed(expansions: &[Expansion]) -> HashSet<usize> {
    let linked = |at: usize| expansions.get(at).map_or(&[][..], |one| &one.linked);
    let all = 0..expansions.len();
    let mut theirs: HashSet<usize> = all.clone().flat_map(linked).copied().collect();
    let mut own: HashSet<usize> = all.clone().filter(|at| !theirs.contains(at)).collect();
    theirs = own.iter().flat_map(|at| linked(*at)).copied().collect();
    for at in all {
        if !own.contains(&at) && !theirs.contains(&at) {
            own.insert(at);
            theirs.extend(linked(at));
        }
    }
    own
}

fn unknown(node: &Node) -> Finding {
    Finding::at_span(
        "IMP001",
        Severity::Error,
        "this is nothing that can be imported",
        node.first(),
    )
    .note("it is no template, parameters file, resource or list of resources")
    .help(
        "export with `az group export`, `az graph query` or `az resource show`, or name a template",
    )
}

/// Which values each template is given by files: those of the file that is named like it, or, with
/// one template only, of all.
fn assign(
    world: &mut World<'_>,
    sources: &SourceMap,
    templates: &[(SourceId, &Node, Option<&Node>)],
    files: &[(SourceId, &Node)],
) -> Vec<Parameters> {
    let mut given: Vec<Parameters> = templates
        .iter()
        .map(|(_, _, own)| match own {
            Some(own) => read_parameters(world, own),
            None => Parameters::default(),
        })
        .collect();
    let by_name: HashMap<String, usize> = templates
        .iter()
        .enumerate()
        .map(|(at, (id, _, _))| (stem(sources.name(*id)), at))
        .collect();
    for (id, root) in files {
        let stem = stem(sources.name(*id));
        let at = match (by_name.get(&stem), templates) {
            (Some(at), _) => Some(*at),
            (None, [_]) => Some(0),
            _ => None,
        };
        let values = read_parameters(world, root);
        match at.and_then(|at| given.get_mut(at)) {
            Some(given) => given.merge(values),
            None => world.report(
                Finding::at_span(
                    "IMP004",
                    Severity::Warning,
                    "which template these parameters belong to is not known",
                    root.first(),
                )
                .note("a parameters file is found by its name: `main.json` and `main.parameters.json`")
                .help("give the template as well, named like the parameters"),
            ),
        }
    }
    given
}

fn read_parameters(world: &mut World<'_>, root: &Node) -> Parameters {
    let (values, findings) = Parameters::read(root);
    for finding in findings {
        world.report(finding);
    }
    values
}

/// What a template and its parameters file have in common: the folder and the name up to its first
/// dot, without the words that tell them apart.
fn stem(name: &str) -> String {
    let folder = name.rfind(['/', '\\']).map_or(0, |at| at.saturating_add(1));
    let (folder, file) = name.split_at(folder);
    let stem = file.split('.').next().unwrap_or(file).to_ascii_lowercase();
    // The portal's export is `template.json` and `parameters.json`.
    let stem = match stem.as_str() {
        "template" | "parameters" => "",
        other => other,
    };
    format!("{folder}{stem}")
}

/// Where a template is deployed: what Linkspan exports says so in its notes.
fn context(root: &Node, ctx: &DeploymentContext) -> DeploymentContext {
    let mut ctx = ctx.clone();
    let notes = root.at(&["metadata", "notes"]).and_then(Node::elements);
    for note in notes.unwrap_or(&[]).iter().filter_map(Node::as_str) {
        let value = |option: &str| -> Option<String> {
            let (_, rest) = note.split_once(option)?;
            rest.split_whitespace().next().map(str::to_owned)
        };
        if !note.contains("az deployment ") {
            continue;
        }
        if let Some(subscription) = value("--subscription ") {
            ctx.subscription_id = subscription;
        }
        if let Some(group) = value("--resource-group ") {
            ctx.resource_group = group;
        }
        if let Some(location) = value("--location ") {
            ctx.deployment_location = Some(location);
        }
    }
    ctx
}

/// Takes over a resource that a template deploys.
fn plant(world: &mut World<'_>, planted: Planted) {
    if planted.is_existing {
        // It says no more than that it is there.
        return;
    }
    let id = planted.id.parse::<ResourceId>();
    for (pointer, unknown) in &planted.unknowns {
        if let Ok(id) = &id {
            world.holes.push(certain::Hole::new(id, pointer));
        }
        // What a parameter leaves open and what failed is said where it is.
        if !matches!(unknown.why, Why::Runtime(_) | Why::Context(_)) {
            continue;
        }
        let at = planted
            .spans
            .iter()
            .rev()
            .find(|(known, _)| pointer.starts_with(known.as_str()))
            .map(|(_, span)| *span);
        let name = pointer.rsplit('/').next().unwrap_or("");
        let short = planted.id.rsplit('/').next().unwrap_or("");
        if let Some(span) = at {
            world.report(
                Finding::at_span(
                    "IMP006",
                    Severity::Hint,
                    format!("`{}` of `{}` is not known", clip(name, 40), clip(short, 60)),
                    span,
                )
                .note(format!("{}; it is left out", unknown.why))
                .help("import the answers of Azure as well, once it is deployed"),
            );
        }
    }
    let given = Given {
        json: planted.resource,
        spans: planted.spans,
        is_observed: false,
    };
    world.add(given);
}
