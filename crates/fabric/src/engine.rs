//! The engine: one packet at a time.

use crate::{
    Disposition, Fault, FlowOutcome, FlowRecord, Packet, PortId, PortName, Time,
    flows::{Action, Flow, Flows, Key, Segment, Side},
    icmp,
    nat::Nat,
    packet::{Head, ICMP, TCP, tcp, tcp_flags},
    records::Records,
    walk::{Ends, Walk},
    world::{METADATA, PLATFORM, World, ports::Ports},
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
    net::Ipv4Addr,
};
use topology::{ResourceId, Topology};

/// How long a closed connection is remembered, for packets that come late.
const LINGER: Time = Time::from_secs(15);
/// How many connections there may be at a time; Azure's limit for one NIC.
const MOST_FLOWS: usize = 500_000;
/// How many dropped connections are told apart before old ones are forgotten.
const MOST_DROPPED: usize = 20_000;

/// What the probes of load balancers say.
#[derive(Debug, Default)]
pub(crate) struct Health {
    healthy: HashMap<ResourceId, HashMap<ResourceId, HashSet<String>>>,
}

impl Health {
    pub(crate) fn is_healthy(&self, nic: &ResourceId, lb: &ResourceId, probe: &str) -> bool {
        let probes = self
            .healthy
            .get(nic)
            .and_then(|balancers| balancers.get(lb));
        probes.is_some_and(|probes| probes.contains(&probe.to_ascii_lowercase()))
    }
}

/// A virtual network's packets, forwarded.
#[derive(Debug, Default)]
pub struct Fabric {
    names: Ports,
    world: World,
    health: Health,
    nat: Nat,
    flows: Flows,
    records: Records,
    /// Records of connections that are dropped, so that each attempt does not make another.
    dropped: HashMap<Key, u64>,
    fault: Option<Fault>,
    generation: u64,
}

impl Fabric {
    /// A fabric for a topology.
    pub fn new(topology: &Topology) -> Self {
        let mut names = Ports::default();
        let world = World::of(topology, &mut names);
        Self {
            names,
            world,
            ..Self::default()
        }
    }

    /// Takes another topology. Names that stay keep their ports' ids. Running connections are looked
    /// at again when their next packet comes; health is kept.
    pub fn update(&mut self, topology: &Topology, now: Time) {
        self.world = World::of(topology, &mut self.names);
        self.generation = self.generation.wrapping_add(1);
        self.forget_dropped();
        self.dropped.retain(|_, id| {
            self.records
                .get_mut(*id)
                .is_some_and(|record| record.last <= now)
        });
    }

    /// The port with this name, if it is plugged in.
    pub fn port(&self, name: &PortName) -> Option<PortId> {
        self.names.get(name).filter(|id| self.is_plugged(*id))
    }

    /// The name of a port; kept after it was unplugged.
    pub fn name(&self, id: PortId) -> Option<&PortName> {
        self.names.name(id)
    }

    /// All ports that are plugged in, the host first.
    pub fn ports(&self) -> impl Iterator<Item = PortId> {
        self.names.ids().filter(|id| self.is_plugged(*id))
    }

    fn is_plugged(&self, id: PortId) -> bool {
        id == PortId::HOST || self.world.port(id).is_some()
    }

    /// The addresses of a port, the primary one first; a unit's VIP comes after its own.
    pub fn addresses(&self, id: PortId) -> Vec<Ipv4Addr> {
        if id == PortId::HOST {
            return vec![PLATFORM, METADATA];
        }
        self.world
            .port(id)
            .map(|port| port.addresses.iter().map(|(address, _)| *address).collect())
            .unwrap_or_default()
    }

    /// The address by which the host knows a port.
    pub fn host_alias(&self, id: PortId) -> Ipv4Addr {
        id.host_alias()
    }

    /// Says whether a NIC answers a probe (load balancer, name of the probe). Not known is not
    /// healthy. Connections that a member has stay with it.
    pub fn set_healthy(&mut self, nic: &ResourceId, probe: (&ResourceId, &str), is_healthy: bool) {
        let (lb, name) = probe;
        let probes = self
            .health
            .healthy
            .entry(nic.clone())
            .or_default()
            .entry(lb.clone())
            .or_default();
        if is_healthy {
            probes.insert(name.to_ascii_lowercase());
        } else {
            probes.remove(&name.to_ascii_lowercase());
        }
    }

    /// Makes a mistake on purpose in connections that begin from now on.
    pub fn set_fault(&mut self, fault: Option<Fault>) {
        self.fault = fault;
    }

    /// The newest connections, oldest first, dropped ones included.
    pub fn flows(&self) -> impl Iterator<Item = &FlowRecord> {
        self.records.iter()
    }

    /// Takes a packet that a port sends. What it becomes is added to `out`, with the port that
    /// receives it.
    pub fn inject(
        &mut self,
        from: PortId,
        mut packet: Packet,
        now: Time,
        out: &mut Vec<(PortId, Packet)>,
    ) -> Disposition {
        let head = match Head::read(&packet.bytes) {
            Ok(head) => head,
            Err(error) => return Disposition::Dropped(Cow::Owned(error.to_string())),
        };
        // A link layer may have padded it.
        packet.bytes.truncate(head.total_length);
        let Some(segment) = Segment::read(&packet.bytes, &head) else {
            return drop_packet("truncated packet");
        };
        let key = Key {
            port: from,
            protocol: head.protocol,
            source: head.source,
            source_port: segment.source_port,
            destination: head.destination,
            destination_port: segment.destination_port,
        };
        if head.protocol == ICMP && icmp::is_error(segment.icmp_kind) {
            return self.inject_error(from, packet, &head, out);
        }
        if let Some(action) = self.flows.action(&key) {
            match self.admit(&action, &segment, now, out) {
                Admitted::Yes => return forward(&action, packet, &head, out),
                Admitted::No(disposition) => return disposition,
                Admitted::AsNew => {}
            }
        }
        self.open(key, packet, &head, &segment, now, out)
    }

    /// Whether a packet belongs to the connection that was found for it.
    fn admit(
        &mut self,
        action: &Action,
        segment: &Segment,
        now: Time,
        out: &mut Vec<(PortId, Packet)>,
    ) -> Admitted {
        let Some(flow) = self.flows.get_mut(action.slot) else {
            return Admitted::AsNew;
        };
        if flow.is_idle(now) {
            let before = out.len();
            self.end_idle(action.slot, out);
            return if out.len() > before && !segment.is_syn() {
                Admitted::No(Disposition::Answered)
            } else {
                Admitted::AsNew
            };
        }
        if flow.is_closed() && segment.is_syn() {
            self.close(action.slot);
            return Admitted::AsNew;
        }
        if flow.generation != self.generation {
            if let Err(because) = self.reconsider(action.slot) {
                return Admitted::No(Disposition::Dropped(Cow::Owned(because)));
            }
            return self.admit(action, segment, now, out);
        }
        flow.note(segment, action.is_reply, now);
        self.records.count(flow.record, segment.length, now);
        Admitted::Yes
    }

    /// Looks at a connection again after the topology changed.
    fn reconsider(&mut self, slot: usize) -> Result<(), String> {
        let Some(flow) = self.flows.get(slot) else {
            return Err("the connection is gone".to_owned());
        };
        let (to, received) = (flow.to, flow.received);
        let walk = Walk::new(
            &self.world,
            &self.health,
            &mut self.nat,
            self.fault,
            Some(&flow.pins),
        );
        let because = match walk.run(flow.from, flow.sent).1 {
            Ok(path) if path.to == to && path.received == received => {
                if let Some(flow) = self.flows.get_mut(slot) {
                    (flow.idle, flow.resets, flow.generation) =
                        (path.idle, path.resets, self.generation);
                }
                return Ok(());
            }
            Ok(_) => "the topology changed, and leads this connection elsewhere".to_owned(),
            Err(because) => because,
        };
        if let Some(flow) = self.close(slot)
            && let Some(record) = self.records.get_mut(flow.record)
        {
            record.outcome = FlowOutcome::Dropped(because.clone());
        }
        Err(because)
    }

    /// Decides about the first packet of a connection.
    fn open(
        &mut self,
        key: Key,
        packet: Packet,
        head: &Head,
        segment: &Segment,
        now: Time,
        out: &mut Vec<(PortId, Packet)>,
    ) -> Disposition {
        if !self.is_plugged(key.port) {
            return drop_packet("no such port");
        }
        if head.protocol == TCP && !segment.is_syn() {
            return drop_packet("no connection is known for it, and it opens none");
        }
        if head.protocol == ICMP && segment.icmp_kind != 8 {
            return drop_packet("an ICMP message that nobody asked for");
        }
        if self.flows.len() >= MOST_FLOWS {
            return drop_packet("too many connections");
        }
        let ends = key.ends();
        let walk = Walk::new(&self.world, &self.health, &mut self.nat, self.fault, None);
        let (hops, step) = walk.run(key.port, ends);
        let step = step.and_then(|path| {
            if self.make_room(path.to, &path.received, now) {
                return Ok(path);
            }
            if let Some(lease) = &path.pins.lease {
                self.nat.release(lease);
            }
            Err("its receiver has another connection with the same addresses and ports".to_owned())
        });
        let mut record = FlowRecord {
            id: 0,
            from: key.port,
            to: None,
            protocol: head.protocol,
            started: now,
            last: now,
            hops,
            outcome: FlowOutcome::Delivered,
            packets: 0,
            bytes: 0,
        };
        let path = match step {
            Ok(path) => path,
            Err(because) => {
                record.outcome = FlowOutcome::Dropped(because.clone());
                self.note_dropped(key, record, segment.length, now);
                return Disposition::Dropped(Cow::Owned(because));
            }
        };
        record.to = Some(path.to);
        let record = self.records.add(record);
        self.records.count(record, segment.length, now);
        let mut flow = Flow {
            from: key.port,
            to: path.to,
            sent: ends,
            received: path.received,
            pins: path.pins,
            record,
            generation: self.generation,
            last: now,
            idle: path.idle,
            resets: path.resets,
            opener: Side::default(),
            receiver: Side::default(),
            is_reset: false,
        };
        flow.note(segment, false, now);
        self.flows.insert(flow);
        match self.flows.action(&key) {
            Some(action) => forward(&action, packet, head, out),
            None => drop_packet("the connection is gone"),
        }
    }

    /// Sees to it that replies will be told apart from those of another connection.
    fn make_room(&mut self, to: PortId, received: &Ends, now: Time) -> bool {
        let Some(other) = self.flows.action(&Key::new(to, &received.reversed())) else {
            return true;
        };
        let is_over = self
            .flows
            .get(other.slot)
            .is_none_or(|flow| flow.is_closed() || flow.is_idle(now));
        if is_over {
            self.close(other.slot);
        }
        is_over
    }

    fn note_dropped(&mut self, key: Key, record: FlowRecord, length: usize, now: Time) {
        // A sender that is nobody's makes no record: there is no station that it came from.
        if record.hops.is_empty() {
            return;
        }
        // Each attempt may have had another NAT port; what counts is where and why it ended.
        let is_like = |known: &FlowRecord| {
            let stations = known.hops.iter().map(|hop| &hop.at);
            known.outcome == record.outcome && stations.eq(record.hops.iter().map(|hop| &hop.at))
        };
        let known = self.dropped.get(&key).copied();
        let same = known.filter(|id| {
            self.records
                .get_mut(*id)
                .is_some_and(|known| is_like(known))
        });
        let id = match same {
            Some(id) => id,
            None => self.records.add(record),
        };
        self.records.count(id, length, now);
        self.dropped.insert(key, id);
        if self.dropped.len() > MOST_DROPPED {
            self.forget_dropped();
        }
    }

    fn forget_dropped(&mut self) {
        let first = self.records.first();
        self.dropped.retain(|_, id| *id >= first);
    }

    /// An ICMP error goes where the packet that it quotes came from.
    fn inject_error(
        &mut self,
        from: PortId,
        mut packet: Packet,
        head: &Head,
        out: &mut Vec<(PortId, Packet)>,
    ) -> Disposition {
        let found = icmp::quoted(from, &packet.bytes, head)
            .filter(|quoted| quoted.destination == head.destination)
            .and_then(|quoted| self.flows.action(&quoted))
            .and_then(|action| Some((action, self.flows.get(action.slot)?)))
            .filter(|(_, flow)| flow.generation == self.generation);
        let Some((action, flow)) = found else {
            return drop_packet("an ICMP error about no connection");
        };
        let ends = if action.is_reply {
            flow.sent.reversed()
        } else {
            flow.received
        };
        icmp::translate(&mut packet.bytes, head, &ends);
        out.push((action.to, packet));
        Disposition::Delivered
    }

    /// Ends connections that were silent for too long, and forgets closed ones. Gives the resets to be
    /// sent to both sides, where a load-balancing rule has `enableTcpReset`.
    pub fn expire(&mut self, now: Time) -> Vec<(PortId, Packet)> {
        let mut out = Vec::new();
        for slot in 0..self.flows.slots() {
            let Some(flow) = self.flows.get(slot) else {
                continue;
            };
            if flow.is_idle(now) {
                self.end_idle(slot, &mut out);
            } else if flow.is_closed() && now.saturating_sub(flow.last) >= LINGER {
                self.close(slot);
            }
        }
        out
    }

    fn end_idle(&mut self, slot: usize, out: &mut Vec<(PortId, Packet)>) {
        let Some(flow) = self.close(slot) else { return };
        if !flow.resets || flow.sent.protocol != TCP || flow.is_closed() {
            return;
        }
        let reset = |ends: Ends, to: Side, from: Side| {
            let sequence = to.acknowledged().or(from.next()).unwrap_or(0);
            let acknowledgment = to.next().unwrap_or(0);
            tcp(
                ends.source,
                ends.destination,
                sequence,
                acknowledgment,
                tcp_flags::RST | tcp_flags::ACK,
                &[],
            )
        };
        out.push((flow.to, reset(flow.received, flow.receiver, flow.opener)));
        out.push((
            flow.from,
            reset(flow.sent.reversed(), flow.opener, flow.receiver),
        ));
    }

    fn close(&mut self, slot: usize) -> Option<Flow> {
        let flow = self.flows.remove(slot)?;
        if let Some(lease) = &flow.pins.lease {
            self.nat.release(lease);
        }
        Some(flow)
    }
}

/// Whether a packet goes the way of the connection found for it.
enum Admitted {
    Yes,
    No(Disposition),
    /// The connection is over; the packet may open another.
    AsNew,
}

/// Sends a packet of a known connection on.
fn forward(
    action: &Action,
    mut packet: Packet,
    head: &Head,
    out: &mut Vec<(PortId, Packet)>,
) -> Disposition {
    action.delta.apply(
        &mut packet.bytes,
        head.header_length,
        head.protocol,
        packet.checksum,
    );
    out.push((action.to, packet));
    Disposition::Delivered
}

fn drop_packet(because: &'static str) -> Disposition {
    Disposition::Dropped(Cow::Borrowed(because))
}
