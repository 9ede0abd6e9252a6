//! Tables by resource id.
//!
//! They hold 128 bits of hash instead of ids: no text, no counter of a shared text, nothing to
//! compare but two numbers that lie in the table itself. Large topologies are bound by memory, and
//! this is what a look-up touches.

use super::{
    id::ResourceId,
    id_key::{Key, KeyHasher},
};
use std::{
    borrow::Borrow,
    collections::{HashMap, HashSet, hash_map},
    hash::BuildHasherDefault,
};

/// How tables with ids as their keys hash them.
pub type IdState = BuildHasherDefault<KeyHasher>;

/// Values by id. Who wants the ids back keeps them in the value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdMap<V>(HashMap<Key, V, IdState>);

impl<V> Default for IdMap<V> {
    fn default() -> Self {
        Self(HashMap::default())
    }
}

impl<V> IdMap<V> {
    /// The value of an id.
    pub(crate) fn get(&self, id: &ResourceId) -> Option<&V> {
        self.0.get(&id.key())
    }

    /// Whether there is one.
    pub(crate) fn contains_key(&self, id: &ResourceId) -> bool {
        self.0.contains_key(&id.key())
    }

    /// Gives an id a value; the one before comes back.
    pub(crate) fn insert(&mut self, id: impl Borrow<ResourceId>, value: V) -> Option<V> {
        self.0.insert(id.borrow().key(), value)
    }

    /// The place of an id's value.
    pub(crate) fn entry(&mut self, id: impl Borrow<ResourceId>) -> hash_map::Entry<'_, Key, V> {
        self.0.entry(id.borrow().key())
    }
}

/// A set of ids that is only asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct IdSet(HashSet<Key, IdState>);

impl IdSet {
    /// Whether it has this one.
    pub(crate) fn contains(&self, id: &ResourceId) -> bool {
        self.0.contains(&id.key())
    }

    /// Adds one; whether it is new.
    pub(crate) fn insert(&mut self, id: impl Borrow<ResourceId>) -> bool {
        self.0.insert(id.borrow().key())
    }
}

impl<I: Borrow<ResourceId>> FromIterator<I> for IdSet {
    fn from_iter<T: IntoIterator<Item = I>>(ids: T) -> Self {
        Self(ids.into_iter().map(|id| id.borrow().key()).collect())
    }
}

impl<I: Borrow<ResourceId>> Extend<I> for IdSet {
    fn extend<T: IntoIterator<Item = I>>(&mut self, ids: T) {
        self.0.extend(ids.into_iter().map(|id| id.borrow().key()));
    }
}
