//! A verdict with everything that gave it: rule, route, record, approval, probe.
//!
//! The sentence is for people; [`DecidedBy`] is the same for programs, and leads to the place in
//! the text. What would mend a drop travels along as a [`Remedy`] until the walk ends.

use super::{Verdict, mend::Remedy};
use crate::{model::id::ResourceId, source::Span};
use serde::Serialize;

/// What kind of thing decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum DecidedKind {
    /// A rule of a network security group.
    SecurityRule,
    /// One of the six rules that every group has.
    DefaultSecurityRule,
    /// There is no group, so everything passes.
    NoSecurityGroup,
    /// A route of a route table.
    Route,
    /// A route that Azure makes itself: the network's own, a private endpoint's /32, the default.
    SystemRoute,
    /// A peering between two networks.
    Peering,
    /// A record of a private DNS zone.
    Record,
    /// A private DNS zone that has no such record.
    Zone,
    /// No zone has the name, so public DNS answers.
    PublicName,
    /// A line of the client's hosts file.
    HostsEntry,
    /// DNS servers of a network's own.
    DnsServers,
    /// State or automatic approval of a private endpoint's connection.
    LinkApproval,
    /// A Private Link Service, which translates both addresses.
    PrivateLink,
    /// A load-balancing rule, an inbound NAT rule, or that there is none.
    LoadBalancingRule,
    /// Who is in a backend pool.
    BackendPool,
    /// A health probe.
    Probe,
    /// What a relay is told to do.
    Relay,
    /// Whether something listens on a port.
    Listener,
    /// What gives a public source address on the way out, or that nothing does.
    Egress,
    /// A machine that forwards packets not meant for itself.
    Appliance,
    /// Who has an address, or that nobody has.
    AddressHolder,
    /// Something that the topology does not say.
    Missing,
}

/// What decided at a hop, for programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DecidedBy {
    /// What kind of thing.
    pub kind: DecidedKind,
    /// The resource that holds it; absent for what Azure does by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<ResourceId>,
    /// Its name there: of the rule, route, record or probe.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// JSON pointer into the resource; empty is the resource itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub pointer: String,
    /// Where it is written, if it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub span: Option<Span>,
}

impl DecidedBy {
    /// Something of a resource.
    pub(crate) fn at(
        kind: DecidedKind,
        id: &ResourceId,
        name: impl Into<String>,
        pointer: impl Into<String>,
    ) -> Self {
        Self {
            kind,
            id: Some(id.clone()),
            name: name.into(),
            pointer: pointer.into(),
            span: None,
        }
    }

    /// Something that Azure does by itself.
    pub(crate) fn azure(kind: DecidedKind, name: impl Into<String>) -> Self {
        Self {
            kind,
            id: None,
            name: name.into(),
            pointer: String::new(),
            span: None,
        }
    }
}

/// A verdict and what gave it.
#[derive(Clone, Debug)]
pub(crate) struct Judgement {
    pub(crate) verdict: Verdict,
    pub(crate) because: String,
    /// In the order of evaluation: the last one gave the verdict.
    pub(crate) by: Vec<DecidedBy>,
    /// What would turn a drop into a pass.
    pub(crate) remedy: Option<Remedy>,
}

impl Judgement {
    fn new(verdict: Verdict, because: impl Into<String>) -> Self {
        Self {
            verdict,
            because: because.into(),
            by: Vec::new(),
            remedy: None,
        }
    }

    pub(crate) fn pass(because: impl Into<String>) -> Self {
        Self::new(Verdict::Pass, because)
    }

    pub(crate) fn drop(because: impl Into<String>) -> Self {
        Self::new(Verdict::Drop, because)
    }

    pub(crate) fn unknown(because: impl Into<String>) -> Self {
        Self::new(Verdict::Unknown, because)
    }

    /// Passes, and there is nothing to say about it.
    pub(crate) fn silent() -> Self {
        Self::pass("")
    }

    #[must_use]
    pub(crate) fn by(mut self, by: DecidedBy) -> Self {
        self.by.push(by);
        self
    }

    #[must_use]
    pub(crate) fn remedy(mut self, remedy: impl Into<Option<Remedy>>) -> Self {
        self.remedy = remedy.into();
        self
    }

    pub(crate) fn passes(&self) -> bool {
        self.verdict == Verdict::Pass
    }

    /// This one, and then `next` if it passes. A drop outweighs what is not known.
    #[must_use]
    pub(crate) fn and(mut self, mut next: Self) -> Self {
        if self.verdict == Verdict::Drop {
            return self;
        }
        if next.passes() && next.because.is_empty() {
            if self.passes() {
                self.by.append(&mut next.by);
            }
            return self;
        }
        match (self.verdict, next.verdict) {
            (Verdict::Pass, Verdict::Pass) if !self.because.is_empty() => {
                next.because = format!("{}; {}", self.because, next.because);
            }
            (Verdict::Pass, _) | (_, Verdict::Drop) => {}
            _ => return self,
        }
        self.by.append(&mut next.by);
        Self {
            by: self.by,
            ..next
        }
    }

    /// One judgement over all members or addresses that may be chosen: what differs among them
    /// cannot be known beforehand.
    pub(crate) fn over_all(all: impl IntoIterator<Item = Self>) -> Self {
        let mut all = all.into_iter();
        let Some(mut first) = all.next() else {
            return Self::pass("nothing decides");
        };
        let mut other: Option<Self> = None;
        for next in all {
            if next.verdict == first.verdict {
                if let (Some(remedy), Some(more)) = (&mut first.remedy, next.remedy) {
                    remedy.merge(more);
                }
            } else if other.is_none() {
                other = Some(next);
            }
        }
        let Some(other) = other else { return first };
        let worse = if first.passes() { other } else { first };
        Self {
            because: format!("depends on which of several is chosen: {}", worse.because),
            verdict: Verdict::Unknown,
            ..worse
        }
    }
}
