//! A local Azure for the part that a private-access topology touches.
//!
//! # Promises
//! - Unknown questions get ARM's own errors, never a made-up success.
//! - All packets pass the packet engine; nothing else connects endpoints.
//! - Nothing outlives the process: no namespace, process or folder.
//!
//! # Start here
//! [`Twin::start`]; the parts are [`control`] (ARM over HTTPS), [`endpoints`] (namespaces) and
//! the data plane that joins them through the packet engine.
//!
//! # Never
//! Uses the provisioner, or reads a manifest: it knows what ARM was told, and where clients stand.

pub mod control;
mod data_plane;
pub mod endpoints;
pub mod functions_host;
mod instance;
mod limits;
mod placement;
pub mod socket;
mod twin;

pub use data_plane::{DataPlaneError, in_memory::InMemoryError, trust::TrustError};
pub use limits::not_run;
pub use placement::ClientPlacement;
pub use twin::{Principal, SubscriptionOption, Twin, TwinError, TwinOptions};
