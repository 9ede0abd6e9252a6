//! Importing files that others wrote, and writing what was imported as a manifest.

#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read fixtures and examples"
)]

mod answers;
mod certain;
mod examples;
mod linked;
mod quickstarts;
mod short;

use std::path::Path;
use topology::{
    Finding, Severity, Topology,
    arm::template::DeploymentContext,
    finding::Place,
    import::{self, File, Imported, Kind, Options},
    manifest, resolve,
    source::SourceMap,
};

/// Imports texts as they are named.
fn imported(files: &[(&str, &str)], options: &Options) -> Imported {
    let files = files.iter().map(|(name, text)| File {
        name: (*name).to_owned(),
        text: (*text).to_owned(),
    });
    import::read(files.collect(), options)
}

/// Deployed to a group in `uksouth`.
fn options() -> Options {
    Options {
        ctx: DeploymentContext {
            subscription_id: "11111111-1111-1111-1111-111111111111".to_owned(),
            resource_group: "rg".to_owned(),
            location: Some("uksouth".to_owned()),
            ..DeploymentContext::default()
        },
        ..Options::default()
    }
}

/// Findings as `code file:line:column message`.
fn shown(findings: &[Finding], sources: &SourceMap) -> Vec<String> {
    findings
        .iter()
        .map(|finding| {
            let at = finding.span.map_or_else(
                || "nowhere".to_owned(),
                |span| {
                    let at = sources.location(span);
                    format!("{}:{}:{}", at.file, at.line, at.column)
                },
            );
            format!("{} {at} {}", finding.code, finding.message)
        })
        .collect()
}

/// The law: the manifest of an imported topology expands to the same resources.
#[track_caller]
fn check_law(topology: &Topology) -> String {
    let text = import::to_manifest(topology);
    let (parsed, findings) = manifest::parse(&text);
    assert_eq!(findings, [], "{text}");
    let resolved = resolve::resolve(&parsed);
    assert_eq!(resolved.findings, [], "{text}");
    let found = &resolved.topology.resources;
    for (id, resource) in &topology.resources {
        let there = found
            .get(id)
            .unwrap_or_else(|| panic!("{id} is lost in\n{text}"));
        assert_eq!(
            import::essence(there),
            import::essence(resource),
            "{id} in\n{text}"
        );
        assert_eq!(there.existing, resource.existing, "{id}");
    }
    assert_eq!(found.len(), topology.resources.len(), "{text}");
    text
}
