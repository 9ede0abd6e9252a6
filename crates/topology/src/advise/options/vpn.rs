//! A VPN between the two networks, with NAT where their addresses overlap.

use super::{Need, Option, Points, Weighed, pages};
use crate::advise::{
    Limit, Network,
    need::Service,
    sheet::{GATEWAY_SUBNET, Sheet, add_subnet, resource_id, subnet_id, translated, unused_range},
};
use crate::model::cidr::Cidr;
use serde_json::{Value, json};

const GATEWAY: &str = "https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpngateways";
const NAT: &str = "https://learn.microsoft.com/azure/vpn-gateway/nat-overview";

pub(super) static OPTION: Option = Option {
    id: "vpn",
    title: "VPN between the two networks, with NAT where addresses overlap",
    regions: "all public regions",
    limits: &[
        Limit {
            text: "NAT on VpnGw2 to VpnGw5 and their zone-redundant kinds only, and on site-to-site connections only",
            source: NAT,
        },
        Limit {
            text: "about 1 Gbit/s through VpnGw2AZ, ten tunnels in its price",
            source: GATEWAY,
        },
        Limit {
            text: "one gateway a network, in a subnet named GatewaySubnet; 45 minutes to make one",
            source: GATEWAY,
        },
    ],
    needs_relay: false,
    weigh,
    manifest,
};

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    let is_outside = need.targets.iter().any(
        |target| matches!(&target.service, Service::ApiManagement(service) if service.network_type == "None"),
    );
    if is_outside {
        out.reason(
            Points::Blocks,
            GATEWAY,
            "the service is in no network, so joining networks does not reach it",
        );
        out.change("inject the service into the provider's network");
    }
    if need.overlaps() {
        out.reason(
            Points::For,
            NAT,
            "NAT rules on the gateways let overlapping networks talk",
        );
        out.change("agree on a range of its own for each side, and dial the service by its translated address");
    } else if let Some(address) = need.hidden_target() {
        out.reason(
            Points::Blocks,
            NAT,
            format!(
                "{address} lies beyond the provider's network and in the consumer's own range; a gateway translates its own network's addresses, not those"
            ),
        );
        out.change("renumber the consumer's network, or what is beyond the provider's");
    } else {
        out.reason(
            Points::For,
            GATEWAY,
            "the address spaces do not overlap, so no NAT is needed",
        );
    }
    out.reason(
        Points::Hinders,
        GATEWAY,
        "two gateways and a shared key to run, for what a private endpoint does alone",
    );
    out.reason(
        Points::Against,
        pages::PEERING,
        "it joins the networks as a whole; security groups are all that keeps them apart",
    );
    out.change("make the shared key, and put it on both connections");
    out.runs("provider: a VPN gateway, its half of the connection and the shared key");
    out.runs("consumer: a VPN gateway, its half of the connection, and a private DNS zone");
    out
}

/// What one side looks like from the other.
fn outside(network: &Network, taken: &mut Vec<Cidr>, is_translated: bool) -> Vec<(Cidr, Cidr)> {
    let mut pairs = Vec::new();
    for range in &network.prefixes {
        let seen = if is_translated {
            unused_range(range.length, taken).unwrap_or(*range)
        } else {
            *range
        };
        taken.push(seen);
        pairs.push((*range, seen));
    }
    pairs
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "VPN between the two networks: no Private Link, no relay.",
    );
    sheet.comment(
        "Both connections need the same `sharedKey`: it is a secret, so it does not stand here.",
    );
    sheet.comment("`fqdn` of each local network gateway stands for the other side's public address, which Azure tells once it is made.");
    let overlaps = need.overlaps();
    add_subnet(&mut sheet.need.provider, GATEWAY_SUBNET, 27, None);
    for consumer in &mut sheet.need.consumers {
        add_subnet(&mut consumer.network, GATEWAY_SUBNET, 27, None);
    }
    let provider = sheet.need.provider.clone();
    let consumers = sheet.need.consumers.clone();
    let mut taken: Vec<Cidr> = provider.prefixes.clone();
    taken.extend(
        consumers
            .iter()
            .flat_map(|consumer| consumer.network.prefixes.iter().copied()),
    );
    let ours = outside(&provider, &mut taken, overlaps);
    gateway(&mut sheet, &provider, &ours, overlaps);
    for consumer in &consumers {
        let theirs = outside(&consumer.network, &mut taken, overlaps);
        gateway(&mut sheet, &consumer.network, &theirs, overlaps);
        connection(
            &mut sheet,
            &provider,
            &consumer.network,
            (&ours, &theirs),
            overlaps,
        );
        connection(
            &mut sheet,
            &consumer.network,
            &provider,
            (&theirs, &ours),
            overlaps,
        );
    }
    for target in need.targets.clone() {
        let (Service::ApiManagement(service), Some(host)) =
            (&target.service, target.service.host())
        else {
            continue;
        };
        let Some(vip) = service.vip else {
            continue;
        };
        let seen = ours
            .iter()
            .find(|(real, _)| real.contains(vip))
            .map_or(vip, |(real, seen)| translated(vip, *real, *seen));
        for consumer in &consumers {
            sheet.zone(
                &consumer.network,
                &host,
                &seen.to_string(),
                &[&consumer.network],
            );
        }
    }
    sheet.finish()
}

fn gateway(sheet: &mut Sheet, network: &Network, seen: &[(Cidr, Cidr)], is_translated: bool) {
    let name = format!("{}-vpn", network.name);
    let public = resource_id(
        network,
        "Microsoft.Network/publicIPAddresses",
        &format!("{name}-ip"),
    );
    sheet.resource(
        network,
        "Microsoft.Network/publicIPAddresses",
        public.name(),
        json!({
            "location": network.region,
            "sku": { "name": "Standard" },
            "properties": { "publicIPAllocationMethod": "Static" },
        }),
    );
    let rules: Vec<Value> = if is_translated {
        seen.iter()
            .enumerate()
            .map(|(at, (real, seen))| {
                json!({
                    "name": format!("out-{at}"),
                    "properties": {
                        "type": "Static",
                        "mode": "EgressSnat",
                        "internalMappings": [{ "addressSpace": real.canonical().to_string() }],
                        "externalMappings": [{ "addressSpace": seen.to_string() }],
                    },
                })
            })
            .collect()
    } else {
        Vec::new()
    };
    sheet.resource(
        network,
        "Microsoft.Network/virtualNetworkGateways",
        &name,
        json!({
            "location": network.region,
            "properties": {
                "gatewayType": "Vpn",
                "vpnType": "RouteBased",
                "vpnGatewayGeneration": "Generation2",
                "sku": { "name": "VpnGw2AZ", "tier": "VpnGw2AZ" },
                "ipConfigurations": [{
                    "name": "default",
                    "properties": {
                        "privateIPAllocationMethod": "Dynamic",
                        "subnet": { "id": subnet_id(network, GATEWAY_SUBNET).as_str() },
                        "publicIPAddress": { "id": public.as_str() },
                    },
                }],
                "natRules": rules,
            },
        }),
    );
}

/// One half: what `here` knows of `there`, and its connection to it.
fn connection(
    sheet: &mut Sheet,
    here: &Network,
    there: &Network,
    (ours, theirs): (&[(Cidr, Cidr)], &[(Cidr, Cidr)]),
    is_translated: bool,
) {
    let local = resource_id(
        here,
        "Microsoft.Network/localNetworkGateways",
        &format!("{}-there", there.name),
    );
    let gateway = resource_id(
        here,
        "Microsoft.Network/virtualNetworkGateways",
        &format!("{}-vpn", here.name),
    );
    let ranges: Vec<String> = theirs.iter().map(|(_, seen)| seen.to_string()).collect();
    sheet.resource(
        here,
        "Microsoft.Network/localNetworkGateways",
        local.name(),
        json!({
            "location": here.region,
            "properties": {
                "localNetworkAddressSpace": { "addressPrefixes": ranges },
                // Told by Azure once the other side's public address is there.
                "fqdn": format!("{}-vpn.example.com", there.name.to_ascii_lowercase()),
            },
        }),
    );
    let nat: Vec<Value> = if is_translated {
        (0..ours.len())
            .map(|at| json!({ "id": gateway.child("natRules", &format!("out-{at}")).as_str() }))
            .collect()
    } else {
        Vec::new()
    };
    sheet.resource(
        here,
        "Microsoft.Network/connections",
        &format!("{}-to-{}", here.name, there.name),
        json!({
            "location": here.region,
            "properties": {
                "connectionType": "IPsec",
                "virtualNetworkGateway1": { "id": gateway.as_str(), "properties": {} },
                "localNetworkGateway2": { "id": local.as_str(), "properties": {} },
                "egressNatRules": nat,
            },
        }),
    );
}
