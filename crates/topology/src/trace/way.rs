//! The first step of a packet: the route out of its subnet, and who takes it there.
//!
//! Shared by the walk of one connection and by the reckoning on sets of them, because neither the
//! source address nor the port decides here.

use super::{
    decision::{DecidedBy, DecidedKind, Judgement},
    mend::Remedy,
    routes::{self, NextHop},
    security::{HOST, SOMEWHERE, shown},
    world::{Interface, Machine, Net, Place, World},
};
use crate::{
    finding::Change,
    model::{Backend, addresses::Holder, id::ResourceId},
};
use serde_json::json;
use std::net::Ipv4Addr;

/// Who takes the packet.
#[derive(Clone, Debug)]
pub(crate) enum Onward<'w, 't> {
    /// Whoever has the destination address in this network.
    Holder(Net, &'w Holder),
    /// A machine that forwards it.
    Appliance(Net, Vec<&'w Interface<'t>>),
    /// Machines that forward it, behind a load balancer's frontend.
    Appliances(ResourceId, usize),
    /// A backend that is no resource.
    Backend(&'t Backend),
    /// Out to a public address.
    Outside,
    /// Nobody: the judgement says why.
    Nobody,
}

/// The way of packets from a subnet to an address.
#[derive(Clone, Debug)]
pub(crate) struct Way<'w, 't> {
    pub(crate) judgement: Judgement,
    pub(crate) onward: Onward<'w, 't>,
    /// The peering that it passes, by number.
    pub(crate) peering: Option<usize>,
}

impl Way<'_, '_> {
    fn ends(judgement: Judgement) -> Self {
        Self {
            judgement,
            onward: Onward::Nobody,
            peering: None,
        }
    }
}

/// The way from a subnet to an address.
pub(crate) fn from<'w, 't>(world: &'w World<'t>, place: Place, to: Ipv4Addr) -> Way<'w, 't> {
    let net = world.subnet(place).network;
    let name = world.network(net).resource.id.name();
    let route = match routes::choose(world, place, to) {
        Ok(route) => route,
        Err(judgement) => return Way::ends(judgement),
    };
    let said = |judgement: Judgement| judgement.by(route.by.clone());
    match route.next {
        NextHop::Endpoint(at) => match world.holder(at, to) {
            Some(holder) => Way {
                judgement: said(Judgement::silent()),
                onward: Onward::Holder(at, holder),
                peering: None,
            },
            None => nobody(world, at, to),
        },
        NextHop::Local => local(world, net, to, &route),
        NextHop::Peering(index) => peered(world, net, index, to, &route),
        NextHop::Appliance(address) => appliance(world, net, address, &route),
        NextHop::Internet if to == HOST => Way::ends(said(Judgement::unknown(format!(
            "{to} is Azure's own host address, which answers DNS and probes only"
        )))),
        NextHop::Internet => Way {
            judgement: said(Judgement::pass(route.text.clone())),
            onward: Onward::Outside,
            peering: None,
        },
        NextHop::Gateway if let Some(backend) = world.backend(net, to) => Way {
            judgement: said(Judgement::pass(format!(
                "the gateway of `{name}` leads to backend `{}`",
                backend.name
            ))),
            onward: Onward::Backend(backend),
            peering: None,
        },
        NextHop::Gateway => Way::ends(said(Judgement::unknown(if route.text.is_empty() {
            format!(
                "{} is outside `{name}`, which has a gateway; what lies behind it the topology does not say",
                shown(to)
            )
        } else {
            format!(
                "{}; what lies behind it the topology does not say",
                route.text
            )
        }))),
        NextHop::Nowhere => Way::ends(
            said(Judgement::drop(format!(
                "{}; remove the route or give it a next hop",
                route.text
            )))
            .remedy(routes::keep(world, place, to)),
        ),
        NextHop::NoRoute => Way::ends(said(Judgement::drop(format!(
            "{to} is a private address outside `{name}`, which has no peering and no gateway that leads there; reach it through a private endpoint in this network"
        )))),
    }
}

fn nobody<'w, 't>(world: &World<'_>, net: Net, to: Ipv4Addr) -> Way<'w, 't> {
    let network = &world.network(net).resource.id;
    Way::ends(
        Judgement::drop(format!(
            "nobody in `{}` has the address {to}; check the address or record",
            network.name()
        ))
        .by(DecidedBy::at(
            DecidedKind::AddressHolder,
            network,
            to.to_string(),
            "",
        )),
    )
}

fn local<'w, 't>(
    world: &'w World<'t>,
    net: Net,
    to: Ipv4Addr,
    route: &routes::Chosen,
) -> Way<'w, 't> {
    let Some(holder) = world.holder(net, to) else {
        if world.network(net).space.contains(to.to_bits()) {
            return match world.backend(net, to) {
                Some(backend) => Way {
                    judgement: Judgement::pass(route.text.clone()).by(route.by.clone()),
                    onward: Onward::Backend(backend),
                    peering: None,
                },
                None => nobody(world, net, to),
            };
        }
        let because = format!(
            "{}, and {} is not in `{}`",
            route.text,
            shown(to),
            world.network(net).resource.id.name()
        );
        return Way::ends(Judgement::drop(because).by(route.by.clone()));
    };
    Way {
        judgement: Judgement::pass(route.text.clone()).by(route.by.clone()),
        onward: Onward::Holder(net, holder),
        peering: None,
    }
}

fn peered<'w, 't>(
    world: &'w World<'t>,
    net: Net,
    index: usize,
    to: Ipv4Addr,
    route: &routes::Chosen,
) -> Way<'w, 't> {
    let Some(peer) = world.peers(net).get(index) else {
        return Way::ends(Judgement::unknown("the peering is gone"));
    };
    let Some(remote) = peer.remote else {
        return Way::ends(
            Judgement::unknown(format!(
                "peering `{}` leads to `{}`, which is not in the topology",
                peer.name,
                peer.remote_id.name()
            ))
            .by(route.by.clone()),
        );
    };
    match world.holder(remote, to) {
        Some(holder) => Way {
            judgement: Judgement::pass(format!(
                "peering `{}` leads to `{}`",
                peer.name,
                peer.remote_id.name()
            ))
            .by(route.by.clone()),
            onward: Onward::Holder(remote, holder),
            peering: Some(index),
        },
        None => match world.backend(remote, to) {
            Some(backend) => Way {
                judgement: Judgement::pass(format!(
                    "peering `{}` leads to `{}`",
                    peer.name,
                    peer.remote_id.name()
                ))
                .by(route.by.clone()),
                onward: Onward::Backend(backend),
                peering: Some(index),
            },
            None => nobody(world, remote, to),
        },
    }
}

/// The machine that a route names as next hop: in this network or in one that is peered.
fn appliance<'w, 't>(
    world: &'w World<'t>,
    net: Net,
    address: Ipv4Addr,
    route: &routes::Chosen,
) -> Way<'w, 't> {
    let peered = world.peers(net).iter().filter_map(|peer| {
        peer.remote
            .filter(|_| peer.space.contains(address.to_bits()))
    });
    let nets = std::iter::once(net).chain(peered);
    for at in nets {
        let passes = Judgement::pass(route.text.clone()).by(route.by.clone());
        match world.holder(at, address) {
            Some(Holder::Frontend(id, index)) => {
                return Way {
                    judgement: passes,
                    onward: Onward::Appliances(id.clone(), *index),
                    peering: None,
                };
            }
            Some(holder) => {
                let Some(interface) = world.interface_at(at, address) else {
                    let because = format!(
                        "{}, which is the address of {} and forwards nothing",
                        route.text,
                        super::selector::holder_name(holder)
                    );
                    return Way::ends(Judgement::drop(because).by(route.by.clone()));
                };
                return Way {
                    judgement: passes,
                    onward: Onward::Appliance(at, vec![interface]),
                    peering: None,
                };
            }
            None => {}
        }
    }
    let known = std::iter::once(net)
        .chain(world.peers(net).iter().filter_map(|peer| peer.remote))
        .any(|net| world.network(net).space.contains(address.to_bits()));
    let unseen = world.peers(net).iter().any(|peer| {
        peer.remote.is_none() && (peer.space.is_empty() || peer.space.contains(address.to_bits()))
    });
    if !known && unseen {
        return Way::ends(
            Judgement::unknown(format!(
                "{}, which is in a peered network that is not in the topology",
                route.text
            ))
            .by(route.by.clone()),
        );
    }
    let because = format!(
        "{}, and nobody that the network reaches has this address; name a machine that forwards",
        route.text
    );
    Way::ends(Judgement::drop(because).by(route.by.clone()))
}

/// Whether a machine forwards packets that are not for itself.
pub(crate) fn forwards(interface: &Interface<'_>) -> Judgement {
    let (id, pointer) = match (interface.nic, interface.machine) {
        (Some(nic), _) => (nic, "/properties/enableIPForwarding"),
        (None, Machine::Instance(set, _)) => (
            &set.id,
            "/properties/virtualMachineProfile/networkProfile/networkInterfaceConfigurations",
        ),
        _ => {
            return Judgement::drop(format!(
                "`{}` is a client and forwards nothing",
                interface.at
            ))
            .by(DecidedBy::azure(
                DecidedKind::Appliance,
                interface.at.as_str(),
            ));
        }
    };
    let by = DecidedBy::at(DecidedKind::Appliance, id, id.name(), pointer);
    if interface.forwards {
        return Judgement::pass(format!(
            "`{}` forwards it (enableIPForwarding), if its own rules let it",
            id.short()
        ))
        .by(by);
    }
    let remedy = interface.is_resource().then(|| {
        Remedy::changes(
            format!("switch on enableIPForwarding of `{}`", id.short()),
            [Change::set(id, pointer, json!(true))],
        )
    });
    Judgement::drop(format!(
        "`{}` takes packets for its own address only: enableIPForwarding is off; switch it on",
        id.short()
    ))
    .by(by)
    .remedy(remedy)
}

/// Whether a packet that an appliance forwards passes a peering: the network behind it must allow
/// traffic that did not begin in the network before it.
pub(crate) fn forwarded(
    world: &World<'_>,
    net: Net,
    peering: Option<usize>,
    source: Ipv4Addr,
) -> Judgement {
    let Some(peer) = peering.and_then(|index| world.peers(net).get(index)) else {
        return Judgement::silent();
    };
    let Some((back, (id, pointer))) = &peer.back else {
        return Judgement::silent();
    };
    let begins_here = source == SOMEWHERE || world.network(net).space.contains(source.to_bits());
    if begins_here || back.allow_forwarded_traffic == Some(true) {
        return Judgement::silent();
    }
    Judgement::unknown(format!(
        "`{}` does not allow forwarded traffic over its peering with `{}`, which Azure does not enforce everywhere; set allowForwardedTraffic",
        id.name(),
        world.network(net).resource.id.name()
    ))
    .by(DecidedBy::at(
        DecidedKind::Peering,
        id,
        peer.name,
        format!("{pointer}/properties/allowForwardedTraffic"),
    ))
}
