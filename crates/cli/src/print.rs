//! Findings as good compilers show them, and as JSON.

use crate::input::Read;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::io::IsTerminal as _;
use topology::{Finding, Severity, source::LineIndex};

fn level(severity: Severity) -> Level<'static> {
    match severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Hint => Level::HELP.with_name("hint"),
    }
}

/// All findings, worst first in each place's order, and a closing line.
pub(crate) fn findings(read: &Read) -> String {
    let renderer = if std::io::stdout().is_terminal() {
        Renderer::styled()
    } else {
        Renderer::plain()
    };
    let mut out = String::new();
    for finding in &read.findings {
        let title = level(finding.severity)
            .primary_title(finding.message.as_str())
            .id(finding.code);
        let mut group = match finding.span {
            Some(span) => {
                let end = span.end.min(read.source.text.len());
                let start = span.start.min(end);
                title.element(
                    Snippet::source(read.source.text.as_str())
                        .path(read.source.name.as_str())
                        .annotation(AnnotationKind::Primary.span(start..end)),
                )
            }
            None => title.elements(Vec::<annotate_snippets::Message<'_>>::new()),
        };
        if !finding.note.is_empty() {
            group = group.element(Level::NOTE.message(finding.note.as_str()));
        }
        if !finding.help.is_empty() {
            group = group.element(Level::HELP.message(finding.help.as_str()));
        }
        if !finding.source.is_empty() {
            group = group.element(Level::NOTE.message(format!("see {}", finding.source)));
        }
        out.push_str(&renderer.render(&[group]));
        out.push_str("\n\n");
    }
    let count = |severity| {
        read.findings
            .iter()
            .filter(|finding| finding.severity == severity)
            .count()
    };
    out.push_str(&format!(
        "{}: {} errors, {} warnings, {} hints\n",
        read.source.name,
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Hint)
    ));
    out
}

/// The JSON contract of `check`.
pub(crate) fn findings_json(read: &Read) -> Value {
    let index = LineIndex::new(&read.source.text);
    let list: Vec<Value> = read
        .findings
        .iter()
        .map(|finding| finding_json(finding, &read.source.name, &index))
        .collect();
    json!({ "version": 1, "findings": list })
}

fn finding_json(finding: &Finding, file: &str, index: &LineIndex<'_>) -> Value {
    let position = finding.span.map(|span| index.position(span.start));
    let end = finding.span.map(|span| index.position(span.end));
    json!({
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "file": file,
        "line": position.map(|position| position.line),
        "column": position.map(|position| position.column),
        "endLine": end.map(|position| position.line),
        "endColumn": end.map(|position| position.column),
        "resource": finding.place.as_ref().map(|place| place.id.as_str()),
        "note": finding.note,
        "help": finding.help,
        "source": finding.source,
    })
}
