//! Why there are no endpoints, or why one of them did not do as it was told.

use std::io;

use serde::{Deserialize, Serialize};

/// Namespaces are not to be had here, so the data plane runs in memory only.
#[derive(Debug, thiserror::Error)]
pub enum Denied {
    /// Threads could not be counted.
    #[error("cannot tell how many threads this process has")]
    CountThreads(#[source] io::Error),
    /// The spawner came too late: a process with threads cannot be forked safely.
    #[error("the endpoints' helper must be started before any thread, and there are {0}")]
    Threads(usize),
    /// The socket to the helper could not be made.
    #[error("cannot make a socket pair for the endpoints' helper")]
    Socket(#[source] io::Error),
    /// The kernel refuses the namespaces themselves.
    #[error("the kernel grants no user, mount, PID and network namespaces")]
    Namespaces(#[source] io::Error),
    /// The identity of the user namespace could not be set.
    #[error("cannot map this user into the user namespace")]
    Identity(#[source] io::Error),
    /// The namespaces exist, but a trial endpoint could not be made in them.
    #[error("a trial endpoint cannot be made in the namespaces")]
    Trial(#[source] EndpointError),
}

/// An endpoint could not be made, or could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    /// The process that serves the endpoint, or the helper, has ended.
    #[error("the endpoint is gone")]
    Gone(#[source] io::Error),
    /// One step inside the namespaces failed.
    #[error("cannot {step}")]
    Step {
        /// What was tried, as words that follow "cannot".
        step: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
    /// The answer was not one that this question can have.
    #[error("the endpoint gave an answer that does not fit the question")]
    Protocol,
    /// A file's content could not be handed over.
    #[error("cannot hand over the content of `{path}`")]
    File {
        /// The path that was to be bound over.
        path: String,
        /// What the system said.
        #[source]
        source: io::Error,
    },
}

/// A failed step as it crosses the socket.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Failure {
    /// What was tried, as words that follow "cannot".
    pub(super) step: String,
    /// The system's number for why not.
    pub(super) errno: i32,
}

impl From<Failure> for EndpointError {
    fn from(failure: Failure) -> Self {
        Self::Step {
            step: failure.step,
            source: io::Error::from_raw_os_error(failure.errno),
        }
    }
}

/// Names the step that failed.
pub(super) trait Step<T> {
    /// The value, or a [`Failure`] of the step named by words that follow "cannot".
    fn step(self, step: impl FnOnce() -> String) -> Result<T, Failure>;
}

impl<T> Step<T> for io::Result<T> {
    fn step(self, step: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            step: step(),
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        })
    }
}

impl<T> Step<T> for nix::Result<T> {
    fn step(self, step: impl FnOnce() -> String) -> Result<T, Failure> {
        self.map_err(io::Error::from).step(step)
    }
}
