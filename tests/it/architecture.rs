//! Which crate may know which: exactly the edges of the design.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
};

/// Our crates and what of ours they may depend on, test aids aside. To allow another edge, change
/// this table, and say in the commit why the new edge is right.
const EDGES: &[(&str, &[&str])] = &[
    ("topology", &[]),
    ("fabric", &["topology"]),
    ("forwarder", &["topology"]),
    ("azure", &["topology"]),
    ("functions-runtime", &[]),
    ("twin", &["topology", "fabric"]),
    ("linkspan", &["topology", "azure", "twin", "forwarder"]),
    (
        "linkspan-functions",
        &["functions-runtime", "azure", "topology"],
    ),
    ("planner", &["topology", "fabric"]),
    ("agreement", &["topology", "fabric"]),
    ("testkit", &[]),
    ("system-tests", &[]),
    ("xtask", &[]),
    ("xtask-bindgen", &[]),
];

/// What the core may use of the world's crates: no runtime, no network, no randomness.
const CORE: &[&str] = &[
    "base64",
    "indexmap",
    "serde",
    "serde_json",
    "saphyr-parser",
    "thiserror",
];

fn metadata() -> cargo_metadata::Metadata {
    MetadataCommand::new()
        .no_deps()
        .manifest_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("../Cargo.toml"))
        .exec()
        .unwrap()
}

#[test]
fn edges_between_our_crates_are_those_of_the_design() {
    let metadata = metadata();
    let allowed: BTreeMap<&str, BTreeSet<&str>> = EDGES
        .iter()
        .map(|(name, to)| (*name, to.iter().copied().collect()))
        .collect();
    let ours: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|package| package.name.to_string())
        .collect();
    for package in &metadata.packages {
        let name = package.name.as_str();
        let allowed = allowed
            .get(name)
            .unwrap_or_else(|| panic!("`{name}` is not in the table of tests/it/architecture.rs"));
        for dependency in package
            .dependencies
            .iter()
            .filter(|dependency| ours.contains(&dependency.name))
        {
            let testing =
                dependency.kind == DependencyKind::Development && dependency.name == "testkit";
            assert!(
                testing || allowed.contains(dependency.name.as_str()),
                "`{name}` must not depend on `{}`: mend {} or the table in tests/it/architecture.rs",
                dependency.name,
                package.manifest_path
            );
        }
    }
}

#[test]
fn the_core_uses_only_crates_that_touch_nothing() {
    let metadata = metadata();
    let core = metadata
        .packages
        .iter()
        .find(|package| package.name.as_str() == "topology")
        .unwrap();
    for dependency in core
        .dependencies
        .iter()
        .filter(|dependency| dependency.kind == DependencyKind::Normal)
    {
        assert!(
            CORE.contains(&dependency.name.as_str()),
            "`topology` must not use `{}`",
            dependency.name
        );
    }
}
