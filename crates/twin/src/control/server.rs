//! The HTTPS server on loopback.

use super::{handler, tls, world::World};
use axum::Router;
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// How it is served.
#[derive(Clone, Debug)]
pub struct ServeOptions {
    /// Where; port 0 takes a free one.
    pub address: SocketAddr,
}

impl Default for ServeOptions {
    fn default() -> Self {
        Self {
            address: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        }
    }
}

/// It could not be served.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// Certificates.
    #[error("could not make the control plane's certificates")]
    Certificates(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The port.
    #[error("could not listen on {address}")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// Why.
        #[source]
        source: io::Error,
    },
}

/// A running control plane.
#[derive(Debug)]
pub struct ControlServer {
    /// Where it really listens.
    pub address: SocketAddr,
    /// The certificate authority that clients must trust.
    pub ca_pem: String,
    stop: CancellationToken,
    tasks: Vec<JoinHandle<()>>,
    connections: TaskTracker,
}

/// Serves a world.
pub async fn serve(world: Arc<World>, options: ServeOptions) -> Result<ControlServer, ServeError> {
    let (config, ca_pem) = tls::make().map_err(ServeError::Certificates)?;
    let listen = |source| ServeError::Listen {
        address: options.address,
        source,
    };
    let listener = TcpListener::bind(options.address).await.map_err(listen)?;
    let address = listener.local_addr().map_err(listen)?;
    let stop = CancellationToken::new();
    let connections = TaskTracker::new();
    let tasks = vec![
        tokio::spawn(settle(Arc::clone(&world))),
        tokio::spawn(accept(
            listener,
            TlsAcceptor::from(config),
            handler::router(world),
            stop.clone(),
            connections.clone(),
        )),
    ];
    Ok(ControlServer {
        address,
        ca_pem,
        stop,
        tasks,
        connections,
    })
}

impl ControlServer {
    /// Stops accepting, lets requests end, and ends.
    pub async fn shutdown(self) {
        self.stop.cancel();
        self.connections.close();
        drop(tokio::time::timeout(Duration::from_secs(1), self.connections.wait()).await);
        for task in self.tasks {
            task.abort();
        }
    }
}

/// Ends operations when they are due.
async fn settle(world: Arc<World>) {
    loop {
        let next = world.state().operations.next();
        match next {
            Some(due) => {
                tokio::select! {
                    () = tokio::time::sleep_until(due.into()) => {}
                    () = world.started.notified() => {}
                }
            }
            None => world.started.notified().await,
        }
        world.settle();
    }
}

async fn accept(
    listener: TcpListener,
    acceptor: TlsAcceptor,
    routes: Router,
    stop: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => stream,
                Err(error) => {
                    tracing::debug!(%error, "a connection was not accepted");
                    tokio::time::sleep(Duration::from_millis(10)).await;
                    continue;
                }
            },
        };
        let (acceptor, routes, stop) = (acceptor.clone(), routes.clone(), stop.clone());
        connections.spawn(async move {
            drop(stream.set_nodelay(true));
            let began = Instant::now();
            let stream = match tokio::time::timeout(
                Duration::from_secs(10),
                acceptor.accept(stream),
            )
            .await
            {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return tracing::debug!(%error, "no TLS handshake"),
                Err(_) => {
                    return tracing::debug!(waited = ?began.elapsed(), "no TLS handshake in time");
                }
            };
            let serving = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes));
            tokio::pin!(serving);
            tokio::select! {
                served = &mut serving => {
                    if let Err(error) = served {
                        tracing::debug!(%error, "a connection broke");
                    }
                }
                () = stop.cancelled() => {
                    serving.as_mut().graceful_shutdown();
                    drop(serving.await);
                }
            }
        });
    }
}
