//! `linkspan twin serve`, and what other commands share with it.

use crate::{
    arguments::{Serve, Twin as Options, TwinCommand},
    cloud,
    commands::apply,
    input, print, runtime,
};
use ::twin::{ClientPlacement, SubscriptionOption, Twin, TwinOptions, endpoints::Spawner, socket};
use anyhow::{Context as _, Result};
use std::{path::PathBuf, time::Duration};
use tokio_util::sync::CancellationToken;
use topology::{Topology, trace::Live};

/// The provider's subscription that the twin starts with.
pub(crate) const DEFAULT_PROVIDER: &str = "22222222-2222-2222-2222-222222222222";
/// The partner's subscription that the twin starts with.
pub(crate) const DEFAULT_PARTNER: &str = "11111111-1111-1111-1111-111111111111";
/// The tenant of both.
pub(crate) const DEFAULT_TENANT: &str = "33333333-3333-3333-3333-333333333333";

/// 0 after a stop that was asked for.
pub(crate) fn run(options: &Options) -> Result<u8> {
    match &options.command {
        TwinCommand::Serve(serve) => run_serve(serve),
    }
}

fn run_serve(options: &Serve) -> Result<u8> {
    let clients = match options.placed.layers() {
        Some(layers) => {
            let read = input::read(layers)?;
            if read.has_errors() {
                eprint!("{}", print::blocking(&read));
                return Ok(1);
            }
            read.topology
        }
        None => Topology::default(),
    };
    let spawner = match Spawner::start() {
        Ok(spawner) => Some(spawner),
        Err(denied) => {
            eprintln!("namespaces are denied here, so there is no data plane: {denied}");
            None
        }
    };
    let runtime = runtime::start()?;
    let code = runtime.block_on(async {
        let more = options
            .subscription
            .iter()
            .map(|text| subscription(text))
            .collect();
        let twin = Twin::start(self::options(
            &clients,
            spawner,
            options.state.clone(),
            more,
        )?)
        .await
        .context("could not start the twin")?;
        place(&twin, &clients).await?;
        let text = variables_text(&twin);
        match &options.env_file {
            Some(path) => cloud::write_whole(path, &text)?,
            None => crate::out::say!("{text}"),
        }
        eprintln!(
            "the twin is ready at {}; Ctrl-C ends it",
            twin.arm_endpoint()
        );
        apply::stop_on_signal(&CancellationToken::new()).await;
        twin.shutdown().await;
        if let Some(path) = &options.env_file {
            // The endpoints in it are gone; so is the file if nobody removed it before.
            let _gone = std::fs::remove_file(path);
        }
        Ok(0)
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    code
}

fn subscription(text: &str) -> SubscriptionOption {
    let (id, tenant) = text.split_once('=').unwrap_or((text, DEFAULT_TENANT));
    SubscriptionOption {
        id: id.to_owned(),
        tenant: tenant.to_owned(),
    }
}

/// A twin for a topology: the two default subscriptions, those that it names, and `more`.
pub(crate) fn options(
    topology: &Topology,
    spawner: Option<Spawner>,
    state: Option<PathBuf>,
    more: Vec<SubscriptionOption>,
) -> Result<TwinOptions> {
    let mut subscriptions = vec![
        subscription(DEFAULT_PROVIDER),
        subscription(DEFAULT_PARTNER),
    ];
    let named = topology
        .subscriptions
        .values()
        .map(|named| SubscriptionOption {
            id: named.id.clone(),
            tenant: named
                .tenant
                .clone()
                .unwrap_or_else(|| DEFAULT_TENANT.to_owned()),
        });
    for one in more.into_iter().chain(named) {
        if !subscriptions
            .iter()
            .any(|known| known.id.eq_ignore_ascii_case(&one.id))
        {
            subscriptions.push(one);
        }
    }
    let program = std::env::current_exe().context("could not find this program's own file")?;
    Ok(TwinOptions {
        subscriptions,
        tenant_id: DEFAULT_TENANT.to_owned(),
        partner_subscription: DEFAULT_PARTNER.to_owned(),
        spawner,
        relay_command: vec![program.into_os_string(), "forwarder".into()],
        state,
    })
}

/// Places all clients of a topology.
pub(crate) async fn place(twin: &Twin, topology: &Topology) -> Result<()> {
    for client in topology.clients.values() {
        let placement = ClientPlacement {
            name: client.name.clone(),
            subnet: client.subnet.clone(),
            private_ip_address: client.private_ip_address,
            hosts: client.hosts.clone(),
        };
        twin.place_client(placement)
            .await
            .with_context(|| format!("could not place `{}`", client.name))?;
    }
    Ok(())
}

/// `KEY=value` lines that a shell can source.
pub(crate) fn variables_text(twin: &Twin) -> String {
    let lines = [
        ("LINKSPAN_ARM_ENDPOINT", twin.arm_endpoint().to_owned()),
        ("LINKSPAN_AUTHORITY_HOST", twin.authority_host().to_owned()),
        ("LINKSPAN_CA_FILE", twin.ca_file().display().to_string()),
        ("AZURE_TENANT_ID", twin.tenant_id().to_owned()),
        ("AZURE_SUBSCRIPTION_ID", DEFAULT_PROVIDER.to_owned()),
        ("AZURE_CLIENT_ID", twin.owner().client_id.clone()),
        ("AZURE_CLIENT_SECRET", twin.owner().client_secret.clone()),
        (
            "LINKSPAN_PARTNER_SUBSCRIPTION_ID",
            DEFAULT_PARTNER.to_owned(),
        ),
        ("LINKSPAN_PARTNER_TENANT_ID", twin.tenant_id().to_owned()),
        (
            "LINKSPAN_PARTNER_CLIENT_ID",
            twin.partner().client_id.clone(),
        ),
        (
            "LINKSPAN_PARTNER_CLIENT_SECRET",
            twin.partner().client_secret.clone(),
        ),
        (
            "LINKSPAN_TWIN_SOCKET",
            twin.socket_path().display().to_string(),
        ),
    ];
    lines
        .iter()
        .map(|(name, value)| format!("{name}={}\n", quoted(value)))
        .collect()
}

/// A value as a POSIX shell takes it.
fn quoted(value: &str) -> String {
    let plain = value
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "-_./:@+,".contains(c));
    if plain {
        value.to_owned()
    } else {
        format!("'{}'", value.replace('\'', "'\\''"))
    }
}

/// The running twin's socket, as the environment names it.
pub(crate) fn socket() -> Result<PathBuf> {
    std::env::var_os("LINKSPAN_TWIN_SOCKET")
        .map(PathBuf::from)
        .context("`LINKSPAN_TWIN_SOCKET` is not set: source the file that `linkspan twin serve --env-file FILE` wrote")
}

/// What is deployed on the running twin now, with the health that its probes found.
pub(crate) fn live_world(topology: &Topology) -> Result<(Topology, Live)> {
    let mut client = socket::Client::connect(&socket()?).context("could not reach the twin")?;
    let world = client.world().context("could not read the twin's world")?;
    let (mut live, _) = topology::arm::import(&world.resources);
    live.clients = topology.clients.clone();
    let health = Live {
        unhealthy: world.unhealthy,
    };
    Ok((live, health))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_survive_a_shell() {
        assert_eq!(quoted("https://127.0.0.1:443"), "https://127.0.0.1:443");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
    }
}
