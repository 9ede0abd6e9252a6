//! Tests of the template engine, and what they share.

mod errors;
mod functions;
mod hostile;
mod resources;

use super::*;
use crate::source::{LineIndex, SourceId, json};

/// The region, subscription and names that tests use.
fn ctx() -> DeploymentContext {
    DeploymentContext {
        subscription_id: "11111111-1111-1111-1111-111111111111".to_owned(),
        resource_group: "rg".to_owned(),
        location: Some("uksouth".to_owned()),
        utc_now: Some("2024-02-29T13:45:09Z".to_owned()),
        ..DeploymentContext::default()
    }
}

/// What an expression gives, in words.
fn shown(expression: &str) -> String {
    match evaluate(&format!("[{expression}]"), &ctx()) {
        Ok(value) => words(&value),
        Err(problem) => format!("{}: {}", problem.code, problem.message),
    }
}

fn words(value: &Value) -> String {
    match value.unknown() {
        Some(unknown) => match &unknown.stand_in {
            Some(stand_in) => format!("unknown {stand_in}"),
            None => "unknown".to_owned(),
        },
        None => value.to_json().to_string(),
    }
}

/// Expands a template of which only the sections are given.
fn expanded(sections: &str) -> Expansion {
    with_parameters(sections, &Parameters::default())
}

fn with_parameters(sections: &str, parameters: &Parameters) -> Expansion {
    let text = whole(sections);
    let mut findings = Vec::new();
    let root = json::read(&text, SourceId::default(), &mut findings)
        .unwrap_or_else(|| panic!("{findings:?}"));
    expand(&text, &root, parameters, &ctx())
}

fn whole(sections: &str) -> String {
    format!(
        "{{\"$schema\": \"https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#\", {sections}}}"
    )
}

/// The outputs of a template, in words; there must be no finding.
#[track_caller]
fn outputs(sections: &str) -> Vec<(String, String)> {
    let expansion = expanded(sections);
    assert_eq!(expansion.findings, []);
    let outputs = expansion.outputs.iter();
    outputs
        .map(|(name, value)| (name.clone(), words(value)))
        .collect()
}

/// Asserts the one output `o` of a template.
#[track_caller]
fn check_output(sections: &str, expected: &str) {
    assert_eq!(
        outputs(sections),
        [("o".to_owned(), expected.to_owned())],
        "{sections}"
    );
}

/// Findings as `code line:column "marked text"`.
fn places(text: &str, findings: &[Finding]) -> Vec<String> {
    let index = LineIndex::new(text);
    findings
        .iter()
        .map(|finding| {
            let span = finding.span.unwrap();
            let at = index.position(span.start);
            let marked = &text[span.start..span.end];
            assert!(!finding.help.is_empty(), "{finding:?}");
            format!("{} {}:{} {marked}", finding.code, at.line, at.column)
        })
        .collect()
}
