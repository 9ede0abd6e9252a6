//! Findings in the forms that other programs read. For people see [`crate::print`].

mod github;
mod junit;
mod sarif;

pub(crate) use github::github;
pub(crate) use junit::junit;
pub(crate) use sarif::sarif;

use topology::{
    Finding,
    source::{Location, SourceId, SourceMap},
};

/// Where a finding is shown: its place in a text, else the first line of the manifest.
fn location(finding: &Finding, sources: &SourceMap) -> Location {
    finding.span.map_or_else(
        || Location {
            file: sources.name(SourceId::MANIFEST).to_owned(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
        },
        |span| sources.location(span),
    )
}

/// Message, reason and mend as one text.
fn whole(finding: &Finding) -> String {
    let mut text = finding.message.clone();
    for (label, part) in [("why", &finding.note), ("mend", &finding.help)] {
        if !part.is_empty() {
            text.push_str(&format!("\n{label}: {part}"));
        }
    }
    text
}
