//! The two networks joined by peering.

use super::{Need, Option, Points, Weighed, pages};
use crate::advise::{
    Limit,
    need::Service,
    sheet::{Sheet, network_id, resource_id, translated, unused_range},
};
use crate::model::cidr::Cidr;
use serde_json::{Value, json};

pub(super) static OPTION: Option = Option {
    id: "peering",
    title: "Peering of the two networks",
    regions: "all public regions, also between regions",
    limits: &[
        Limit {
            text: "address spaces must not overlap, also not those of networks peered with either",
            source: pages::PEERING,
        },
        Limit {
            text: "500 peerings a network",
            source: pages::LIMITS,
        },
        Limit {
            text: "it joins the networks as a whole; security groups are all that keeps them apart",
            source: pages::PEERING,
        },
    ],
    needs_relay: false,
    weigh,
    manifest,
};

/// Whether the service can be dialled in the network at all.
fn is_in_network(need: &Need) -> bool {
    need.targets.iter().all(|target| match &target.service {
        Service::ApiManagement(service) => service.network_type != "None",
        _ => true,
    })
}

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    if need.overlaps() {
        out.reason(
            Points::Blocks,
            pages::PEERING,
            "the address spaces overlap, which peering refuses",
        );
        out.change("renumber the consumer's network");
    } else if let Some(address) = need.hidden_target() {
        out.reason(
            Points::Blocks,
            pages::PEERING,
            format!(
                "{address} lies beyond the provider's network and in the consumer's own range, where its clients look for it"
            ),
        );
        out.change("renumber the consumer's network, or what is beyond the provider's");
    } else {
        out.reason(
            Points::For,
            pages::PEERING,
            "the address spaces do not overlap",
        );
    }
    if !is_in_network(need) {
        out.reason(
            Points::Blocks,
            pages::PEERING,
            "the service is in no network, so joining networks does not reach it",
        );
        out.change("inject the service into the provider's network");
    }
    if need.crosses_tenants() {
        out.reason(
            Points::Hinders,
            pages::PEERING,
            "the networks belong to different tenants; somebody needs rights in both",
        );
        out.change("let an identity of each tenant take the other side's half of the peering");
    } else if need.crosses_subscriptions() && !need.wishes.join_networks {
        out.reason(
            Points::Hinders,
            pages::PEERING,
            "each side can dial everything in the other that a security group does not deny",
        );
        out.change(
            "agree to join the networks, and write the security groups that keep them apart",
        );
    }
    out.reason(
        Points::For,
        pages::PEERING,
        "nothing to run, and the least that stands between client and service",
    );
    out.runs(
        "provider: its half of the peering, its private DNS zone linked to the consumer's network",
    );
    out.runs("consumer: its half of the peering");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "The two networks joined by peering: no Private Link, no relay.",
    );
    let mut taken: Vec<Cidr> = need.provider.prefixes.clone();
    for consumer in &mut sheet.need.consumers {
        for at in 0..consumer.network.prefixes.len() {
            let Some(old) = consumer.network.prefixes.get(at).copied() else {
                continue;
            };
            let is_free = !taken.iter().any(|range| range.overlaps(old));
            let new = if is_free {
                Some(old)
            } else {
                unused_range(old.length, &taken)
            };
            let Some(new) = new else {
                continue;
            };
            taken.push(new);
            if let Some(range) = consumer.network.prefixes.get_mut(at) {
                *range = new;
            }
            for subnet in consumer
                .network
                .subnets
                .iter_mut()
                .filter(|subnet| old.contains_range(subnet.prefix))
            {
                subnet.prefix.address = translated(subnet.prefix.first(), old, new);
            }
            for (_, _, address) in &mut consumer.clients {
                *address = address.map(|address| {
                    if old.contains(address) {
                        translated(address, old, new)
                    } else {
                        address
                    }
                });
            }
        }
    }
    let provider = sheet.need.provider.clone();
    let consumers = sheet.need.consumers.clone();
    let half = |other: &crate::advise::Network| {
        json!({
            "name": format!("to-{}", other.name),
            "properties": {
                "remoteVirtualNetwork": { "id": network_id(other).as_str() },
                "allowVirtualNetworkAccess": true,
                "allowForwardedTraffic": false,
                "allowGatewayTransit": false,
                "useRemoteGateways": false,
            },
        })
    };
    let ours: Vec<Value> = consumers
        .iter()
        .map(|consumer| half(&consumer.network))
        .collect();
    sheet.resource(
        &provider,
        "Microsoft.Network/virtualNetworks",
        &provider.name,
        json!({ "properties": { "virtualNetworkPeerings": ours } }),
    );
    for consumer in &consumers {
        sheet.resource(
            &consumer.network,
            "Microsoft.Network/virtualNetworks",
            &consumer.network.name,
            json!({ "properties": { "virtualNetworkPeerings": [half(&provider)] } }),
        );
    }
    for target in need.targets.clone() {
        if let (Service::ApiManagement(service), Some(host)) =
            (&target.service, target.service.host())
            && service.network_type == "Internal"
        {
            let id = resource_id(&provider, "Microsoft.ApiManagement/service", &service.name);
            let linked: Vec<_> = std::iter::once(&provider)
                .chain(consumers.iter().map(|consumer| &consumer.network))
                .collect();
            sheet.zone(&provider, &host, &format!("addressOf({id})"), &linked);
        }
    }
    sheet.finish()
}
