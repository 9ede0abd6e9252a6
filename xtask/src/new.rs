//! `cargo xtask new …`: the frame of what has a recipe, so that nobody copies a neighbor.

use crate::wasm;
use anyhow::{Context as _, Result, bail, ensure};

/// Writes `rules/AREA/NAME.rs` and its line in the table, in the order of codes.
pub(crate) fn rule(code: &str, path: &str) -> Result<()> {
    let rules = wasm::root().join("crates/topology/src");
    let (area, name) = path
        .split_once('/')
        .with_context(|| format!("`{path}` is no AREA/NAME"))?;
    let is_word = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
    };
    ensure!(
        is_word(area) && is_word(name),
        "`{path}`: use lower-case words with `_`"
    );
    let file = rules.join(format!("rules/{area}/{name}.rs"));
    ensure!(!file.exists(), "`{path}` is there already");
    let table_file = rules.join("rules.rs");
    let table = std::fs::read_to_string(&table_file)?;
    let Some(start) = table.find(&format!("\n    {area} {{\n")) else {
        bail!("there is no area `{area}` in the table of rules.rs");
    };
    let end = table
        .get(start + 1..)
        .and_then(|rest| rest.find("\n    }"))
        .with_context(|| format!("the table of rules.rs has no end of `{area}`"))?
        + start
        + 2;
    let (head, tail) = table
        .split_at_checked(end)
        .context("rules.rs cannot be split there")?;
    std::fs::write(&file, frame(code))?;
    std::fs::write(&table_file, format!("{head}        {name},\n{tail}"))?;
    eprintln!("wrote {}", file.display());
    eprintln!("fill it in, and move its line in rules.rs to the place of {code}");
    Ok(())
}

/// Compiles, and fails its tests until it is filled in.
fn frame(code: &str) -> String {
    format!(
        r#"//! `{code}`: what is wrong.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {{
    code: "{code}",
    severity: Severity::Error,
    title: "",
    why: "",
    mend: "",
    source: "",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[],
    good: &[],
    check,
}};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {{
    for resource in subject.topology.resources.values() {{
        out.push(rule.at(&resource.id, "", ""));
    }}
}}
"#
    )
}
