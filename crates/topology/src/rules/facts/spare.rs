//! Addresses that are still free, for mends of static ones that cannot be.

use super::{Subject, stated::Stated};
use crate::{
    finding::{Change, Finding},
    model::{IdMap, cidr::Cidr, id::ResourceId},
};
use std::{collections::HashSet, net::Ipv4Addr};

/// Free addresses, each given once. The highest come first, since Azure hands out the lowest.
#[derive(Debug)]
pub(in crate::rules) struct Spare<'a, 't> {
    subject: &'a Subject<'t>,
    given: IdMap<HashSet<Ipv4Addr>>,
}

impl<'a, 't> Spare<'a, 't> {
    /// None given yet.
    pub(in crate::rules) fn new(subject: &'a Subject<'t>) -> Self {
        Self {
            subject,
            given: IdMap::default(),
        }
    }

    fn take(&mut self, subnet: &ResourceId) -> Option<Ipv4Addr> {
        let at = self.subject.subnets.get(subnet)?;
        let network = &at.network.id;
        let given = self.given.entry(subnet).or_default();
        let free = at
            .subnet
            .properties
            .prefixes()
            .flat_map(highest_first)
            .find(|address| {
                !given.contains(address)
                    && self
                        .subject
                        .addresses
                        .holder_in(network, *address)
                        .is_none()
            })?;
        given.insert(free);
        Some(free)
    }

    /// The finding with a free address of the subnet as its mend. A client's address is no matter
    /// of the model, and an address that a resource elsewhere has is left to its owner.
    pub(in crate::rules) fn instead_of(&mut self, one: &Stated, finding: Finding) -> Finding {
        let Ok((id, pointer)) = &one.place else {
            return finding;
        };
        let resources = &self.subject.topology.resources;
        if resources.get(id).is_none_or(|resource| resource.existing) {
            return finding;
        }
        match self.take(&one.subnet) {
            Some(free) => {
                let change = Change::set(id, pointer.clone(), free.to_string());
                finding.fix(format!("use {free}"), [change])
            }
            None => finding,
        }
    }
}

/// What Azure hands out of a range, from the end.
fn highest_first(range: Cidr) -> impl Iterator<Item = Ipv4Addr> {
    let first = range.first().to_bits().saturating_add(4);
    let last = range.last().to_bits();
    (first..last).rev().map(Ipv4Addr::from_bits)
}
