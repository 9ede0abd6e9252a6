//! The walk of one connection, hop by hop, there and back: reasoned, not sent.
//!
//! Knows the model only, so that it works on broken topologies too; what is missing gives the
//! outcome *unknown* rather than a guess. Shares no decision code with the packet engine.

pub(crate) mod backends;
pub(crate) mod balance;
mod compare;
pub(crate) mod decision;
pub(crate) mod destination;
pub(crate) mod link;
pub(crate) mod machine;
mod mend;
pub(crate) mod names;
pub(crate) mod outbound;
pub(crate) mod platform;
mod report;
pub(crate) mod routes;
pub(crate) mod security;
pub(crate) mod selector;
mod target;
pub(crate) mod walk;
pub(crate) mod way;
pub(crate) mod world;

pub use compare::{Mismatch, ObservedHop, same_path};
pub use decision::{DecidedBy, DecidedKind};
pub use mend::Mend;
pub(crate) use report::locate;
pub use selector::SelectionError;
pub use target::{Target, TargetError};
pub use world::World;

use crate::model::{Topology, id::ResourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use walk::{Walk, Wanted};

/// One TCP connection to reason about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Who opens it: a client's name, or whatever else a
    /// [selector](crate::model::expectation::Selector) names that is one sender.
    pub from: String,
    /// What it wants.
    pub to: Target,
}

/// What is known from outside about the present state of things.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Live {
    /// NICs whose health probe fails; every other one is healthy.
    pub unhealthy: BTreeSet<ResourceId>,
}

/// Walks a connection through the topology; health is reasoned from rules and relay configuration.
///
/// For many connections make a [`World`] once and ask that.
pub fn trace(topology: &Topology, flow: &Flow) -> Trace {
    World::new(topology).trace(flow)
}

/// Walks a connection with the members' health as probes report it.
pub fn trace_live(topology: &Topology, flow: &Flow, live: &Live) -> Trace {
    World::new(topology).trace_live(flow, live)
}

impl World<'_> {
    /// Walks a connection; health is reasoned from rules and relay configuration.
    pub fn trace(&self, flow: &Flow) -> Trace {
        self.walk(flow, None)
    }

    /// Walks a connection with the members' health as probes report it.
    pub fn trace_live(&self, flow: &Flow, live: &Live) -> Trace {
        self.walk(flow, Some(live))
    }

    fn walk(&self, flow: &Flow, live: Option<&Live>) -> Trace {
        let mut walk = Walk::new(self, live, 0);
        let end = match self.flow_sender(&flow.from) {
            Ok((station, hosts)) => {
                let wanted = Wanted {
                    host: &flow.to.host,
                    port: flow.to.port,
                    meant: None,
                    service: None,
                };
                walk.dial(&[station], HopKind::Client, hosts, &wanted)
            }
            Err(stop) => Err(stop),
        };
        walk.finish(end)
    }
}

/// Where a connection ends up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// It reaches the service and the answer comes back.
    Delivered,
    /// Something drops it.
    Dropped,
    /// The topology does not say enough.
    Unknown,
}

/// What a hop is. The packet engine's flow records use the same words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum HopKind {
    /// Name resolution as the network sees it; no packet of the connection.
    Resolve,
    /// The client sends.
    Client,
    /// A private endpoint takes the packet.
    PrivateEndpoint,
    /// Private Link translates both addresses.
    PrivateLinkService,
    /// A load balancer chooses a member.
    LoadBalancer,
    /// A machine's NIC receives.
    NetworkInterface,
    /// A relay on that machine opens the second connection from its NIC.
    Relay,
    /// The service receives.
    Service,
    /// A machine forwards a packet that is not for itself, because a route names it as next hop.
    Appliance,
    /// The packet leaves for public addresses and gets a public source address.
    Outbound,
}

/// What happens at a hop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Goes on.
    Pass,
    /// Ends here.
    Drop,
    /// Cannot be known.
    Unknown,
}

/// One hop. Addresses are those of the packet as it leaves the hop; ports of the client's side
/// are ephemeral and left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hop {
    /// `client/NAME`, `backend/NAME` or a full resource id; the first of `at_any_of` if there are several.
    pub at: String,
    /// All possible members at a load-balanced hop; empty if there is only `at`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub at_any_of: Vec<String>,
    /// What it is.
    pub kind: HopKind,
    /// What happens.
    pub verdict: Verdict,
    /// The rule or default that decided, and what to do if it drops.
    pub because: String,
    /// Source address, such as `192.168.0.4`; empty for `resolve`.
    pub source: String,
    /// All possible sources at a NAT pool or behind a load balancer; empty if there is only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub source_any_of: Vec<String>,
    /// Destination, such as `10.0.1.5:443`.
    pub destination: String,
    /// All possible destinations; empty if there is only one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub destination_any_of: Vec<String>,
    /// What decided, for programs, in the order of evaluation: the last one gave the verdict.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decided_by: Vec<DecidedBy>,
    /// What the hop does to the addresses with which the packet came.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub translations: Vec<Translation>,
}

/// A change of an address at a hop; several values are those that may be chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Translation {
    /// `source` or `destination`.
    pub side: &'static str,
    /// As it came.
    pub from: Vec<String>,
    /// As it leaves.
    pub to: Vec<String>,
}

/// How long a connection may be silent at a hop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IdleTimeout {
    /// Which hop of the way there, from 1.
    pub hop: usize,
    /// The limit, in seconds.
    pub seconds: u32,
    /// What sets it.
    pub because: String,
}

/// The largest packet that every hop of the path takes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Mtu {
    /// Size in bytes, IP header included.
    pub bytes: u32,
    /// Why.
    pub because: String,
}

/// The whole walk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Trace {
    /// Contract version, 1.
    pub version: u32,
    /// How it ends.
    pub outcome: Outcome,
    /// The reason for the outcome, in one sentence.
    pub because: String,
    /// There.
    pub hops: Vec<Hop>,
    /// Back.
    pub back: Vec<Hop>,
    /// Shortest idle time-out on the path, in seconds.
    pub idle_timeout_seconds: Option<u32>,
    /// Every idle time-out on the path with its hop, in the order of the path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub idle_timeouts: Vec<IdleTimeout>,
    /// The path's MTU; absent if nothing arrives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mtu: Option<Mtu>,
    /// What to change so that the connection gets past the hop that drops it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub mend: Option<Mend>,
}
