//! `check` in the forms that other programs read, and `explain`.

use serde_json::Value;
use testkit::linkspan;

const TUTORIAL: &str = "examples/tutorial-as-published.yaml";
const EXAMPLE: &str = "examples/internal-apim.yaml";

/// Exit code and standard output.
fn run(arguments: &[&str]) -> (Option<i32>, String) {
    let output = linkspan(arguments).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        !text.is_empty(),
        "{arguments:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    (output.status.code(), text)
}

/// Codes by line, as the JSON contract tells them.
fn found() -> Vec<(String, u64)> {
    let (_, text) = run(&["check", TUTORIAL, "--format", "json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    let findings = json["findings"].as_array().unwrap();
    findings
        .iter()
        .map(|finding| {
            (
                finding["code"].as_str().unwrap().to_owned(),
                finding["line"].as_u64().unwrap(),
            )
        })
        .collect()
}

#[test]
fn sarif_has_every_finding_with_its_rule_and_region() {
    let (code, text) = run(&["check", TUTORIAL, "--format", "sarif"]);
    assert_eq!(code, Some(1));
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], "2.1.0");
    let run = &json["runs"][0];
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    let told: Vec<(String, u64)> = results
        .iter()
        .map(|result| {
            let index = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
            assert_eq!(rules[index]["id"], result["ruleId"]);
            let at = &result["locations"][0]["physicalLocation"];
            assert_eq!(at["artifactLocation"]["uri"], TUTORIAL);
            let region = &at["region"];
            let places = ["startLine", "startColumn", "endLine", "endColumn"];
            assert!(
                places.iter().all(|part| region[part].as_u64() > Some(0)),
                "{region}"
            );
            (
                result["ruleId"].as_str().unwrap().to_owned(),
                region["startLine"].as_u64().unwrap(),
            )
        })
        .collect();
    assert_eq!(told, found());
}

#[test]
fn github_has_a_line_for_each_finding() {
    let (code, text) = run(&["check", TUTORIAL, "--format", "github"]);
    assert_eq!(code, Some(1));
    let lines: Vec<&str> = text.lines().collect();
    let found = found();
    assert_eq!(lines.len(), found.len());
    for (line, (code, at)) in lines.iter().zip(found) {
        let is_command = ["::error ", "::warning ", "::notice "]
            .iter()
            .any(|command| line.starts_with(command));
        assert!(is_command, "{line}");
        assert!(
            line.contains(&format!("file={TUTORIAL},line={at},")),
            "{line}"
        );
        assert!(line.contains(&format!("title={code}::")), "{line}");
    }
}

#[test]
fn junit_fails_the_rules_that_found_something_and_passes_the_others() {
    let (code, text) = run(&["check", TUTORIAL, "--format", "junit", "--select", "LB"]);
    assert_eq!(code, Some(1));
    assert!(
        text.contains(r#"<testsuite name="examples/tutorial-as-published.yaml""#),
        "{text}"
    );
    let case = |code: &str| {
        let start = text.find(&format!("name=\"{code} ")).unwrap();
        let rest = &text[start..];
        &rest[..rest.find("<testcase").unwrap_or(rest.len())]
    };
    assert!(case("LB009").contains("<failure"), "{text}");
    assert!(!case("LB001").contains("<failure"), "{text}");
    assert!(!text.contains("name=\"PLS001"), "{text}");
    let (code, text) = run(&["check", EXAMPLE, "--format", "junit"]);
    assert_eq!(code, Some(0));
    assert!(text.contains("failures=\"0\""), "{text}");
}

#[test]
fn rules_are_chosen_by_the_beginning_of_their_code() {
    let codes = |arguments: &[&str]| {
        let mut all = vec!["check", TUTORIAL, "--format", "json"];
        all.extend(arguments);
        let json: Value = serde_json::from_str(&run(&all).1).unwrap();
        let findings = json["findings"].as_array().unwrap().clone();
        let code = |finding: &Value| finding["code"].as_str().unwrap().to_owned();
        findings.iter().map(code).collect::<Vec<String>>()
    };
    let selected = codes(&["--select", "pls,LB009"]);
    assert!(selected.contains(&"PLS001".to_owned()) && selected.contains(&"LB009".to_owned()));
    assert!(
        selected
            .iter()
            .all(|code| code.starts_with("PLS") || code == "LB009")
    );
    assert!(
        !codes(&["--ignore", "LB"])
            .iter()
            .any(|code| code.starts_with("LB"))
    );
    let output = linkspan(&["check", TUTORIAL, "--select", "ZZZ"]).unwrap();
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn the_level_decides_the_exit_code() {
    let only_hints = ["check", TUTORIAL, "--select", "NSG015"];
    assert_eq!(run(&only_hints).0, Some(0));
    let mut strict = only_hints.to_vec();
    strict.extend(["--level", "hint"]);
    assert_eq!(run(&strict).0, Some(1));
    let only_warnings = ["check", TUTORIAL, "--select", "LB009", "--level"];
    assert_eq!(run(&[&only_warnings[..], &["warning"]].concat()).0, Some(1));
    assert_eq!(run(&[&only_warnings[..], &["error"]].concat()).0, Some(0));
}

#[test]
fn explain_tells_one_rule_or_all() {
    let (code, text) = run(&["explain", "pls001"]);
    assert_eq!(code, Some(0));
    for part in [
        "PLS001",
        "why:",
        "mend:",
        "source: https://",
        "wrong",
        "right",
    ] {
        assert!(text.contains(part), "{part} is not in {text}");
    }
    let (_, text) = run(&["explain", "--all", "--format", "json"]);
    let json: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(json["version"], 1);
    let rules = json["rules"].as_array().unwrap();
    assert!(rules.len() >= 150, "{} rules", rules.len());
    for rule in rules {
        for member in ["code", "severity", "title", "source"] {
            assert!(
                rule[member].as_str().is_some_and(|text| !text.is_empty()),
                "{rule}"
            );
        }
    }
    assert_eq!(
        linkspan(&["explain", "NO999"]).unwrap().status.code(),
        Some(2)
    );
}
