//! `linkspan advise`.

use crate::{
    arguments::{Advise, Format},
    input, print,
};
use anyhow::{Context as _, Result, bail};
use std::{io::Read as _, path::Path};
use topology::{
    advise::{self, Need},
    cost::{Prices, Usage, prices_from_json},
};

/// All prices of one region are about 12 MB of JSON.
const LARGEST: u64 = 64 * 1024 * 1024;

/// 0 advised, 1 the manifest holds no access to advise on.
pub(crate) fn run(options: &Advise) -> Result<u8> {
    let read = input::read(&options.layers)?;
    if read.topology.resources.is_empty() {
        eprint!("{}", print::findings(&read));
        return Ok(1);
    }
    let prices = match &options.prices {
        Some(path) => prices(path)?,
        None => Prices::snapshot(),
    };
    let mut need = match Need::of(&read.topology) {
        Ok(need) => need,
        Err(error) => {
            eprintln!("linkspan: nothing to advise on in {}: {error}", read.name());
            return Ok(1);
        }
    };
    need.wishes.preview = !options.no_preview;
    need.wishes.filter_consumers = options.filter_consumers;
    need.wishes.join_networks = options.join_networks;
    need.wishes.connections = options.connections;
    let usage = Usage {
        inbound_gigabytes: f64::from(options.gigabytes),
        outbound_gigabytes: f64::from(options.gigabytes),
        ..Usage::default()
    };
    let advice = advise::advise(&need, &prices, &usage);
    if let Some(way) = &options.manifest {
        match advice
            .alternatives
            .iter()
            .find(|alternative| alternative.id == way)
        {
            Some(alternative) => crate::out::say!("{}", alternative.manifest),
            None => bail!("no way `{way}`"),
        }
        return Ok(0);
    }
    match options.format {
        Format::Text => crate::out::say!("{}", advise::text(&advice)),
        Format::Json => crate::out::say_line!("{:#}", serde_json::to_value(&advice)?),
    }
    Ok(0)
}

fn prices(path: &Path) -> Result<Prices> {
    let name = path.display().to_string();
    let file = std::fs::File::open(path).with_context(|| format!("could not open `{name}`"))?;
    let mut text = String::new();
    file.take(LARGEST + 1)
        .read_to_string(&mut text)
        .with_context(|| format!("could not read `{name}`"))?;
    if u64::try_from(text.len()).unwrap_or(u64::MAX) > LARGEST {
        bail!(
            "`{name}` is larger than {} MiB; ask for the prices of one region",
            LARGEST >> 20
        );
    }
    prices_from_json(&text).with_context(|| format!("could not use `{name}`"))
}
