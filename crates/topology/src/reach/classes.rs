//! Who sends, in classes: addresses of one subnet for which every question has one answer.

use super::{
    parts::Part,
    spread::{Goal, Origin, Reckoner},
};
use crate::{
    model::{addresses::Holder, id::ResourceId},
    sets::{Flows, Ranges},
    trace::{
        names::{self, Answer, Asker, Found},
        security::{self, HOST, SOMEWHERE},
        selector::Sender,
        world::{Interface, Place, World},
    },
};
use std::{
    collections::{BTreeMap, HashMap},
    net::Ipv4Addr,
    rc::Rc,
};

/// Senders that are alike.
#[derive(Clone, Debug)]
pub(crate) struct Class<'w, 't> {
    /// `None` is the internet.
    pub(crate) origin: Option<Origin<'t>>,
    pub(crate) sources: Ranges,
    /// The client or machine, if it is a single one.
    pub(crate) interface: Option<&'w Interface<'t>>,
}

/// The classes of a sender.
pub(crate) fn of<'w, 't>(world: &'w World<'t>, sender: &Sender<'w, 't>) -> Vec<Class<'w, 't>> {
    match sender {
        Sender::Interface(interface) => vec![single(interface)],
        Sender::Internet(address) => vec![Class {
            origin: None,
            sources: address.map_or_else(|| internet(world), Ranges::address),
            interface: None,
        }],
        Sender::Subnet(place, ranges) => {
            let subnet = world.subnet(*place);
            let mut rest = Ranges::cidrs(ranges.iter().copied());
            // Nothing of ours can have an address that Azure keeps.
            for prefix in subnet.inner.properties.prefixes() {
                let first = prefix.first().to_bits();
                let kept =
                    Ranges::of(first, first.saturating_add(3)).or(&Ranges::address(prefix.last()));
                rest = rest.minus(&kept.and(&Ranges::cidrs([prefix])));
            }
            let mut all = Vec::new();
            let mut by_group: Vec<(&'t ResourceId, Vec<(u32, u32)>)> = Vec::new();
            for interface in world.interfaces_in(*place) {
                let bits = interface.address.to_bits();
                if !rest.contains(bits) {
                    continue;
                }
                let has_own_names = interface.hosts.is_some_and(|hosts| !hosts.is_empty())
                    || !interface.dns_servers.is_empty();
                if has_own_names {
                    all.push(single(interface));
                } else if let Some(group) = interface.group {
                    match by_group.iter_mut().find(|(known, _)| *known == group) {
                        Some((_, list)) => list.push((bits, bits)),
                        None => by_group.push((group, vec![(bits, bits)])),
                    }
                }
            }
            for class in &all {
                rest = rest.minus(&class.sources);
            }
            for (group, list) in by_group {
                let sources: Ranges = list.into_iter().collect();
                rest = rest.minus(&sources);
                all.push(Class {
                    origin: Some(Origin {
                        place: *place,
                        group: Some(group),
                    }),
                    sources,
                    interface: None,
                });
            }
            if !rest.is_empty() {
                all.push(Class {
                    origin: Some(Origin {
                        place: *place,
                        group: None,
                    }),
                    sources: rest,
                    interface: None,
                });
            }
            all
        }
    }
}

fn single<'w, 't>(interface: &'w Interface<'t>) -> Class<'w, 't> {
    Class {
        origin: Some(Origin {
            place: interface.place,
            group: interface.group,
        }),
        sources: Ranges::address(interface.address),
        interface: Some(interface),
    }
}

/// Public addresses that are not of the topology.
fn internet(world: &World<'_>) -> Ranges {
    let own = world.networks.iter().fold(
        Ranges::address(HOST).or(&Ranges::address(SOMEWHERE)),
        |all, network| all.or(&network.space),
    );
    security::routable().minus(&own)
}

/// Names as classes see them, each asked for once in a network.
#[derive(Debug, Default)]
pub(crate) struct Names {
    known: HashMap<(Option<Place>, String), Rc<Answer>>,
}

impl Names {
    /// What a host name or address is for a class.
    pub(crate) fn ask(
        &mut self,
        world: &World<'_>,
        class: &Class<'_, '_>,
        host: &str,
    ) -> Rc<Answer> {
        let Some(origin) = class.origin else {
            let key = (None, host.to_owned());
            return Rc::clone(
                self.known
                    .entry(key)
                    .or_insert_with(|| Rc::new(names::resolve_outside(world, host))),
            );
        };
        let net = world.subnet(origin.place).network;
        let none = BTreeMap::new();
        let hosts = class
            .interface
            .and_then(|interface| interface.hosts)
            .unwrap_or(&none);
        let servers = class
            .interface
            .map_or(&[][..], |interface| interface.dns_servers);
        let asker = Asker {
            net,
            hosts: Some(hosts),
            servers,
        };
        if !hosts.is_empty() || !servers.is_empty() {
            return Rc::new(names::resolve(world, asker, host));
        }
        // The first subnet of a network stands for the network.
        let first = world.subnets_of(net).next();
        let key = (first, host.to_owned());
        let known = self.known.entry(key);
        Rc::clone(known.or_insert_with(|| Rc::new(names::resolve(world, asker, host))))
    }
}

/// How connections of a class to a host and ports end.
pub(crate) fn ends<'w, 't>(
    reckoner: &Reckoner<'w, 't>,
    names: &mut Names,
    class: &Class<'w, 't>,
    host: &str,
    meant: Option<&Holder>,
    ports: &Ranges,
) -> Vec<Part> {
    let flows = Flows::of(&class.sources, ports);
    let found = if let Ok(address) = host.parse::<Ipv4Addr>() {
        Found::Address(address)
    } else {
        let answer = names.ask(reckoner.world, class, host);
        let Some(found) = &answer.found else {
            return vec![Part::judged(flows, &answer.judgement)];
        };
        found.clone()
    };
    let (to, service) = match &found {
        Found::Address(address) => (*address, None),
        Found::Service(id) => (SOMEWHERE, Some(id)),
    };
    let goal = Goal { to, meant, service };
    match class.origin {
        Some(origin) => reckoner.spread(origin, goal, flows),
        None => reckoner.at_public_address(goal, &flows, None),
    }
}
