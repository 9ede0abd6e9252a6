//! Relays behind a Standard load balancer and a Private Link Service: what Linkspan brings.

use super::{Need, Option, Points, Weighed, pages};
use crate::{
    advise::{
        Limit,
        need::{BalancedNeed, GatewayNeed, Service},
        sheet::Sheet,
    },
    model::regions::has_zones,
};
use serde_json::{Map, Value, json};

pub(super) static OPTION: Option = Option {
    id: "relay",
    title: "Load balancer and Linkspan's relays behind a Private Link Service",
    regions: "all public regions; consumers may be in any of them",
    limits: &[
        Limit {
            text: "about 28,000 connections at one time from one relay to one address and port",
            source: "https://www.kernel.org/doc/html/latest/networking/ip-sysctl.html",
        },
        Limit {
            text: "about 64,000 connections a NAT address, eight addresses a service",
            source: pages::LINK_SERVICE,
        },
        Limit {
            text: "1,000 private endpoints a service, TCP and UDP over IPv4 only",
            source: pages::LIMITS,
        },
        Limit {
            text: "idle connections end after about five minutes",
            source: pages::LINK_SERVICE,
        },
    ],
    needs_relay: true,
    weigh,
    manifest,
};

/// Ports of Linux's default range; see the limits above.
const CONNECTIONS_PER_RELAY: u32 = 28_000;
/// See the limits above.
const CONNECTIONS_PER_NAT: u32 = 64_000;

/// At least two, because one that is patched or fails cuts everybody.
fn instances(need: &Need) -> usize {
    let by_load =
        usize::try_from(need.wishes.connections.div_ceil(CONNECTIONS_PER_RELAY)).unwrap_or(2);
    by_load
        .max(2)
        .max(need.relays.as_ref().map_or(0, |relays| relays.instances))
}

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    let is_balanced = need
        .targets
        .iter()
        .all(|target| matches!(target.service, Service::Balanced(_)));
    let has_own_link = need
        .targets
        .iter()
        .any(|target| matches!(target.service, Service::ApplicationGateway(_)));
    if is_balanced || has_own_link {
        out.reason(
            Points::Hinders,
            pages::LINK_SERVICE,
            "the service can stand behind Private Link by itself, so a relay is one more hop that adds nothing",
        );
    }
    if need
        .targets
        .iter()
        .any(|target| matches!(target.service, Service::ApiManagement(_)))
    {
        out.reason(
            Points::For,
            "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
            "API Management's address cannot be a load balancer's backend; a relay can, and dials it by name",
        );
    }
    if need
        .targets
        .iter()
        .any(|target| matches!(target.service, Service::Name(_)))
    {
        out.reason(
            Points::For,
            "",
            "the target is a name whose address may move; a relay resolves it again",
        );
    }
    if need.targets.len() > 1 {
        out.reason(
            Points::For,
            "",
            format!(
                "{} targets stand behind one private endpoint",
                need.targets.len()
            ),
        );
    }
    if need.overlaps() {
        out.reason(
            Points::For,
            pages::LINK_SERVICE,
            "address spaces overlap, and Private Link translates on the provider's side",
        );
    }
    if need.crosses_regions() {
        out.reason(
            Points::For,
            pages::ENDPOINT,
            "consumer and provider are in different regions, which Private Link bridges",
        );
    }
    if need.wishes.filter_consumers {
        out.reason(
            Points::For,
            pages::LINK_SERVICE,
            "only a relay tells consumers apart, by the LINKID in the PROXY header or by the server name",
        );
    }
    out.reason(
        Points::For,
        "",
        "nothing in it is a preview, and the service itself stays as it is",
    );
    out.reason(
        Points::Against,
        "",
        format!("{} machines to keep patched", instances(need)),
    );
    if need
        .relays
        .as_ref()
        .is_some_and(|relays| relays.instances < 2)
    {
        out.change("run a second relay, in another zone where the region has zones");
    }
    out.runs("provider: the relays, the load balancer, the Private Link Service, and the approval of connections");
    out.runs("consumer: a private endpoint and a private DNS zone");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "Linkspan's relays behind a load balancer and a Private Link Service.",
    );
    let name = need
        .relays
        .as_ref()
        .map_or("fwd", |relays| relays.name.as_str())
        .to_owned();
    let balancer = need
        .relays
        .as_ref()
        .and_then(|relays| relays.balancer.clone());
    let balancer = balancer.unwrap_or_else(|| "relay-lb".to_owned());
    let service = need
        .link_service
        .clone()
        .unwrap_or_else(|| format!("{}-pls", need.name));
    let relays = sheet.relay_subnet().unwrap_or_default();
    let network = need.provider.name.clone();
    // Targets on one port are tried in turn.
    let mut by_port: Vec<(u16, Vec<String>)> = Vec::new();
    for target in &need.targets {
        let to = match &target.service {
            Service::ApiManagement(service) => service.name.clone(),
            Service::Address(address) => format!("{}:{}", address.address, target.service_port),
            Service::Name(host) => format!("{host}:{}", target.service_port),
            Service::Balanced(BalancedNeed { address, .. })
            | Service::ApplicationGateway(GatewayNeed { address, .. }) => {
                let address = address.or_else(|| sheet.placeholder());
                match address {
                    Some(address) => format!("{address}:{}", target.port),
                    None => continue,
                }
            }
        };
        match by_port.iter_mut().find(|(port, _)| *port == target.port) {
            Some((_, all)) => all.push(to),
            None => by_port.push((target.port, vec![to])),
        }
    }
    let relay: Vec<Value> = by_port
        .into_iter()
        .map(|(port, to)| match to.as_slice() {
            [one] => json!({ "listen": port, "to": one }),
            several => json!({ "listen": port, "to": several }),
        })
        .collect();
    let mut forwarder = json!({ "subnet": format!("{network}/{relays}"), "instances": instances(need), "relay": relay });
    let mut front = json!({ "subnet": format!("{network}/{relays}"), "backend": name });
    if has_zones(&need.provider.region) {
        let zones = ["1", "2", "3"];
        let spread: Vec<&str> = zones.into_iter().take(instances(need)).collect();
        for (entry, zones) in [(&mut forwarder, spread), (&mut front, zones.to_vec())] {
            if let Some(members) = entry.as_object_mut() {
                members.insert("zones".to_owned(), json!(zones));
            }
        }
    }
    sheet.put("forwarders", &name, forwarder);
    sheet.put("loadBalancers", &balancer, front);
    let nat = sheet.nat_subnet().unwrap_or_else(|| relays.clone());
    let consumers = sheet.consumer_subscriptions();
    let mut entry = Map::new();
    entry.insert("loadBalancer".to_owned(), balancer.into());
    entry.insert("subnet".to_owned(), format!("{network}/{nat}").into());
    let wanted = need
        .wishes
        .connections
        .div_ceil(CONNECTIONS_PER_NAT)
        .clamp(1, 8);
    let range = sheet
        .need
        .provider
        .subnets
        .iter()
        .find(|subnet| subnet.name == nat)
        .map(|subnet| subnet.prefix);
    if let (true, Some(range)) = (wanted > 1, range) {
        let addresses: Vec<String> = range
            .usable()
            .take(usize::try_from(wanted).unwrap_or(1))
            .map(|address| address.to_string())
            .collect();
        entry.insert("natIPs".to_owned(), json!(addresses));
    }
    entry.insert("visibility".to_owned(), json!(consumers));
    entry.insert("autoApproval".to_owned(), json!(consumers));
    sheet.put("privateLinkServices", &service, Value::Object(entry));
    sheet.endpoints_to_service(&service);
    sheet.finish()
}
