//! The endpoint for the load balancer's probe: HTTP, green only when it is true.
//!
//! 200 while an upstream of every listener accepts a connection, else 503, with a JSON body that
//! says why. A request may have a PROXY protocol header before it: the probes of a load balancer have
//! one once a Private Link Service in front of it sends them. A load balancer takes only 200 for healthy:
//! <https://learn.microsoft.com/azure/load-balancer/load-balancer-custom-probe-overview>.

use crate::{
    proxy::{self, Beginning},
    upstream,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
};
use tokio_util::{sync::CancellationToken, task::TaskTracker};
use topology::model::relay::{ProxyProtocol, RelayListener};

/// A request head longer than this is refused.
const HEAD_LIMIT: usize = 8 * 1024;
/// A probe that does not finish its request in this time is dropped.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(5);

/// What the endpoint reports on.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The path that answers.
    pub path: String,
    /// The listeners.
    pub listeners: Arc<[RelayListener]>,
    /// Cancelled when draining begins.
    pub draining: CancellationToken,
}

/// Answers probes until `stop`.
pub async fn serve(
    listener: TcpListener,
    subject: Subject,
    stop: CancellationToken,
    tasks: TaskTracker,
) {
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, _)) => {
                let subject = subject.clone();
                let stop = stop.clone();
                tasks.spawn(async move {
                    tokio::select! {
                        () = stop.cancelled() => {}
                        answered = tokio::time::timeout(REQUEST_TIMEOUT, answer(stream, &subject)) => {
                            if let Ok(Err(error)) = answered {
                                tracing::debug!(%error, "probe failed");
                            }
                        }
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "could not accept a probe");
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        }
    }
}

async fn answer(mut stream: TcpStream, subject: &Subject) -> std::io::Result<()> {
    let beginning = proxy::read(&mut stream, ProxyProtocol::Optional).await;
    let mut head = match beginning.map_err(std::io::Error::other)? {
        Beginning::Header(_) => Vec::new(),
        Beginning::Plain(first) => first,
    };
    let mut chunk = [0_u8; 1024];
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let read = stream.read(&mut chunk).await?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(chunk.get(..read).unwrap_or_default());
        if head.len() > HEAD_LIMIT {
            return respond(
                &mut stream,
                431,
                "Request Header Fields Too Large",
                &json!({"error": "request head too large"}),
            )
            .await;
        }
    }
    let text = String::from_utf8_lossy(&head);
    let mut words = text.split_whitespace();
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let path = target.split('?').next().unwrap_or("");
    if path != subject.path {
        return respond(
            &mut stream,
            404,
            "Not Found",
            &json!({"error": "no such path"}),
        )
        .await;
    }
    if method != "GET" && method != "HEAD" {
        return respond(
            &mut stream,
            405,
            "Method Not Allowed",
            &json!({"error": "use GET"}),
        )
        .await;
    }
    if subject.draining.is_cancelled() {
        return respond(
            &mut stream,
            503,
            "Service Unavailable",
            &json!({"status": "draining"}),
        )
        .await;
    }
    let mut listeners = Vec::new();
    let mut healthy = true;
    for listener in subject.listeners.iter() {
        let reason = match upstream::connect(&listener.to).await {
            Ok(_) => None,
            Err(error) => Some(error.to_string()),
        };
        healthy &= reason.is_none();
        listeners.push(json!({"listen": listener.listen, "to": listener.to, "healthy": reason.is_none(), "reason": reason}));
    }
    let body =
        json!({"status": if healthy { "healthy" } else { "unhealthy" }, "listeners": listeners});
    if healthy {
        respond(&mut stream, 200, "OK", &body).await
    } else {
        respond(&mut stream, 503, "Service Unavailable", &body).await
    }
}

async fn respond(
    stream: &mut TcpStream,
    status: u16,
    reason: &str,
    body: &serde_json::Value,
) -> std::io::Result<()> {
    let body = body.to_string();
    let answer = format!(
        "HTTP/1.1 {status} {reason}\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    );
    stream.write_all(answer.as_bytes()).await?;
    stream.shutdown().await
}
