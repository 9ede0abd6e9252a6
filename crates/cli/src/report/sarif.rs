//! SARIF 2.1.0, the form that code scanning takes.
//!
//! Source: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.

use super::location;
use crate::input::Read;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use topology::{
    Finding, Severity, rules,
    source::{Location, SourceMap},
};

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Hint => "note",
    }
}

/// A path as a URI reference: relative ones stay relative.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/:".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

fn physical(at: &Location) -> Value {
    json!({
        "artifactLocation": { "uri": uri(&at.file) },
        "region": {
            "startLine": at.line, "startColumn": at.column,
            "endLine": at.end_line, "endColumn": at.end_column,
        },
    })
}

/// The whole log.
pub(crate) fn sarif(read: &Read) -> Value {
    let mut index = BTreeMap::new();
    let mut described = Vec::new();
    for rule in rules::all() {
        index.insert(rule.code, described.len());
        described.push(json!({
            "id": rule.code,
            "shortDescription": { "text": rule.title },
            "fullDescription": { "text": rule.why },
            "help": { "text": rule.mend },
            "helpUri": rule.source,
            "defaultConfiguration": { "level": level(rule.severity) },
        }));
    }
    for finding in &read.findings {
        if !index.contains_key(finding.code) {
            index.insert(finding.code, described.len());
            described.push(json!({ "id": finding.code }));
        }
    }
    let results: Vec<Value> = read
        .findings
        .iter()
        .map(|finding| result(finding, &read.sources, index.get(finding.code)))
        .collect();
    json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "linkspan",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": described,
            }},
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn result(finding: &Finding, sources: &SourceMap, index: Option<&usize>) -> Value {
    let resource = finding.place.as_ref();
    let logical: Vec<Value> = resource
        .iter()
        .map(|place| {
            json!({
                "fullyQualifiedName": format!("{}{}", place.id, place.pointer),
                "kind": "resource",
            })
        })
        .collect();
    let related: Vec<Value> = finding
        .related
        .iter()
        .filter_map(|related| {
            let at = sources.location(related.span?);
            Some(json!({
                "physicalLocation": physical(&at),
                "message": { "text": related.label },
            }))
        })
        .collect();
    let mut text = finding.message.clone();
    if !finding.help.is_empty() {
        text.push_str(&format!(". To mend it: {}", finding.help));
    }
    json!({
        "ruleId": finding.code,
        "ruleIndex": index,
        "level": level(finding.severity),
        "message": { "text": text },
        "locations": [{
            "physicalLocation": physical(&location(finding, sources)),
            "logicalLocations": logical,
        }],
        "relatedLocations": related,
        // Where it stands in the model: stays the same when lines move.
        "partialFingerprints": {
            "linkspanPlace/v1": resource.map_or_else(
                || finding.message.clone(),
                |place| format!("{}{}", place.id, place.pointer).to_ascii_lowercase(),
            ),
        },
    })
}
