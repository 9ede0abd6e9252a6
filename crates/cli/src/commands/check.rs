//! `linkspan check`.

use crate::{
    arguments::{Check, Format, Level},
    input, print,
};
use anyhow::Result;
use topology::Severity;

/// 0 clean, 1 findings at or above the level.
pub(crate) fn run(options: &Check) -> Result<u8> {
    let read = input::read(&options.manifest)?;
    match options.format {
        Format::Text => print!("{}", print::findings(&read)),
        Format::Json => println!("{:#}", print::findings_json(&read)),
    }
    let level = match options.level {
        Level::Error => Severity::Error,
        Level::Warning => Severity::Warning,
        Level::Hint => Severity::Hint,
    };
    Ok(u8::from(
        read.findings
            .iter()
            .any(|finding| finding.severity >= level),
    ))
}
