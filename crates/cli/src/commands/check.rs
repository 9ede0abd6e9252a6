//! `linkspan check`.

use crate::{
    arguments::{Check, FindingsFormat},
    input, print, report,
};
use anyhow::{Result, ensure};
use topology::rules;

/// 0 clean, 1 findings at or above the level.
pub(crate) fn run(options: &Check) -> Result<u8> {
    for prefix in options.select.iter().chain(&options.ignore) {
        ensure!(
            rules::all().any(|rule| starts_with(rule.code, prefix)),
            "no rule begins with `{prefix}`; `linkspan explain --all` lists them"
        );
    }
    let mut read = input::read(&options.manifest)?;
    read.findings.retain(|finding| {
        rules::explain(finding.code).is_none() || is_wanted(options, finding.code)
    });
    let level = options.level.severity();
    match options.format {
        FindingsFormat::Text => print!("{}", print::findings(&read)),
        FindingsFormat::Json => println!("{:#}", print::findings_json(&read)),
        FindingsFormat::Sarif => println!("{:#}", report::sarif(&read)),
        FindingsFormat::Github => print!("{}", report::github(&read)),
        FindingsFormat::Junit => print!(
            "{}",
            report::junit(&read, level, |code| is_wanted(options, code))?
        ),
    }
    Ok(u8::from(
        read.findings
            .iter()
            .any(|finding| finding.severity >= level),
    ))
}

fn starts_with(code: &str, prefix: &str) -> bool {
    code.get(..prefix.len())
        .is_some_and(|start| start.eq_ignore_ascii_case(prefix))
}

/// Whether the rule is selected, and not ignored. What is wrong with the text itself is always told.
fn is_wanted(options: &Check, code: &str) -> bool {
    let selected = options.select.is_empty()
        || options
            .select
            .iter()
            .any(|prefix| starts_with(code, prefix));
    selected
        && !options
            .ignore
            .iter()
            .any(|prefix| starts_with(code, prefix))
}
