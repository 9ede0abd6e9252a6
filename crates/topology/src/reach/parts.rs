//! A set of connections that all end the same way, and how.

use crate::{
    sets::{Flows, Ranges},
    trace::{
        Outcome, Verdict,
        decision::{DecidedBy, DecidedKind, Judgement},
        world::Net,
    },
};
use std::{net::Ipv4Addr, rc::Rc};

/// What gave an end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cause {
    pub(crate) because: String,
    /// The last one decided.
    pub(crate) by: Vec<DecidedBy>,
}

impl Cause {
    pub(crate) fn new(because: impl Into<String>, by: Vec<DecidedBy>) -> Rc<Self> {
        Rc::new(Self {
            because: because.into(),
            by,
        })
    }

    pub(crate) fn of(judgement: &Judgement) -> Rc<Self> {
        Self::new(judgement.because.clone(), judgement.by.clone())
    }

    /// Whether only what listens on a machine is missing or not known.
    pub(crate) fn is_listener(&self) -> bool {
        self.by
            .last()
            .is_some_and(|by| by.kind == DecidedKind::Listener)
    }
}

/// Connections that end the same way.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) flows: Flows,
    /// What a trace of each of them says.
    pub(crate) outcome: Outcome,
    /// Whether the network lets them through to the first machine or service that takes
    /// connections, whatever that one does with them.
    pub(crate) network: Verdict,
    /// Whether they reach the last machine or service: behind a relay, the relay's upstream.
    pub(crate) reached: Verdict,
    pub(crate) cause: Rc<Cause>,
    /// Who takes the packets on the way to that first machine.
    pub(crate) stations: Rc<[(Net, Ipv4Addr)]>,
}

pub(crate) fn outcome_of(verdict: Verdict) -> Outcome {
    match verdict {
        Verdict::Pass => Outcome::Delivered,
        Verdict::Drop => Outcome::Dropped,
        Verdict::Unknown => Outcome::Unknown,
    }
}

pub(crate) fn verdict_of(outcome: Outcome) -> Verdict {
    match outcome {
        Outcome::Delivered => Verdict::Pass,
        Outcome::Dropped => Verdict::Drop,
        Outcome::Unknown => Verdict::Unknown,
    }
}

impl Part {
    /// The network ends them.
    pub(crate) fn stopped(flows: Flows, outcome: Outcome, cause: Rc<Cause>) -> Self {
        Self {
            flows,
            outcome,
            network: verdict_of(outcome),
            reached: verdict_of(outcome),
            cause,
            stations: Rc::from([]),
        }
    }

    /// The network ends them with a judgement that does not pass.
    pub(crate) fn judged(flows: Flows, judgement: &Judgement) -> Self {
        Self::stopped(flows, outcome_of(judgement.verdict), Cause::of(judgement))
    }

    /// The network lets them through; the machine or service decides.
    pub(crate) fn admitted(
        flows: Flows,
        outcome: Outcome,
        reached: Verdict,
        cause: Rc<Cause>,
    ) -> Self {
        Self {
            flows,
            outcome,
            network: Verdict::Pass,
            reached,
            cause,
            stations: Rc::from([]),
        }
    }

    /// The same end for other connections.
    pub(crate) fn for_flows(&self, flows: Flows) -> Self {
        Self {
            flows,
            ..self.clone()
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        self.outcome == other.outcome
            && self.network == other.network
            && self.reached == other.reached
            && self.stations == other.stations
            && (Rc::ptr_eq(&self.cause, &other.cause) || self.cause == other.cause)
    }
}

/// Adds a part; one that ends like another becomes one with it.
pub(crate) fn add(parts: &mut Vec<Part>, part: Part) {
    if part.flows.is_empty() {
        return;
    }
    match parts.iter_mut().find(|known| known.is_like(&part)) {
        Some(known) => known.flows = known.flows.or(&part.flows),
        None => parts.push(part),
    }
}

/// What holds for connections of which any of several machines or source addresses may be chosen:
/// `one` and `other` are the same connections at two of them.
pub(crate) fn either(one: &[Part], other: &[Part]) -> Vec<Part> {
    let mut all = Vec::new();
    for a in one {
        for b in other {
            let flows = a.flows.and(&b.flows);
            if flows.is_empty() {
                continue;
            }
            let same = |x: Verdict, y: Verdict| if x == y { x } else { Verdict::Unknown };
            if a.outcome == b.outcome && a.network == b.network && a.reached == b.reached {
                add(&mut all, a.for_flows(flows));
                continue;
            }
            let worse = if a.outcome == Outcome::Delivered {
                b
            } else {
                a
            };
            let cause = if a.outcome == b.outcome {
                Rc::clone(&a.cause)
            } else {
                Cause::new(
                    format!(
                        "depends on which of several is chosen: {}",
                        worse.cause.because
                    ),
                    worse.cause.by.clone(),
                )
            };
            let mut part = a.for_flows(flows);
            part.outcome = if a.outcome == b.outcome {
                a.outcome
            } else {
                Outcome::Unknown
            };
            part.network = same(a.network, b.network);
            part.reached = same(a.reached, b.reached);
            part.cause = cause;
            add(&mut all, part);
        }
    }
    all
}

/// Parts by port alone, for whoever has any of the source addresses.
#[derive(Clone, Debug)]
pub(crate) struct PortPart {
    pub(crate) ports: Ranges,
    pub(crate) part: Part,
}

/// What holds for each port whichever of the sources is used.
pub(crate) fn by_port(parts: &[Part], sources: &[Ipv4Addr]) -> Vec<PortPart> {
    let mut all: Option<Vec<Part>> = None;
    // Every source's parts as parts of one and the same address.
    let one = Ranges::of(0, 0);
    for source in sources {
        let only = Flows::of(&Ranges::address(*source), &Ranges::all_ports());
        let mut own = Vec::new();
        for part in parts {
            let ports = part.flows.and(&only).ports();
            add(&mut own, part.for_flows(Flows::of(&one, &ports)));
        }
        all = Some(match all {
            None => own,
            Some(known) => either(&known, &own),
        });
    }
    let parts = all.unwrap_or_default().into_iter();
    parts
        .map(|part| PortPart {
            ports: part.flows.ports(),
            part,
        })
        .collect()
}
