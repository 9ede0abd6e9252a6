//! Instance metadata at 169.254.169.254: what a machine may know about itself.
//!
//! Source: <https://learn.microsoft.com/azure/virtual-machines/instance-metadata-service>.

use axum::{
    Json, Router,
    extract::{ConnectInfo, Query, State},
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
    routing::get,
};
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};
use tokio::net::TcpListener;

/// Knows the machine behind an address.
pub(crate) trait Machines: Send + Sync + 'static {
    /// The ARM JSON of the asker's machine.
    fn machine(&self, asker: IpAddr) -> Option<Value>;
}

type Known = Arc<dyn Machines>;

/// Answers until the listener ends.
pub(crate) async fn serve(listener: TcpListener, machines: Known) {
    let routes = Router::new()
        .route("/metadata/instance", get(instance))
        .route("/metadata/instance/compute", get(compute))
        .route("/metadata/instance/compute/userData", get(user_data))
        .fallback(|| async { failure(StatusCode::NOT_FOUND, "Not found") })
        .with_state(machines);
    let service = routes.into_make_service_with_connect_info::<SocketAddr>();
    if let Err(error) = axum::serve(listener, service).await {
        tracing::debug!(%error, "instance metadata ended");
    }
}

fn failure(status: StatusCode, text: &str) -> Response {
    (status, Json(json!({ "error": text }))).into_response()
}

/// The checks that Azure makes first.
fn asked(
    machines: &Known,
    peer: SocketAddr,
    headers: &HeaderMap,
    query: &HashMap<String, String>,
) -> Result<Value, Box<Response>> {
    if headers.contains_key("x-forwarded-for")
        || headers
            .get("metadata")
            .is_none_or(|value| !value.as_bytes().eq_ignore_ascii_case(b"true"))
    {
        return Err(Box::new(failure(
            StatusCode::BAD_REQUEST,
            "Required metadata header not specified",
        )));
    }
    if !query.contains_key("api-version") {
        return Err(Box::new(failure(
            StatusCode::BAD_REQUEST,
            "Bad request. api-version was not specified in the request",
        )));
    }
    machines
        .machine(peer.ip())
        .ok_or_else(|| Box::new(failure(StatusCode::NOT_FOUND, "Not found")))
}

fn described(machine: &Value) -> Value {
    let text = |pointer: &str| {
        machine
            .pointer(pointer)
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
    };
    let id = text("/id");
    let mut parts = id.split('/').skip(2);
    json!({
        "azEnvironment": "AzurePublicCloud",
        "location": text("/location"),
        "name": text("/name"),
        "osType": "Linux",
        "resourceGroupName": parts.nth(2).unwrap_or(""),
        "resourceId": id,
        "subscriptionId": id.split('/').nth(2).unwrap_or(""),
        "userData": text("/properties/userData"),
        "vmSize": text("/properties/hardwareProfile/vmSize"),
    })
}

async fn instance(
    State(machines): State<Known>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    match asked(&machines, peer, &headers, &query) {
        Ok(machine) => Json(json!({ "compute": described(&machine) })).into_response(),
        Err(refusal) => *refusal,
    }
}

async fn compute(
    State(machines): State<Known>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    match asked(&machines, peer, &headers, &query) {
        Ok(machine) => Json(described(&machine)).into_response(),
        Err(refusal) => *refusal,
    }
}

async fn user_data(
    State(machines): State<Known>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    Query(query): Query<HashMap<String, String>>,
) -> Response {
    match asked(&machines, peer, &headers, &query) {
        Ok(machine) => machine
            .pointer("/properties/userData")
            .and_then(Value::as_str)
            .unwrap_or("")
            .to_owned()
            .into_response(),
        Err(refusal) => *refusal,
    }
}
