//! What can reach what: for all addresses and ports at once, not by samples.
//!
//! [`sets`] is the algebra. [`endings`] says how all connections between two selectors end.
//! Expectations of the manifest are [`Expectation`]s.

mod ask;
mod classes;
mod diff;
mod expect;
mod parts;
mod permits;
mod spread;
mod target;

pub use crate::model::expectation::{
    Effect, Expectation, PortRange, Selector, SelectorError, SelectorKind,
};
pub use crate::sets;
pub use ask::{
    ReachedBySet, ReachedThing, SenderGroup, SenderSet, WhatCanReach, WhoCanReach, what_can,
    who_can_reach,
};
pub use diff::{ReachChange, ReachChangeKind, ReachDiff, ReachSide, diff};
pub use expect::{EXPECTATION_CODES, check_expectations};

use crate::{
    model::id::ResourceId,
    sets::{Flows, Ranges},
    trace::{DecidedBy, Outcome, SelectionError, World},
};
use classes::Names;
use spread::Reckoner;

/// Connections of one subnet that all end the same way.
#[derive(Clone, Debug)]
pub struct Ending {
    /// The subnet of the senders; `None` is the internet.
    pub subnet: Option<ResourceId>,
    /// Their source addresses and ports.
    pub flows: Flows,
    /// How a trace of each of them ends.
    pub outcome: Outcome,
    /// Whether the network lets them through to a machine or service that takes connections,
    /// whether or not something is known to listen there.
    pub is_let_in: bool,
    /// The reason, in one sentence.
    pub because: String,
    /// What decided, the last one last.
    pub decided_by: Vec<DecidedBy>,
}

/// How all connections from one selector to another end, for these ports.
///
/// # Errors
/// A selector stands for nothing, or `to` for several destinations.
pub fn endings(
    world: &World<'_>,
    from: &Selector,
    to: &Selector,
    ports: &[PortRange],
) -> Result<Vec<Ending>, SelectionError> {
    let destination = world.destination(to)?;
    let reckoner = Reckoner::new(world);
    let mut names = Names::default();
    let ports = Ranges::ports(ports.iter().copied());
    let mut all = Vec::new();
    for sender in world.senders(from)? {
        for class in classes::of(world, &sender) {
            let subnet = class
                .origin
                .map(|origin| world.subnet(origin.place).id.clone());
            let meant = destination.meant.as_ref();
            let parts = classes::ends(
                &reckoner,
                &mut names,
                &class,
                &destination.host,
                meant,
                &ports,
            );
            all.extend(parts.into_iter().map(|part| Ending {
                subnet: subnet.clone(),
                flows: part.flows,
                outcome: part.outcome,
                is_let_in: part.network == crate::trace::Verdict::Pass,
                because: part.cause.because.clone(),
                decided_by: part.cause.by.clone(),
            }));
        }
    }
    Ok(all)
}
