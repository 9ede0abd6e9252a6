//! One listener: accepts, connects on, and copies both ways.
//!
//! TLS passes untouched. A client whose upstream cannot be reached is reset, not left waiting.

use crate::upstream;
use serde::Serialize;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::copy_bidirectional_with_sizes,
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};

/// Bytes buffered per direction.
const BUFFER: usize = 64 * 1024;

/// One relayed connection, printed as a JSON line when both legs stand.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ConnectionRecord {
    /// The listener as configured.
    pub listener: SocketAddr,
    /// Who connected.
    pub accepted_peer: SocketAddr,
    /// The address they connected to.
    pub accepted_local: SocketAddr,
    /// Our address towards the upstream.
    pub upstream_local: SocketAddr,
    /// The upstream.
    pub upstream_peer: SocketAddr,
}

/// Accepts on `listener` until `stop`; connections are tracked by `connections` and cut by `cut`.
pub async fn serve(
    listener: TcpListener,
    upstreams: Arc<[String]>,
    connection_log: bool,
    stop: CancellationToken,
    cut: CancellationToken,
    connections: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((client, peer)) => {
                let upstreams = Arc::clone(&upstreams);
                let cut = cut.clone();
                let local = listener.local_addr().ok();
                connections.spawn(async move {
                    tokio::select! {
                        () = cut.cancelled() => {}
                        result = relay(client, &upstreams, local, connection_log) => match result {
                            Ok(()) => tracing::debug!(%peer, "connection ended"),
                            Err(error) => tracing::warn!(%peer, %error, "connection failed"),
                        },
                    }
                });
            }
            Err(error) => {
                // Out of descriptors or a client that vanished: wait a moment instead of spinning.
                tracing::warn!(%error, "could not accept");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn relay(
    mut client: TcpStream,
    upstreams: &[String],
    listener: Option<SocketAddr>,
    connection_log: bool,
) -> io::Result<()> {
    let mut server = match upstream::connect(upstreams).await {
        Ok(server) => server,
        Err(error) => {
            // With linger zero the close is a reset: the client learns at once.
            socket2::SockRef::from(&client).set_linger(Some(Duration::ZERO))?;
            return Err(io::Error::other(error));
        }
    };
    upstream::prepare(&client)?;
    upstream::prepare(&server)?;
    if connection_log {
        let accepted_local = client.local_addr()?;
        report(&ConnectionRecord {
            listener: listener.unwrap_or(accepted_local),
            accepted_peer: client.peer_addr()?,
            accepted_local,
            upstream_local: server.local_addr()?,
            upstream_peer: server.peer_addr()?,
        })
        .await?;
    }
    copy_bidirectional_with_sizes(&mut client, &mut server, BUFFER, BUFFER).await?;
    Ok(())
}

async fn report(record: &ConnectionRecord) -> io::Result<()> {
    let mut line = serde_json::to_vec(record).map_err(io::Error::other)?;
    line.push(b'\n');
    // One write per line, so that lines of parallel connections do not mix.
    tokio::task::spawn_blocking(move || {
        use std::io::Write as _;
        let mut out = io::stdout().lock();
        out.write_all(&line)?;
        out.flush()
    })
    .await
    .map_err(io::Error::other)?
}
