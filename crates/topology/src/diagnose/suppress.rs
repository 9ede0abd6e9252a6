//! Sets aside the findings that a manifest says are known and accepted.
//!
//! Hints and warnings may be suppressed, and errors too, but these still keep a topology from being
//! deployed. A suppression that nothing answers to is itself a finding, so that none outlives its
//! cause. Findings about the text (`YAML…`) cannot be suppressed: they are there before
//! `suppress` can be read.

use crate::{
    finding::{Finding, Severity},
    manifest::{
        Manifest, Suppress, UNUSED_VARIABLE,
        suggest::{clip, nearest},
    },
    model::id::ResourceId,
    reach::EXPECTATION_CODES,
    resolve::TWO_ANSWERS,
    rules,
    source::{Span, Spanned},
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

/// Every code that can be suppressed: rules, expectations, and warnings about the manifest.
fn codes() -> impl Iterator<Item = &'static str> {
    rules::all()
        .map(|rule| rule.code)
        .chain(EXPECTATION_CODES.iter().copied())
        .chain([TWO_ANSWERS, UNUSED_VARIABLE])
}

/// Takes what is suppressed out of the findings, and reports what suppresses nothing.
/// Where something is unknown, what is suppressed may be so too.
pub(super) fn apply(
    manifest: &Manifest,
    findings: &mut Vec<Finding>,
    is_all_known: bool,
) -> Vec<Suppressed> {
    let Some(list) = &manifest.suppress else {
        return Vec::new();
    };
    let mut mistakes = Vec::new();
    let mut wanted = Vec::new();
    for item in &list.value {
        let Some(code) = &item.value.code else {
            // Whatever it is, it was to be silent there.
            if item.value.at.is_some() {
                wanted.push(Wanted::of(item, None));
            }
            continue;
        };
        if codes().any(|known| known.eq_ignore_ascii_case(&code.value)) {
            wanted.push(Wanted::of(item, Some(&code.value)));
            continue;
        }
        let near = nearest(&code.value, codes());
        wanted.push(Wanted::of(item, near));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => "use the code in brackets of a finding".to_owned(),
        };
        let message = format!(
            "`{}` is no code that can be suppressed",
            clip(&code.value, 40)
        );
        let mistake = Finding::at_span("MAN021", Severity::Error, message, code.span);
        mistakes.push(mistake.help(help));
    }
    let mut suppressed = Vec::new();
    let mut kept = Vec::new();
    for finding in std::mem::take(findings) {
        let matching = wanted.iter_mut().find(|wanted| wanted.means(&finding));
        match matching {
            Some(wanted) => {
                wanted.is_used = true;
                let reason = wanted.item.reason.as_ref();
                suppressed.push(Suppressed {
                    finding,
                    reason: reason.map_or_else(String::new, |reason| reason.value.clone()),
                    span: wanted.span,
                });
            }
            None => kept.push(finding),
        }
    }
    for wanted in wanted {
        if let (Some(code), false, true) = (wanted.code, wanted.is_used, is_all_known) {
            let span = wanted.span;
            let message = format!("nothing here is found by `{}`", clip(code, 40));
            kept.push(
                Finding::at_span("MAN020", Severity::Warning, message, span)
                    .note("a suppression that outlives its cause would hide the next one")
                    .help("remove it"),
            );
        }
    }
    kept.append(&mut mistakes);
    *findings = kept;
    suppressed
}

/// A suppression; without a code where it cannot be read.
struct Wanted<'m> {
    item: &'m Suppress,
    code: Option<&'m str>,
    span: Span,
    is_used: bool,
}

impl<'m> Wanted<'m> {
    fn of(item: &'m Spanned<Suppress>, code: Option<&'m str>) -> Self {
        Self {
            item: &item.value,
            code,
            span: item.span,
            is_used: false,
        }
    }

    fn means(&self, finding: &Finding) -> bool {
        let is_meant = match self.code {
            Some(code) => code.eq_ignore_ascii_case(finding.code),
            None => finding.severity < Severity::Error,
        };
        is_meant && is_at(self.item, finding)
    }
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
