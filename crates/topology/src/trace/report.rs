//! What is said of a walk once it has ended: spans, translations, the way back, the mend.

use super::{
    DecidedBy, Hop, HopKind, Mtu, Outcome, Trace, Translation, Verdict,
    walk::{End, Walk},
};
use crate::{finding::Place, model::Topology};

/// What a NIC sends at once:
/// <https://learn.microsoft.com/azure/virtual-network/virtual-network-tcpip-performance-tuning>.
const MTU_BYTES: u32 = 1500;

impl Walk<'_, '_> {
    pub(crate) fn finish(mut self, end: End) -> Trace {
        let (outcome, because, remedy) = match end {
            Ok(because) => (Outcome::Delivered, because, None),
            Err(stop) => (stop.outcome, stop.because, stop.remedy),
        };
        let delivered = outcome == Outcome::Delivered;
        translations(&mut self.hops);
        for hop in &mut self.hops {
            locate(self.world.topology, &mut hop.decided_by);
        }
        let back = if delivered {
            way_back(&self.hops)
        } else {
            Vec::new()
        };
        let idle_timeouts = if delivered { self.idle } else { Vec::new() };
        Trace {
            version: 1,
            outcome,
            because,
            hops: self.hops,
            back,
            idle_timeout_seconds: idle_timeouts.iter().map(|idle| idle.seconds).min(),
            idle_timeouts,
            mtu: delivered.then(|| Mtu {
                bytes: MTU_BYTES,
                because:
                    "a NIC in Azure sends up to 1,500 bytes, and no hop of this path takes less"
                        .to_owned(),
            }),
            mend: remedy
                .filter(|_| outcome == Outcome::Dropped)
                .map(|remedy| remedy.mend(self.world)),
        }
    }
}

/// Fills in where the things that decided are written.
pub(crate) fn locate(topology: &Topology, all: &mut [DecidedBy]) {
    for by in all {
        by.span = by.id.as_ref().and_then(|id| {
            topology.provenance.span(&Place {
                id: id.clone(),
                pointer: by.pointer.clone(),
            })
        });
    }
}

/// What each hop that translates does to the addresses with which the packet came.
fn translations(hops: &mut [Hop]) {
    let all = |one: &str, any_of: &[String]| {
        if any_of.is_empty() {
            vec![one.to_owned()]
        } else {
            any_of.to_vec()
        }
    };
    let mut came: Option<[Vec<String>; 2]> = None;
    for hop in hops {
        let leaves = [
            all(&hop.source, &hop.source_any_of),
            all(&hop.destination, &hop.destination_any_of),
        ];
        match hop.kind {
            HopKind::Resolve => continue,
            HopKind::PrivateLinkService | HopKind::LoadBalancer | HopKind::Outbound
                if hop.verdict == Verdict::Pass =>
            {
                if let Some(came) = &came {
                    for ((from, to), side) in
                        came.iter().zip(&leaves).zip(["source", "destination"])
                    {
                        if from != to {
                            hop.translations.push(Translation {
                                side,
                                from: from.clone(),
                                to: to.clone(),
                            });
                        }
                    }
                }
            }
            _ => {}
        }
        came = Some(leaves);
    }
}

/// Every hop hands back what it got, with the addresses turned round.
fn way_back(hops: &[Hop]) -> Vec<Hop> {
    let there: Vec<&Hop> = hops
        .iter()
        .filter(|hop| hop.kind != HopKind::Resolve)
        .collect();
    let came_as = std::iter::once(there.first())
        .chain(there.iter().map(Some))
        .flatten();
    let pairs: Vec<_> = came_as.zip(&there).collect();
    let each = pairs.into_iter().rev().map(|(came, hop)| {
        let because = match hop.kind {
            HopKind::PrivateEndpoint => "answers take the same way back",
            HopKind::PrivateLinkService => "Private Link translates both addresses back",
            HopKind::LoadBalancer => "answers leave with the frontend's address as source",
            HopKind::Relay => "the relay answers on the connection that it accepted",
            HopKind::Service => "the service answers the connection that it accepted",
            HopKind::Outbound => "the public address is translated back",
            HopKind::Appliance => {
                "answers come back through the appliance if their subnet routes to it too"
            }
            _ => "flow records let answers pass without a rule",
        };
        Hop {
            at: hop.at.clone(),
            at_any_of: hop.at_any_of.clone(),
            kind: hop.kind,
            verdict: Verdict::Pass,
            because: because.to_owned(),
            source: came.destination.clone(),
            source_any_of: came.destination_any_of.clone(),
            destination: came.source.clone(),
            destination_any_of: came.source_any_of.clone(),
            decided_by: Vec::new(),
            translations: Vec::new(),
        }
    });
    each.collect()
}
