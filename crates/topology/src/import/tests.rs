//! Laws of importing, and the completeness of its tables.

use super::{names::NAMES, *};
use crate::{arm, manifest as form, resolve};
use proptest::prelude::*;
use serde_json::{Value as Json, json};

/// Source files of the model.
#[expect(
    clippy::disallowed_methods,
    reason = "the test reads the model's own text"
)]
fn sources(folder: &std::path::Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

#[test]
fn every_name_that_the_model_reads_is_in_the_table() {
    let mut texts = Vec::new();
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/model");
    sources(&folder, &mut texts);
    let mut names: Vec<&str> = texts
        .iter()
        .flat_map(|text| text.split(" as \"").skip(1))
        .filter_map(|rest| rest.split_once('"'))
        .map(|(name, _)| name)
        .collect();
    names.sort_unstable();
    names.dedup();
    assert!(names.len() > 200, "{}", names.len());
    let of_types: Vec<&str> = names::BY_TYPE.iter().map(|(_, name)| *name).collect();
    let missing: Vec<&&str> = names
        .iter()
        .filter(|name| !NAMES.contains(*name) && !of_types.contains(*name))
        .collect();
    assert!(missing.is_empty(), "add to `import/names.rs`: {missing:?}");
}

#[test]
fn no_two_names_of_the_table_differ_in_case_only() {
    let mut folded: Vec<String> = NAMES.iter().map(|name| name.to_ascii_lowercase()).collect();
    folded.sort();
    let before = folded.len();
    folded.dedup();
    assert_eq!(folded.len(), before);
}

#[test]
fn ten_thousand_resources_are_imported() {
    let list = |count: usize| {
        let values: Vec<Json> = (0..count).map(network).collect();
        json!({ "value": values }).to_string()
    };
    let imported = read(vec![file("many.json", list(10_000))], &Options::default());
    assert_eq!(imported.findings, []);
    assert_eq!(imported.topology.resources.len(), 10_001);
}

fn network(at: usize) -> Json {
    let (high, low) = (at / 256, at % 256);
    json!({
        "id": format!("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v{at}"),
        "location": "uksouth",
        "properties": {
            "addressSpace": { "addressPrefixes": [format!("10.{high}.{low}.0/24")] },
            "subnets": [ { "name": "s", "properties": { "addressPrefix": format!("10.{high}.{low}.0/25") } } ]
        }
    })
}

fn file(name: &str, text: String) -> File {
    File {
        name: name.to_owned(),
        text,
    }
}

/// Any JSON, with some of the words that mean something here.
fn any_json() -> impl Strategy<Value = Json> {
    let word = prop::sample::select(vec![
        "id",
        "name",
        "type",
        "properties",
        "value",
        "data",
        "resources",
        "template",
        "parameters",
        "changes",
        "after",
        "apiVersion",
        "subnets",
        "addressPrefix",
        "Name",
        "tags",
        "$schema",
        "columns",
        "rows",
        "resourceGroup",
        "tenantId",
        "location",
    ]);
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<f64>().prop_map(|number| json!(number)),
        "\\PC{0,10}".prop_map(Into::into),
        "[ -~\\n\\t\\u{80}-\\u{ff}]{0,12}".prop_map(Into::into),
        prop::sample::select(vec![
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v",
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s",
            "/subscriptions/s/resourceGroups/g/providers/A.B/c/d",
            "Microsoft.Network/virtualNetworks", "10.0.0.0/16", "$(x)", "$$(", "true", "1e3", "~",
            "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
        ])
        .prop_map(Into::into),
    ];
    leaf.prop_recursive(5, 48, 6, move |inner| {
        let key = prop_oneof![
            4 => word.clone().prop_map(str::to_owned),
            1 => "[ -~]{0,6}",
        ];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::vec((key, inner), 0..6)
                .prop_map(|members| Json::Object(members.into_iter().collect())),
        ]
    })
}

/// The manifest of a topology expands to the same resources.
fn law(topology: &Topology) -> Result<(), TestCaseError> {
    let text = to_manifest(topology);
    let (parsed, findings) = form::parse(&text);
    prop_assert_eq!(findings, vec![], "{}", text);
    let resolved = resolve::resolve(&parsed);
    // What does not fit its type is kept and told by both.
    let mut findings = resolved.findings;
    findings.retain(|finding| finding.code != "ARM002");
    prop_assert_eq!(findings, vec![], "{}", text);
    let found = &resolved.topology.resources;
    prop_assert_eq!(found.len(), topology.resources.len(), "{}", text);
    for (id, resource) in &topology.resources {
        let there = found.get(id).map(essence);
        prop_assert_eq!(there, Some(essence(resource)), "{}", text);
    }
    Ok(())
}

#[test]
fn a_value_that_does_not_fit_is_told_twice_and_kept() {
    let id =
        "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/s";
    let text = json!([{ "id": id, "addressPrefix": false }]).to_string();
    let imported = read(vec![file("a.json", text)], &Options::default());
    law(&imported.topology).unwrap();
    let resolved = resolve::resolve(&form::parse(&to_manifest(&imported.topology)).0);
    for findings in [&imported.findings, &resolved.findings] {
        let misfits = findings.iter().filter(|finding| finding.code == "ARM002");
        assert_eq!(misfits.count(), 1, "{findings:?}");
    }
}

#[test]
fn tags_and_zones_are_texts_and_what_is_neither_is_kept() {
    let id = "/subscriptions/s/resourceGroups/g/providers/A.B/c/d";
    for (tags, zones) in [
        (json!({ "a": false, "b": 7, "c": "x" }), json!([1, "2"])),
        (json!([false]), json!({ "a": true })),
        (json!({ "a": { "b": false } }), json!([[1]])),
        (json!({ "0": 1.5 }), json!(3)),
    ] {
        let text = json!([{ "id": id, "tags": tags, "zones": zones, "properties": {} }]);
        let imported = read(vec![file("a.json", text.to_string())], &Options::default());
        law(&imported.topology).unwrap();
    }
}

proptest! {
    #[test]
    fn any_document_is_read_and_what_it_gives_keeps_the_law(document in any_json()) {
        let imported = read(vec![file("a.json", document.to_string())], &Options::default());
        for finding in &imported.findings {
            prop_assert!(!finding.help.is_empty(), "{finding:?}");
        }
        law(&imported.topology)?;
    }

    #[test]
    fn any_properties_keep_the_law(properties in any_json(), tag in "\\PC{0,12}", modelled in any::<bool>()) {
        let kind = if modelled { "Microsoft.Network/virtualNetworks" } else { "A.B/c" };
        let value = json!({
            "id": format!("/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/g/providers/{kind}/n"),
            "location": "uksouth",
            "tags": { "t": tag },
            "properties": { "p": properties }
        });
        let mut topology = Topology::default();
        let resource = arm::resource(&value).unwrap();
        topology.resources.insert(resource.id.clone(), resource);
        law(&topology)?;
    }

    #[test]
    fn any_two_of_one_resource_merge(a in any_json(), b in any_json()) {
        let text = |properties: &Json| {
            json!([{ "id": "/subscriptions/s/resourceGroups/g/providers/A.B/c/d", "properties": { "p": properties } }]).to_string()
        };
        let imported = read(vec![file("a.json", text(&a)), file("b.json", text(&b))], &Options::default());
        prop_assert_eq!(imported.topology.resources.len(), 2);
    }
}
