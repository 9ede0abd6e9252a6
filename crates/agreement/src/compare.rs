//! One connection, reasoned and forwarded.

use fabric::{Disposition, Fabric, PortName, Time, packet};
use std::{
    fmt,
    net::{Ipv4Addr, SocketAddrV4},
};
use topology::{
    Topology, manifest,
    model::addresses::{Addresses, Holder},
    resolve,
    trace::{self, Flow, HopKind, ObservedHop, Outcome, Target, Trace},
};

const CLIENT: &str = "testvm";
const HOST: &str = "apim1449.azure-api.net";
const PORT: u16 = 443;

/// How often each outcome was agreed on.
#[derive(Debug, Default)]
pub(crate) struct Sum {
    delivered: u64,
    dropped: u64,
    unknown: u64,
}

impl Sum {
    /// Counts one.
    pub(crate) fn add(&mut self, outcome: Outcome) {
        let count = match outcome {
            Outcome::Delivered => &mut self.delivered,
            Outcome::Dropped => &mut self.dropped,
            Outcome::Unknown => &mut self.unknown,
        };
        *count = count.saturating_add(1);
    }
}

impl fmt::Display for Sum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "agreed on {} delivered, {} dropped, {} not comparable",
            self.delivered, self.dropped, self.unknown
        )
    }
}

/// Walks the connection of this manifest both ways; the outcome, or how they differ.
pub(crate) fn agree(text: &str) -> Result<Outcome, String> {
    let (manifest, _) = manifest::parse(text);
    let topology = resolve::resolve(&manifest).topology;
    let flow = Flow {
        from: CLIENT.to_owned(),
        to: Target {
            host: HOST.to_owned(),
            port: PORT,
        },
    };
    let reasoned = trace::trace(&topology, &flow);
    // What the tracer does not know, and names that nobody answers, no packet can decide.
    let Some(to) = destination(&reasoned) else {
        return Ok(Outcome::Unknown);
    };
    if reasoned.outcome == Outcome::Unknown {
        return Ok(Outcome::Unknown);
    }
    let (arrived, hops) = forward(&topology, to);
    match (reasoned.outcome, arrived) {
        (Outcome::Delivered, true) => trace::same_path(&reasoned, &hops)
            .map(|()| Outcome::Delivered)
            .map_err(|mismatch| mismatch.to_string()),
        (Outcome::Dropped, false) => Ok(Outcome::Dropped),
        (outcome, arrived) => Err(format!(
            "reasoned: {outcome:?}, {}; forwarded: arrived = {arrived}, hops {hops:#?}",
            reasoned.because
        )),
    }
}

/// Where the name led the tracer: the first hop that is a packet.
fn destination(trace: &Trace) -> Option<SocketAddrV4> {
    trace
        .hops
        .iter()
        .find(|hop| hop.kind == HopKind::Client)?
        .destination
        .parse()
        .ok()
}

/// Sends the handshake's first segment of each connection; whether the last one arrived at the
/// service, and the hops.
fn forward(topology: &Topology, to: SocketAddrV4) -> (bool, Vec<ObservedHop>) {
    let mut fabric = Fabric::new(topology);
    let addresses = Addresses::of(topology);
    probe_all(&mut fabric, topology, &addresses);
    let mut hops = Vec::new();
    let Some(address) = addresses.get(&Holder::Client(CLIENT.to_owned())) else {
        return (false, hops);
    };
    let (mut sender, mut from, mut target) = (
        PortName::Client(CLIENT.to_owned()),
        SocketAddrV4::new(address, 50_000),
        to,
    );
    for _ in 0..4 {
        let Some((name, local)) = send(&mut fabric, &sender, from, target, &mut hops) else {
            return (false, hops);
        };
        let PortName::Nic(nic) = &name else {
            return (
                matches!(name, PortName::Unit(..)) && target.port() == PORT,
                hops,
            );
        };
        // The relay of the machine that it arrived at.
        let relay = topology
            .virtual_machines()
            .find(|(_, machine)| {
                machine
                    .network_profile
                    .network_interfaces
                    .iter()
                    .any(|reference| reference.id == *nic)
            })
            .and_then(|(_, machine)| machine.relay());
        let upstream = relay.and_then(|relay| {
            relay
                .listeners
                .into_iter()
                .find(|listener| listener.listen.port() == local.port())?
                .to
                .into_iter()
                .next()
        });
        let Some((host, port)) = upstream.as_deref().and_then(|text| text.rsplit_once(':')) else {
            return (false, hops);
        };
        let Some(next) = host
            .parse::<Ipv4Addr>()
            .ok()
            .or_else(|| vip(&addresses, topology, host))
        else {
            return (false, hops);
        };
        let (Ok(port), Some(own)) = (
            port.parse::<u16>(),
            addresses.get(&Holder::Nic(nic.clone(), 0)),
        ) else {
            return (false, hops);
        };
        (sender, from, target) = (
            name.clone(),
            SocketAddrV4::new(own, 50_001),
            SocketAddrV4::new(next, port),
        );
    }
    (false, hops)
}

/// The service's own name, as the provider's zone answers it.
fn vip(addresses: &Addresses, topology: &Topology, host: &str) -> Option<Ipv4Addr> {
    let (service, _) = topology.api_managements().find(|(service, _)| {
        host.eq_ignore_ascii_case(&format!("{}.azure-api.net", service.id.name()))
    })?;
    addresses.get(&Holder::Vip(service.id.clone()))
}

fn send(
    fabric: &mut Fabric,
    sender: &PortName,
    from: SocketAddrV4,
    to: SocketAddrV4,
    hops: &mut Vec<ObservedHop>,
) -> Option<(PortName, SocketAddrV4)> {
    let port = fabric.port(sender)?;
    let mut out = Vec::new();
    let disposition = fabric.inject(port, packet::tcp_syn(from, to, 1), Time::ZERO, &mut out);
    if let Some(flow) = fabric
        .flows()
        .filter(|flow| flow.from == port)
        .max_by_key(|flow| flow.id)
    {
        hops.extend(flow.hops.iter().map(|hop| ObservedHop {
            at: hop.at.clone(),
            kind: hop.kind,
            source: hop.source,
            destination: hop.destination,
        }));
    }
    if disposition != Disposition::Delivered {
        return None;
    }
    let (at, arrived) = out.into_iter().next()?;
    let name = fabric.name(at)?.clone();
    let parsed = packet::parse(&arrived.bytes).ok()?;
    Some((name, parsed.to()))
}

/// A member is healthy if the probe's packet reaches it and its relay has a health endpoint there
/// whose upstream the relay reaches.
fn probe_all(fabric: &mut Fabric, topology: &Topology, addresses: &Addresses) {
    for (balancer, body) in topology.load_balancers() {
        for probe in &body.probes {
            for (machine, nic) in topology.virtual_machines().filter_map(|(_, machine)| {
                Some((machine, machine.network_profile.network_interfaces.first()?))
            }) {
                let Some(relay) = machine.relay() else {
                    continue;
                };
                let answers = relay
                    .health
                    .as_ref()
                    .is_some_and(|health| health.listen.port() == probe.properties.port)
                    || relay
                        .listeners
                        .iter()
                        .any(|listener| listener.listen.port() == probe.properties.port);
                let is_good = answers
                    && is_reached(fabric, &nic.id, probe.properties.port)
                    && relay.listeners.iter().all(|listener| {
                        listener
                            .to
                            .iter()
                            .any(|to| reaches(fabric, topology, addresses, &nic.id, to))
                    });
                fabric.set_healthy(&nic.id, (&balancer.id, &probe.name), is_good);
            }
        }
    }
}

fn is_reached(fabric: &mut Fabric, nic: &topology::ResourceId, port: u16) -> bool {
    let (Some(host), Some(at)) = (
        fabric.port(&PortName::Host),
        fabric.port(&PortName::Nic(nic.clone())),
    ) else {
        return false;
    };
    let to = SocketAddrV4::new(fabric.host_alias(at), port);
    let from = SocketAddrV4::new(Ipv4Addr::new(168, 63, 129, 16), 40_000);
    fabric.inject(
        host,
        packet::tcp_syn(from, to, 1),
        Time::ZERO,
        &mut Vec::new(),
    ) == Disposition::Delivered
}

fn reaches(
    fabric: &mut Fabric,
    topology: &Topology,
    addresses: &Addresses,
    nic: &topology::ResourceId,
    upstream: &str,
) -> bool {
    let Some((host, port)) = upstream.rsplit_once(':') else {
        return false;
    };
    let Some(address) = host
        .parse::<Ipv4Addr>()
        .ok()
        .or_else(|| vip(addresses, topology, host))
    else {
        return false;
    };
    let (Ok(port), Some(own), Some(at)) = (
        port.parse::<u16>(),
        addresses.get(&Holder::Nic(nic.clone(), 0)),
        fabric.port(&PortName::Nic(nic.clone())),
    ) else {
        return false;
    };
    let mut out = Vec::new();
    let sent = fabric.inject(
        at,
        packet::tcp_syn(
            SocketAddrV4::new(own, 40_001),
            SocketAddrV4::new(address, port),
            1,
        ),
        Time::ZERO,
        &mut out,
    );
    // The service listens on 443 only.
    sent == Disposition::Delivered
        && port == PORT
        && out
            .first()
            .and_then(|(at, _)| fabric.name(*at))
            .is_some_and(|name| matches!(name, PortName::Unit(..)))
}
