//! A local Azure for the part that a private-access topology touches.

pub mod endpoints;
