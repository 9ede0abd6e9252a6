//! Finds and opens an upstream.
//!
//! Names are looked up for each connection, so a service that moved is found again at once.

use std::{io, net::SocketAddr, time::Duration};
use tokio::net::{TcpStream, lookup_host};

/// How long one address may take to accept: below the 5 s of a load balancer's probe.
pub const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);

/// Why no upstream could be reached.
#[derive(Debug, thiserror::Error)]
#[error("no upstream answered: {}", .0.join("; "))]
pub struct UpstreamError(pub Vec<String>);

/// Opens the first upstream that accepts, in the order given.
pub async fn connect(upstreams: &[String]) -> Result<TcpStream, UpstreamError> {
    let mut failures = Vec::new();
    for upstream in upstreams {
        let found = tokio::time::timeout(CONNECT_TIMEOUT, lookup_host(upstream)).await;
        let addresses: Vec<SocketAddr> = match found {
            Ok(Ok(addresses)) => addresses.collect(),
            Ok(Err(error)) => {
                failures.push(format!("{upstream}: {error}"));
                continue;
            }
            Err(_) => {
                failures.push(format!("{upstream}: the name was not answered"));
                continue;
            }
        };
        for address in addresses {
            match tokio::time::timeout(CONNECT_TIMEOUT, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => failures.push(format!("{upstream} ({address}): {error}")),
                Err(_) => failures.push(format!(
                    "{upstream} ({address}): no answer within {CONNECT_TIMEOUT:?}"
                )),
            }
        }
    }
    Err(UpstreamError(failures))
}

/// Sets what every relayed socket needs: no delay, and keepalive below the 240 s after which
/// Private Link may cut (<https://learn.microsoft.com/azure/private-link/private-link-service-overview>).
pub(crate) fn prepare(stream: &TcpStream) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let keepalive = socket2::TcpKeepalive::new()
        .with_time(Duration::from_mins(1))
        .with_interval(Duration::from_secs(15));
    socket2::SockRef::from(stream).set_tcp_keepalive(&keepalive)
}
