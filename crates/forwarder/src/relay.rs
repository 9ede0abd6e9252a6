//! One listener: accepts, connects on, and copies both ways.
//!
//! TLS passes untouched. A client whose upstream cannot be reached is reset, not left waiting.

use crate::{
    proxy::{self, Beginning, Header},
    upstream,
};
use serde::Serialize;
use std::{io, net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncWriteExt as _, copy_bidirectional_with_sizes},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use topology::model::relay::RelayListener;

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
    /// The client in its own network, as a PROXY header says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client: Option<SocketAddr>,
    /// The LINKID of the client's private endpoint, as a PROXY header says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub link_id: Option<u32>,
}

/// Accepts on `listener`, which is what `config` says, until `stop`; connections are tracked by `connections` and cut by `cut`.
pub async fn serve(
    listener: TcpListener,
    config: Arc<RelayListener>,
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
                let config = Arc::clone(&config);
                let cut = cut.clone();
                let local = listener.local_addr().ok();
                connections.spawn(async move {
                    tokio::select! {
                        () = cut.cancelled() => {}
                        result = relay(client, &config, local, connection_log) => match result {
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
    config: &RelayListener,
    listener: Option<SocketAddr>,
    connection_log: bool,
) -> io::Result<()> {
    // No upstream is asked before the header is whole: what sends none should cost nothing.
    let (header, first) = match proxy::read(&mut client, config.proxy_protocol).await {
        Ok(Beginning::Header(header)) => (header, Vec::new()),
        Ok(Beginning::Plain(first)) => (Header::default(), first),
        Err(error) => {
            reset(&client)?;
            return Err(io::Error::other(error));
        }
    };
    let mut server = match upstream::connect(&config.to).await {
        Ok(server) => server,
        Err(error) => {
            reset(&client)?;
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
            client: header.addresses.map(|(client, _)| client),
            link_id: header.link_id,
        })
        .await?;
    }
    server.write_all(&first).await?;
    copy_bidirectional_with_sizes(&mut client, &mut server, BUFFER, BUFFER).await?;
    Ok(())
}

/// With linger zero the close is a reset: the client learns at once.
fn reset(client: &TcpStream) -> io::Result<()> {
    socket2::SockRef::from(client).set_linger(Some(Duration::ZERO))
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
