//! From texts to everything that is known about them, in one call.
//!
//! Every caller (command line, page, functions, tests) asks the same question, so the order of the
//! steps is decided here: read, resolve, check.

use crate::{
    finding::{Finding, Severity},
    manifest::{self, Manifest},
    model::Topology,
    resolve,
    rules::{self, Checked},
    source::SourceMap,
};

/// What a manifest says, and what is wrong with it.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The short form as it was read.
    pub manifest: Manifest,
    /// The topology, as far as it could be resolved.
    pub topology: Topology,
    /// What is wrong, located, in the order of the texts.
    pub findings: Vec<Finding>,
    /// Whether everything in the texts could be read. If not, the rules were not asked: what they
    /// would say about the rest is noise.
    pub is_readable: bool,
}

impl Diagnosis {
    /// Whether there is a finding of this severity or above.
    pub fn has(&self, severity: Severity) -> bool {
        self.findings
            .iter()
            .any(|finding| finding.severity >= severity)
    }

    /// The topology for whoever deploys or exports it; `None` if an error stands in the way.
    pub fn checked(self) -> Option<Checked<Topology>> {
        let is_clean = self.is_readable && !self.has(Severity::Error);
        is_clean.then(|| Checked::after_check(self.topology))
    }
}

/// Reads, resolves and checks.
pub fn diagnose(sources: &SourceMap) -> Diagnosis {
    let (manifest, mut findings) = manifest::parse_layers(sources);
    let is_readable = findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    let resolved = resolve::resolve(&manifest);
    if is_readable {
        findings.extend(resolved.findings);
        findings.extend(rules::check(&resolved.topology));
    }
    Diagnosis {
        manifest,
        topology: resolved.topology,
        findings,
        is_readable,
    }
}
