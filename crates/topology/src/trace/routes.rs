//! Which way a packet leaves a subnet: the longest prefix of user and system routes.
//!
//! At equal length a user route wins. A private endpoint brings its own /32, which wins over
//! everything unless its subnet lets route tables act and the user route is as narrow as the
//! network. A user route for 0.0.0.0/0 also replaces the routes that drop private addresses.
//! Source: <https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview>.

use super::{
    decision::{DecidedBy, DecidedKind, Judgement},
    mend::Remedy,
    security::{HOST, SOMEWHERE, is_public},
    world::{Net, PeerState, Place, World},
};
use crate::{
    finding::Change,
    model::{
        addresses::Holder,
        cidr::{Cidr, ipv4},
        id::ResourceId,
        network::RouteProperties,
    },
    sets::Ranges,
};
use serde_json::json;
use std::net::Ipv4Addr;

/// Where a packet goes next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NextHop {
    /// Straight to whoever has the address in this network.
    Local,
    /// To the network of the peering with this number.
    Peering(usize),
    /// To a private endpoint, in this network or in a peered one.
    Endpoint(Net),
    /// To a machine that forwards it.
    Appliance(Ipv4Addr),
    /// Out, with a public source address.
    Internet,
    /// To a VPN or `ExpressRoute` gateway.
    Gateway,
    /// Dropped by a route.
    Nowhere,
    /// Dropped because no route knows the private address.
    NoRoute,
}

/// The routes of a subnet's table, read once.
#[derive(Debug, Default)]
pub(crate) struct Routes<'t> {
    own: Vec<Own<'t>>,
    /// Routes for service tags, whose addresses are not known.
    tags: Vec<Own<'t>>,
    /// The prefixes, which the tag `VirtualNetwork` takes in.
    pub(crate) prefixes: Ranges,
    /// The table that is not in the topology.
    missing: Option<&'t ResourceId>,
    ignores_gateway: bool,
}

#[derive(Debug)]
struct Own<'t> {
    range: Cidr,
    name: &'t str,
    next: Result<NextHop, String>,
    table: &'t ResourceId,
    at: &'t ResourceId,
    pointer: String,
}

/// The route that was chosen.
#[derive(Clone, Debug)]
pub(crate) struct Chosen {
    pub(crate) next: NextHop,
    /// Nothing for a system route.
    pub(crate) text: String,
    pub(crate) by: DecidedBy,
}

/// The routes of a subnet.
pub(crate) fn of<'w, 't>(world: &'w World<'t>, place: Place) -> &'w Routes<'t> {
    let subnet = world.subnet(place);
    subnet.routes.get_or_init(|| {
        let mut routes = Routes::default();
        let Some(reference) = &subnet.inner.properties.route_table else {
            return routes;
        };
        let Some((resource, table)) = world.topology.route_table(&reference.id) else {
            routes.missing = Some(&reference.id);
            return routes;
        };
        routes.ignores_gateway = table.disable_bgp_route_propagation == Some(true);
        for (index, route) in table.routes.iter().enumerate() {
            let read = Own {
                range: Cidr {
                    address: Ipv4Addr::UNSPECIFIED,
                    length: 0,
                },
                name: &route.name,
                next: next_hop(&route.properties),
                table: &resource.id,
                at: &resource.id,
                pointer: format!("/properties/routes/{index}"),
            };
            let prefix = route.properties.address_prefix.as_str();
            match prefix.parse::<Cidr>() {
                Ok(range) => routes.own.push(Own { range, ..read }),
                Err(_) if prefix.contains(':') => {}
                Err(_) => routes.tags.push(read),
            }
        }
        routes.prefixes = Ranges::cidrs(routes.own.iter().map(|own| own.range));
        routes
    })
}

fn next_hop(route: &RouteProperties) -> Result<NextHop, String> {
    match route.next_hop_type.to_ascii_lowercase().as_str() {
        "vnetlocal" => Ok(NextHop::Local),
        "none" => Ok(NextHop::Nowhere),
        "internet" => Ok(NextHop::Internet),
        "virtualnetworkgateway" => Ok(NextHop::Gateway),
        "virtualappliance" => ipv4(route.next_hop_ip_address)
            .map(NextHop::Appliance)
            .ok_or_else(|| "has next hop `VirtualAppliance` and no IPv4 address".to_owned()),
        _ => Err(format!(
            "sends it to `{}`, which is not followed",
            route.next_hop_type
        )),
    }
}

impl Routes<'_> {
    /// Whether a route leads to an appliance.
    pub(crate) fn has_appliance(&self) -> bool {
        let mut all = self.own.iter().chain(&self.tags);
        all.any(|own| matches!(own.next, Ok(NextHop::Appliance(_))))
    }
}

impl Own<'_> {
    fn name(&self) -> String {
        format!(
            "route `{}` ({}) of route table `{}`",
            self.name,
            self.range,
            self.table.name()
        )
    }

    fn decided(&self) -> DecidedBy {
        DecidedBy::at(DecidedKind::Route, self.at, self.name, self.pointer.clone())
    }
}

/// The ranges that Azure drops unless a network, a gateway or a user route has them.
const DROPPED: [(Ipv4Addr, u8); 4] = [
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
];

/// The way of a packet to `to` out of a subnet.
pub(crate) fn choose(world: &World<'_>, place: Place, to: Ipv4Addr) -> Result<Chosen, Judgement> {
    let routes = of(world, place);
    if let Some(missing) = routes.missing {
        return Err(Judgement::unknown(format!(
            "route table `{}` is not in the topology",
            missing.name()
        ))
        .by(DecidedBy::at(
            DecidedKind::Missing,
            missing,
            missing.name(),
            "",
        )));
    }
    let net = world.subnet(place).network;
    let user = routes
        .own
        .iter()
        .filter(|own| match to {
            SOMEWHERE => own.range.length == 0,
            _ => own.range.contains(to),
        })
        .reduce(|best, own| {
            if own.range.length > best.range.length {
                own
            } else {
                best
            }
        });
    if let Some((endpoint_net, by)) = endpoint(world, net, to) {
        let narrow = longest(world, endpoint_net, to).unwrap_or(0);
        let steers = user
            .filter(|own| own.range.length >= narrow && acts_on_endpoint(world, endpoint_net, to));
        return match steers {
            Some(own) => chosen(own),
            None => Ok(Chosen {
                next: NextHop::Endpoint(endpoint_net),
                text: String::new(),
                by,
            }),
        };
    }
    let (length, system) = system(world, net, to, routes);
    let mut best = match user {
        Some(own) if own.range.length >= length => chosen(own)?,
        _ => system?,
    };
    if is_public(to) && to != HOST {
        let other = |own: &&Own<'_>| own.next.as_ref() != Ok(&best.next);
        let may = if to == SOMEWHERE {
            routes
                .own
                .iter()
                .filter(|own| own.range.length > 0 && is_public(own.range.first()))
                .find(other)
        } else {
            None
        };
        if let Some(doubt) = may.or_else(|| routes.tags.iter().find(other)) {
            return Err(Judgement::unknown(format!(
                "{} may be the one for {}; the topology does not say",
                doubt.name(),
                super::security::shown(to)
            ))
            .by(doubt.decided()));
        }
        best.text = best.text.trim().to_owned();
    }
    Ok(best)
}

fn chosen(own: &Own<'_>) -> Result<Chosen, Judgement> {
    let name = own.name();
    match &own.next {
        Err(because) => Err(Judgement::unknown(format!("{name} {because}")).by(own.decided())),
        Ok(next) => Ok(Chosen {
            next: *next,
            text: match next {
                NextHop::Local => format!("{name} keeps it in the network"),
                NextHop::Appliance(address) => format!("{name} sends it to {address}"),
                NextHop::Internet => format!("{name} sends it to the internet"),
                NextHop::Gateway => format!("{name} sends it to the gateway"),
                _ => format!("{name} has next hop `None`"),
            },
            by: own.decided(),
        }),
    }
}

/// The system route, and the length of its prefix.
fn system(
    world: &World<'_>,
    net: Net,
    to: Ipv4Addr,
    routes: &Routes<'_>,
) -> (u8, Result<Chosen, Judgement>) {
    let made = |next, name: String| {
        Ok(Chosen {
            next,
            text: String::new(),
            by: DecidedBy::azure(DecidedKind::SystemRoute, name),
        })
    };
    if let Some(length) = longest(world, net, to) {
        return (
            length,
            made(
                NextHop::Local,
                world.network(net).resource.id.name().to_owned(),
            ),
        );
    }
    let peers = world.peers(net);
    for (index, peer) in peers.iter().enumerate() {
        if !peer.space.contains(to.to_bits()) {
            continue;
        }
        let by = DecidedBy::at(
            DecidedKind::Peering,
            &peer.at.0,
            peer.name,
            peer.at.1.clone(),
        );
        let length = peer
            .remote
            .and_then(|remote| longest(world, remote, to))
            .unwrap_or(8);
        return match world.peer_state(net, peer) {
            PeerState::Connected => (
                length,
                Ok(Chosen {
                    next: NextHop::Peering(index),
                    text: String::new(),
                    by,
                }),
            ),
            // A peering that does not stand brings no route.
            PeerState::Down(because) => {
                let remedy = other_half(world, net, index);
                (
                    dropped(to),
                    Err(Judgement::drop(because).by(by).remedy(remedy)),
                )
            }
            PeerState::Unknown(because) => (length, Err(Judgement::unknown(because).by(by))),
        };
    }
    let unknown_peer = peers.iter().find(|peer| peer.space.is_empty());
    if !is_public(to)
        && let Some(peer) = unknown_peer
    {
        return (
            dropped(to),
            Err(Judgement::unknown(format!(
                "{to} may be in `{}`, which is peered and not in the topology",
                peer.remote_id.name()
            ))
            .by(DecidedBy::at(
                DecidedKind::Missing,
                peer.remote_id,
                peer.remote_id.name(),
                "",
            ))),
        );
    }
    let has_gateway = world.network(net).has_gateway
        || peers
            .iter()
            .any(|peer| peer.half.use_remote_gateways == Some(true));
    if !is_public(to) && has_gateway && !routes.ignores_gateway {
        return (
            dropped(to),
            made(NextHop::Gateway, "learned from the gateway".to_owned()),
        );
    }
    let replaced = routes.own.iter().any(|own| own.range.length == 0);
    let length = dropped(to);
    if length > 0 && !replaced {
        return (
            length,
            made(NextHop::NoRoute, "private addresses".to_owned()),
        );
    }
    (0, made(NextHop::Internet, "0.0.0.0/0".to_owned()))
}

/// The length of the range that drops a private address; 0 if none does.
fn dropped(to: Ipv4Addr) -> u8 {
    DROPPED
        .into_iter()
        .map(|(address, length)| Cidr { address, length })
        .find(|range| range.contains(to))
        .map_or(0, |range| range.length)
}

/// The length of the network's narrowest range that has the address.
fn longest(world: &World<'_>, net: Net, to: Ipv4Addr) -> Option<u8> {
    let space = &world.network(net).inner.address_space;
    space
        .prefixes()
        .filter(|range| range.contains(to))
        .map(|range| range.length)
        .max()
}

/// The network of the private endpoint that has the address: this one, or one that is peered.
fn endpoint(world: &World<'_>, net: Net, to: Ipv4Addr) -> Option<(Net, DecidedBy)> {
    let peered = world.peers(net).iter().filter_map(|peer| {
        let stands = matches!(world.peer_state(net, peer), PeerState::Connected);
        peer.remote
            .filter(|_| stands && peer.space.contains(to.to_bits()))
    });
    std::iter::once(net).chain(peered).find_map(|net| {
        let Some(Holder::Endpoint(id)) = world.holder(net, to) else {
            return None;
        };
        let name = format!("{to}/32");
        Some((net, DecidedBy::at(DecidedKind::SystemRoute, id, name, "")))
    })
}

/// Whether the endpoint's subnet lets route tables act.
fn acts_on_endpoint(world: &World<'_>, net: Net, to: Ipv4Addr) -> bool {
    matches!(world.holder(net, to), Some(Holder::Endpoint(id)) if world.endpoint_policy(id, "RouteTableEnabled"))
}

/// Adds the half of a peering that the other network lacks.
fn other_half(world: &World<'_>, net: Net, index: usize) -> Option<Remedy> {
    let peer = world.peers(net).get(index)?;
    let remote = world.network(peer.remote?);
    if peer.back.is_some() {
        return None;
    }
    let here = &world.network(net).resource.id;
    let name = format!("to-{}", here.name());
    let half = json!({ "name": name, "properties": {
        "remoteVirtualNetwork": { "id": here.as_str() },
        "allowVirtualNetworkAccess": true,
    }});
    let title = format!(
        "add a peering with `{}` to `{}`",
        here.name(),
        remote.resource.id.name()
    );
    let pointer = "/properties/virtualNetworkPeerings/-";
    Some(Remedy::changes(
        title,
        [Change {
            id: remote.resource.id.clone(),
            pointer: pointer.to_owned(),
            value: Some(half),
        }],
    ))
}

/// Keeps packets to one address in the network although a route drops them.
pub(crate) fn keep(world: &World<'_>, place: Place, to: Ipv4Addr) -> Option<Remedy> {
    let routes = of(world, place);
    let net = world.subnet(place).network;
    // Only an address of this network can be kept in it.
    longest(world, net, to)?;
    let same = routes
        .own
        .iter()
        .find(|own| own.range.length == 32 && own.range.contains(to));
    let table = routes.own.first()?.table;
    let title = format!(
        "keep packets to {to} in the network, in route table `{}`",
        table.name()
    );
    let change = match same {
        Some(own) => Change {
            id: own.at.clone(),
            pointer: format!("{}/properties/nextHopType", own.pointer),
            value: Some(json!("VnetLocal")),
        },
        None => Change {
            id: table.clone(),
            pointer: "/properties/routes/-".to_owned(),
            value: Some(json!({ "name": format!("to-{to}"), "properties": {
                "addressPrefix": format!("{to}/32"),
                "nextHopType": "VnetLocal",
            }})),
        },
    };
    Some(Remedy::changes(title, [change]))
}
