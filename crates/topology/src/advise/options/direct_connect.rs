//! A Private Link Service that points straight at a static address.

use super::{Need, Option, Points, Weighed, pages};
use crate::{
    advise::{
        Limit,
        need::{Service, Target},
        sheet::Sheet,
    },
    model::regions::has_direct_connect,
};
use serde_json::json;
use std::net::Ipv4Addr;

const PAGE: &str =
    "https://learn.microsoft.com/azure/private-link/configure-private-link-service-direct-connect";

pub(super) static OPTION: Option = Option {
    id: "direct-connect",
    title: "Private Link Service Direct Connect",
    regions: "preview: northcentralus, eastus2, centralus, southcentralus, westus, westus2, westus3, southeastasia, australiaeast, spaincentral; provider and consumer in the same one",
    limits: &[
        Limit {
            text: "one static destination address, which is no private endpoint",
            source: PAGE,
        },
        Limit {
            text: "two, four, six or eight NAT addresses",
            source: PAGE,
        },
        Limit {
            text: "ten a region and subscription, 10 Gbit/s each",
            source: PAGE,
        },
        Limit {
            text: "no network policies on the private endpoint's subnet, no migration of a service that exists",
            source: PAGE,
        },
        Limit {
            text: "idle connections end after about five minutes",
            source: pages::LINK_SERVICE,
        },
    ],
    needs_relay: false,
    weigh,
    manifest,
};

/// The one address that everything leads to, and whether it stays.
fn destination(targets: &[Target]) -> Result<(Ipv4Addr, bool), &'static str> {
    let mut found: std::option::Option<(Ipv4Addr, bool)> = None;
    for target in targets {
        let (address, stays) = match &target.service {
            Service::Address(need) if need.is_private_endpoint => {
                return Err(
                    "the destination is a private endpoint, which Direct Connect does not reach",
                );
            }
            Service::Address(need) => (need.address, need.is_static),
            Service::ApiManagement(service) if service.network_type == "Internal" => {
                match service.vip {
                    Some(vip) => (vip, false),
                    None => return Err("the private address of the service is not known"),
                }
            }
            Service::ApiManagement(_) => {
                return Err(
                    "the service has no private address that Direct Connect could point at",
                );
            }
            Service::Name(_) => {
                return Err(
                    "the target is a name; Direct Connect points at one address and resolves nothing",
                );
            }
            Service::Balanced(need) => match need.address {
                Some(address) => (address, need.is_static),
                None => return Err("the address of the load balancer's frontend is not known"),
            },
            Service::ApplicationGateway(_) => {
                return Err("an Application Gateway has Private Link of its own");
            }
        };
        if found.is_some_and(|(known, _)| known != address) {
            return Err("there are several destinations, and a Direct Connect service has one");
        }
        if target.port != target.service_port {
            return Err(
                "consumers dial another port than the service has, and Direct Connect translates none",
            );
        }
        found = Some((address, stays));
    }
    found.ok_or("there is no destination")
}

fn region_of(need: &Need) -> String {
    let consumers = need
        .consumers
        .iter()
        .map(|consumer| consumer.network.region.as_str());
    std::iter::once(need.provider.region.as_str())
        .chain(consumers)
        .find(|region| has_direct_connect(region))
        .unwrap_or("eastus2")
        .to_owned()
}

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    match destination(&need.targets) {
        Err(why) => {
            out.reason(Points::Blocks, PAGE, why);
            out.change("give the service one address of its own that is allocated statically");
        }
        Ok((address, true)) => out.reason(
            Points::For,
            PAGE,
            format!("everything leads to one static address, {address}: neither load balancer nor relay is needed"),
        ),
        Ok((address, false)) => {
            out.reason(
                Points::Hinders,
                pages::APIM_ADDRESSES,
                format!("the address, {address}, is Azure's choice: it stays while the service stays, and differs after it is made anew or moved"),
            );
            out.change("allocate the address statically; or watch it, and make the Private Link Service anew when it moves");
        }
    }
    let region = region_of(need);
    if !has_direct_connect(&need.provider.region) {
        out.reason(
            Points::Blocks,
            PAGE,
            format!(
                "`{}` is not among the preview's regions",
                need.provider.region
            ),
        );
        out.change(format!(
            "move the provider's side to a region of the preview, such as `{region}`"
        ));
    }
    if need.crosses_regions() {
        out.reason(
            Points::Blocks,
            PAGE,
            "private endpoint, client and service must be in one region during the preview",
        );
        out.change(format!("move the consumer's side to `{region}`"));
    }
    if need.wishes.preview {
        out.reason(Points::Against, PAGE, "it is in preview");
    } else {
        out.reason(
            Points::Hinders,
            PAGE,
            "it is in preview, without the promises of a released service",
        );
        out.change("accept a preview");
    }
    if need.wishes.filter_consumers {
        out.reason(
            Points::Blocks,
            PAGE,
            "nothing of yours stands in the path that could tell consumers apart",
        );
        out.change("let the service itself tell consumers apart, or do without");
    }
    out.reason(
        Points::Against,
        PAGE,
        "nothing probes the destination, and it has no second one",
    );
    out.reason(
        Points::Against,
        PAGE,
        "it is billed by the hour from 15 October 2026 on, more than two small machines cost",
    );
    out.runs("provider: the Private Link Service and the approval of connections; no machine");
    out.runs("consumer: a private endpoint and a private DNS zone");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "Private Link Service Direct Connect: no load balancer, no relay.",
    );
    let region = region_of(need);
    sheet.need.provider.region.clone_from(&region);
    for consumer in &mut sheet.need.consumers {
        consumer.network.region.clone_from(&region);
    }
    let service = need
        .link_service
        .clone()
        .unwrap_or_else(|| format!("{}-pls", need.name));
    let address = destination(&need.targets).map(|(address, _)| address).ok();
    let address = address.or_else(|| sheet.placeholder());
    let nat = sheet.nat_subnet().unwrap_or_default();
    let range = sheet
        .need
        .provider
        .subnets
        .iter()
        .find(|subnet| subnet.name == nat)
        .map(|subnet| subnet.prefix);
    let addresses: Vec<String> = range
        .iter()
        .flat_map(|range| range.usable().take(2))
        .map(|address| address.to_string())
        .collect();
    let consumers = sheet.consumer_subscriptions();
    sheet.comment("The destination must be allocated statically; it is the address that is known or foreseen today.");
    sheet.put(
        "privateLinkServices",
        &service,
        json!({
            "resourceGroup": need.provider.group,
            "subnet": format!("{}/{nat}", need.provider.name),
            "natIPs": addresses,
            "destinationIPAddress": address.map(|address| address.to_string()),
            "visibility": consumers,
            "autoApproval": consumers,
        }),
    );
    sheet.endpoints_to_service(&service);
    sheet.consumer_zones();
    sheet.finish()
}
