//! From texts to everything that is known about them, in one call.
//!
//! Every caller (command line, page, functions, tests) asks the same question, so the order of the
//! steps is decided here: read, resolve, check, set aside what the manifest suppresses.

mod suppress;

use crate::{
    finding::{Finding, Severity},
    manifest::{self, Manifest},
    model::Topology,
    reach, resolve,
    rules::{self, Checked},
    source::SourceMap,
};
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
    let (manifest, mut findings) = manifest::parse_layers(sources);
    let is_readable = findings
        .iter()
        .all(|finding| finding.severity != Severity::Error);
    let resolved = resolve::resolve(&manifest);
    let mut suppressed = Vec::new();
    if is_readable {
        findings.extend(resolved.findings);
        findings.extend(rules::check(&resolved.topology));
        findings.extend(reach::check_expectations(
            &resolved.topology,
            &resolved.topology.expectations,
        ));
        suppressed = suppress::apply(&manifest, &mut findings);
        findings.sort_by(|one, other| {
            (one.span, one.code, &one.message, &one.place).cmp(&(
                other.span,
                other.code,
                &other.message,
                &other.place,
            ))
        });
    }
    Diagnosis {
        manifest,
        topology: resolved.topology,
        findings,
        suppressed,
        is_readable,
    }
}

#[cfg(test)]
mod tests;
