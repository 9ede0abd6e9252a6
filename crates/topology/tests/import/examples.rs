//! Every example, written out as Azure would answer it and as a template, and imported again.

use super::*;
use topology::{
    Checked, arm,
    model::{Resource, id::ResourceId},
    render::{self, Part},
    rules,
};

fn examples() -> Vec<(String, Topology, Vec<Finding>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "yaml") {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let (parsed, mut findings) = manifest::parse(&text);
        let resolved = resolve::resolve(&parsed);
        findings.extend(resolved.findings);
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        found.push((name, resolved.topology, findings));
    }
    assert!(found.len() >= 2);
    found
}

#[test]
fn a_resolved_example_is_the_same_manifest_again() {
    for (_, topology, _) in examples() {
        check_law(&topology);
    }
}

#[test]
fn what_azure_would_answer_is_imported_as_it_is() {
    for (name, topology, _) in examples() {
        let values: Vec<serde_json::Value> = topology
            .resources
            .values()
            .map(|resource| arm::export(resource).unwrap())
            .collect();
        let text = serde_json::json!({ "value": values }).to_string();
        let imported = imported(&[("list.json", &text)], &options());
        assert_eq!(imported.findings, [], "{name}");
        assert_eq!(imported.kinds[0].1, Some(Kind::Resources));
        assert_eq!(imported.topology.name, name, "the owner's tag names it");
        for (id, resource) in &topology.resources {
            let there = &imported.topology.resources[id];
            assert_eq!(import::essence(there), import::essence(resource), "{id}");
        }
        assert_eq!(
            imported.topology.resources.len(),
            topology.resources.len(),
            "{name}"
        );
        check_law(&imported.topology);
    }
}

/// Whether a template can say the resource before it is deployed: not the address that Azure gives
/// a private endpoint.
fn is_known_before(resource: &Resource) -> bool {
    let text = import::essence(resource).to_string();
    !text.contains("addressOf(")
}

#[test]
fn an_exported_template_is_imported_as_what_it_was() {
    let exporter = render::exporter("arm").unwrap();
    for (name, topology, findings) in examples() {
        let Ok((checked, _)) = rules::checked(topology, findings) else {
            continue;
        };
        let checked: Checked<Topology> = checked;
        let options = render::Options {
            part: Part::Whole,
            partner: None,
        };
        let files = exporter.export(&checked, &options).unwrap();
        assert!(!files.is_empty(), "{name}");
        let files: Vec<(&str, &str)> = files
            .iter()
            .map(|file| (file.path.as_str(), file.text.as_str()))
            .collect();
        let imported = imported(&files, &Options::default());
        // The addresses that Azure gives private endpoints are known to Azure only.
        assert!(
            imported
                .findings
                .iter()
                .all(|finding| finding.code == "IMP006"),
            "{:?}",
            shown(&imported.findings, &imported.sources)
        );
        let topology = checked.topology();
        let ids = |topology: &Topology| {
            let mut ids: Vec<ResourceId> = topology.resources.keys().cloned().collect();
            ids.sort();
            ids
        };
        assert_eq!(ids(&imported.topology), ids(topology), "{name}");
        for (id, resource) in &topology.resources {
            if is_known_before(resource) {
                let there = &imported.topology.resources[id];
                assert_eq!(import::essence(there), import::essence(resource), "{id}");
            }
        }
        check_law(&imported.topology);
    }
}
