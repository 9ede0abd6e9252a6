//! API Management's gateway: an HTTPS server at the service's host name, with the status page
//! that its own load balancer reads and the echo API that every new service has.
//!
//! Source: <https://learn.microsoft.com/azure/api-management/api-management-howto-deploy-multi-region>.

use super::trust::{Authority, TrustError};
use axum::{
    Router,
    body::Bytes,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
    routing::{any, get},
};
use hyper_util::{rt::TokioIo, service::TowerToHyperService};
use std::time::Duration;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_rustls::TlsAcceptor;

const HANDSHAKE: Duration = Duration::from_secs(10);

/// A running gateway of one unit; dropped, it ends.
#[derive(Debug)]
pub(crate) struct Gateway(JoinHandle<()>);

impl Drop for Gateway {
    fn drop(&mut self) {
        self.0.abort();
    }
}

impl Gateway {
    /// Serves on a listener that was made inside the unit.
    pub(crate) fn serve(
        listener: TcpListener,
        host: &str,
        authority: &Authority,
    ) -> Result<Self, TrustError> {
        let acceptor = TlsAcceptor::from(authority.server(host)?);
        Ok(Self(tokio::spawn(accept(listener, acceptor))))
    }
}

async fn accept(listener: TcpListener, acceptor: TlsAcceptor) {
    let routes = routes();
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) => {
                tracing::debug!(%error, "a connection was not accepted");
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            }
        };
        let (acceptor, routes) = (acceptor.clone(), routes.clone());
        tokio::spawn(async move {
            // Its answer goes out in two small writes.
            drop(stream.set_nodelay(true));
            let stream = match tokio::time::timeout(HANDSHAKE, acceptor.accept(stream)).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return tracing::debug!(%error, "no TLS handshake"),
                Err(_) => return tracing::debug!("no TLS handshake in time"),
            };
            let served = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), TowerToHyperService::new(routes))
                .await;
            if let Err(error) = served {
                tracing::debug!(%error, "a connection broke");
            }
        });
    }
}

fn routes() -> Router {
    Router::new()
        .route(
            "/status-0123456789abcdef",
            get(|| async { "Service Operational" }),
        )
        .route("/echo/{*rest}", any(echo))
        .fallback(|| async {
            let body = r#"{ "statusCode": 404, "message": "Resource not found" }"#;
            (
                StatusCode::NOT_FOUND,
                [(header::CONTENT_TYPE, "application/json")],
                body,
            )
        })
}

/// Gives back what was sent, as the echo API does.
async fn echo(headers: HeaderMap, body: Bytes) -> impl IntoResponse {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .cloned()
        .unwrap_or(HeaderValue::from_static("application/octet-stream"));
    ([(header::CONTENT_TYPE, kind)], body)
}
