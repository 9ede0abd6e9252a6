//! What runs on a machine: a relay, which opens a second connection, or nothing that is known.
//! And the service at the end.

use super::{
    HopKind, Verdict,
    security::{self, Direction, Judgement, Packet},
    walk::{End, Machine, Sent, Stop, Walk},
};
use crate::model::{
    Resource,
    compute::VirtualMachine,
    id::ResourceId,
    network::Probe,
    relay::{RelayConfig, RelayListener},
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};

/// The port of an API Management gateway.
const GATEWAY_PORT: u16 = 443;

/// What the topology says about what runs behind a NIC.
enum Runs<'t> {
    Relay(&'t Resource, RelayConfig),
    Something(&'t Resource),
    NoMachine,
    Unknown(String),
}

/// What a port of a relay is.
enum Listens {
    Relay(RelayListener),
    Health,
}

impl Walk<'_> {
    fn runs_on(&self, nic: Option<&ResourceId>) -> Runs<'_> {
        let Some(nic) = nic else {
            return Runs::NoMachine;
        };
        let uses = |machine: &VirtualMachine| {
            machine
                .network_profile
                .network_interfaces
                .iter()
                .any(|reference| reference.id == *nic)
        };
        if let Some((resource, machine)) = self
            .topology
            .virtual_machines()
            .find(|(_, machine)| uses(machine))
        {
            return match machine.relay() {
                Some(relay) => Runs::Relay(resource, relay),
                None => Runs::Something(resource),
            };
        }
        match self
            .topology
            .network_interface(nic)
            .and_then(|(_, inner)| inner.virtual_machine.as_ref())
        {
            Some(machine) => Runs::Unknown(format!(
                "machine `{}` is not in the topology",
                machine.id.name()
            )),
            None => Runs::NoMachine,
        }
    }

    /// The relay's listener at this address and port.
    fn listener(&self, machine: &Machine, port: u16) -> Result<Listens, Judgement> {
        let nic = machine.nic.as_ref();
        match self.runs_on(nic) {
            Runs::Relay(vm, relay) => {
                let here = |listen: &SocketAddr| holds(listen, machine.address, port);
                if let Some(found) = relay
                    .listeners
                    .iter()
                    .find(|listener| here(&listener.listen))
                {
                    return Ok(Listens::Relay(found.clone()));
                }
                if relay
                    .health
                    .as_ref()
                    .is_some_and(|health| here(&health.listen))
                {
                    return Ok(Listens::Health);
                }
                let ports: Vec<String> = relay
                    .listeners
                    .iter()
                    .map(|listener| listener.listen.port().to_string())
                    .collect();
                Err(Judgement::drop(format!(
                    "nothing listens on port {port} of `{}`, whose relay listens on {}; add a relay item for port {port} or change the backend port",
                    vm.id.name(),
                    if ports.is_empty() {
                        "no port".to_owned()
                    } else {
                        ports.join(", ")
                    }
                )))
            }
            Runs::Something(vm) => Err(Judgement::unknown(format!(
                "the topology does not say what listens on `{}`",
                vm.id.name()
            ))),
            Runs::NoMachine => Err(Judgement::drop(format!(
                "no virtual machine uses `{}`; attach it to one that listens on port {port}",
                nic.map_or_else(|| machine.at.clone(), ResourceId::short)
            ))),
            Runs::Unknown(because) => Err(Judgement::unknown(because)),
        }
    }

    /// Receives at one of several NICs.
    pub(super) fn network_interfaces(
        &mut self,
        machines: &[Machine],
        sources: &[Ipv4Addr],
        port: u16,
    ) -> End {
        let Some(first) = machines.first() else {
            return Err(Stop::Unknown(
                "the NIC that holds the address is not in the topology".to_owned(),
            ));
        };
        let found: Vec<_> = machines
            .iter()
            .map(|machine| self.listener(machine, port))
            .collect();
        let topology = self.topology;
        let judgement =
            Judgement::over_all(machines.iter().zip(&found).flat_map(|(machine, found)| {
                let destination = SocketAddrV4::new(machine.address, port);
                let listens = match found {
                    Ok(_) => Judgement::pass(""),
                    Err(judgement) => judgement.clone(),
                };
                sources.iter().map(move |source| {
                    let packet = Packet {
                        source: *source,
                        destination,
                    };
                    security::judge(
                        topology,
                        Direction::Inbound,
                        machine.nic.as_ref(),
                        &machine.subnet,
                        packet,
                    )
                    .and(listens.clone())
                })
            }));
        let sent = Sent {
            sources: sources.to_vec(),
            destination: SocketAddrV4::new(first.address, port),
        };
        let destinations: Vec<SocketAddrV4> = machines
            .iter()
            .map(|machine| SocketAddrV4::new(machine.address, port))
            .collect();
        self.push(
            HopKind::NetworkInterface,
            machines,
            &sent,
            &destinations,
            judgement,
        )?;
        let mut upstreams: Option<Vec<String>> = None;
        for listens in found.into_iter().flatten() {
            match listens {
                Listens::Health => return Ok("the relay's health endpoint answers".to_owned()),
                Listens::Relay(listener) => match &upstreams {
                    Some(known) if *known != listener.to => {
                        return Err(Stop::Unknown(
                            "the machines relay to different places".to_owned(),
                        ));
                    }
                    _ => upstreams = Some(listener.to),
                },
            }
        }
        let (walk, end) = self.upstream(machines, &upstreams.unwrap_or_default())?;
        if let Some(seconds) = walk.idle {
            self.limit_idle(seconds);
        }
        self.hops.extend(walk.hops);
        end
    }

    /// The connection to the first upstream that can be reached; if there is none, to the first.
    fn upstream(&self, machines: &[Machine], to: &[String]) -> Result<(Self, End), Stop> {
        let mut first = None;
        for upstream in to {
            let mut walk = self.beyond_relay()?;
            let end = match upstream.parse::<super::Target>() {
                Ok(target) => walk.dial(machines, HopKind::Relay, None, &target.host, target.port),
                Err(error) => Err(Stop::Unknown(error.to_string())),
            };
            if end.is_ok() {
                return Ok((walk, end));
            }
            first = first.or(Some((walk, end)));
        }
        first.ok_or_else(|| Stop::Unknown("the relay has no upstream".to_owned()))
    }

    /// What a machine answers to a probe that reached it: a relay's health endpoint says 200 only
    /// while an upstream of every listener accepts a connection.
    pub(super) fn answers_probe(&self, machine: &Machine, probe: &Probe) -> Judgement {
        let listens = match self.listener(machine, probe.port) {
            Ok(listens) => listens,
            Err(judgement) => return judgement,
        };
        if probe.protocol.eq_ignore_ascii_case("Tcp") {
            return Judgement::pass("");
        }
        if probe.protocol.eq_ignore_ascii_case("Https") || matches!(listens, Listens::Relay(_)) {
            return match listens {
                Listens::Relay(_) => Judgement::unknown("the probe is relayed to the upstream"),
                Listens::Health => Judgement::drop(
                    "the relay's health endpoint speaks no TLS; make the probe's protocol Http",
                ),
            };
        }
        let Runs::Relay(vm, relay) = self.runs_on(machine.nic.as_ref()) else {
            return Judgement::pass("");
        };
        let path = relay
            .health
            .as_ref()
            .map_or("", |health| health.path.as_str());
        let asked = probe.request_path.as_deref().unwrap_or("/");
        if asked.split('?').next() != Some(path) {
            return Judgement::drop(format!(
                "the relay of `{}` answers on {path}, not on {asked}; make the probe's requestPath {path}",
                vm.id.name()
            ));
        }
        // Beyond a first relay the walk itself goes on to the upstreams: asking them at every load
        // balancer of a chain of relays would multiply the work.
        for listener in relay.listeners.iter().filter(|_| self.relays == 0) {
            let reached = match self.upstream(std::slice::from_ref(machine), &listener.to) {
                Ok((_, end)) => end.map(|_| ()),
                Err(stop) => Err(stop),
            };
            match reached {
                Ok(()) => {}
                Err(Stop::Dropped(because)) => {
                    let to = listener.to.join(", ");
                    return Judgement::drop(format!(
                        "the relay of `{}` does not reach {to}: {because}",
                        vm.id.name()
                    ));
                }
                Err(Stop::Unknown(because)) => return Judgement::unknown(because),
            }
        }
        Judgement::pass("")
    }

    /// The VIP of an internal API Management service.
    pub(super) fn service(&mut self, id: &ResourceId, sent: &Sent) -> End {
        let Some((resource, apim)) = self.topology.api_management(id) else {
            return Err(Stop::Unknown(format!(
                "`{}` is not in the topology",
                id.short()
            )));
        };
        let rules = match apim.subnet() {
            None => Judgement::unknown(format!("`{}` has no subnet", id.short())),
            Some(subnet) => Judgement::over_all(sent.sources.iter().map(|source| {
                let packet = Packet {
                    source: *source,
                    destination: sent.destination,
                };
                security::judge(self.topology, Direction::Inbound, None, subnet, packet)
            })),
        };
        let port = sent.destination.port();
        let listens = match port {
            GATEWAY_PORT => Judgement::pass(""),
            80 => Judgement::unknown(
                "the gateway answers on port 80 only for APIs that allow HTTP, which the topology does not know",
            ),
            _ => Judgement::drop(format!(
                "the gateway of `{}` does not answer on port {port}; use {GATEWAY_PORT}",
                id.short()
            )),
        };
        let judgement = rules.and(listens);
        debug_assert!(
            judgement.verdict != Verdict::Pass || !judgement.because.is_empty(),
            "a verdict has a reason"
        );
        self.push_at(HopKind::Service, &resource.id, sent, &[], judgement)?;
        Ok(format!("`{}` answers", resource.id.short()))
    }
}

/// Whether a listener takes connections to this address and port.
fn holds(listen: &SocketAddr, address: Ipv4Addr, port: u16) -> bool {
    let ours = match listen.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() || ip == address,
        // A dual-stack socket.
        IpAddr::V6(ip) => ip.is_unspecified() || ip.to_ipv4_mapped() == Some(address),
    };
    ours && listen.port() == port
}
