//! `linkspan check`.

use crate::{
    arguments::{Check, FindingsFormat},
    choice::Choice,
    input, print, report,
};
use anyhow::Result;
use topology::rules;

/// 0 clean, 1 findings at or above the level.
pub(crate) fn run(options: &Check) -> Result<u8> {
    let choice = Choice::of(&options.select, &options.ignore)?;
    let mut read = input::read(&options.manifest)?;
    read.findings
        .retain(|finding| rules::explain(finding.code).is_none() || choice.takes(finding.code));
    let level = options.level.severity();
    match options.format {
        FindingsFormat::Text => crate::out::say!("{}", print::findings(&read)),
        FindingsFormat::Json => crate::out::say_line!("{:#}", print::findings_json(&read)),
        FindingsFormat::Sarif => crate::out::say_line!("{:#}", report::sarif(&read)),
        FindingsFormat::Github => crate::out::say!("{}", report::github(&read)),
        FindingsFormat::Junit => crate::out::say!(
            "{}",
            report::junit(&read, level, |code| choice.takes(code))?
        ),
    }
    Ok(u8::from(
        read.findings
            .iter()
            .any(|finding| finding.severity >= level),
    ))
}
