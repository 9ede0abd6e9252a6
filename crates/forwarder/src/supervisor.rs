//! Owns every task: starts the listeners, waits for a signal, drains, cuts.

use crate::{health, relay};
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
    task::JoinSet,
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use topology::model::relay::RelayConfig;

/// What is not in the configuration file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// One JSON line per connection on standard output.
    pub connection_log: bool,
}

/// How the relay ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// All connections ended by themselves.
    Gracefully,
    /// The deadline came first.
    Cut {
        /// How many connections were cut.
        connections: usize,
    },
}

/// Why the relay could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// An address could not be listened on.
    #[error("could not listen on {address}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Signals could not be received.
    #[error("could not receive signals")]
    Signals(#[source] io::Error),
}

/// Runs until SIGTERM or SIGINT, then drains; a second signal cuts at once.
pub async fn run(config: RelayConfig, options: Options) -> Result<Ended, RunError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(RunError::Signals)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(RunError::Signals)?;
    let running = start(&config, options).await?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!(drain_seconds = config.drain_seconds, "draining");
    let again = async {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    Ok(running
        .stop(Duration::from_secs(u64::from(config.drain_seconds)), again)
        .await)
}

/// A started relay.
#[derive(Debug)]
pub struct Running {
    listeners: JoinSet<()>,
    connections: TaskTracker,
    probes: TaskTracker,
    draining: CancellationToken,
    cut: CancellationToken,
    /// The addresses really listened on, in the order of the configuration, then health.
    pub addresses: Vec<SocketAddr>,
}

/// Opens all listeners, or none.
pub async fn start(config: &RelayConfig, options: Options) -> Result<Running, RunError> {
    let mut sockets = Vec::new();
    for listener in &config.listeners {
        sockets.push((bind(listener.listen).await?, Arc::new(listener.clone())));
    }
    let health_socket = match &config.health {
        Some(health) => Some((bind(health.listen).await?, health.path.clone())),
        None => None,
    };
    let mut running = Running {
        listeners: JoinSet::new(),
        connections: TaskTracker::new(),
        probes: TaskTracker::new(),
        draining: CancellationToken::new(),
        cut: CancellationToken::new(),
        addresses: Vec::new(),
    };
    for (socket, listener) in sockets {
        running.addresses.extend(socket.local_addr().ok());
        tracing::info!(listen = ?socket.local_addr().ok(), to = ?listener.to, "relaying");
        running.listeners.spawn(relay::serve(
            socket,
            listener,
            options.connection_log,
            running.draining.clone(),
            running.cut.clone(),
            running.connections.clone(),
        ));
    }
    if let Some((socket, path)) = health_socket {
        running.addresses.extend(socket.local_addr().ok());
        let subject = health::Subject {
            path,
            listeners: Arc::from(config.listeners.clone()),
            draining: running.draining.clone(),
        };
        running.listeners.spawn(health::serve(
            socket,
            subject,
            running.cut.clone(),
            running.probes.clone(),
        ));
    }
    Ok(running)
}

async fn bind(address: SocketAddr) -> Result<TcpListener, RunError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| RunError::Listen { address, source })
}

impl Running {
    /// Stops accepting, turns the health endpoint red, waits for the connections until `deadline`
    /// or `cut_now`, then cuts what is left.
    pub async fn stop(mut self, deadline: Duration, cut_now: impl Future<Output = ()>) -> Ended {
        self.draining.cancel();
        self.connections.close();
        tokio::select! {
            () = self.connections.wait() => {}
            () = tokio::time::sleep(deadline) => {}
            () = cut_now => {}
        }
        let left = self.connections.len();
        self.cut.cancel();
        self.connections.wait().await;
        self.probes.close();
        self.probes.wait().await;
        while self.listeners.join_next().await.is_some() {}
        if left == 0 {
            Ended::Gracefully
        } else {
            Ended::Cut { connections: left }
        }
    }
}
