//! Every safe fix of a manifest, one after the other, until nothing more can be mended.

use super::mend;
use crate::{
    diagnose,
    finding::{Edit, Finding, Fix},
    manifest::edit,
    source::SourceMap,
};
use std::collections::BTreeSet;

/// Fixes that are applied at most; a text that needs more is mended by calling again.
const MOST: usize = 1_000;

/// A fix that was applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Applied {
    /// The rule.
    pub code: &'static str,
    /// What was wrong.
    pub message: String,
    /// What was done.
    pub title: String,
}

/// A fix that could not be applied, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The rule.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Why it stays.
    pub why: String,
}

/// Texts after all fixes.
#[derive(Clone, Debug)]
pub struct Settled {
    /// The texts.
    pub sources: SourceMap,
    /// What was done, in order.
    pub applied: Vec<Applied>,
    /// What was tried in vain.
    pub refused: Vec<Refused>,
    /// What is wrong still.
    pub left: Vec<Finding>,
}

/// Applies the fixes of all findings that are wanted, and of those that appear on the way. A fix
/// after which not fewer things are as wrong as what it mends is taken back.
pub fn mend_all(sources: &SourceMap, wanted: impl Fn(&Finding) -> bool) -> Settled {
    let mut settled = Settled {
        sources: sources.clone(),
        applied: Vec::new(),
        refused: Vec::new(),
        left: diagnose(sources).findings,
    };
    let mut tried: BTreeSet<(&'static str, String)> = BTreeSet::new();
    while settled.applied.len() < MOST {
        let next = settled.left.iter().find_map(|finding| {
            let key = (finding.code, finding.message.clone());
            let fix = finding.fix.as_ref().filter(|_| wanted(finding))?;
            (!tried.contains(&key)).then(|| (key, finding.severity, fix.clone()))
        });
        let Some(((code, message), severity, fix)) = next else {
            break;
        };
        tried.insert((code, message.clone()));
        let refuse = |why: String| Refused {
            code,
            message: message.clone(),
            why,
        };
        match applied(&settled.sources, &fix) {
            Ok(changed) => {
                let left = diagnose(&changed).findings;
                let as_bad = |findings: &[Finding]| {
                    let all = findings.iter();
                    all.filter(|finding| finding.severity >= severity).count()
                };
                if as_bad(&left) >= as_bad(&settled.left) {
                    settled.refused.push(refuse(brings(&settled.left, &left)));
                    continue;
                }
                settled.sources = changed;
                settled.left = left;
                settled.applied.push(Applied {
                    code,
                    message,
                    title: fix.title,
                });
            }
            Err(why) => settled.refused.push(refuse(why)),
        }
    }
    settled
}

/// Why a fix that makes nothing better is taken back: what it brings.
fn brings(before: &[Finding], after: &[Finding]) -> String {
    let is_new = |one: &&Finding| {
        before
            .iter()
            .all(|known| known.code != one.code || known.message != one.message)
    };
    match after.iter().find(is_new) {
        Some(new) => format!("it would bring another one ({}): {}", new.code, new.message),
        None => "it stays although the fix is written".to_owned(),
    }
}

fn applied(sources: &SourceMap, fix: &Fix) -> Result<SourceMap, String> {
    let mut changed = sources.clone();
    for id in sources.ids() {
        let edits: Vec<Edit> = fix
            .edits
            .iter()
            .filter(|edit| edit.span.source == id)
            .cloned()
            .collect();
        if !edits.is_empty() {
            changed = changed.with_text(id, edit::apply(sources.text(id), &edits));
        }
    }
    if fix.changes.is_empty() {
        return Ok(changed);
    }
    let mended = mend(&changed, &fix.changes).map_err(|error| {
        let mut text = error.to_string();
        let mut cause = std::error::Error::source(&error);
        while let Some(source) = cause {
            text = format!("{text}: {source}");
            cause = source.source();
        }
        text
    })?;
    Ok(mended.sources)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{rules, source::SourceId};

    const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");
    const TUTORIAL: &str = include_str!("../../../../examples/tutorial-as-published.yaml");

    #[test]
    fn a_clean_manifest_is_left_as_it_is() {
        let settled = mend_all(&SourceMap::of("a.yaml", EXAMPLE), |_| true);
        assert!(settled.applied.is_empty() && settled.refused.is_empty());
        assert_eq!(settled.sources.text(SourceId::MANIFEST), EXAMPLE);
    }

    #[test]
    fn the_tutorial_is_mended_as_far_as_it_goes_without_a_person() {
        let sources = SourceMap::of("tutorial.yaml", TUTORIAL);
        let settled = mend_all(&sources, |_| true);
        let fixable = |finding: &&Finding| finding.fix.is_some();
        assert!(settled.refused.is_empty(), "{:#?}", settled.refused);
        assert!(!settled.applied.is_empty());
        assert_eq!(settled.left.iter().find(fixable), None);
        // What is left needs a person, and again changes nothing.
        let again = mend_all(&settled.sources, |_| true);
        assert!(again.applied.is_empty());
        let text = settled.sources.text(SourceId::MANIFEST);
        assert_eq!(again.sources.text(SourceId::MANIFEST), text);
        // Comments stay.
        for line in TUTORIAL
            .lines()
            .filter(|line| line.trim_start().starts_with('#'))
        {
            assert!(text.contains(line.trim()), "{line} is gone from\n{text}");
        }
    }

    #[test]
    fn the_fixes_of_bad_examples_can_be_written_into_the_text() {
        let mut failures = Vec::new();
        for rule in rules::all().filter(|rule| rule.has_fix) {
            for example in rule.bad.iter().filter(|example| !example.contains("#* ")) {
                let mut sources = SourceMap::default();
                if !example.starts_with("linkspan:") {
                    sources.add("internal-apim.yaml", EXAMPLE);
                }
                sources.add("example.yaml", *example);
                let settled = mend_all(&sources, |finding| finding.code == rule.code);
                let is_left = settled
                    .left
                    .iter()
                    .any(|finding| finding.code == rule.code && finding.fix.is_some());
                if is_left {
                    failures.push(format!("{}: {example}\n{:#?}", rule.code, settled.refused));
                }
            }
        }
        assert!(failures.is_empty(), "{}", failures.join("\n"));
    }
}
