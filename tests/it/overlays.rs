//! Overlays and values that are set, for every command that reads a manifest; exit codes.

use serde_json::Value;
use std::process::Output;
use testkit::{folder, linkspan};

const EXAMPLE: &str = "examples/internal-apim.yaml";
const TUTORIAL: &str = "examples/tutorial-as-published.yaml";

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

/// Runs it, and checks the exit code.
#[track_caller]
fn check(arguments: &[&str], code: i32) -> String {
    let output = linkspan(arguments).unwrap();
    let said = text(&output);
    assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
    said
}

#[test]
fn a_value_that_is_set_is_found_where_it_was_set() {
    let said = check(
        &["check", EXAMPLE, "--set", "forwarders.fwd.instances=1"],
        1,
    );
    assert!(said.contains("FWD001"), "{said}");
    let said = check(
        &["check", EXAMPLE, "--set", "forwarders.fwd.instances=none"],
        1,
    );
    assert!(
        said.contains("--set:1:26") && said.contains("MAN005"),
        "{said}"
    );
    check(&["check", EXAMPLE, "--set", "nothing"], 1);
}

#[test]
fn an_overlay_is_laid_over_and_named_in_what_is_found() {
    let folder = folder().unwrap();
    let path = folder.path().join("one.yaml");
    std::fs::write(&path, "forwarders:\n  fwd:\n    instances: many\n").unwrap();
    let path = path.display().to_string();
    let said = check(&["check", EXAMPLE, "--overlay", &path], 1);
    assert!(said.contains("one.yaml:3:16"), "{said}");
    // What is set comes after the overlays.
    check(
        &[
            "check",
            EXAMPLE,
            "--overlay",
            &path,
            "--set",
            "forwarders.fwd.instances=3",
        ],
        0,
    );
}

#[test]
fn every_command_that_reads_a_manifest_takes_them() {
    let set = ["--set", "name=other"];
    let said = check(&[&["expand", EXAMPLE][..], &set].concat(), 0);
    assert!(said.contains("name: other"), "{said}");
    let said = check(&[&["export", EXAMPLE, "--to", "arm"][..], &set].concat(), 0);
    assert!(said.contains("\"linkspan\": \"other\""), "{said}");
    check(&[&["advise", EXAMPLE][..], &set].concat(), 0);
    check(
        &[
            &["trace", EXAMPLE, "--from", "testvm", "--to", "apim1449"][..],
            &set,
        ]
        .concat(),
        0,
    );
    let diff = ["diff", EXAMPLE, EXAMPLE];
    check(&diff, 0);
    let change = ["--set", "privateLinkServices.APIM-PLS.autoApproval=[]"];
    let said = check(&[&diff[..], &change].concat(), 1);
    assert!(said.contains("can no longer reach"), "{said}");
    let wrong = ["--set", "forwarders.fwd.instances=none"];
    for command in [
        &["plan", EXAMPLE][..],
        &["apply", EXAMPLE],
        &["up", EXAMPLE, "--once"],
    ] {
        let said = check(&[command, &wrong[..]].concat(), 1);
        assert!(said.contains("--set:1:26"), "{command:?}: {said}");
    }
    let command = ["twin", "serve", "--manifest", EXAMPLE];
    let said = check(&[&command, &wrong[..]].concat(), 1);
    assert!(said.contains("--set:1:26"), "{said}");
    // Without a manifest there is nothing to set.
    check(&["twin", "serve", "--set", "a=b"], 2);
    check(&["exec", "testvm", "--set", "a=b", "--", "true"], 2);
}

#[test]
fn rules_are_chosen_and_the_level_decides_the_exit_code() {
    let hint = ["--set", "apiManagement.apim1449.publisherName=x"];
    check(&[&["check", EXAMPLE][..], &hint].concat(), 0);
    check(&["check", TUTORIAL, "--select", "LB"], 1);
    let said = check(&["check", TUTORIAL, "--select", "LB007"], 1);
    assert!(said.contains("LB007") && !said.contains("PLS001"), "{said}");
    let said = check(
        &["check", TUTORIAL, "--ignore", "LB,PLS", "--ignore", "FWD"],
        1,
    );
    assert!(
        !said.contains("LB007") && !said.contains("FWD001"),
        "{said}"
    );
    // A single warning: below `error`.
    check(
        &["check", TUTORIAL, "--select", "FWD001", "--level", "error"],
        0,
    );
    check(
        &[
            "check", TUTORIAL, "--select", "FWD001", "--level", "warning",
        ],
        1,
    );
    check(&["check", TUTORIAL, "--select", "NOSUCH"], 2);
    check(&["check", "no/such/file.yaml"], 2);
    check(&["check"], 2);
}

#[test]
fn expand_gives_a_manifest_that_expands_to_itself() {
    let folder = folder().unwrap();
    let path = folder.path().join("whole.yaml");
    let once = linkspan(&["expand", EXAMPLE]).unwrap();
    std::fs::write(&path, &once.stdout).unwrap();
    let twice = linkspan(&["expand", &path.display().to_string()]).unwrap();
    assert_eq!(twice.stdout, once.stdout);
    let broken = check(
        &["expand", EXAMPLE, "--set", "virtualNetworks.MainNet=none"],
        1,
    );
    assert!(broken.contains("MAN004"), "{broken}");
}

#[test]
fn the_schema_and_the_rules_are_json() {
    let schema: Value = serde_json::from_str(&check(&["schema"], 0)).unwrap();
    assert!(schema["$defs"]["Manifest"]["properties"]["virtualNetworks"].is_object());
    let rules: Value =
        serde_json::from_str(&check(&["explain", "--all", "--format", "json"], 0)).unwrap();
    assert_eq!(rules["version"], 1);
    let rules = rules["rules"].as_array().unwrap();
    assert!(rules.len() >= 150, "{}", rules.len());
    for rule in rules {
        for member in ["code", "severity", "title", "source"] {
            assert!(rule[member].is_string(), "{member} of {rule}");
        }
    }
    assert!(check(&["explain", "pls001"], 0).contains("PLS001"));
    check(&["explain", "PLS999"], 2);
}

#[test]
fn fixes_are_shown_and_then_made() {
    let folder = folder().unwrap();
    let path = folder.path().join("tutorial.yaml");
    let before = std::fs::read_to_string(testkit::root().join(TUTORIAL)).unwrap();
    std::fs::write(&path, &before).unwrap();
    let name = path.display().to_string();
    let said = check(&["fix", "--diff", &name], 1);
    assert!(said.contains("\n+") && said.contains("\n-"), "{said}");
    assert_eq!(std::fs::read_to_string(&path).unwrap(), before);
    check(&["fix", &name], 1);
    assert_ne!(std::fs::read_to_string(&path).unwrap(), before);
    // All that has a fix is mended: nothing is left to show.
    check(&["fix", "--diff", &name], 0);
}

#[test]
fn a_template_becomes_a_manifest_of_the_same_resources() {
    let folder = folder().unwrap();
    let template = folder.path().join("template.json").display().to_string();
    let manifest = folder.path().join("manifest.yaml").display().to_string();
    check(&["export", EXAMPLE, "--to", "arm", "-o", &template], 0);
    check(&["import", &template, "-o", &manifest], 0);
    let written = check(&["expand", &manifest, "--format", "json"], 0);
    for name in [
        "MainNet",
        "External",
        "PrivateLinkServiceLB",
        "APIM-PLS",
        "APIM-PE",
        "fwd-1",
    ] {
        assert!(written.contains(name), "{name} is missing");
    }
    check(&["import", "no-such.json"], 2);
}

#[test]
fn every_command_names_its_exit_codes() {
    for command in [
        "check", "expand", "import", "schema", "explain", "fix", "trace", "diff", "advise",
        "export", "plan", "apply", "down", "up", "exec",
    ] {
        let said = check(&[command, "--help"], 0);
        assert!(said.contains("Exit codes: "), "{command}: {said}");
    }
    assert!(check(&["twin", "serve", "--help"], 0).contains("Exit codes: "));
}
