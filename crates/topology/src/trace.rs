//! The walk of one connection, hop by hop, there and back: reasoned, not sent.
//!
//! Knows the model only, so that it works on broken topologies too; what is missing gives the
//! outcome *unknown* rather than a guess. Shares no decision code with the packet engine.

mod balance;
mod compare;
mod link;
mod machine;
mod names;
mod security;
mod target;
mod walk;

pub use compare::{Mismatch, ObservedHop, same_path};
pub use target::{Target, TargetError};

use crate::model::{Topology, id::ResourceId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One TCP connection to reason about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Flow {
    /// Who opens it: a client's name, or the name or id of a NIC or virtual machine.
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
pub fn trace(topology: &Topology, flow: &Flow) -> Trace {
    walk::walk(topology, flow, None)
}

/// Walks a connection with the members' health as probes report it.
pub fn trace_live(topology: &Topology, flow: &Flow, live: &Live) -> Trace {
    walk::walk(topology, flow, Some(live))
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
    /// `client/NAME` or a full resource id; the first of `at_any_of` if there are several.
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
}
