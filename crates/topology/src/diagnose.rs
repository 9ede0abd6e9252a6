//! From texts to everything that is known about them, in one call.
//!
//! Every caller (command line, page, functions, tests) asks the same question, so the order of the
//! steps is decided here: read, resolve, check, set aside what the manifest suppresses. Where a
//! value cannot be read or a name leads nowhere, that is one finding, and what would follow from it
//! is none: see `diagnose/certain.rs`.

mod certain;
mod suppress;

use crate::{
    finding::{Finding, Severity},
    manifest::{Draft, Manifest},
    model::Topology,
    reach, resolve,
    rules::{self, Checked},
    source::{SourceMap, Span},
};
use std::collections::BTreeMap;
pub use suppress::Suppressed;

/// What a manifest says, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The short form as it was read.
    pub manifest: Manifest,
    /// The topology, as far as it could be resolved.
    pub topology: Topology,
    /// What is wrong, located, in the order of the texts.
    pub findings: Vec<Finding>,
    /// What would be among the findings, had the manifest not given a reason why it is accepted.
    pub suppressed: Vec<Suppressed>,
    /// Whether everything in the texts could be read. If not, the topology has holes, and the
    /// findings are those that hold whatever was meant there.
    pub is_readable: bool,
}

impl Diagnosis {
    /// Whether there is a finding of this severity or above.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity >= severity)
    }

    /// Whether an error stands in the way of deploying it, suppressed or not: a reason does not
    /// make Azure accept what it refuses.
    pub fn is_blocked(&self) -> bool {
        let suppressed = self.suppressed.iter().map(|known| &known.finding);
        !self.is_readable
            || self
                .findings
                .iter()
                .chain(suppressed)
                .any(|finding| finding.severity == Severity::Error)
    }

    /// The topology for whoever deploys or exports it; `None` if an error stands in the way.
    pub fn checked(self) -> Option<Checked<Topology>> {
        (!self.is_blocked()).then(|| Checked::after_check(self.topology))
    }
}

/// Reads, resolves and checks.
pub fn diagnose(sources: &SourceMap) -> Diagnosis {
    let draft = Draft::of(sources);
    let reading = draft.read();
    let is_readable = reading
        .findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    let resolved = resolve::resolve(&reading.manifest);
    let is_whole = reading.holes.is_empty() && resolved.holes.is_empty();
    let mut findings = reading.findings;
    let mut likely = None;
    if is_readable && is_whole {
        findings.extend(resolved.findings);
        findings.extend(judge(&resolved.topology));
    } else if draft.is_there() && !reading.is_cut_short {
        let (certain, meant) = certain::findings(&draft, &reading.holes, &resolved.topology);
        findings.extend(certain);
        likely = Some(meant);
    }
    same_name(sources, &mut findings);
    let accepting = likely.as_ref().unwrap_or(&reading.manifest);
    let suppressed = suppress::apply(accepting, &mut findings, is_readable && is_whole);
    sort(&mut findings);
    Diagnosis {
        manifest: reading.manifest,
        topology: resolved.topology,
        findings,
        suppressed,
        is_readable,
    }
}

/// Puts references to one name that is not there together: its definition is missing once.
fn same_name(sources: &SourceMap, findings: &mut Vec<Finding>) {
    let mut first: BTreeMap<String, Vec<Span>> = BTreeMap::new();
    findings.retain(|finding| {
        let (true, Some(span)) = (finding.code == "MAN007", finding.span) else {
            return true;
        };
        let spans = first.entry(finding.message.clone()).or_default();
        spans.push(span);
        spans.len() == 1
    });
    for finding in findings
        .iter_mut()
        .filter(|finding| finding.code == "MAN007")
    {
        let Some([_, others @ ..]) = first.get(&finding.message).map(Vec::as_slice) else {
            continue;
        };
        if others.is_empty() {
            continue;
        }
        let mut places: Vec<String> = others
            .iter()
            .take(8)
            .map(|span| {
                let at = sources.location(*span);
                format!("{}:{}:{}", at.file, at.line, at.column)
            })
            .collect();
        if others.len() > places.len() {
            places.push(format!(
                "{} more places",
                others.len().saturating_sub(places.len())
            ));
        }
        finding.note = format!("the same name is used at {}", places.join(", "));
    }
}

/// What is wrong with a topology.
fn judge(topology: &Topology) -> Vec<Finding> {
    let mut findings = rules::check(topology);
    findings.extend(reach::check_expectations(topology, &topology.expectations));
    findings
}

fn sort(findings: &mut [Finding]) {
    findings.sort_by(|one, other| {
        (one.span, one.code, &one.message, &one.place).cmp(&(
            other.span,
            other.code,
            &other.message,
            &other.place,
        ))
    });
}

#[cfg(test)]
mod tests;
