//! Speaks to ARM: credentials, long operations, observe and apply.
//!
//! [`Arm::connect`] takes a [`Cloud`] (where ARM and the authority are) and the credentials per
//! subscription ([`Access`]). [`Arm::observe`] reads what is there, [`Arm::apply`] carries out a
//! plan. Nothing here decides what should be done: the plan does.

mod access;
mod address;
mod answer;
mod apply;
mod client;
mod cloud;
mod credential;
mod error;
mod generated;
mod observe;
mod operation;
mod retry;
mod tls;

#[cfg(test)]
mod testing;

pub use access::{Access, CredentialSource, Principal};
pub use apply::{ApplyOptions, Event, Report};
pub use client::Arm;
pub use cloud::Cloud;
pub use error::{AzureError, Detail, Refusal};
