//! Forwards packets the way Azure's network does, as a pure engine: packets and the time go in,
//! packets, flow records and reasons come out.
//!
//! # Promises
//! - No I/O, clock, randomness, environment or threads. Same input, same output.
//! - What is decided for a connection's first packet holds for the rest of it, both ways: replies
//!   retrace it, past every network security group.
//! - Checksums that were right stay right, complete and partial ones.
//!
//! # Start here
//! [`Fabric::new`], [`Fabric::inject`], [`Fabric::flows`]; [`packet`] makes and reads packets.
//!
//! # How a new connection is decided
//! As in Azure: source address of the sender's own, the NIC's and then the subnet's outbound rules,
//! the route, then by who holds the address: a NIC, a client, a unit or the VIP of API Management, a
//! load balancer's frontend, a private endpoint (connection approved, NAT by the Private Link
//! Service, its load balancer); at last the receiver's inbound rules, subnet first.
//!
//! # Changes under a running connection
//! [`Fabric::update`] makes every connection be looked at again when its next packet comes. It goes
//! on if it would be led the same way, with the member and NAT port that it has. Security rules are
//! not asked again, as in Azure, where a new rule acts on new connections only.
//! Source: <https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview>.
//!
//! # Not here
//! Peerings, gateways, public addresses, PROXY protocol; the internet is a drop.

mod engine;
mod flows;
mod icmp;
mod nat;
pub mod packet;
mod records;
mod walk;
mod world;

pub use engine::Fabric;
pub use packet::{Checksum, Packet};
pub use records::{FlowHop, FlowOutcome, FlowRecord};

use std::{borrow::Cow, net::Ipv4Addr};
use topology::ResourceId;

/// Time since any epoch, the same for all calls.
pub type Time = std::time::Duration;

/// A place where packets go in and out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortId(pub u32);

impl PortId {
    /// The host: DNS, health probes and instance metadata.
    pub const HOST: Self = Self(0);

    /// The address by which the host knows this port: 100.64.0.0 and the port's number. Networks may
    /// overlap; these do not.
    pub fn host_alias(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(0x6440_0000_u32.wrapping_add(self.0 & 0x003f_ffff))
    }
}

/// What a port is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PortName {
    /// The platform, with 168.63.129.16 and 169.254.169.254.
    Host,
    /// A client, by name.
    Client(String),
    /// A network interface.
    Nic(ResourceId),
    /// A unit of an API Management service.
    Unit(ResourceId, usize),
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It went out at a port.
    Delivered,
    /// It did not, for this reason.
    Dropped(Cow<'static, str>),
    /// It did not, and the fabric sent something of its own.
    Answered,
}

/// A mistake to make on purpose, to see that it is noticed. Acts on new connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Private Link translates to this source address.
    NatSource(Ipv4Addr),
    /// Load balancers translate to this destination address.
    LbDestination(Ipv4Addr),
}
