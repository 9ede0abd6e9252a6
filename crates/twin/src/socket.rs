//! The running twin's Unix socket: placing clients, running programs where they stand, and
//! reading the world with the health that the probes found.
//!
//! The messages are those of the endpoints' channel: a length, a JSON text, descriptors.

mod client;
mod server;

pub use client::{Client, SocketError};
pub(crate) use server::Server;

use crate::{control::RequestLogEntry, placement::ClientPlacement};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{collections::BTreeSet, ffi::OsString, path::PathBuf};
use topology::model::id::ResourceId;

/// What is asked. The three standard streams ride along with `Exec`.
#[derive(Debug, Serialize, Deserialize)]
enum Question {
    World,
    Place(ClientPlacement),
    Exec {
        client: String,
        program: Vec<OsString>,
        env: Vec<(OsString, OsString)>,
        cwd: PathBuf,
    },
    /// To the program that this connection runs.
    Signal(i32),
}

/// What is answered.
#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    World(World),
    Done,
    /// The program has ended: its exit code, or 128 and the signal.
    Ended(i32),
    Failed(String),
}

/// What the twin has and what its probes found.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct World {
    /// Every resource, as ARM answers it.
    pub resources: Vec<Value>,
    /// NICs that a probe does not find healthy.
    pub unhealthy: BTreeSet<ResourceId>,
    /// The control plane's last requests, oldest first.
    pub requests: Vec<RequestLogEntry>,
}
