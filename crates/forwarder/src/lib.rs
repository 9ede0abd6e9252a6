//! Moves bytes between the load balancer's side and the backend's side, and tells the truth about its health.
//!
//! # Promises
//! - Byte-exact: what one side sends, the other receives; a half-close stays a half-close.
//! - The health endpoint is green only while an upstream of every listener accepts a connection,
//!   and red from the moment draining begins.
//! - Every task has an owner; SIGTERM stops accepting, drains, then cuts at the deadline.
//!
//! # Start here
//! [`program::main`] reads the arguments, [`supervisor::run`] owns the tasks,
//! [`relay::serve`] moves the bytes, [`proxy::read`] takes off what Private Link puts before them,
//! [`health::serve`] answers the probe.
//!
//! # Never
//! Knows Azure beyond the probe and the LINKID, terminates TLS, or guesses an upstream.

pub mod health;
pub mod program;
pub mod proxy;
pub mod relay;
pub mod supervisor;
pub mod upstream;
