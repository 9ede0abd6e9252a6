//! Sets aside the findings that a manifest says are known and accepted.
//!
//! Hints and warnings may be suppressed, and errors too, but these still keep a topology from being
//! deployed. A suppression that nothing answers to is itself a finding, so that none outlives its
//! cause. Findings about the text (`YAML…`) cannot be suppressed: they are there before
//! `suppress` can be read.

use crate::{
    finding::{Finding, Severity},
    manifest::{
        Manifest, Suppress,
        suggest::{clip, nearest},
    },
    model::id::ResourceId,
    rules,
    source::Span,
};

/// A finding that the manifest accepts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppressed {
    /// The finding.
    pub finding: Finding,
    /// Why it is accepted, in the owner's words.
    pub reason: String,
    /// Where that is written.
    pub span: Span,
}

/// Codes that are no rule of the table and may be suppressed all the same.
const OTHERS: &[&str] = &["MAN013", "MAN019", "EXP001", "EXP002", "EXP003", "EXP004"];

/// Takes what is suppressed out of the findings, and reports what suppresses nothing.
pub(super) fn apply(manifest: &Manifest, findings: &mut Vec<Finding>) -> Vec<Suppressed> {
    let Some(list) = &manifest.suppress else {
        return Vec::new();
    };
    let mut wanted = Vec::new();
    for item in &list.value {
        let Some(code) = &item.value.code else {
            continue;
        };
        let is_known = rules::explain(&code.value).is_some()
            || OTHERS
                .iter()
                .any(|other| other.eq_ignore_ascii_case(&code.value));
        if is_known {
            wanted.push((&item.value, code.value.as_str(), item.span, false));
        } else {
            let codes = rules::all().map(|rule| rule.code);
            let help = match nearest(&code.value, codes) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "use the code in brackets of a finding".to_owned(),
            };
            let message = format!(
                "`{}` is no code that can be suppressed",
                clip(&code.value, 40)
            );
            findings
                .push(Finding::at_span("MAN021", Severity::Error, message, code.span).help(help));
        }
    }
    let mut suppressed = Vec::new();
    let mut kept = Vec::new();
    for finding in std::mem::take(findings) {
        let matching = wanted.iter_mut().find(|(item, code, ..)| {
            code.eq_ignore_ascii_case(finding.code) && is_at(item, &finding)
        });
        match matching {
            Some((item, _, span, is_used)) => {
                *is_used = true;
                suppressed.push(Suppressed {
                    finding,
                    reason: item
                        .reason
                        .as_ref()
                        .map_or_else(String::new, |reason| reason.value.clone()),
                    span: *span,
                });
            }
            None => kept.push(finding),
        }
    }
    for (_, code, span, is_used) in wanted {
        if !is_used {
            let message = format!("nothing here is found by `{}`", clip(code, 40));
            kept.push(
                Finding::at_span("MAN020", Severity::Warning, message, span)
                    .note("a suppression that outlives its cause would hide the next one")
                    .help("remove it"),
            );
        }
    }
    *findings = kept;
    suppressed
}

/// Whether the finding is where the suppression says.
fn is_at(item: &Suppress, finding: &Finding) -> bool {
    let Some(at) = &item.at else { return true };
    let Some(place) = &finding.place else {
        return false;
    };
    let is = |id: &ResourceId| {
        id.short().eq_ignore_ascii_case(&at.value) || id.as_str().eq_ignore_ascii_case(&at.value)
    };
    is(&place.id) || place.id.parent().is_some_and(|parent| is(&parent))
}
