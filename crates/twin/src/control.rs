//! The control plane: ARM, and the authority that issues its tokens, over HTTPS.
//!
//! What it is asked and does not know gets ARM's own error. Only durations are scaled.

mod actions;
mod addresses;
mod authority;
mod connections;
mod durations;
mod error;
mod fill;
mod handler;
mod inline;
mod listing;
mod operations;
mod refusals;
mod removal;
mod server;
mod tls;
mod world;
mod writes;

pub use error::ArmError;
pub use server::{ControlServer, ServeError, ServeOptions, serve};
pub use world::{OpenError, Principal, RequestLogEntry, ReserveError, World, WorldOptions};
