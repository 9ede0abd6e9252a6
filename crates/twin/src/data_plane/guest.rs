//! The guest of a virtual machine: the relay that its user data asks for.
//!
//! As on a real machine, the relay is started again when it ends, and when the user data changes.

use super::records::{ConnectionRecord, Records};
use crate::endpoints::{Endpoint, Process, SpawnCommand};
use nix::unistd::pipe2;
use std::{
    ffi::OsString,
    fs::File,
    io::{BufRead as _, BufReader},
    net::{Ipv4Addr, SocketAddrV4},
    os::fd::OwnedFd,
    sync::Arc,
    time::Duration,
};
use tokio::{sync::watch, task::JoinHandle};
use topology::model::{id::ResourceId, relay::RelayConfig};

const CONFIG: &str = "/etc/linkspan/relay.json";
const RESTART: Duration = Duration::from_secs(1);
const BOOT: Duration = Duration::from_secs(5);
/// A relay that is told to stop has this long; its connections end with the machine anyway.
const STOP: Duration = Duration::from_secs(2);

/// A running guest; dropped, its relay ends with its endpoint.
#[derive(Debug)]
pub(crate) struct Guest {
    /// The user data it runs with.
    pub(crate) user_data: Option<String>,
    task: JoinHandle<()>,
}

impl Drop for Guest {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// What a guest needs to know.
pub(crate) struct Machine {
    /// Its NIC.
    pub(crate) nic: ResourceId,
    /// Its namespace.
    pub(crate) endpoint: Arc<Endpoint>,
    /// Its address.
    pub(crate) address: Ipv4Addr,
    /// The relay's program and first arguments.
    pub(crate) command: Vec<OsString>,
    /// Where connection records go.
    pub(crate) records: Arc<Records>,
}

impl Guest {
    /// Boots. `booted` turns true when the relay listens, or when there is none.
    pub(crate) fn boot(
        machine: Machine,
        user_data: Option<String>,
        relay: Option<RelayConfig>,
        booted: watch::Sender<bool>,
    ) -> Self {
        let task = tokio::spawn(async move {
            let Some(relay) = relay else {
                booted.send_replace(true);
                return;
            };
            let machine = Arc::new(machine);
            loop {
                match run(&machine, &relay, &booted).await {
                    Ok(()) => {
                        tracing::warn!(nic = %machine.nic, "the relay has ended and is started again");
                    }
                    Err(error) => {
                        tracing::warn!(nic = %machine.nic, error = format!("{error:#}"), "the relay did not run");
                    }
                }
                tokio::time::sleep(RESTART).await;
            }
        });
        Self { user_data, task }
    }
}

#[derive(Debug, thiserror::Error)]
enum GuestError {
    #[error("the configuration cannot be written")]
    Config(#[from] serde_json::Error),
    #[error("no pipe")]
    Pipe(#[from] nix::Error),
    #[error(transparent)]
    Endpoint(#[from] crate::endpoints::EndpointError),
    #[error("no program was given for the relay")]
    NoProgram,
    #[error("a task failed")]
    Task(#[from] tokio::task::JoinError),
    #[error("the relay could not be watched")]
    Watch(#[from] std::io::Error),
}

/// Ends the relay when the guest is dropped in the middle of running.
struct Running(Arc<Process>);

impl Drop for Running {
    fn drop(&mut self) {
        if matches!(self.0.try_wait(), Ok(Some(_))) {
            return;
        }
        let process = Arc::clone(&self.0);
        drop(process.signal(libc::SIGTERM));
        // The runtime may be gone already; the endpoint's end kills it then.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                if tokio::time::timeout(STOP, process.exited()).await.is_err() {
                    drop(process.kill());
                }
            });
        }
    }
}

async fn run(
    machine: &Arc<Machine>,
    relay: &RelayConfig,
    booted: &watch::Sender<bool>,
) -> Result<(), GuestError> {
    let config = serde_json::to_vec_pretty(relay)?;
    let (program, first) = machine.command.split_first().ok_or(GuestError::NoProgram)?;
    let (output, stdout) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
    let (messages, stderr) = pipe2(nix::fcntl::OFlag::O_CLOEXEC)?;
    let mut args = first.to_vec();
    args.extend(["--config", CONFIG, "--connection-log"].map(OsString::from));
    let command = SpawnCommand {
        program: program.clone(),
        args,
        env: vec![
            ("PATH".into(), "/usr/bin:/bin".into()),
            ("RUST_LOG".into(), "info".into()),
        ],
        stdout: Some(stdout),
        stderr: Some(stderr),
        files: vec![(CONFIG.to_owned(), config)],
        ..SpawnCommand::default()
    };
    let spawning = Arc::clone(machine);
    let process = tokio::task::spawn_blocking(move || spawning.endpoint.spawn(command)).await??;
    let running = Running(Arc::new(process));
    read_records(machine, output);
    read_messages(machine, messages);
    let listening = listening(machine, relay);
    tokio::select! {
        ended = running.0.exited() => {
            ended?;
            return Ok(());
        }
        () = listening => {}
    }
    booted.send_replace(true);
    running.0.exited().await?;
    Ok(())
}

/// Waits until every listener of the relay accepts, from inside the machine.
async fn listening(machine: &Arc<Machine>, relay: &RelayConfig) {
    let ports: Vec<u16> = relay
        .listeners
        .iter()
        .map(|listener| listener.listen.port())
        .chain(relay.health.iter().map(|health| health.listen.port()))
        .collect();
    let all = async {
        for port in ports {
            while !accepts(machine, port).await {
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    };
    if tokio::time::timeout(BOOT, all).await.is_err() {
        tracing::warn!(nic = %machine.nic, "the relay does not listen yet");
    }
}

async fn accepts(machine: &Arc<Machine>, port: u16) -> bool {
    let (inside, address) = (Arc::clone(machine), machine.address);
    let connecting = tokio::task::spawn_blocking(move || {
        inside
            .endpoint
            .connect_tcp(None, SocketAddrV4::new(address, port))
    })
    .await;
    let Ok(Ok(stream)) = connecting else {
        return false;
    };
    super::finish_connect(stream).await.is_ok()
}

/// Reads the relay's connection records as they come. Its own thread: a pipe of a few lines.
fn read_records(machine: &Machine, output: OwnedFd) {
    let (nic, records) = (machine.nic.clone(), Arc::clone(&machine.records));
    std::thread::spawn(move || {
        for line in BufReader::new(File::from(output)).lines() {
            let Ok(line) = line else { return };
            match serde_json::from_str::<ConnectionRecord>(&line) {
                Ok(record) => records.add(&nic, record),
                Err(error) => tracing::debug!(%nic, %error, line, "no connection record"),
            }
        }
    });
}

fn read_messages(machine: &Machine, messages: OwnedFd) {
    let nic = machine.nic.clone();
    std::thread::spawn(move || {
        for line in BufReader::new(File::from(messages)).lines() {
            let Ok(line) = line else { return };
            tracing::debug!(target: "relay", %nic, "{line}");
        }
    });
}
