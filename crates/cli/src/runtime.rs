//! What every acting command needs once: a log, TLS, an async runtime.

use anyhow::{Context as _, Result};

/// Logs to standard error, by `RUST_LOG`; warnings by default.
pub(crate) fn log() {
    let filter =
        tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "warn".into());
    // Fails only if a subscriber is there already.
    let _already = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        .with_env_filter(filter)
        .try_init();
}

/// Makes ring the process's TLS provider.
pub(crate) fn tls() {
    // Fails only if one is installed already.
    let _already = rustls::crypto::ring::default_provider().install_default();
}

/// Starts tokio. Namespaces must have been made before: no thread may exist then.
pub(crate) fn start() -> Result<tokio::runtime::Runtime> {
    tls();
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("could not start the async runtime")
}
