//! `linkspan fix`.

use crate::{arguments::Fix, choice::Choice, input};
use anyhow::{Context as _, Result, bail};
use similar::TextDiff;
use topology::{
    Severity, fix,
    source::{Form, SourceId, SourceMap},
};

/// 0 nothing is left at warning or above (or, with `--diff`, nothing would be changed), else 1.
pub(crate) fn run(options: &Fix) -> Result<u8> {
    let choice = Choice::of(&options.select, &options.ignore)?;
    let sources = input::sources(&options.manifest)?;
    let settled = fix::mend_all(&sources, |finding| choice.takes(finding.code));
    let changed: Vec<SourceId> = sources
        .ids()
        .filter(|id| sources.text(*id) != settled.sources.text(*id))
        .collect();
    if options.diff {
        for id in &changed {
            crate::out::say!("{}", difference(&sources, &settled.sources, *id));
        }
        return Ok(u8::from(!changed.is_empty()));
    }
    for id in &changed {
        let name = sources.name(*id);
        if sources.form(*id) == Form::Assignments {
            bail!("what `{name}` sets on the command line would have to be changed; leave it out");
        }
        let text = settled.sources.text(*id);
        if name == "-" {
            crate::out::say!("{text}");
        } else {
            replace(name, text)?;
        }
    }
    for applied in &settled.applied {
        eprintln!("{}: {}: {}", applied.code, applied.message, applied.title);
    }
    for refused in &settled.refused {
        eprintln!(
            "{}: not mended: {}: {}",
            refused.code, refused.message, refused.why
        );
    }
    let left = settled.left.iter();
    let left = left
        .filter(|finding| finding.severity >= Severity::Warning)
        .count();
    eprintln!(
        "{} mended, {left} left at warning and above; `linkspan check` shows them",
        settled.applied.len()
    );
    Ok(u8::from(left > 0))
}

/// Unified, with the file's name on both sides.
fn difference(old: &SourceMap, new: &SourceMap, id: SourceId) -> String {
    TextDiff::from_lines(old.text(id), new.text(id))
        .unified_diff()
        .context_radius(3)
        .header(old.name(id), old.name(id))
        .to_string()
}

/// Writes beside the file and renames, so that a cut leaves the old text or the new one.
fn replace(name: &str, text: &str) -> Result<()> {
    let beside = format!("{name}.linkspan-fix");
    std::fs::write(&beside, text).with_context(|| format!("could not write `{beside}`"))?;
    std::fs::rename(&beside, name).with_context(|| format!("could not replace `{name}`"))
}
