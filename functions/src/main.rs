//! The Linkspan function app.

mod plan;

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // The host takes standard error for the error log; plain text, one line an event.
    let _already = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .try_init();
    let router = functions_runtime::Router::new().function("plan", plan::plan);
    match functions_runtime::run(router).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = %error, "the function app could not run");
            ExitCode::FAILURE
        }
    }
}
