//! Findings as good compilers show them, and as JSON.

use crate::input::Read;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use serde_json::{Value, json};
use std::io::IsTerminal as _;
use topology::{
    Finding, Severity,
    source::{SourceId, SourceMap},
};

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
                let text = read.sources.text(span.source);
                let end = span.end.min(text.len());
                let start = span.start.min(end);
                let mut snippet = Snippet::source(text)
                    .path(read.sources.name(span.source))
                    .annotation(AnnotationKind::Primary.span(start..end));
                for related in &finding.related {
                    if let Some(other) = related.span
                        && other.source == span.source
                        && other != span
                        && other.end <= text.len()
                    {
                        snippet = snippet.annotation(
                            AnnotationKind::Context
                                .span(other.start..other.end)
                                .label(related.label.as_str()),
                        );
                    }
                }
                title.element(snippet)
            }
            None => title.elements(Vec::<annotate_snippets::Message<'_>>::new()),
        };
        if !finding.note.is_empty() {
            group = group.element(Level::NOTE.message(finding.note.as_str()));
        }
        if !finding.help.is_empty() {
            group = group.element(Level::HELP.message(finding.help.as_str()));
        }
        for related in finding
            .related
            .iter()
            .filter(|related| related.span.is_none_or(|span| Some(span) == finding.span))
        {
            let at = format!("also: {}", related.label);
            group = group.element(Level::NOTE.message(at));
        }
        if let Some(fix) = &finding.fix {
            let text = format!("`linkspan fix` can {}", fix.title);
            group = group.element(Level::HELP.message(text));
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
    let set_aside = match read.suppressed.len() {
        0 => String::new(),
        count => format!(", {count} suppressed"),
    };
    out.push_str(&format!(
        "{}: {} errors, {} warnings, {} hints{set_aside}\n",
        read.name(),
        count(Severity::Error),
        count(Severity::Warning),
        count(Severity::Hint)
    ));
    out
}

/// The same where something stands in the way of deploying, suppressed errors included.
pub(crate) fn blocking(read: &Read) -> String {
    let mut out = findings(read);
    for known in &read.suppressed {
        if known.finding.severity == Severity::Error {
            out.push_str(&format!(
                "suppressed, and still in the way of deploying: {} {} ({})\n",
                known.finding.code, known.finding.message, known.reason
            ));
        }
    }
    out
}

/// The JSON contract of `check`.
pub(crate) fn findings_json(read: &Read) -> Value {
    let list: Vec<Value> = read
        .findings
        .iter()
        .map(|finding| finding_json(finding, &read.sources))
        .collect();
    let suppressed: Vec<Value> = read
        .suppressed
        .iter()
        .map(|known| {
            let mut value = finding_json(&known.finding, &read.sources);
            if let Some(members) = value.as_object_mut() {
                members.insert("reason".to_owned(), json!(known.reason));
            }
            value
        })
        .collect();
    json!({ "version": 1, "findings": list, "suppressed": suppressed })
}

fn finding_json(finding: &Finding, sources: &SourceMap) -> Value {
    let at = finding.span.map(|span| sources.location(span));
    let at = at.as_ref();
    json!({
        "code": finding.code,
        "severity": finding.severity,
        "message": finding.message,
        "file": at.map_or_else(|| sources.name(SourceId::MANIFEST), |at| &at.file),
        "line": at.map(|at| at.line),
        "column": at.map(|at| at.column),
        "endLine": at.map(|at| at.end_line),
        "endColumn": at.map(|at| at.end_column),
        "resource": finding.place.as_ref().map(|place| place.id.as_str()),
        "pointer": finding.place.as_ref().map(|place| place.pointer.as_str()),
        "related": finding.related.iter().map(|related| {
            let at = related.span.map(|span| sources.location(span));
            json!({
                "label": related.label,
                "resource": related.place.id.as_str(),
                "pointer": related.place.pointer,
                "file": at.as_ref().map(|at| at.file.as_str()),
                "line": at.as_ref().map(|at| at.line),
                "column": at.as_ref().map(|at| at.column),
            })
        }).collect::<Vec<_>>(),
        "fix": finding.fix.as_ref().map(|fix| fix.title.as_str()),
        "note": finding.note,
        "help": finding.help,
        "source": finding.source,
    })
}
