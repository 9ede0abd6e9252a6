//! Long-running operations: started, polled, finished.
//!
//! Source: <https://learn.microsoft.com/azure/azure-resource-manager/management/async-operations>.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};
use topology::ResourceId;

/// What happens at the end of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// The resource has succeeded.
    Succeed,
    /// The resource goes.
    Remove,
    /// The machine runs, or no longer does.
    Power(bool),
}

/// One operation.
#[derive(Clone, Debug)]
pub(crate) struct Operation {
    /// Its resource.
    pub(crate) id: ResourceId,
    /// When it is done.
    pub(crate) due: Instant,
    /// What then happens; `None` once it has.
    pub(crate) ending: Option<Ending>,
}

/// All of them, by their own id. Finished ones are kept for late polls.
#[derive(Debug, Default)]
pub(crate) struct Operations(BTreeMap<String, Operation>);

/// Finished operations that are kept.
const KEPT: usize = 2_000;

impl Operations {
    /// Starts one.
    pub(crate) fn start(&mut self, id: &ResourceId, takes: Duration, ending: Ending) -> String {
        if self.0.len() > KEPT {
            self.0.retain(|_, operation| operation.ending.is_some());
        }
        let key = uuid::Uuid::new_v4().to_string();
        let now = Instant::now();
        let due = now.checked_add(takes).unwrap_or(now);
        self.0.insert(
            key.clone(),
            Operation {
                id: id.clone(),
                due,
                ending: Some(ending),
            },
        );
        key
    }

    /// One operation.
    pub(crate) fn get(&self, key: &str) -> Option<&Operation> {
        self.0.get(key)
    }

    /// Takes the endings that are due.
    pub(crate) fn due(&mut self, now: Instant) -> Vec<(ResourceId, Ending)> {
        let mut due: Vec<(Instant, ResourceId, Ending)> = Vec::new();
        for operation in self.0.values_mut() {
            if operation.due <= now
                && let Some(ending) = operation.ending.take()
            {
                due.push((operation.due, operation.id.clone(), ending));
            }
        }
        due.sort_by_key(|(at, _, _)| *at);
        due.into_iter()
            .map(|(_, id, ending)| (id, ending))
            .collect()
    }

    /// When the next one is due.
    pub(crate) fn next(&self) -> Option<Instant> {
        self.0
            .values()
            .filter(|operation| operation.ending.is_some())
            .map(|operation| operation.due)
            .min()
    }

    /// Whether something is being done to this resource.
    pub(crate) fn is_busy(&self, id: &ResourceId) -> Option<&Ending> {
        self.0
            .values()
            .find(|operation| operation.id == *id && operation.ending.is_some())
            .and_then(|operation| operation.ending.as_ref())
    }
}
