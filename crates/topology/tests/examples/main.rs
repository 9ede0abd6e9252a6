//! Every example is what it says: it checks clean, its traces are delivered, it expands to itself,
//! fits the schema, and can be exported.
//!
//! An example says its traces itself, in comments that begin with `#   linkspan trace`. The tutorial
//! as it was published is a collection of mistakes, and has tests of its own.
#![cfg(test)]
#![expect(clippy::disallowed_methods, reason = "tests read the examples")]

use std::path::Path;
use topology::{
    Diagnosis, Severity, diagnose, expand, import, manifest,
    model::{Topology, expectation::Selector},
    render::{EXPORTERS, Options, Part, exporter},
    rules,
    source::SourceMap,
    trace::{Outcome, World},
};

const MODELINE: &str = "# yaml-language-server: $schema=../crates/topology/manifest.schema.json";
const TUTORIAL: &str = "tutorial-as-published.yaml";

/// Name and text of every example but the tutorial.
fn examples() -> Vec<(String, String)> {
    let mut all = every_one();
    all.retain(|(name, _)| name != TUTORIAL);
    all
}

fn every_one() -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut found: Vec<(String, String)> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|kind| kind == "yaml"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    assert!(found.len() >= 8, "examples are missing: {found:?}");
    found
}

fn read(name: &str, text: &str) -> Diagnosis {
    diagnose(&SourceMap::of(name, text))
}

#[test]
fn each_begins_with_its_schema_and_then_says_its_situation() {
    for (name, text) in every_one() {
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some(MODELINE), "{name}");
        assert!(lines.next().unwrap().starts_with("# "), "{name}");
    }
}

#[test]
fn each_checks_clean_at_the_default_level() {
    for (name, text) in examples() {
        let found = read(&name, &text);
        let serious: Vec<String> = found
            .findings
            .iter()
            .filter(|finding| finding.severity != Severity::Hint)
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect();
        assert_eq!(serious, [""; 0], "{name}");
        assert!(!found.is_blocked(), "{name}");
    }
}

#[test]
fn each_trace_that_an_example_names_is_delivered() {
    for (name, text) in examples() {
        let found = read(&name, &text);
        let world = World::new(&found.topology);
        let mut traced = Vec::new();
        for line in text.lines() {
            let Some(words) = line.strip_prefix("#   linkspan trace ") else {
                continue;
            };
            let (file, words) = words.split_once(" --from ").unwrap();
            assert_eq!(file, format!("examples/{name}"));
            let (from, to) = words.split_once(" --to ").unwrap();
            let select = |text: &str| text.parse::<Selector>().unwrap();
            let trace = world
                .trace_between(&select(from), &select(to), None)
                .unwrap();
            assert_eq!(
                trace.outcome,
                Outcome::Delivered,
                "{name}: {}",
                trace.because
            );
            traced.push(from.to_owned());
        }
        let clients: Vec<String> = found.topology.clients.keys().cloned().collect();
        assert_eq!(traced, clients, "{name}: a trace for each client");
    }
}

/// What of a topology the expanded form must keep.
fn kept(topology: &Topology) -> Vec<String> {
    let resources = topology.resources.values().map(|one| format!("{one:?}"));
    let clients = topology.clients.values().map(|one| {
        let address = one.private_ip_address;
        format!("{} {} {address:?} {:?}", one.name, one.subnet, one.hosts)
    });
    let backends = topology.backends.values().map(|one| {
        let topology::model::Backend {
            span: _,
            ref name,
            ref addresses,
            ref fqdn,
            ref ports,
            ref virtual_network,
            ref id,
        } = *one;
        format!("{name} {addresses:?} {fqdn:?} {ports:?} {virtual_network:?} {id:?}")
    });
    resources.chain(clients).chain(backends).collect()
}

#[test]
fn each_expands_to_the_same_topology() {
    for (name, text) in every_one() {
        let found = read(&name, &text);
        let once = manifest::document(&expand(&found).unwrap());
        let again = read(&name, &once);
        assert!(again.is_readable, "{name}: {:?}\n{once}", again.findings);
        assert_eq!(kept(&found.topology), kept(&again.topology), "{name}");
        let twice = manifest::document(&expand(&again).unwrap());
        assert_eq!(once, twice, "{name}");
    }
}

#[test]
fn each_fits_the_schema() {
    let schema = manifest::json_schema();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for (name, text) in every_one() {
        let (value, findings) = manifest::value_of(&text);
        assert_eq!(findings, [], "{name}");
        let misfits: Vec<String> = validator
            .iter_errors(&value.unwrap())
            .map(|error| format!("{} {error}", error.instance_path))
            .collect();
        assert_eq!(misfits, [""; 0], "{name}");
    }
}

#[test]
fn each_is_exported_by_every_exporter() {
    let options = Options {
        part: Part::Whole,
        partner: None,
    };
    for (name, text) in examples() {
        let checked = read(&name, &text).checked().unwrap();
        for exporter in EXPORTERS {
            let files = exporter.export(&checked, &options).unwrap();
            // Without a relay there is nothing to configure.
            let is_of_relays = matches!(exporter.id, "relay" | "cloud-init");
            let is_empty = is_of_relays && !text.contains("\nforwarders:");
            assert_eq!(files.is_empty(), is_empty, "{name} as {}", exporter.id);
        }
    }
}

/// Codes of the findings on what ARM can say: it knows no clients and no backends.
fn codes(found: &[topology::Finding]) -> Vec<&'static str> {
    let mut codes: Vec<&'static str> = found.iter().map(|one| one.code).collect();
    codes.sort_unstable();
    codes
}

#[test]
fn each_is_imported_again_from_its_templates_with_no_other_finding() {
    let exporter = exporter("arm").unwrap();
    for (name, text) in examples() {
        let checked = read(&name, &text).checked().unwrap();
        let files = exporter.export(&checked, &Options::default()).unwrap();
        let files = files.into_iter().map(|file| import::File {
            name: file.path,
            text: file.text,
        });
        let back = import::read(files.collect(), &import::Options::default());
        assert_eq!(back.findings, [], "{name}");
        let mut bare = checked.topology().clone();
        bare.clients.clear();
        bare.backends.clear();
        bare.expectations.clear();
        let before = codes(&rules::check(&bare));
        assert_eq!(codes(&rules::check(&back.topology)), before, "{name}");
        let ids = |topology: &Topology| {
            let mut ids: Vec<String> = topology.resources.keys().map(ToString::to_string).collect();
            ids.sort_unstable();
            ids
        };
        assert_eq!(ids(&back.topology), ids(&bare), "{name}");
        // Whole, and as a manifest that is written and read again.
        let again = read(&name, &import::to_manifest(&back.topology));
        assert_eq!(codes(&rules::check(&again.topology)), before, "{name}");
    }
}
