//! Who is meant: from what people write to stations, and to what a connection wants.

use super::{
    HopKind, Live, Trace,
    security::SOMEWHERE,
    walk::{Station, Stop, Walk, Wanted},
    world::{Interface, Net, Place, World},
};
use crate::model::{
    Body,
    addresses::Holder,
    api_management::ApiManagement,
    cidr::Cidr,
    expectation::{Selector, SelectorKind},
    id::ResourceId,
};
use std::net::Ipv4Addr;

/// What a sender's selector stands for.
#[derive(Clone, Debug)]
pub(crate) enum Sender<'w, 't> {
    /// A client or machine.
    Interface(&'w Interface<'t>),
    /// These addresses of a subnet.
    Subnet(Place, Vec<Cidr>),
    /// Public addresses outside the topology.
    Internet(Option<Ipv4Addr>),
}

/// Why a selector stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SelectionError(pub String);

/// What a destination's selector stands for.
#[derive(Clone, Debug)]
pub(crate) struct Destination {
    pub(crate) host: String,
    pub(crate) port: Option<u16>,
    /// Ports that the destination is known to have.
    pub(crate) known_ports: Vec<u16>,
    pub(crate) meant: Option<Holder>,
}

/// A holder of an address for people: `` `loadBalancers/X` ``.
pub(crate) fn holder_name(holder: &Holder) -> String {
    match holder {
        Holder::Client(name) => format!("client `{name}`"),
        Holder::Instance(id, number, ..) => format!("instance {number} of `{}`", id.short()),
        Holder::Nic(id, _)
        | Holder::Frontend(id, _)
        | Holder::Nat(id, _)
        | Holder::Endpoint(id)
        | Holder::Unit(id, _)
        | Holder::Vip(id) => format!("`{}`", id.short()),
    }
}

impl<'t> World<'t> {
    /// Everybody that a selector stands for as a sender.
    pub(crate) fn senders<'w>(
        &'w self,
        selector: &Selector,
    ) -> Result<Vec<Sender<'w, 't>>, SelectionError> {
        match &selector.kind {
            SelectorKind::Any => Ok(self.everybody()),
            SelectorKind::Internet => Ok(vec![Sender::Internet(None)]),
            SelectorKind::Range { network, range } => self.in_range(network.as_deref(), *range),
            SelectorKind::Host(host) => Err(SelectionError(format!(
                "`{host}` is a host name, which opens no connection; name a client, machine, subnet or address"
            ))),
            SelectorKind::Name(name) => self.named_senders(name),
        }
    }

    fn everybody<'w>(&'w self) -> Vec<Sender<'w, 't>> {
        let interfaces = self.interfaces.iter().map(Sender::Interface);
        let subnets = (0..self.subnets.len())
            .map(Place)
            .map(|place| self.whole(place));
        interfaces.chain(subnets).collect()
    }

    fn whole<'w>(&'w self, place: Place) -> Sender<'w, 't> {
        let prefixes = self.subnet(place).inner.properties.prefixes();
        Sender::Subnet(place, prefixes.collect())
    }

    /// The subnets of a network.
    pub(crate) fn subnets_of(&self, net: Net) -> impl Iterator<Item = Place> {
        self.subnets
            .iter()
            .enumerate()
            .filter(move |(_, subnet)| subnet.network == net)
            .map(|(index, _)| Place(index))
    }

    /// The networks with this name, or the one with this id.
    pub(crate) fn networks_named(&self, name: &str) -> Vec<Net> {
        self.networks
            .iter()
            .enumerate()
            .filter(|(_, network)| is_named(&network.resource.id, name))
            .map(|(index, _)| Net(index))
            .collect()
    }

    fn in_range<'w>(
        &'w self,
        network: Option<&str>,
        range: Cidr,
    ) -> Result<Vec<Sender<'w, 't>>, SelectionError> {
        let nets: Vec<Net> = match network {
            Some(name) => self.networks_named(name),
            None => (0..self.networks.len()).map(Net).collect(),
        };
        if let (Some(name), []) = (network, nets.as_slice()) {
            return Err(SelectionError(format!(
                "there is no virtual network `{name}`"
            )));
        }
        let mut found = Vec::new();
        for net in nets {
            if range.length == 32
                && let Some(interface) = self.interface_at(net, range.address)
            {
                found.push(Sender::Interface(interface));
                continue;
            }
            for place in self.subnets_of(net) {
                let ranges: Vec<Cidr> = self
                    .subnet(place)
                    .inner
                    .properties
                    .prefixes()
                    .filter_map(|prefix| common(prefix, range))
                    .collect();
                if !ranges.is_empty() {
                    found.push(Sender::Subnet(place, ranges));
                }
            }
        }
        if found.is_empty() {
            if super::security::is_public(range.first()) && network.is_none() {
                return Ok(vec![Sender::Internet(
                    (range.length == 32).then_some(range.address),
                )]);
            }
            return Err(SelectionError(format!(
                "no subnet of {} has addresses in {range}",
                network.map_or_else(|| "any network".to_owned(), |name| format!("`{name}`"))
            )));
        }
        Ok(found)
    }

    fn named_senders<'w>(&'w self, name: &str) -> Result<Vec<Sender<'w, 't>>, SelectionError> {
        let client = name.strip_prefix("client/").unwrap_or(name);
        let own: Vec<&Interface<'t>> = self
            .interfaces
            .iter()
            .filter(|interface| match interface.client() {
                Some(own) => own.eq_ignore_ascii_case(client),
                None => false,
            })
            .collect();
        if !own.is_empty() {
            return Ok(own.into_iter().map(Sender::Interface).collect());
        }
        if let Some((known, entry)) = self
            .topology
            .clients
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(client))
        {
            return Err(SelectionError(if self.place(&entry.subnet).is_none() {
                format!(
                    "client `{known}` stands nowhere: the network of `{}` is not in the topology",
                    entry.subnet.short()
                )
            } else {
                format!("client `{known}` has no address: its subnet is full")
            }));
        }
        let machines: Vec<Sender<'w, 't>> = self
            .interfaces
            .iter()
            .filter(|interface| interface.is_called(name))
            .map(Sender::Interface)
            .collect();
        if !machines.is_empty() {
            return Ok(machines);
        }
        let nets = self.networks_named(name);
        if !nets.is_empty() {
            let all = nets.into_iter().flat_map(|net| self.subnets_of(net));
            return Ok(all.map(|place| self.whole(place)).collect());
        }
        let subnets: Vec<Sender<'w, 't>> = (0..self.subnets.len())
            .map(Place)
            .filter(|place| is_subnet_named(&self.subnet(*place).id, name))
            .map(|place| self.whole(place))
            .collect();
        if !subnets.is_empty() {
            return Ok(subnets);
        }
        let subscription = self.topology.subscriptions.iter().find(|(key, entry)| {
            key.eq_ignore_ascii_case(name) || entry.id.eq_ignore_ascii_case(name)
        });
        if let Some((_, entry)) = subscription {
            let all = self.networks.iter().enumerate().filter(|(_, network)| {
                network
                    .resource
                    .id
                    .subscription()
                    .eq_ignore_ascii_case(&entry.id)
            });
            let places = all.flat_map(|(index, _)| self.subnets_of(Net(index)));
            return Ok(places.map(|place| self.whole(place)).collect());
        }
        if let Some(resource) = self
            .topology
            .resources
            .values()
            .find(|resource| is_named(&resource.id, name))
        {
            return Err(SelectionError(format!(
                "`{}` opens no connection that the topology knows; name a client, machine or subnet",
                resource.id.short()
            )));
        }
        Err(SelectionError(format!(
            "there is no client, machine, network or subnet `{name}`"
        )))
    }

    /// What a selector stands for as a destination. A name that is nothing of the topology is a
    /// host name.
    pub(crate) fn destination(&self, selector: &Selector) -> Result<Destination, SelectionError> {
        let host = |host: &str| Destination {
            host: crate::model::expectation::host_name(host),
            port: selector.port,
            known_ports: Vec::new(),
            meant: None,
        };
        match &selector.kind {
            SelectorKind::Any | SelectorKind::Internet => Err(SelectionError(format!(
                "`{}` is no single destination",
                selector.text
            ))),
            SelectorKind::Host(name) => Ok(host(name)),
            SelectorKind::Range { network, range } if range.length == 32 => {
                let meant = match network {
                    None => None,
                    Some(name) => {
                        let nets = self.networks_named(name);
                        let found = nets.iter().find_map(|net| self.holder(*net, range.address));
                        Some(found.cloned().ok_or_else(|| {
                            SelectionError(format!("nobody in `{name}` has {}", range.address))
                        })?)
                    }
                };
                let known_ports = meant
                    .as_ref()
                    .map_or_else(Vec::new, |one| self.ports_of(one));
                Ok(Destination {
                    host: range.address.to_string(),
                    port: selector.port,
                    known_ports,
                    meant,
                })
            }
            SelectorKind::Range { range, .. } => Err(SelectionError(format!(
                "{range} is a range; name one address of it"
            ))),
            SelectorKind::Name(name) => self.named_destination(name, selector.port, host),
        }
    }

    fn named_destination(
        &self,
        name: &str,
        port: Option<u16>,
        host: impl Fn(&str) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let at = |holder: Holder, address: Ipv4Addr| Destination {
            host: address.to_string(),
            port,
            known_ports: self.ports_of(&holder),
            meant: Some(holder),
        };
        let client = name.strip_prefix("client/").unwrap_or(name);
        if let Some(interface) = self.interfaces.iter().find(|interface| {
            interface
                .client()
                .is_some_and(|own| own.eq_ignore_ascii_case(client))
                || interface.is_called(name)
        }) && let Some(holder) =
            self.holder(self.subnet(interface.place).network, interface.address)
        {
            return Ok(at(holder.clone(), interface.address));
        }
        let mut of_resource: Vec<&ResourceId> = Vec::new();
        for resource in self.topology.resources.values() {
            let is_target = matches!(
                resource.body,
                Body::ApiManagement(_)
                    | Body::LoadBalancer(_)
                    | Body::PrivateEndpoint(_)
                    | Body::PublicIpAddress(_)
            );
            if is_target && is_named(&resource.id, name) {
                of_resource.push(&resource.id);
            }
        }
        match of_resource.as_slice() {
            [] => {}
            [id] => return self.resource_destination(id, port, at),
            several => {
                let all: Vec<String> = several
                    .iter()
                    .map(|id| format!("`{}`", id.short()))
                    .collect();
                return Err(SelectionError(format!(
                    "`{name}` may be {}; write it with its type or as an id",
                    all.join(" or ")
                )));
            }
        }
        // `loadBalancers/X/frontend`: one of several frontends.
        if let Some((balancer, frontend)) = name.rsplit_once('/')
            && let Some((resource, inner)) = self.topology.load_balancers().find(|(resource, _)| {
                is_named(
                    &resource.id,
                    balancer.trim_end_matches("/frontendIPConfigurations"),
                )
            })
            && let Some(index) = inner
                .frontend_ip_configurations
                .iter()
                .position(|one| one.name.eq_ignore_ascii_case(frontend))
        {
            return self.frontend_destination(&resource.id, index, at);
        }
        if name.starts_with('/') || name.contains('/') {
            return Err(SelectionError(format!(
                "`{name}` is nothing that takes connections"
            )));
        }
        let something = self
            .topology
            .resources
            .values()
            .find(|resource| is_named(&resource.id, name));
        if let Some(resource) = something
            && !name.contains('.')
        {
            return Err(SelectionError(format!(
                "`{}` takes no connections; name a service, load balancer, private endpoint or machine",
                resource.id.short()
            )));
        }
        Ok(host(name))
    }

    fn resource_destination(
        &self,
        id: &ResourceId,
        port: Option<u16>,
        at: impl Fn(Holder, Ipv4Addr) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let Some(resource) = self.topology.resources.get(id) else {
            return Err(SelectionError(format!("`{}` is not there", id.short())));
        };
        let none = || SelectionError(format!("`{}` has no address", id.short()));
        match &resource.body {
            Body::ApiManagement(_) => Ok(Destination {
                host: ApiManagement::gateway_host(id.name()),
                port,
                known_ports: vec![443],
                meant: None,
            }),
            Body::PrivateEndpoint(_) => {
                let holder = Holder::Endpoint(id.clone());
                let address = self.addresses.get(&holder).ok_or_else(none)?;
                Ok(at(holder, address))
            }
            Body::PublicIpAddress(inner) => {
                let address = crate::model::cidr::ipv4(inner.ip_address).ok_or_else(none)?;
                Ok(Destination {
                    host: address.to_string(),
                    port,
                    known_ports: Vec::new(),
                    meant: None,
                })
            }
            Body::LoadBalancer(_) => self.frontend_destination(id, 0, at),
            _ => Err(none()),
        }
    }

    fn frontend_destination(
        &self,
        id: &ResourceId,
        index: usize,
        at: impl Fn(Holder, Ipv4Addr) -> Destination,
    ) -> Result<Destination, SelectionError> {
        let holder = Holder::Frontend(id.clone(), index);
        let private = self.addresses.get(&holder);
        let public = || {
            let (_, inner) = self.topology.load_balancer(id)?;
            let frontend = inner.frontend_ip_configurations.get(index)?;
            super::outbound::address_of(self, frontend.properties.public_ip_address.as_ref()?)
        };
        let address = private.or_else(public).ok_or_else(|| {
            SelectionError(format!("the frontend of `{}` has no address", id.short()))
        })?;
        Ok(at(holder, address))
    }

    /// The ports at which a holder is known to take connections, as far as its own configuration
    /// says.
    pub(crate) fn ports_of(&self, holder: &Holder) -> Vec<u16> {
        match holder {
            Holder::Frontend(id, index) => {
                let Some((resource, inner)) = self.topology.load_balancer(id) else {
                    return Vec::new();
                };
                super::balance::rules_of(resource, inner, *index)
                    .iter()
                    .filter(|ruled| !ruled.takes_all())
                    .map(|ruled| ruled.rule.properties.frontend_port)
                    .collect()
            }
            Holder::Nic(id, _) => {
                let relay = self
                    .interfaces_of(id)
                    .find_map(|interface| self.relay(interface.machine.id()?));
                let all = relay.into_iter().flat_map(|relay| &relay.listeners);
                all.map(|listener| listener.listen.port()).collect()
            }
            Holder::Vip(_) => vec![443],
            Holder::Endpoint(id) => self.ports_of_endpoint(id),
            Holder::Instance(id, ..) => {
                let relay = self.relay(id);
                let all = relay.into_iter().flat_map(|relay| &relay.listeners);
                all.map(|listener| listener.listen.port()).collect()
            }
            Holder::Nat(..) | Holder::Unit(..) | Holder::Client(_) => Vec::new(),
        }
    }

    fn ports_of_endpoint(&self, id: &ResourceId) -> Vec<u16> {
        let Some((_, inner)) = self.topology.private_endpoint(id) else {
            return Vec::new();
        };
        match super::link::service_of(self, inner) {
            Ok(super::link::Service::Platform(id, groups)) => super::platform::ports(&id, groups)
                .unwrap_or_default()
                .to_vec(),
            Ok(super::link::Service::PrivateLink(_, pls)) => pls
                .load_balancer_frontend_ip_configurations
                .iter()
                .filter_map(|reference| {
                    let balancer = reference.id.parent()?;
                    let (_, inner) = self.topology.load_balancer(&balancer)?;
                    let index = inner
                        .frontend_ip_configurations
                        .iter()
                        .position(|one| one.name.eq_ignore_ascii_case(reference.id.name()))?;
                    Some(self.ports_of(&Holder::Frontend(balancer, index)))
                })
                .flatten()
                .collect(),
            Err(_) => Vec::new(),
        }
    }

    /// Walks a connection between what two selectors stand for. Of a subnet or range the first
    /// address that nobody has stands for all.
    ///
    /// # Errors
    /// A selector stands for nothing, for several things, or leaves the port open.
    pub fn trace_between(
        &self,
        from: &Selector,
        to: &Selector,
        live: Option<&Live>,
    ) -> Result<Trace, SelectionError> {
        let senders = self.senders(from)?;
        let sender = match senders.as_slice() {
            [one] => one,
            [first @ Sender::Interface(one), rest @ ..]
                if rest.iter().all(
                    |other| matches!(other, Sender::Interface(other) if other.at == one.at),
                ) =>
            {
                first
            }
            [] => return Err(SelectionError(format!("`{from}` stands for nobody"))),
            several => {
                let names: Vec<String> = several.iter().map(|one| self.sender_name(one)).collect();
                let shown = names.iter().take(6).cloned().collect::<Vec<_>>().join(", ");
                return Err(SelectionError(format!(
                    "`{from}` stands for several: {shown}{}; name one of them",
                    if names.len() > 6 { ", …" } else { "" }
                )));
            }
        };
        let destination = self.destination(to)?;
        let port = port_of(&destination, to)?;
        let (station, hosts) = self.station(sender)?;
        let wanted = Wanted {
            host: &destination.host,
            port,
            meant: destination.meant.as_ref(),
        };
        let mut walk = Walk::new(self, live, 0);
        let end = walk.dial(&[station], HopKind::Client, hosts, &wanted);
        Ok(walk.finish(end))
    }

    /// A sender for people, as it can be written again.
    pub(crate) fn sender_name(&self, sender: &Sender<'_, '_>) -> String {
        match sender {
            Sender::Interface(interface) => match interface.client() {
                Some(name) => name.to_owned(),
                None => interface
                    .at
                    .rsplit('/')
                    .next()
                    .unwrap_or(&interface.at)
                    .to_owned(),
            },
            Sender::Subnet(place, ranges) => {
                let subnet = self.subnet(*place);
                let network = self.network(subnet.network).resource.id.name();
                match ranges.as_slice() {
                    [one] if one.length == 32 => format!("{network}/{}", one.address),
                    [one]
                        if !subnet
                            .inner
                            .properties
                            .prefixes()
                            .any(|prefix| prefix == *one) =>
                    {
                        format!("{network}/{one}")
                    }
                    _ => format!("{network}/{}", subnet.id.name()),
                }
            }
            Sender::Internet(Some(address)) => address.to_string(),
            Sender::Internet(None) => "internet".to_owned(),
        }
    }

    /// One station for a sender.
    pub(crate) fn station<'w>(
        &'w self,
        sender: &Sender<'w, 't>,
    ) -> Result<
        (
            Station<'w, 't>,
            Option<&'t std::collections::BTreeMap<String, Ipv4Addr>>,
        ),
        SelectionError,
    > {
        match sender {
            Sender::Interface(interface) => Ok((Station::of(interface), interface.hosts)),
            Sender::Internet(address) => Ok((
                Station {
                    at: "internet".to_owned(),
                    interface: None,
                    place: None,
                    address: address.unwrap_or(SOMEWHERE),
                },
                None,
            )),
            Sender::Subnet(place, ranges) => {
                let subnet = self.subnet(*place);
                let free = ranges.iter().find_map(|range| {
                    let candidates = if range.length == 32 {
                        vec![range.address]
                    } else {
                        // Enough to pass a subnet's reserved and taken addresses.
                        let first = range.first().to_bits();
                        (first..=range.last().to_bits())
                            .take(4096)
                            .map(Ipv4Addr::from_bits)
                            .collect()
                    };
                    candidates.into_iter().find(|address| {
                        let is_reserved = subnet
                            .inner
                            .properties
                            .prefixes()
                            .any(|prefix| prefix.is_reserved(*address));
                        !is_reserved && self.holder(subnet.network, *address).is_none()
                    })
                });
                let address = free.or_else(|| ranges.first().map(|range| range.first()));
                let address = address.ok_or_else(|| {
                    SelectionError(format!("`{}` has no IPv4 addresses", subnet.id.short()))
                })?;
                Ok((self.anybody(*place, address), None))
            }
        }
    }

    /// A machine that may stand at an address of a subnet.
    pub(crate) fn anybody<'w>(&'w self, place: Place, address: Ipv4Addr) -> Station<'w, 't> {
        let subnet = self.subnet(place);
        match self.interface_at(subnet.network, address) {
            Some(interface) if interface.place == place => Station::of(interface),
            _ => Station {
                at: format!("{}/{address}", subnet.id),
                interface: None,
                place: Some(place),
                address,
            },
        }
    }

    /// The station of the sender that a flow names.
    pub(crate) fn flow_sender<'w>(
        &'w self,
        from: &str,
    ) -> Result<
        (
            Station<'w, 't>,
            Option<&'t std::collections::BTreeMap<String, Ipv4Addr>>,
        ),
        Stop,
    > {
        let unknown = |error: SelectionError| Stop::unknown(error.0);
        let selector: Selector =
            from.parse()
                .map_err(|error: crate::model::expectation::SelectorError| {
                    Stop::unknown(error.to_string())
                })?;
        let senders = self.senders(&selector).map_err(unknown)?;
        let first = senders
            .first()
            .ok_or_else(|| Stop::unknown(format!("`{from}` stands for nobody")))?;
        let same = senders.iter().all(|other| match (first, other) {
            (Sender::Interface(a), Sender::Interface(b)) => {
                a.at == b.at || a.machine.id().is_some() && a.machine.id() == b.machine.id()
            }
            (Sender::Subnet(a, _), Sender::Subnet(b, _)) => a == b,
            (Sender::Internet(_), Sender::Internet(_)) => true,
            _ => false,
        });
        if !same {
            return Err(Stop::unknown(format!(
                "`{from}` is the name of several machines or subnets; give the full resource id"
            )));
        }
        self.station(first).map_err(unknown)
    }
}

/// The port to use: the one that was written, else the only one that the destination has, else
/// that of HTTPS for a host.
fn port_of(destination: &Destination, to: &Selector) -> Result<u16, SelectionError> {
    if let Some(port) = destination.port {
        return Ok(port);
    }
    let mut ports = destination.known_ports.clone();
    ports.sort_unstable();
    ports.dedup();
    match ports.as_slice() {
        [one] => Ok(*one),
        [] => Ok(443),
        several => {
            let all: Vec<String> = several.iter().map(|port| format!("{to}:{port}")).collect();
            Err(SelectionError(format!(
                "`{to}` has several ports; write {}",
                all.join(" or ")
            )))
        }
    }
}

/// The addresses in both ranges.
fn common(a: Cidr, b: Cidr) -> Option<Cidr> {
    if a.contains_range(b) {
        Some(b)
    } else if b.contains_range(a) {
        Some(a)
    } else {
        None
    }
}

/// Whether a text names a resource: its id, its name, or its type and name.
pub(crate) fn is_named(id: &ResourceId, text: &str) -> bool {
    if text.starts_with('/') {
        return id.as_str().eq_ignore_ascii_case(text.trim_end_matches('/'));
    }
    id.name().eq_ignore_ascii_case(text) || id.short().eq_ignore_ascii_case(text)
}

/// Whether a text names a subnet: its id, `network/subnet`, or its name alone.
fn is_subnet_named(id: &ResourceId, text: &str) -> bool {
    if text.starts_with('/') {
        return id.as_str().eq_ignore_ascii_case(text.trim_end_matches('/'));
    }
    match text.rsplit_once('/') {
        None => id.name().eq_ignore_ascii_case(text),
        Some((network, subnet)) => {
            let network = network
                .trim_end_matches("/subnets")
                .trim_start_matches("virtualNetworks/");
            id.name().eq_ignore_ascii_case(subnet)
                && id
                    .parent()
                    .is_some_and(|parent| parent.name().eq_ignore_ascii_case(network))
        }
    }
}
