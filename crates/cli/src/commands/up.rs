//! `linkspan up`: the main job, end to end.
//!
//! Nothing is started before the manifest is clean. Namespaces are made before the first thread
//! exists; everything after that runs under one select with the stop signal, and ends in the same
//! clean-up.

use crate::{
    arguments::{Format, Up},
    cloud,
    commands::{
        apply,
        twin::{self, DEFAULT_PARTNER},
    },
    input, print,
    proof::{Kind, Proof},
    prove, runtime,
};
use ::twin::{ClientPlacement, Twin, endpoints::Spawner};
use anyhow::{Context as _, Result};
use azure::{Cloud, Principal};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;
use topology::{Checked, Topology};

/// How long the load balancer's probes may take to find the forwarders.
const HEALTHY: Duration = Duration::from_mins(1);

/// 0 proven, 1 findings or not proven, 3 proven in memory only.
pub(crate) fn run(options: &Up) -> Result<u8> {
    let read = input::read(&options.manifest)?;
    if read.has_errors() {
        eprint!("{}", print::blocking(&read));
        return Ok(1);
    }
    let Ok((checked, _)) = topology::rules::checked(read.topology, read.findings) else {
        return Ok(1);
    };
    let not_run = ::twin::not_run(checked.topology());
    if !not_run.is_empty() {
        anyhow::bail!(
            "the twin cannot run this topology: {}; `linkspan trace` reasons about it, and `linkspan apply` provisions it on Azure",
            not_run.join("; ")
        );
    }
    let spawner = match Spawner::start() {
        Ok(spawner) => Some(spawner),
        Err(denied) => {
            eprintln!("namespaces are denied here: {denied}");
            None
        }
    };
    let runtime = runtime::start()?;
    let code = runtime.block_on(async {
        let stop = CancellationToken::new();
        tokio::select! {
            biased;
            () = apply::stop_on_signal(&stop) => {
                eprintln!("stopped");
                Ok(u8::from(options.once))
            }
            result = job(options, &checked, spawner) => result,
        }
    });
    runtime.shutdown_timeout(Duration::from_secs(5));
    code
}

async fn job(options: &Up, checked: &Checked<Topology>, spawner: Option<Spawner>) -> Result<u8> {
    let started = Instant::now();
    let real = spawner.is_some();
    let topology = checked.topology();
    let twin = Twin::start(twin::options(topology, spawner, None, Vec::new())?)
        .await
        .context("could not start the twin")?;
    if let Some(fault) = &options.fault {
        twin.set_fault(fault).context("--fault")?;
    }
    for client in topology.clients.values() {
        twin.place_client(ClientPlacement {
            name: client.name.clone(),
            subnet: client.subnet.clone(),
            private_ip_address: client.private_ip_address,
            hosts: client.hosts.clone(),
        })
        .await
        .with_context(|| format!("could not place `{}`", client.name))?;
    }
    let cloud = Cloud {
        arm_endpoint: twin.arm_endpoint().to_owned(),
        authority_host: twin.authority_host().to_owned(),
        ca_pem: Some(twin.ca_pem().to_owned()),
        audience: "https://management.azure.com".to_owned(),
    };
    let principal = |from: &::twin::Principal| Principal {
        tenant_id: twin.tenant_id().to_owned(),
        client_id: from.client_id.clone(),
        client_secret: from.client_secret.clone(),
    };
    let partner = (DEFAULT_PARTNER.to_owned(), principal(twin.partner()));
    let arm = cloud::connect_to(cloud, principal(twin.owner()), Some(partner))?;
    let observed = arm.observe(topology).await;
    let plan = topology::plan::plan(checked, &observed);
    if !apply::execute(
        &arm,
        &plan,
        &CancellationToken::new(),
        std::future::pending(),
    )
    .await
    {
        twin.shutdown().await;
        return Ok(1);
    }
    let proofs = if real {
        twin.wait_healthy(HEALTHY)
            .await
            .context("the load balancer's probes did not find the forwarders healthy")?;
        prove::with_packets(&twin, topology).await?
    } else {
        prove::in_memory(&twin, topology).await?
    };
    show(options, &proofs)?;
    eprintln!("{} ms from start to proof", started.elapsed().as_millis());
    let holds = !proofs.is_empty() && proofs.iter().all(|proof| proof.holds);
    if !options.once {
        crate::out::say_line!("\n{}", twin::variables_text(&twin));
        eprintln!("up until Ctrl-C");
        std::future::pending::<()>().await;
    }
    twin.shutdown().await;
    Ok(match (holds, real) {
        (false, _) => 1,
        (true, true) => 0,
        (true, false) => 3,
    })
}

fn show(options: &Up, proofs: &[Proof]) -> Result<()> {
    match options.format {
        Format::Text => {
            for proof in proofs {
                crate::out::say!("{}", proof.text());
            }
            if proofs.is_empty() {
                crate::out::say_line!(
                    "not proven: no client of the manifest reaches a service by a private endpoint"
                );
            }
        }
        Format::Json => {
            let mut all = proofs.iter();
            // One proof is the usual case, so it stands at the top.
            let mut value = match all.next() {
                Some(first) => serde_json::to_value(first)?,
                None => {
                    serde_json::json!({ "version": 1, "proof": Kind::InMemory, "holds": false, "because": "nothing to prove" })
                }
            };
            if let Some(object) = value.as_object_mut() {
                object.insert(
                    "more".to_owned(),
                    serde_json::to_value(all.collect::<Vec<_>>())?,
                );
            }
            crate::out::say_line!("{value:#}");
        }
    }
    Ok(())
}
