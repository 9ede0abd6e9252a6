//! What runs on a machine: a relay, which opens a second connection, or nothing that is known.
//! And the service at the end.

use super::{
    HopKind,
    decision::{DecidedBy, DecidedKind, Judgement},
    mend,
    security::{self, Direction, Packet, SOMEWHERE},
    walk::{End, Sent, Station, Stop, Walk, Wanted, missing},
    world::{Interface, Machine, Place, World},
};
use crate::model::{
    id::ResourceId,
    network::Probe,
    relay::{RelayConfig, RelayListener},
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4};

/// The port of an API Management gateway, portal and direct management.
const GATEWAY_PORT: u16 = 443;
/// The port of an API Management service for Azure's own management.
const MANAGEMENT_PORT: u16 = 3443;

/// What a port of a relay is.
#[derive(Clone, Debug)]
pub(crate) enum Listens {
    Relay(RelayListener, DecidedBy),
    Health,
}

impl<'w, 't> Walk<'w, 't> {
    /// The relay on a station's machine.
    pub(crate) fn relay_of(
        &self,
        station: &Station<'w, 't>,
    ) -> Option<(&'t ResourceId, &'w RelayConfig)> {
        let interface = station.interface?;
        let id = interface.machine.id()?;
        let relay = self.world.relay(id)?;
        Some((id, relay))
    }

    /// The relay's listener at this address and port.
    pub(crate) fn listener(
        &self,
        station: &Station<'w, 't>,
        port: u16,
    ) -> Result<Listens, Judgement> {
        if let Some((id, relay)) = self.relay_of(station) {
            let here = |listen: &SocketAddr| holds(listen, station.address, port);
            let found = relay
                .listeners
                .iter()
                .enumerate()
                .find(|(_, listener)| here(&listener.listen));
            if let Some((index, listener)) = found {
                let by = DecidedBy::at(
                    DecidedKind::Relay,
                    id,
                    format!("listener {index}"),
                    format!("{}/listeners/{index}", self.world.user_data_pointer(id)),
                );
                return Ok(Listens::Relay(listener.clone(), by));
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
            return Err(Judgement::drop(format!(
                "nothing listens on port {port} of `{}`, whose relay listens on {}; add a relay item for port {port} or change the backend port",
                station
                    .interface
                    .and_then(Interface::machine_name)
                    .unwrap_or(id.name()),
                if ports.is_empty() {
                    "no port".to_owned()
                } else {
                    ports.join(", ")
                }
            ))
            .by(DecidedBy::at(
                DecidedKind::Listener,
                id,
                port.to_string(),
                self.world.user_data_pointer(id),
            )));
        }
        let nic = station.interface.and_then(|interface| interface.nic);
        let machine = station
            .interface
            .map_or(Machine::None, |interface| interface.machine);
        Err(match machine {
            Machine::Virtual(resource) | Machine::Instance(resource, _) => {
                Judgement::unknown(format!(
                    "the topology does not say what listens on `{}`",
                    station
                        .interface
                        .and_then(Interface::machine_name)
                        .unwrap_or(resource.id.name())
                ))
                .by(DecidedBy::at(
                    DecidedKind::Listener,
                    &resource.id,
                    port.to_string(),
                    "",
                ))
            }
            Machine::Missing(id) => {
                Judgement::unknown(format!("machine `{}` is not in the topology", id.name()))
                    .by(missing(id))
            }
            Machine::Client(name) => Judgement::unknown(format!(
                "the topology does not say what listens on client `{name}`"
            ))
            .by(DecidedBy::azure(DecidedKind::Listener, name)),
            Machine::None => {
                let judgement = Judgement::drop(format!(
                    "no virtual machine uses `{}`; attach it to one that listens on port {port}",
                    nic.map_or_else(|| station.at.clone(), ResourceId::short)
                ));
                match nic {
                    Some(nic) => judgement.by(DecidedBy::at(
                        DecidedKind::Listener,
                        nic,
                        port.to_string(),
                        "",
                    )),
                    None => judgement,
                }
            }
        })
    }

    /// Whether the relay listens for this port, but not at every address.
    pub(crate) fn listens_elsewhere(&self, station: &Station<'w, 't>, port: u16) -> bool {
        self.relay_of(station).is_some_and(|(_, relay)| {
            let at_port = || {
                relay
                    .listeners
                    .iter()
                    .filter(|listener| listener.listen.port() == port)
            };
            at_port().next().is_some()
                && at_port().all(|listener| listener.listen.ip() == IpAddr::V4(station.address))
        })
    }

    /// Receives at one of several NICs.
    pub(crate) fn network_interfaces(
        &mut self,
        machines: &[Station<'w, 't>],
        sources: &[Ipv4Addr],
        port: u16,
    ) -> End {
        let Some(first) = machines.first() else {
            return Err(Stop::unknown(
                "the NIC that holds the address is not in the topology",
            ));
        };
        let found: Vec<_> = machines
            .iter()
            .map(|machine| self.listener(machine, port))
            .collect();
        let world = self.world;
        let proxied = self.proxied.clone();
        // A load balancer that sends where nobody listens.
        let chosen = self
            .hops
            .last()
            .filter(|hop| hop.kind == HopKind::LoadBalancer);
        let elsewhere = |machine: &Station<'w, 't>| {
            let (_, relay) = self.relay_of(machine)?;
            mend::balancing::backend_port(self.world, &chosen?.decided_by, relay)
        };
        let judgement =
            Judgement::over_all(machines.iter().zip(&found).flat_map(|(machine, found)| {
                let destination = SocketAddrV4::new(machine.address, port);
                let listens = match found {
                    Ok(found) => accepts(found, proxied.as_ref()),
                    Err(judgement) if judgement.verdict == super::Verdict::Drop => {
                        judgement.clone().remedy(elsewhere(machine))
                    }
                    Err(judgement) => judgement.clone(),
                };
                sources.iter().map(move |source| {
                    let packet = Packet {
                        source: *source,
                        destination,
                    };
                    let rules = match machine.place {
                        Some(place) => security::judge(
                            world,
                            Direction::Inbound,
                            machine.group(),
                            place,
                            packet,
                        ),
                        None => Judgement::unknown("the machine is in no subnet"),
                    };
                    rules.and(listens.clone())
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
            "",
        )?;
        let (walk, end) = self.handed_on(machines, found.into_iter().flatten())?;
        if let Some(walk) = walk {
            self.take_in(walk);
        }
        end
    }

    /// What becomes of a connection that all of these machines accept at a port.
    pub(crate) fn accepted(&self, machines: &[Station<'w, 't>], port: u16) -> End {
        let found = machines
            .iter()
            .filter_map(|machine| self.listener(machine, port).ok());
        self.handed_on(machines, found)?.1
    }

    /// Goes on from relays, which must all lead to the same place.
    fn handed_on(
        &self,
        machines: &[Station<'w, 't>],
        found: impl Iterator<Item = Listens>,
    ) -> Result<(Option<Self>, End), Stop> {
        let mut upstreams: Option<Vec<String>> = None;
        for listens in found {
            match listens {
                Listens::Health => {
                    return Ok((None, Ok("the relay's health endpoint answers".to_owned())));
                }
                Listens::Relay(listener, _) => match &upstreams {
                    Some(known) if *known != listener.to => {
                        return Err(Stop::unknown("the machines relay to different places"));
                    }
                    _ => upstreams = Some(listener.to),
                },
            }
        }
        let (walk, end) = self.upstream(machines, &upstreams.unwrap_or_default())?;
        Ok((Some(walk), end))
    }

    /// The connection to the first upstream that can be reached; if there is none, to the first.
    pub(crate) fn upstream(
        &self,
        machines: &[Station<'w, 't>],
        to: &[String],
    ) -> Result<(Self, End), Stop> {
        let mut first = None;
        for upstream in to {
            let mut walk = self.beyond_relay()?;
            let end = match upstream.parse::<super::Target>() {
                Ok(target) => {
                    let wanted = Wanted {
                        host: &target.host,
                        port: target.port,
                        meant: None,
                        service: None,
                    };
                    walk.dial(machines, HopKind::Relay, None, &wanted)
                }
                Err(error) => Err(Stop::unknown(error.to_string())),
            };
            if end.is_ok() {
                return Ok((walk, end));
            }
            first = first.or(Some((walk, end)));
        }
        first.ok_or_else(|| Stop::unknown("the relay has no upstream"))
    }

    /// What a machine answers to a probe that reached it: a relay's health endpoint says 200 only
    /// while an upstream of every listener accepts a connection.
    pub(crate) fn answers_probe(
        &self,
        machine: &Station<'w, 't>,
        probe: &Probe,
        by: &DecidedBy,
    ) -> Judgement {
        let remedy = || {
            let (_, relay) = self.relay_of(machine)?;
            mend::balancing::probe(by, probe, relay)
        };
        let listens = match self.listener(machine, probe.port) {
            Ok(listens) => listens,
            Err(judgement) if judgement.verdict == super::Verdict::Drop => {
                return judgement.remedy(remedy());
            }
            Err(judgement) => return judgement,
        };
        if probe.protocol.eq_ignore_ascii_case("Tcp") {
            return Judgement::silent();
        }
        if probe.protocol.eq_ignore_ascii_case("Https") || matches!(listens, Listens::Relay(..)) {
            return match listens {
                Listens::Relay(..) => Judgement::unknown("the probe is relayed to the upstream"),
                Listens::Health => Judgement::drop(
                    "the relay's health endpoint speaks no TLS; make the probe's protocol Http",
                )
                .remedy(remedy()),
            };
        }
        let Some((id, relay)) = self.relay_of(machine) else {
            return Judgement::silent();
        };
        let path = relay
            .health
            .as_ref()
            .map_or("", |health| health.path.as_str());
        let asked = probe.request_path.as_deref().unwrap_or("/");
        if asked.split('?').next() != Some(path) {
            return Judgement::drop(format!(
                "the relay of `{}` answers on {path}, not on {asked}; make the probe's requestPath {path}",
                id.name()
            ))
            .remedy(remedy());
        }
        // Beyond a first relay the walk itself goes on to the upstreams: asking them at every load
        // balancer of a chain of relays would multiply the work.
        for listener in relay.listeners.iter().filter(|_| self.relays == 0) {
            let reached = match self.upstream(std::slice::from_ref(machine), &listener.to) {
                Ok((_, end)) => end.map(|_| ()),
                Err(stop) => Err(stop),
            };
            if let Err(stop) = reached {
                let to = listener.to.join(", ");
                let mut judgement = stop.judgement();
                if judgement.verdict == super::Verdict::Drop {
                    judgement.because = format!(
                        "the relay of `{}` does not reach {to}: {}",
                        id.name(),
                        judgement.because
                    );
                }
                return judgement;
            }
        }
        Judgement::silent()
    }

    /// The VIP of an internal API Management service in its first or another region.
    pub(crate) fn service(&mut self, id: &ResourceId, region: Option<usize>, sent: &Sent) -> End {
        let Some((resource, apim)) = self.world.topology.api_management(id) else {
            return Err(Stop::unknown(format!(
                "`{}` is not in the topology",
                id.short()
            )));
        };
        let (subnet, is_off) = apim.region(region);
        let place = subnet.and_then(|subnet| self.world.place(subnet));
        let rules = match place {
            None => Judgement::unknown(format!("`{}` has no subnet", id.short())),
            Some(place) => Judgement::over_all(sent.sources.iter().map(|source| {
                let packet = Packet {
                    source: *source,
                    destination: sent.destination,
                };
                security::judge(self.world, Direction::Inbound, None, place, packet)
            })),
        };
        let judgement = rules.and(gateway_answers(id, region, is_off, sent.destination.port()));
        self.push_at(HopKind::Service, &resource.id, sent, &[], judgement)?;
        Ok(format!("`{}` answers", resource.id.short()))
    }

    /// A service at its public address.
    pub(crate) fn public_service(&mut self, id: &ResourceId, sent: &Sent, host: &str) -> End {
        let Some((resource, _)) = self.world.topology.api_management(id) else {
            return Err(Stop::unknown(format!(
                "`{}` is not in the topology",
                id.short()
            )));
        };
        let (access, place, to) = public_access(self.world, id);
        let rules = match place {
            Some(place) if access.passes() => {
                let port = sent.destination.port();
                Judgement::over_all(sent.sources.iter().map(|source| {
                    let packet = Packet {
                        source: *source,
                        destination: SocketAddrV4::new(to, port),
                    };
                    security::judge(self.world, Direction::Inbound, None, place, packet)
                }))
            }
            _ => access,
        };
        let judgement = rules.and(gateway_listens(id, sent.destination.port()));
        let judgement = Judgement::pass("it answers at its public address").and(judgement);
        let place = Station {
            at: resource.id.as_str().to_owned(),
            interface: None,
            place: None,
            address: *sent.destination.ip(),
        };
        self.push(HopKind::Service, &[place], sent, &[], judgement, host)?;
        Ok(format!("`{}` answers", resource.id.short()))
    }
}

/// Whether a service answers at its public address at all, and for one that stands in a network
/// the subnet whose groups decide, with an address there.
pub(crate) fn public_access(
    world: &World<'_>,
    id: &ResourceId,
) -> (Judgement, Option<Place>, Ipv4Addr) {
    let Some((resource, apim)) = world.topology.api_management(id) else {
        let judgement = Judgement::unknown(format!("`{}` is not in the topology", id.short()));
        return (judgement, None, SOMEWHERE);
    };
    let is_closed = apim
        .public_network_access
        .as_deref()
        .is_some_and(|access| access.eq_ignore_ascii_case("Disabled"));
    if is_closed {
        let judgement = Judgement::drop(format!(
            "`{}` does not answer at its public address: publicNetworkAccess is Disabled; reach it through a private endpoint",
            id.short()
        ))
        .by(DecidedBy::at(
            DecidedKind::Listener,
            &resource.id,
            "publicNetworkAccess",
            "/properties/publicNetworkAccess",
        ));
        return (judgement, None, SOMEWHERE);
    }
    let injected = apim
        .subnet()
        .filter(|_| apim.virtual_network_type.as_deref() == Some("External"));
    let Some(subnet) = injected else {
        // A service that stands in no network of ours has no group.
        return (Judgement::silent(), None, SOMEWHERE);
    };
    let Some(place) = world.place(subnet) else {
        let judgement = Judgement::unknown(format!(
            "the subnet of `{}` is not in the topology",
            id.short()
        ));
        return (judgement, None, SOMEWHERE);
    };
    let first = world
        .subnet(place)
        .inner
        .properties
        .prefixes()
        .find_map(|range| range.usable().next());
    (Judgement::silent(), Some(place), first.unwrap_or(SOMEWHERE))
}

/// The ports that a gateway treats in a way of their own.
pub(crate) const GATEWAY_PORTS: [u16; 3] = [80, GATEWAY_PORT, MANAGEMENT_PORT];

/// Whether an API Management service listens on a port.
/// Source: <https://learn.microsoft.com/azure/api-management/virtual-network-reference>.
/// The same in one region, where it may be off.
pub(crate) fn gateway_answers(
    id: &ResourceId,
    region: Option<usize>,
    is_off: bool,
    port: u16,
) -> Judgement {
    if !is_off || port == MANAGEMENT_PORT {
        return gateway_listens(id, port);
    }
    let base = region.map_or_else(
        || "/properties".to_owned(),
        |index| format!("/properties/additionalLocations/{index}"),
    );
    let pointer = format!("{base}/disableGateway");
    Judgement::drop(format!(
        "the gateway of `{}` is off in this region (disableGateway)",
        id.short()
    ))
    .by(DecidedBy::at(
        DecidedKind::Listener,
        id,
        port.to_string(),
        pointer,
    ))
}

pub(crate) fn gateway_listens(id: &ResourceId, port: u16) -> Judgement {
    let by = DecidedBy::at(DecidedKind::Listener, id, port.to_string(), "");
    match port {
        GATEWAY_PORT => Judgement::silent().by(by),
        MANAGEMENT_PORT => Judgement::pass("the management endpoint, for Azure itself").by(by),
        80 => Judgement::unknown(
            "the gateway answers on port 80 only for APIs that allow HTTP, which the topology does not know",
        )
        .by(by),
        _ => Judgement::drop(format!(
            "the gateway of `{}` does not answer on port {port}; use {GATEWAY_PORT}",
            id.short()
        ))
        .by(by),
    }
}

/// Whether what listens can read what comes.
pub(crate) fn accepts(found: &Listens, proxied: Option<&ResourceId>) -> Judgement {
    match found {
        Listens::Relay(listener, by) => mend::proxy::agrees(listener, by, proxied),
        // The health endpoint takes both.
        Listens::Health => Judgement::silent(),
    }
}

/// Whether a listener takes connections to this address and port.
pub(crate) fn holds(listen: &SocketAddr, address: Ipv4Addr, port: u16) -> bool {
    let ours = match listen.ip() {
        IpAddr::V4(ip) => ip.is_unspecified() || ip == address,
        // A dual-stack socket.
        IpAddr::V6(ip) => ip.is_unspecified() || ip.to_ipv4_mapped() == Some(address),
    };
    ours && listen.port() == port
}
