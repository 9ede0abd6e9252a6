//! Topology to findings: the rules that Azure enforces, and those that it does not tell you about.
//!
//! # Adding a rule
//! Write a function in the file of its area, add one line to that file's table, and a bad example
//! to `tests.rs`, which fails until every rule of the tables has one. Codes are never reused.

mod api_management;
mod forwarders;
mod load_balancers;
mod names;
mod network;
mod private_link;
mod security;
#[cfg(test)]
mod tests;

use crate::{
    finding::{Finding, Severity},
    model::{Topology, addresses::Addresses, id::ResourceId},
};

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Stable code.
    pub code: &'static str,
    /// How bad a finding is.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
    /// Why it matters.
    pub why: &'static str,
    /// What to do.
    pub mend: &'static str,
    /// Where it is documented.
    pub source: &'static str,
    /// The code with which ARM refuses it, if it does.
    pub arm_code: Option<&'static str>,
    check: fn(&Rule, &Subject<'_>, &mut Vec<Finding>),
}

/// What the rules look at.
#[derive(Debug)]
struct Subject<'t> {
    topology: &'t Topology,
    addresses: Addresses,
}

impl Rule {
    /// A finding of this rule at a place.
    fn at(
        &self,
        id: &ResourceId,
        pointer: impl Into<String>,
        message: impl Into<String>,
    ) -> Finding {
        Finding::at_place(self.code, self.severity, message, id, pointer)
            .note(self.why)
            .help(self.mend)
            .source(self.source)
    }
}

/// Every rule, by area.
const TABLES: &[&[Rule]] = &[
    network::RULES,
    security::RULES,
    load_balancers::RULES,
    forwarders::RULES,
    private_link::RULES,
    names::RULES,
    api_management::RULES,
];

/// All rules, in the order of their areas.
pub fn all() -> impl Iterator<Item = &'static Rule> {
    TABLES.iter().copied().flatten()
}

/// The rule with this code.
pub fn explain(code: &str) -> Option<&'static Rule> {
    all().find(|rule| rule.code.eq_ignore_ascii_case(code))
}

/// Every finding, located where provenance is known, in the order of the text.
pub fn check(topology: &Topology) -> Vec<Finding> {
    let subject = Subject {
        topology,
        addresses: Addresses::of(topology),
    };
    let mut findings = Vec::new();
    for rule in all() {
        (rule.check)(rule, &subject, &mut findings);
    }
    topology.locate(&mut findings);
    findings.sort_by(|one, other| {
        (one.span, one.code, &one.message).cmp(&(other.span, other.code, &other.message))
    });
    findings.dedup();
    findings
}

/// The first error at a resource or a part of it that ARM refuses, with ARM's code.
pub fn arm_refusal(topology: &Topology, id: &ResourceId) -> Option<(Finding, &'static str)> {
    check(topology)
        .into_iter()
        .filter(|finding| finding.severity == Severity::Error)
        .find_map(|finding| {
            let code = explain(finding.code)?.arm_code?;
            let place = finding.place.as_ref()?;
            (place.id == *id || place.id.parent().as_ref() == Some(id)).then_some((finding, code))
        })
}

/// A topology that a clean check gave; what deploys or exports takes only this.
#[derive(Clone, Debug)]
pub struct Checked<T>(T);

impl Checked<Topology> {
    /// The topology.
    pub fn topology(&self) -> &Topology {
        &self.0
    }
}

/// A topology together with all its findings.
pub type WithFindings<T> = (T, Vec<Finding>);

/// Checks a topology. `earlier` are the findings of reading it; an error there counts as well.
pub fn checked(
    topology: Topology,
    earlier: Vec<Finding>,
) -> Result<WithFindings<Checked<Topology>>, WithFindings<Topology>> {
    let mut findings = earlier;
    findings.extend(check(&topology));
    if findings
        .iter()
        .any(|finding| finding.severity == Severity::Error)
    {
        return Err((topology, findings));
    }
    Ok((Checked(topology), findings))
}
