//! What is wrong whatever was meant where something is unknown.
//!
//! A value that cannot be read, a key that is missing, a name that leads nowhere: each was reported
//! and leaves a hole. What follows from the hole is no finding of its own, but the rest of the
//! topology should be judged as if the hole were mended. So the holes are filled, in a few ways
//! that differ from each other, of which one is most likely what was meant; a finding that comes up
//! in all of them does not follow from a hole. Filling shows what was hidden behind a hole (a name
//! in an entry that could not be placed), so each way is followed until nothing new comes up.

use super::judge;
use crate::{
    finding::Finding,
    manifest::{Draft, Hole, Manifest},
    model::{Topology, id::ResourceId},
    resolve,
    source::Span,
};
use std::collections::{BTreeMap, BTreeSet};

/// In how many ways holes are filled.
const WAYS: usize = 3;
/// How often one hole may hide another.
const ROUNDS: usize = 6;

/// Finds what holds in every way, and gives the manifest as it was most likely meant; `known` is
/// the topology with its holes.
pub(super) fn findings(
    draft: &Draft,
    holes: &[Hole],
    known: &Topology,
) -> (Vec<Finding>, Manifest) {
    let (mut kept, likely) = in_one_way(draft.clone(), holes, 0);
    for way in 1..WAYS {
        let (other, _) = in_one_way(draft.clone(), holes, way);
        let others: BTreeMap<Likeness, Finding> = other
            .into_iter()
            .map(|finding| (Likeness::of(&finding), finding))
            .collect();
        kept.retain_mut(|finding| {
            let same = others.get(&Likeness::of(finding));
            // What mends it in one way only would write a guess into the text.
            finding.fix = finding
                .fix
                .take()
                .filter(|fix| same.is_some_and(|same| same.fix.as_ref() == Some(fix)));
            same.is_some()
        });
    }
    for finding in &mut kept {
        forget_guesses(finding, known);
    }
    (kept, likely)
}

/// What is wrong when every hole is filled in this way, the holes themselves left out.
fn in_one_way(mut draft: Draft, holes: &[Hole], way: usize) -> (Vec<Finding>, Manifest) {
    let mut seen: BTreeSet<Likeness> = draft.read().findings.iter().map(Likeness::of).collect();
    let mut found: Vec<Finding> = Vec::new();
    let mut is_new = |finding: &Finding| seen.insert(Likeness::of(finding));
    draft.fill(holes, way);
    let mut last = None;
    for _ in 0..ROUNDS {
        if !draft.is_there() {
            return (found, Manifest::default());
        }
        let reading = draft.read();
        let resolved = resolve::resolve(&reading.manifest);
        let new = reading.findings.into_iter().chain(resolved.findings);
        found.extend(new.filter(&mut is_new));
        let mut holes = reading.holes;
        holes.extend(resolved.holes);
        last = Some((reading.manifest, resolved.topology));
        if !draft.fill(&holes, way) {
            break;
        }
    }
    let (manifest, topology) = last.unwrap_or_default();
    found.extend(judge(&topology).into_iter().filter(&mut is_new));
    (found, manifest)
}

/// By which findings of different ways are one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Likeness {
    code: &'static str,
    span: Option<Span>,
    place: Option<(String, String)>,
    message: String,
}

impl Likeness {
    fn of(finding: &Finding) -> Self {
        // A place in the text says enough: items of lists have other numbers where one is left out.
        let place = finding.place.as_ref().filter(|_| finding.span.is_none());
        Self {
            code: finding.code,
            span: finding.span,
            // A short id, because a subscription may be one of the holes.
            place: place.map(|place| (place.id.short(), place.pointer.clone())),
            message: finding.message.clone(),
        }
    }
}

/// Takes out what only a filled hole knows: ids of things that could not be placed, and fixes,
/// which might build on a guess.
fn forget_guesses(finding: &mut Finding, known: &Topology) {
    let is_known = |id: &ResourceId| {
        known.resources.contains_key(id)
            || id
                .parent()
                .is_some_and(|parent| known.resources.contains_key(&parent))
    };
    if finding
        .place
        .as_ref()
        .is_some_and(|place| !is_known(&place.id))
    {
        finding.place = None;
        finding.fix = None;
    }
    // Where something is left out of a list, what comes behind it has another number.
    if let Some(place) = &mut finding.place
        && known.provenance.span(place) != finding.span
    {
        place.pointer = String::new();
        finding.fix = None;
    }
    finding
        .related
        .retain(|related| is_known(&related.place.id));
}
