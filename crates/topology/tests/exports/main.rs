//! Every exporter over every example, against committed files.
//!
//! `UPDATE_EXPECT=1 cargo test -p topology --test exports` writes them anew; read the difference
//! before you accept it.
#![cfg(test)]
#![expect(
    clippy::disallowed_methods,
    reason = "tests read the examples and write the committed files"
)]

mod shapes;
mod template;

use expect_test::expect_file;
use std::path::{Path, PathBuf};
use topology::{
    Checked, Topology, manifest,
    render::{EXPORTERS, ExportError, File, Options, Part},
    resolve, rules,
};

/// A checked topology, or the topology if it has errors.
fn read(text: &str) -> Result<Checked<Topology>, Topology> {
    let (manifest, mut findings) = manifest::parse(text);
    let resolved = resolve::resolve(&manifest);
    findings.extend(resolved.findings);
    rules::checked(resolved.topology, findings)
        .map(|(checked, _)| checked)
        .map_err(|(topology, _)| topology)
}

/// Name and text of every example.
fn examples() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "yaml")
        })
        .map(|path| {
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(found.len() >= 2, "no examples");
    found
}

/// Every file that every exporter writes for a text and a part.
fn written(text: &str, part: Part) -> Vec<(&'static str, Result<Vec<File>, ExportError>)> {
    let options = Options {
        part,
        partner: None,
    };
    let read = read(text);
    EXPORTERS
        .iter()
        .filter_map(|exporter| match &read {
            Ok(checked) => Some((exporter.id, exporter.export(checked, &options))),
            Err(topology) => Some((exporter.id, exporter.show(topology, &options)?)),
        })
        .collect()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/exports/golden")
}

#[test]
fn every_example_is_written_as_committed() {
    let shapes = shapes::all()
        .into_iter()
        .map(|(name, text)| (format!("shape-{name}"), text));
    for (name, text) in examples().into_iter().chain(shapes) {
        for (part, suffix) in [(Part::Whole, ""), (Part::Partner, "-partner")] {
            for (exporter, files) in written(&text, part) {
                let files = match files {
                    Ok(files) => files,
                    Err(ExportError::NoPartner | ExportError::SeveralPartners { .. })
                        if part == Part::Partner =>
                    {
                        continue;
                    }
                    Err(error) => panic!("{name}: {exporter}: {error}"),
                };
                let may_be_none = matches!(exporter, "relay" | "cloud-init");
                assert!(
                    may_be_none || !files.is_empty(),
                    "{name}: {exporter} wrote nothing"
                );
                for file in files {
                    let path = folder()
                        .join(format!("{name}{suffix}"))
                        .join(exporter)
                        .join(&file.path);
                    if std::env::var_os("UPDATE_EXPECT").is_some() {
                        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
                    }
                    // What the rules say is tested with the rules.
                    let text = match exporter {
                        "markdown" => file.text.split("## Findings").next().unwrap(),
                        _ => &file.text,
                    };
                    expect_file![path].assert_eq(text);
                }
            }
        }
    }
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    for (_, text) in examples() {
        for part in [Part::Whole, Part::Provider] {
            let once: Vec<_> = written(&text, part)
                .into_iter()
                .map(|(_, files)| files.ok())
                .collect();
            let again: Vec<_> = written(&text, part)
                .into_iter()
                .map(|(_, files)| files.ok())
                .collect();
            assert_eq!(once, again);
        }
    }
}

#[test]
fn ids_are_unique_and_paths_stay_below_the_folder() {
    let mut ids: Vec<&str> = EXPORTERS.iter().map(|exporter| exporter.id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), EXPORTERS.len());
    for (_, text) in examples() {
        for (_, files) in written(&text, Part::Whole) {
            let mut paths: Vec<String> = files.unwrap().into_iter().map(|file| file.path).collect();
            for path in &paths {
                assert!(!path.starts_with('/') && !path.contains(".."), "{path}");
            }
            let count = paths.len();
            paths.sort();
            paths.dedup();
            assert_eq!(paths.len(), count, "a path twice");
        }
    }
}
