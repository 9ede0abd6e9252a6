//! `linkspan exec`: a program where a client stands.

use crate::{arguments::Exec, commands::twin, input};
use ::twin::{ClientPlacement, socket};
use anyhow::{Context as _, Result, bail};

/// The program's own exit code.
pub(crate) fn run(options: &Exec) -> Result<u8> {
    let mut client =
        socket::Client::connect(&twin::socket()?).context("could not reach the twin")?;
    if let Some(layers) = options.placed.layers() {
        let read = input::read(layers)?;
        if read.has_errors() {
            eprint!("{}", crate::print::blocking(&read));
            return Ok(1);
        }
        for placed in read.topology.clients.values() {
            client
                .place(&ClientPlacement {
                    name: placed.name.clone(),
                    subnet: placed.subnet.clone(),
                    private_ip_address: placed.private_ip_address,
                    hosts: placed.hosts.clone(),
                })
                .with_context(|| format!("could not place `{}`", placed.name))?;
        }
    }
    let Some((program, _)) = options.program.split_first() else {
        bail!("name a program after `--`")
    };
    let code = client
        .exec(&options.client, &options.program)
        .with_context(|| {
            format!(
                "could not run `{}` at `{}`",
                program.display(),
                options.client
            )
        })?;
    Ok(u8::try_from(code).unwrap_or(255))
}
