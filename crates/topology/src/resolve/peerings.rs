//! Peerings: the halves that networks state, and those that `bothWays` asks for.

use super::{Context, is_set, named, value};
use crate::{
    manifest::{Entry, Peering, suggest::clip},
    model::{
        Key,
        id::ResourceId,
        network::{Child, SubResource, VirtualNetworkPeering},
    },
    source::{ManifestPath, Span},
};
use std::collections::BTreeMap;

pub(super) const PEERING: &[Key] = &[
    Key::reference("/properties/remoteVirtualNetwork", "remoteVirtualNetwork"),
    Key::value(
        "/properties/allowVirtualNetworkAccess",
        "allowVirtualNetworkAccess",
    ),
    Key::value("/properties/allowForwardedTraffic", "allowForwardedTraffic"),
    Key::value("/properties/allowGatewayTransit", "allowGatewayTransit"),
    Key::value("/properties/useRemoteGateways", "useRemoteGateways"),
];

/// One network's half of a peering.
pub(super) struct Half<'m> {
    name: String,
    remote: ResourceId,
    properties: VirtualNetworkPeering,
    span: Span,
    /// Its entry, unless it is derived.
    stated: Option<(ManifestPath, &'m Peering)>,
}

/// The halves by the network that has them.
pub(super) type Halves<'m> = BTreeMap<ResourceId, Vec<Half<'m>>>;

/// All halves; a remote network that is not there is reported and its half left out.
pub(super) fn halves<'m>(cx: &mut Context<'m>) -> Halves<'m> {
    let mut halves = Halves::new();
    let mut asked = Vec::new();
    for (network, entry) in &cx.manifest.virtual_networks {
        let placed = cx.index.networks.get(&network.to_lowercase());
        let Some(id) = placed.cloned().flatten().map(|placed| placed.id) else {
            continue;
        };
        for (name, inner) in &entry.value.peerings {
            let reference = &inner.value.remote_virtual_network;
            let Some(remote) = cx.refer_by_name(named::NETWORK, reference, &inner.name) else {
                continue;
            };
            if is_set(&inner.value.both_ways) {
                asked.push((id.clone(), remote.clone(), inner));
            }
            let path = ManifestPath::of(&["virtualNetworks", network]);
            halves.entry(id.clone()).or_default().push(Half {
                name: name.clone(),
                properties: properties(&inner.value, &remote),
                remote,
                span: inner.name.span,
                stated: Some((path.key("peerings").key(name), &inner.value)),
            });
        }
    }
    for (network, remote, entry) in asked {
        derive(cx, &mut halves, &network, &remote, entry);
    }
    halves
}

fn properties(stated: &Peering, remote: &ResourceId) -> VirtualNetworkPeering {
    VirtualNetworkPeering {
        remote_virtual_network: Some(SubResource::to(remote)),
        allow_virtual_network_access: value(stated.allow_virtual_network_access.as_ref()),
        allow_forwarded_traffic: value(stated.allow_forwarded_traffic.as_ref()),
        allow_gateway_transit: value(stated.allow_gateway_transit.as_ref()),
        use_remote_gateways: value(stated.use_remote_gateways.as_ref()),
        ..VirtualNetworkPeering::default()
    }
}

/// The other half, unless the other network states it.
fn derive<'m>(
    cx: &mut Context<'m>,
    halves: &mut Halves<'m>,
    network: &ResourceId,
    remote: &ResourceId,
    entry: &'m Entry<Peering>,
) {
    let span = entry
        .value
        .both_ways
        .as_ref()
        .map_or(entry.name.span, |both| both.span);
    let is_ours = cx.manifest.virtual_networks.iter().any(|(name, known)| {
        let placed = cx.index.networks.get(&name.to_lowercase());
        let id = placed.and_then(Option::as_ref).map(|placed| &placed.id);
        id == Some(remote) && !is_set(&known.value.existing)
    });
    if !is_ours {
        let message = format!(
            "`{}` is not a network that this manifest makes",
            clip(remote.name(), 40)
        );
        let help = "leave `bothWays` out, and make the other half where that network is made";
        cx.out.error("MAN005", message, span, help);
        return;
    }
    let others = halves.entry(remote.clone()).or_default();
    if others.iter().any(|half| half.remote == *network) {
        return;
    }
    let name = network.name();
    if others
        .iter()
        .any(|half| half.name.eq_ignore_ascii_case(name))
    {
        let message = format!(
            "`{}` has another peering `{}`",
            clip(remote.name(), 40),
            clip(name, 40)
        );
        let help = "state both halves, or rename the other peering: the derived half has the name of the network it leads to";
        cx.out.error("MAN010", message, span, help);
        return;
    }
    let here = properties(&entry.value, network);
    others.push(Half {
        name: name.to_owned(),
        remote: network.clone(),
        properties: VirtualNetworkPeering {
            allow_gateway_transit: here.use_remote_gateways,
            use_remote_gateways: here.allow_gateway_transit,
            ..here
        },
        span: entry.name.span,
        stated: None,
    });
}

/// The halves of a network as ARM has them.
pub(super) fn placed(
    cx: &mut Context<'_>,
    network: &ResourceId,
    halves: Vec<Half<'_>>,
) -> Vec<Child<VirtualNetworkPeering>> {
    let mut peerings = Vec::new();
    for (at, half) in halves.into_iter().enumerate() {
        let id = network.child("virtualNetworkPeerings", &half.name);
        let base = format!("/properties/virtualNetworkPeerings/{at}");
        let provenance = &mut cx.out.topology.provenance;
        provenance.record(network, base.clone(), half.span);
        provenance.inline(&id, network, base.clone());
        if let Some((path, stated)) = half.stated {
            cx.out.link_whole(network, &base, path, PEERING, stated);
        }
        peerings.push(Child::new(half.name, half.properties));
    }
    peerings
}
