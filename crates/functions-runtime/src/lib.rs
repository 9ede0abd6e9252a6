//! Lets an async Rust function serve Azure Functions triggers through the custom-handler protocol.
//!
//! # Promises
//! - Listens on 127.0.0.1 at the host's port before any slow start-up work, answers `GET /`.
//! - An answer is always JSON and never empty: an empty 2xx would hang the invocation in the host.
//! - A handler that panics or runs too long becomes a failed invocation, not a dead worker.
//!
//! # Start here
//! ```no_run
//! use functions_runtime::{FunctionError, FunctionEvent, HttpRequest, HttpResponse, Router};
//!
//! async fn hello(event: FunctionEvent<HttpRequest>) -> Result<HttpResponse, FunctionError> {
//!     Ok(HttpResponse::text(200, format!("hello {}", event.data.query("name").unwrap_or("you"))))
//! }
//!
//! # async fn start() -> Result<(), functions_runtime::RunError> {
//! functions_runtime::run(Router::new().function("hello", hello)).await
//! # }
//! ```
//! [`Router`] holds the handlers, [`FunctionEvent`] is what they get, [`run`] serves.
//!
//! # Never
//! Knows Azure's management side, or what the functions do.
//!
//! Protocol: <https://learn.microsoft.com/azure/azure-functions/functions-custom-handlers>.

mod event;
mod http_trigger;
mod router;
mod server;

pub use event::{Context, FunctionError, FunctionEvent, Retry};
pub use http_trigger::{HttpRequest, HttpResponse};
pub use router::{IntoOutputs, Outputs, Router};
pub use server::{RunError, run, serve};
