//! Who is meant: from what people write to stations, and to what a connection wants.

use super::{
    HopKind, Live, Trace,
    destination::port_of,
    security::SOMEWHERE,
    walk::{Station, Stop, Walk, Wanted},
    world::{Interface, Net, Place, World},
};
use crate::model::{
    addresses::Holder,
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
        | Holder::Vip(id)
        | Holder::RegionalVip(id, _) => format!("`{}`", id.short()),
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

    pub(crate) fn whole<'w>(&'w self, place: Place) -> Sender<'w, 't> {
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
            service: None,
        };
        let mut walk = Walk::new(self, live, 0);
        let end = walk.dial(&[station], HopKind::Client, hosts, &wanted);
        Ok(walk.finish(end))
    }

    /// The name of a network, or its id where another one has the same name: in two subscriptions,
    /// or in two resource groups.
    pub(crate) fn network_name(&self, net: Net) -> &str {
        let id = &self.network(net).resource.id;
        let mut others = self.networks.iter().enumerate();
        let is_unique = others.all(|(at, other)| {
            at == net.0 || !other.resource.id.name().eq_ignore_ascii_case(id.name())
        });
        if is_unique { id.name() } else { id.as_str() }
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
                let network = self.network_name(subnet.network);
                let is_unique = !network.starts_with('/');
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
                    _ if is_unique => format!("{network}/{}", subnet.id.name()),
                    _ => subnet.id.to_string(),
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
