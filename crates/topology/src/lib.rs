//! The model of a private-access topology, and every answer it gives without touching the world.
//!
//! # Promises
//! - No I/O, clock, randomness, environment or threads; builds for `wasm32-unknown-unknown`.
//! - Reading never fails: what is wrong comes back as [`Finding`]s beside the value, with spans.
//! - Same input, same bytes out.
//!
//! # Start here
//! [`diagnose()`] is [`manifest::parse_layers`] → [`resolve::resolve`] → [`rules::check`]; then
//! [`plan::plan`] and [`trace::trace`]. The two types to know are [`Topology`] and [`Finding`].
//!
//! # Never
//! Talks to Azure, knows a credential, prints, or decides how a finding is shown.
//!
//! # Adding a rule, a resource type, an exporter
//! One file and one line each: see [`rules`] and [`model`].

pub mod advise;
pub mod arm;
pub mod cost;
mod diagnose;
mod expand;
pub mod finding;
pub mod fix;
pub mod import;
pub mod manifest;
pub mod model;
pub mod plan;
pub mod reach;
pub mod render;
pub mod resolve;
pub mod rules;
pub mod sets;
pub mod source;
pub mod trace;

pub use diagnose::{Diagnosis, Suppressed, diagnose};
pub use expand::expand;
pub use finding::{Finding, Severity};
pub use model::{Topology, id::ResourceId};
pub use rules::Checked;
