//! Arguments to configuration to exit code.
//!
//! Exit codes: 0 ended gracefully, 1 connections had to be cut, 2 could not run.

use crate::supervisor::{self, Ended, Options};
use clap::Parser;
use std::{ffi::OsString, io::Write as _, net::SocketAddr, path::PathBuf, process::ExitCode};
use topology::model::relay::{
    ProxyProtocol, RelayConfig, RelayHealth, RelayListener, default_drain_seconds,
};

/// Relays TCP connections to a private service, with an honest health endpoint.
#[derive(Debug, Parser)]
#[command(name = "linkspan-forwarder", version, about)]
struct Arguments {
    /// Address and port to listen on, such as 0.0.0.0:443
    #[arg(long, value_name = "ADDR", requires = "to", conflicts_with = "config")]
    listen: Option<SocketAddr>,
    /// Upstream to connect to; a name is looked up again for every connection. May be repeated:
    /// the next one is tried when one does not answer
    #[arg(long, value_name = "HOST:PORT", requires = "listen")]
    to: Vec<String>,
    /// Address of the HTTP health endpoint, which answers at /healthz
    #[arg(long, value_name = "ADDR", conflicts_with = "config")]
    health: Option<SocketAddr>,
    /// Configuration file (JSON: version, listeners, health, drainSeconds)
    #[arg(long, value_name = "FILE", required_unless_present = "listen")]
    config: Option<PathBuf>,
    /// Print one JSON line per relayed connection on standard output
    #[arg(long)]
    connection_log: bool,
}

/// Why the relay could not run.
#[derive(Debug, thiserror::Error)]
pub enum ProgramError {
    /// The file could not be read.
    #[error("could not read `{path}`")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// The file is no configuration.
    #[error("`{path}` is no relay configuration")]
    Parse {
        /// The file.
        path: PathBuf,
        /// Where and why.
        #[source]
        source: serde_json::Error,
    },
    /// The configuration makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// The runtime could not be started.
    #[error("could not start the runtime")]
    Runtime(#[source] std::io::Error),
    /// Running failed.
    #[error(transparent)]
    Run(#[from] supervisor::RunError),
}

/// Reads `args` (the program's name first), runs until told to stop, and says how it ended.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(args) {
        Ok(arguments) => arguments,
        Err(error) => {
            let code = if error.use_stderr() { 2 } else { 0 };
            return match error.print() {
                Ok(()) => ExitCode::from(code),
                Err(_) => ExitCode::from(2),
            };
        }
    };
    // A second subscriber in one process is an error that does not matter here.
    let _ignored = tracing_subscriber::fmt()
        .json()
        .with_writer(std::io::stderr)
        .with_env_filter(
            tracing_subscriber::EnvFilter::try_from_default_env().unwrap_or_else(|_| "info".into()),
        )
        .try_init();
    match run(arguments) {
        Ok(Ended::Gracefully) => ExitCode::SUCCESS,
        Ok(Ended::Cut { .. }) => ExitCode::from(1),
        Err(error) => {
            let mut text = format!("linkspan-forwarder: {error}");
            let mut source = std::error::Error::source(&error);
            while let Some(cause) = source {
                text.push_str(": ");
                text.push_str(&cause.to_string());
                source = cause.source();
            }
            let _unwritable = writeln!(std::io::stderr(), "{text}");
            ExitCode::from(2)
        }
    }
}

fn run(arguments: Arguments) -> Result<Ended, ProgramError> {
    let options = Options {
        connection_log: arguments.connection_log,
    };
    let config = configuration(arguments)?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(ProgramError::Runtime)?;
    Ok(runtime.block_on(supervisor::run(config, options))?)
}

fn configuration(arguments: Arguments) -> Result<RelayConfig, ProgramError> {
    let config = match (arguments.config, arguments.listen) {
        (Some(path), _) => {
            let text = std::fs::read_to_string(&path).map_err(|source| ProgramError::Read {
                path: path.clone(),
                source,
            })?;
            serde_json::from_str(&text).map_err(|source| ProgramError::Parse { path, source })?
        }
        (None, Some(listen)) => RelayConfig {
            version: 1,
            listeners: vec![RelayListener {
                listen,
                to: arguments.to,
                proxy_protocol: ProxyProtocol::Off,
            }],
            health: arguments.health.map(|listen| RelayHealth {
                listen,
                path: "/healthz".to_owned(),
            }),
            drain_seconds: default_drain_seconds(),
        },
        (None, None) => {
            return Err(ProgramError::Invalid(
                "give --listen and --to, or --config".to_owned(),
            ));
        }
    };
    validate(&config)?;
    Ok(config)
}

fn validate(config: &RelayConfig) -> Result<(), ProgramError> {
    if config.version != 1 {
        return Err(ProgramError::Invalid(format!(
            "version {} is not known; write `\"version\": 1`",
            config.version
        )));
    }
    if config.listeners.is_empty() {
        return Err(ProgramError::Invalid(
            "no listeners: add at least one `{\"listen\", \"to\"}`".to_owned(),
        ));
    }
    for listener in &config.listeners {
        if listener.to.is_empty() {
            return Err(ProgramError::Invalid(format!(
                "listener {} relays to nothing: add an upstream",
                listener.listen
            )));
        }
        for upstream in &listener.to {
            let port = upstream
                .rsplit_once(':')
                .and_then(|(host, port)| port.parse::<u16>().ok().filter(|_| !host.is_empty()));
            if port.is_none_or(|port| port == 0) {
                return Err(ProgramError::Invalid(format!(
                    "upstream `{upstream}` is not `host:port`"
                )));
            }
        }
    }
    if let Some(health) = &config.health
        && !health.path.starts_with('/')
    {
        return Err(ProgramError::Invalid(format!(
            "health path `{}` must begin with `/`",
            health.path
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(args: &[&str]) -> Result<RelayConfig, String> {
        let all = std::iter::once("linkspan-forwarder").chain(args.iter().copied());
        let arguments = Arguments::try_parse_from(all).map_err(|error| error.to_string())?;
        configuration(arguments).map_err(|error| error.to_string())
    }

    #[test]
    fn listen_and_to_make_a_configuration() {
        let config =
            parsed(&["--listen", "127.0.0.1:8443", "--to", "backend.example:443"]).unwrap();
        assert_eq!(config.listeners[0].to, ["backend.example:443"]);
        assert_eq!(config.health, None);
    }

    #[test]
    fn nonsense_is_refused_with_the_reason() {
        for (args, reason) in [
            (vec!["--listen", "127.0.0.1:1"], "--to"),
            (vec!["--listen", "nowhere", "--to", "a:1"], "invalid value"),
            (
                vec!["--listen", "127.0.0.1:1", "--to", "a"],
                "is not `host:port`",
            ),
            (
                vec!["--listen", "127.0.0.1:1", "--to", "a:0"],
                "is not `host:port`",
            ),
            (vec!["--config", "/nowhere.json"], "could not read"),
            (vec![], "--config"),
        ] {
            let error = parsed(&args).unwrap_err();
            assert!(error.contains(reason), "{args:?}: {error}");
        }
    }
}
