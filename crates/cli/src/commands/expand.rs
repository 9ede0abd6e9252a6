//! `linkspan expand`.

use crate::{
    arguments::{Expand, ManifestFormat},
    input, print,
};
use anyhow::{Context as _, Result};
use topology::manifest;

/// 0 printed, 1 it cannot be read.
pub(crate) fn run(options: &Expand) -> Result<u8> {
    let sources = input::sources(&options.manifest)?;
    let diagnosis = topology::diagnose(&sources);
    if !diagnosis.is_readable {
        let read = input::Read::of(sources, diagnosis);
        eprint!("{}", print::findings(&read));
        return Ok(1);
    }
    let value = topology::expand(&diagnosis).context("could not write the resources as JSON")?;
    match options.format {
        ManifestFormat::Yaml => crate::out::say!("{}", manifest::document(&value)),
        ManifestFormat::Json => crate::out::say_line!("{:#}", manifest::escaped(&value)),
    }
    Ok(0)
}
