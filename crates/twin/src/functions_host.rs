//! A small Azure Functions host: enough of the real one to run a custom handler with HTTP triggers
//! as it runs in Azure, with the host's environment variables and wire format.
//!
//! Source: <https://learn.microsoft.com/azure/azure-functions/functions-custom-handlers>.

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::{
    io,
    net::{Ipv4Addr, SocketAddr},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
    time::Duration,
};
use tokio::{
    net::{TcpListener, TcpStream},
    process::{Child, Command},
    task::JoinHandle,
};

const BODY_LIMIT: usize = 100 * 1024 * 1024;
/// The real host waits a minute.
const START: Duration = Duration::from_mins(1);

/// The app could not be started.
#[derive(Debug, thiserror::Error)]
pub enum FunctionsHostError {
    /// A file of the app.
    #[error("could not read `{path}`")]
    Read {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
    /// Its content.
    #[error("`{path}` is not as the host expects it")]
    Parse {
        /// Which.
        path: PathBuf,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
    /// The program or a socket.
    #[error("could not start the handler")]
    Start(#[from] io::Error),
    /// The handler does not listen.
    #[error("the handler does not listen on its port after {0:?}")]
    Silent(Duration),
}

#[derive(Debug, Deserialize)]
struct HostFile {
    #[serde(rename = "customHandler", default)]
    custom_handler: CustomHandler,
}

#[derive(Debug, Default, Deserialize)]
struct CustomHandler {
    #[serde(rename = "enableForwardingHttpRequest", default)]
    forwards: bool,
}

#[derive(Debug, Deserialize)]
struct FunctionFile {
    bindings: Vec<Binding>,
}

#[derive(Debug, Deserialize)]
struct Binding {
    #[serde(rename = "type")]
    kind: String,
    direction: String,
    name: String,
    #[serde(default)]
    methods: Vec<String>,
    route: Option<String>,
}

#[derive(Debug)]
struct Function {
    name: String,
    trigger: String,
    output: Option<String>,
    methods: Vec<String>,
    route: String,
}

#[derive(Debug)]
struct App {
    functions: Vec<Function>,
    forwards: bool,
    handler: SocketAddr,
}

/// A running host with its handler.
#[derive(Debug)]
pub struct FunctionsHost {
    address: SocketAddr,
    child: Child,
    server: JoinHandle<()>,
}

impl FunctionsHost {
    /// Reads the app in `folder`, starts `program` as its handler with `env` besides the host's
    /// own variables, and serves its HTTP triggers on loopback.
    pub async fn start(
        folder: &Path,
        program: &Path,
        env: &[(String, String)],
    ) -> Result<Self, FunctionsHostError> {
        let host: HostFile = read(&folder.join("host.json"))?;
        let functions = functions(folder)?;
        // A port that was free a moment ago, as the real host chooses it.
        let port = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?
            .local_addr()?
            .port();
        let child = Command::new(program)
            .current_dir(folder)
            .env("FUNCTIONS_CUSTOMHANDLER_PORT", port.to_string())
            .env("FUNCTIONS_HTTPWORKER_PORT", port.to_string())
            .env("FUNCTIONS_WORKER_RUNTIME", "custom")
            .env(
                "FUNCTIONS_CUSTOMHANDLER_WORKER_ID",
                uuid::Uuid::new_v4().to_string(),
            )
            .env("AZURE_FUNCTIONS_ENVIRONMENT", "Development")
            .env("WEBSITE_HOSTNAME", "localhost")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .spawn()?;
        let app = Arc::new(App {
            functions,
            forwards: host.custom_handler.forwards,
            handler: SocketAddr::from((Ipv4Addr::LOCALHOST, port)),
        });
        let waiting = async {
            while TcpStream::connect(app.handler).await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        tokio::time::timeout(START, waiting)
            .await
            .map_err(|_| FunctionsHostError::Silent(START))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let routes = Router::new().fallback(entry).with_state(app);
        let server = tokio::spawn(async move {
            if let Err(error) = axum::serve(listener, routes).await {
                tracing::debug!(%error, "the functions host ended");
            }
        });
        Ok(Self {
            address,
            child,
            server,
        })
    }

    /// Where the functions are: `http://ADDRESS/api/ROUTE`.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Ends the host and its handler.
    pub async fn shutdown(mut self) -> io::Result<()> {
        self.server.abort();
        self.child.kill().await
    }
}

fn read<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<T, FunctionsHostError> {
    let bytes = std::fs::read(path).map_err(|source| FunctionsHostError::Read {
        path: path.to_owned(),
        source,
    })?;
    serde_json::from_slice(&bytes).map_err(|source| FunctionsHostError::Parse {
        path: path.to_owned(),
        source,
    })
}

/// Each folder with a `function.json` that has an HTTP trigger.
fn functions(folder: &Path) -> Result<Vec<Function>, FunctionsHostError> {
    let unreadable = |source| FunctionsHostError::Read {
        path: folder.to_owned(),
        source,
    };
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let (file, Some(name)) = (
            path.join("function.json"),
            path.file_name().and_then(|name| name.to_str()),
        ) else {
            continue;
        };
        if !file.is_file() {
            continue;
        }
        let function: FunctionFile = read(&file)?;
        let Some(trigger) = function
            .bindings
            .iter()
            .find(|binding| binding.kind.eq_ignore_ascii_case("httpTrigger"))
        else {
            continue;
        };
        found.push(Function {
            name: name.to_owned(),
            trigger: trigger.name.clone(),
            output: function
                .bindings
                .iter()
                .find(|binding| binding.kind == "http" && binding.direction == "out")
                .map(|binding| binding.name.clone()),
            methods: trigger.methods.clone(),
            route: trigger.route.clone().unwrap_or_else(|| name.to_owned()),
        });
    }
    found.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(found)
}

async fn entry(State(app): State<Arc<App>>, request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/').to_owned();
    let route = path.strip_prefix("api/").unwrap_or("");
    let Some(function) = app
        .functions
        .iter()
        .find(|function| function.route.eq_ignore_ascii_case(route))
    else {
        return StatusCode::NOT_FOUND.into_response();
    };
    if !function.methods.is_empty()
        && !function
            .methods
            .iter()
            .any(|method| method.eq_ignore_ascii_case(request.method().as_str()))
    {
        return StatusCode::NOT_FOUND.into_response();
    }
    match invoke(&app, function, &path, request).await {
        Ok(response) => response,
        Err(error) => {
            tracing::warn!(function = function.name, %error, "an invocation failed");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

type Failure = Box<dyn std::error::Error + Send + Sync>;

async fn invoke(
    app: &App,
    function: &Function,
    path: &str,
    request: Request,
) -> Result<Response, Failure> {
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_LIMIT).await?;
    if app.forwards {
        let mut forwarded = http::Request::builder()
            .method(parts.method)
            .uri(format!("/{path}"));
        for (name, value) in &parts.headers {
            forwarded = forwarded.header(name, value);
        }
        let answer = call(app.handler, forwarded.body(Full::new(body))?).await?;
        let (head, bytes) = answer.into_parts();
        return Ok(Response::from_parts(head, Body::from(bytes.to_bytes())));
    }
    let mut headers = Map::new();
    for (name, value) in &parts.headers {
        headers.insert(name.to_string(), json!([value.to_str().unwrap_or("")]));
    }
    let text = String::from_utf8_lossy(&body).into_owned();
    let data = json!({ function.trigger.clone(): {
        "Url": format!("http://localhost/{path}"), "Method": parts.method.as_str(), "Query": {}, "Headers": headers, "Params": {},
        "Identities": [], "Body": text,
    } });
    let envelope = json!({ "Data": data, "Metadata": { "sys": { "MethodName": function.name } } });
    let invocation = http::Request::builder()
        .method("POST")
        .uri(format!("/{}", function.name))
        .header("host", app.handler.to_string())
        .header("content-type", "application/json; charset=utf-8")
        .header("x-azure-functions-hostversion", "4.0.0")
        .header(
            "x-azure-functions-invocationid",
            uuid::Uuid::new_v4().to_string(),
        )
        .body(Full::new(bytes::Bytes::from(envelope.to_string())))?;
    let answer = call(app.handler, invocation).await?;
    if !answer.status().is_success() {
        return Err(format!("the handler answered {}", answer.status()).into());
    }
    let reply: Value = serde_json::from_slice(&answer.into_body().to_bytes())?;
    for line in reply
        .get("Logs")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        tracing::info!(function = function.name, "{line}");
    }
    let output = function
        .output
        .as_ref()
        .and_then(|name| reply.get("Outputs")?.get(name))
        .cloned()
        .unwrap_or_default();
    Ok(response(&output))
}

/// The HTTP output of a function.
fn response(output: &Value) -> Response {
    let member = |name: &str| {
        output.as_object().and_then(|map| {
            map.iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
                .map(|(_, value)| value)
        })
    };
    let status = member("statusCode")
        .or_else(|| member("status"))
        .and_then(|value| value.as_u64().or_else(|| value.as_str()?.parse().ok()));
    let status = status
        .and_then(|status| u16::try_from(status).ok())
        .and_then(|status| StatusCode::from_u16(status).ok())
        .unwrap_or(StatusCode::OK);
    let body = match member("body") {
        Some(Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
        None => String::new(),
    };
    let mut response = (status, body).into_response();
    for (name, value) in member("headers")
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
    {
        if let (Ok(name), Some(Ok(value))) = (
            name.parse::<HeaderName>(),
            value.as_str().map(HeaderValue::from_str),
        ) {
            response.headers_mut().insert(name, value);
        }
    }
    response
}

async fn call(
    handler: SocketAddr,
    request: http::Request<Full<bytes::Bytes>>,
) -> Result<http::Response<http_body_util::Collected<bytes::Bytes>>, Failure> {
    let stream = TcpStream::connect(handler).await?;
    let (mut sender, connection) =
        hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let driving = tokio::spawn(connection);
    let answer = sender.send_request(request).await?;
    let (head, body) = answer.into_parts();
    let body = body.collect().await?;
    driving.abort();
    Ok(http::Response::from_parts(head, body))
}
