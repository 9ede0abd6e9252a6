//! How texts are laid over each other.

use super::*;
use crate::source::Form;

const BASE: &str = "\
linkspan: v1
name: base
subscriptions:
  provider: { id: 22222222-2222-2222-2222-222222222222 }
resourceGroups:
  A: { subscription: provider, location: uksouth }
  B: { subscription: provider, location: uksouth }
";

/// Reads layers; those without a colon are assignments.
#[track_caller]
fn read(layers: &[&str]) -> (Manifest, Vec<String>, SourceMap) {
    let mut sources = SourceMap::default();
    for (at, text) in layers.iter().enumerate() {
        if text.contains(':') && !text.contains('=') {
            sources.add(format!("layer{at}"), *text);
        } else {
            sources.add_assignments("--set", text.lines());
        }
    }
    let (manifest, findings) = parse_layers(&sources);
    let shown = findings
        .iter()
        .map(|finding| {
            let at = sources.location(finding.span.unwrap());
            format!("{}:{}:{} {}", at.file, at.line, at.column, finding.code)
        })
        .collect();
    (manifest, shown, sources)
}

#[test]
fn overlays_merge_replace_and_remove() {
    let (manifest, findings, sources) = read(&[
        BASE,
        "name: test\nresourceGroups:\n  A: { location: westeurope }\n  B: null\n  C: { subscription: provider, location: eastus }\n",
    ]);
    assert_eq!(findings, [""; 0]);
    assert_eq!(manifest.name.as_ref().unwrap().value, "test");
    let groups: Vec<&String> = manifest.resource_groups.keys().collect();
    assert_eq!(groups, ["A", "C"]);
    let location = manifest.resource_groups["A"]
        .value
        .location
        .as_ref()
        .unwrap();
    assert_eq!(location.value, "westeurope");
    let at = sources.location(location.span);
    assert_eq!((at.file.as_str(), at.line, at.column), ("layer1", 3, 18));
    let kept = manifest.resource_groups["A"]
        .value
        .subscription
        .as_ref()
        .unwrap();
    assert_eq!(sources.location(kept.span).file, "layer0");
}

#[test]
fn findings_point_into_the_layer_that_is_wrong() {
    let (_, findings, _) = read(&[
        BASE,
        "resourceGroups:\n  A: { locaton: westeurope }\n",
        "resourceGroups.B.existing=maybe\nname=x",
    ]);
    assert_eq!(findings, ["layer1:2:8 MAN002", "--set:1:27 MAN005"]);
}

#[test]
fn assignments_reach_mappings_lists_and_keys_with_dots() {
    let text = "clients:\n  c: { subnet: N/s }\nforwarders:\n  f: { subnet: N/s, relay: [ { listen: 443, to: a:1 } ] }\n";
    let (manifest, findings, sources) = read(&[
        &format!("{BASE}{text}"),
        "forwarders.f.relay.0.listen=8443\nforwarders.f.relay.1={ listen: 80, to: [x:1] }\nclients.c.hosts.a\\.example=10.0.0.1\nforwarders.f.zones=[1, 2]\nresourceGroups.B=",
    ]);
    assert_eq!(findings, [""; 0]);
    let forwarder = &manifest.forwarders["f"].value;
    let relay = &forwarder.relay.as_ref().unwrap().value;
    assert_eq!(relay[0].value.listen.as_ref().unwrap().value.0.port(), 8443);
    assert_eq!(relay[1].value.listen.as_ref().unwrap().value.0.port(), 80);
    assert_eq!(forwarder.zones.as_ref().unwrap().value.len(), 2);
    assert!(manifest.clients["c"].value.hosts.contains_key("a.example"));
    assert!(!manifest.resource_groups.contains_key("B"));
    let span = relay[0].value.listen.as_ref().unwrap().span;
    assert_eq!(sources.form(span.source), Form::Assignments);
    assert_eq!(sources.position(span).column, 29);
}

#[test]
fn assignments_that_set_nothing_say_how() {
    for (text, at) in [
        ("name", "--set:1:1 MAN016"),
        ("a..b=1", "--set:1:1 MAN016"),
        ("name.x=1", "--set:1:6 MAN016"),
        ("name=[", "--set:1:7 YAML001"),
    ] {
        let (_, findings, _) = read(&[BASE, text]);
        assert_eq!(findings, [at], "{text}");
    }
}

/// The base with a variable section and a name; gives name, location of group A, and findings.
#[track_caller]
fn with_variables(name: &str, variables: &str) -> (Option<String>, Vec<String>) {
    let text = format!("linkspan: v1\nname: {name}\nvariables: {variables}\n");
    let (manifest, findings, _) = read(&[&text]);
    (manifest.name.map(|name| name.value), findings)
}

#[test]
fn variables_are_put_in() {
    let check = |name: &str, variables: &str, wanted: &str| {
        let (found, findings) = with_variables(name, variables);
        assert_eq!(findings, [""; 0], "{name}");
        assert_eq!(found.as_deref(), Some(wanted), "{name}");
    };
    check("$(a)", "{ a: x }", "x");
    check("p-$(a)-$( b.c )", "{ a: x, b.c: 7 }", "p-x-7");
    check("$$(a)", "{}", "$(a)");
    check("$(a)", "{ a: \"$(b)$(b)\", b: y }", "yy");
    check("a$", "{}", "a$");
    let (manifest, findings, sources) = read(&[
        BASE,
        "variables: { groups: { subscription: provider, location: $(where) }, where: eastus }\nresourceGroups: { C: \"$(groups)\" }\n",
        "variables.where=westus",
    ]);
    assert_eq!(findings, [""; 0]);
    let location = manifest.resource_groups["C"]
        .value
        .location
        .as_ref()
        .unwrap();
    assert_eq!(location.value, "westus");
    assert_eq!(sources.location(location.span).line, 2);
}

#[test]
fn wrong_variables_are_one_finding_each() {
    let check = |name: &str, variables: &str, wanted: &[&str]| {
        let (_, findings) = with_variables(name, variables);
        let codes: Vec<&str> = findings
            .iter()
            .map(|text| &text[text.rfind(' ').unwrap() + 1..])
            .collect();
        assert_eq!(codes, wanted, "{name} {variables}");
    };
    check("$(b)", "{ a: x }", &["MAN018", "MAN019"]);
    check("$(a)", "{ a: \"$(a)\" }", &["MAN018"]);
    check("x$(a)", "{ a: [] }", &["MAN018"]);
    check("$(a", "{ a: x }", &["MAN018", "MAN019"]);
    check("x", "[]", &["MAN004"]);
    check("x", "{ \"a b\": 1 }", &["MAN006"]);
    let bomb: Vec<String> = (1..40)
        .map(|at| format!("v{at}: \"$(v{})$(v{})\"", at - 1, at - 1))
        .collect();
    check(
        "$(v39)",
        &format!("{{ v0: xxxxxxxx, {} }}", bomb.join(", ")),
        &["YAML004"],
    );
}
