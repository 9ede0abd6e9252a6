//! The HTTP server that the Functions host talks to.

use crate::{Context, Router, router::Invocation};
use axum::{
    Json,
    body::Bytes,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{io, sync::Arc, time::Duration};
use tokio::net::TcpListener;

/// Largest invocation that is read: above the host's own limits for HTTP bodies.
const BODY_LIMIT: usize = 128 * 1024 * 1024;

/// Below the shortest `functionTimeout` (5 minutes): the host would kill the whole process.
const INVOCATION_TIMEOUT: Duration = Duration::from_secs(290);

/// Why the worker could not run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// The host's port variable is missing or no port.
    #[error("`FUNCTIONS_CUSTOMHANDLER_PORT` is not set to a port; the Functions host sets it")]
    Port,
    /// The port could not be listened on.
    #[error("could not listen on 127.0.0.1:{port}")]
    Listen {
        /// The port.
        port: u16,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Serving failed.
    #[error("could not serve")]
    Serve(#[source] io::Error),
}

/// Serves the router on the port that the host chose, until SIGTERM or SIGINT.
pub async fn run(router: Router) -> Result<(), RunError> {
    let port: u16 = std::env::var("FUNCTIONS_CUSTOMHANDLER_PORT")
        .or_else(|_| std::env::var("FUNCTIONS_HTTPWORKER_PORT"))
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or(RunError::Port)?;
    // IPv4 on purpose: the host calls 127.0.0.1 (Azure/azure-functions-host#9779).
    let listener = TcpListener::bind(("127.0.0.1", port))
        .await
        .map_err(|source| RunError::Listen { port, source })?;
    serve(listener, router).await
}

/// Serves the router on a socket that is already open.
pub async fn serve(listener: TcpListener, router: Router) -> Result<(), RunError> {
    let app = axum::Router::new()
        .route("/", get(|| async { "ready" }))
        .route("/{function}", post(invoke))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(Arc::new(router));
    axum::serve(listener, app)
        .with_graceful_shutdown(asked_to_stop())
        .await
        .map_err(RunError::Serve)
}

async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wire {
    #[serde(default)]
    data: Map<String, Value>,
    #[serde(default)]
    metadata: Map<String, Value>,
}

async fn invoke(
    State(router): State<Arc<Router>>,
    Path(function): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let header = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .map(str::to_owned)
    };
    let wire: Wire = match serde_json::from_slice(&body) {
        Ok(wire) => wire,
        Err(error) => {
            return failure(
                StatusCode::BAD_REQUEST,
                &function,
                &format!("no invocation: {error}"),
            );
        }
    };
    let context = Context {
        function_name: function.clone(),
        invocation_id: header("x-azure-functions-invocationid").unwrap_or_default(),
        trace_parent: header("traceparent"),
    };
    let Some(answer) = router.call(Invocation {
        data: wire.data,
        metadata: wire.metadata,
        context,
    }) else {
        return failure(
            StatusCode::NOT_FOUND,
            &function,
            "no handler of this name is registered",
        );
    };
    // A task of its own, so that a panic ends here and not the worker.
    let mut task = tokio::task::JoinSet::new();
    task.spawn(answer);
    match tokio::time::timeout(INVOCATION_TIMEOUT, task.join_next()).await {
        Ok(Some(Ok(Ok(outputs)))) => Json(outputs.to_json()).into_response(),
        Ok(Some(Ok(Err(error)))) => {
            failure(StatusCode::INTERNAL_SERVER_ERROR, &function, &error.message)
        }
        Ok(Some(Err(error))) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            &function,
            &format!("the handler ended badly: {error}"),
        ),
        Ok(None) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            &function,
            "the handler vanished",
        ),
        Err(_) => failure(
            StatusCode::INTERNAL_SERVER_ERROR,
            &function,
            "the handler took too long and was stopped",
        ),
    }
}

/// The host drops the body of a failed answer, so the reason also goes to the log.
fn failure(status: StatusCode, function: &str, reason: &str) -> Response {
    tracing::error!(function, reason, "invocation failed");
    (status, Json(json!({ "error": reason }))).into_response()
}
