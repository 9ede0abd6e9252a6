//! Where values of the model came from in the manifest's texts.

use super::id::ResourceId;
use crate::{finding::Place, source::Span};
use std::collections::{BTreeMap, HashMap};

/// Where values of the model came from in the manifest's texts.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    resources: HashMap<ResourceId, BTreeMap<String, Span>>,
}

impl Provenance {
    /// Remembers that `pointer` in `id` came from `span`.
    pub fn record(&mut self, id: &ResourceId, pointer: impl Into<String>, span: Span) {
        // Looked up before it is inserted, so that an id is cloned once for all of its places.
        if !self.resources.contains_key(id) {
            self.resources.insert(id.clone(), BTreeMap::new());
        }
        if let Some(spans) = self.resources.get_mut(id) {
            spans.insert(pointer.into(), span);
        }
    }

    /// Forgets everything below `pointer` in `id`, but not the place itself: its value was replaced.
    pub fn forget_below(&mut self, id: &ResourceId, pointer: &str) {
        if let Some(spans) = self.resources.get_mut(id) {
            let below = format!("{pointer}/");
            spans.retain(|known, _| !known.starts_with(&below));
        }
    }

    /// The span of the place, or of its nearest recorded parent.
    pub fn span(&self, place: &Place) -> Option<Span> {
        if let Some(spans) = self.resources.get(&place.id) {
            let mut pointer = place.pointer.as_str();
            loop {
                if let Some(span) = spans.get(pointer) {
                    return Some(*span);
                }
                match pointer.rfind('/') {
                    Some(cut) => pointer = pointer.get(..cut).unwrap_or(""),
                    None => break,
                }
            }
        }
        let id = place.id.parent()?;
        self.span(&Place {
            id,
            pointer: String::new(),
        })
    }
}
