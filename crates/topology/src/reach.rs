//! What can reach what: for all addresses and ports at once, not by samples.
//!
//! [`sets`] is the algebra. Expectations of the manifest are [`Expectation`]s.

pub use crate::sets;

pub use crate::model::expectation::{
    Effect, Expectation, PortRange, Selector, SelectorError, SelectorKind,
};
