//! `linkspan diff`: what is reachable in one topology and not in the other.

use crate::{
    arguments::{Diff as Options, Format},
    input::{self, Layers},
    print,
};
use anyhow::Result;

/// 0 the same is reachable, 1 something else is.
pub(crate) fn run(options: &Options) -> Result<u8> {
    let before = input::read(&options.before)?;
    let after = input::read(Layers::new(&options.after, &options.overlay, &options.set))?;
    for read in [&before, &after] {
        if read.topology.resources.is_empty() {
            eprint!("{}", print::findings(read));
            anyhow::bail!("`{}` says nothing that could be compared", read.name());
        }
    }
    let diff = topology::reach::diff(&before.topology, &after.topology);
    match options.format {
        Format::Text => crate::out::say!("{diff}"),
        Format::Json => crate::out::say_line!("{:#}", serde_json::to_value(&diff)?),
    }
    Ok(u8::from(!diff.changes.is_empty()))
}
