//! API Management's own inbound private endpoint.

use super::{Need, Option, Points, Weighed, pages};
use crate::advise::{
    Limit,
    need::{Service, Target},
    sheet::{Sheet, resource_id},
};

const PAGE: &str = "https://learn.microsoft.com/azure/api-management/private-endpoint";
const MODES: &str = "https://learn.microsoft.com/azure/api-management/virtual-network-concepts";

/// Tiers whose instances can have private endpoints.
const TIERS: &[&str] = &[
    "Developer",
    "Basic",
    "Standard",
    "StandardV2",
    "Premium",
    "PremiumV2",
];

pub(super) static OPTION: Option = Option {
    id: "api-management-endpoint",
    title: "API Management's own private endpoint",
    regions: "all public regions; the endpoint may be in another one than the service",
    limits: &[
        Limit {
            text: "100 private endpoints an instance",
            source: PAGE,
        },
        Limit {
            text: "the gateway's name only, not the portals or the management endpoint",
            source: PAGE,
        },
        Limit {
            text: "not on an instance of a classic tier that is injected into a network",
            source: PAGE,
        },
    ],
    needs_relay: false,
    weigh,
    manifest,
};

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    let Some(service) = need.api_management() else {
        out.reason(
            Points::Blocks,
            PAGE,
            "what is to be reached is not one API Management instance",
        );
        out.change("publish the service through an API Management instance");
        out.runs("provider: API Management and the approval of connections");
        out.runs("consumer: a private endpoint and a private DNS zone");
        return out;
    };
    let is_v2 = service.sku.ends_with("V2");
    if !TIERS.contains(&service.sku.as_str()) {
        out.reason(
            Points::Blocks,
            PAGE,
            format!("tier `{}` has no private endpoints", service.sku),
        );
        out.change("move to another tier, such as StandardV2");
    }
    if service.network_type == "None" {
        out.reason(
            Points::For,
            PAGE,
            "the instance is in no network and its tier takes private endpoints: no Private Link Service, load balancer or relay is needed",
        );
    } else {
        let kind = if is_v2 { "a v2" } else { "a classic" };
        out.reason(
            Points::Hinders,
            PAGE,
            format!("the instance is injected into a network ({}), and {kind} instance that is takes no private endpoint", service.network_type),
        );
        out.change(format!(
            "take `{}` out of its network (`virtualNetworkType: None`), and close its public access once the endpoint is approved",
            service.name
        ));
        out.reason(
            Points::Against,
            MODES,
            "outside the network the gateway no longer reaches private backends; StandardV2 and PremiumV2 do, by outbound integration",
        );
    }
    if need.targets.iter().any(|target| target.port != 443) {
        out.reason(Points::Blocks, PAGE, "consumers dial another port than 443");
        out.change("dial the gateway at 443");
    }
    if need.consumers.len() > 100 {
        out.reason(
            Points::Blocks,
            PAGE,
            "there are more consumers than an instance takes endpoints",
        );
    }
    out.reason(
        Points::For,
        pages::ENDPOINT,
        "it crosses regions, subscriptions, tenants and overlapping addresses",
    );
    if need.wishes.filter_consumers {
        out.reason(
            Points::For,
            PAGE,
            "policies of API Management can tell by `context.request` what came through a private endpoint",
        );
    }
    out.runs("provider: API Management and the approval of connections; no machine");
    out.runs("consumer: a private endpoint and a private DNS zone");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "API Management's own private endpoint: no Private Link Service, no relay.",
    );
    let known = need
        .targets
        .iter()
        .find_map(|target| match &target.service {
            Service::ApiManagement(service) => Some(service.clone()),
            _ => None,
        });
    let mut service = known.unwrap_or_else(|| crate::advise::ApiManagementNeed {
        name: format!("{}-apim", need.name),
        sku: "StandardV2".to_owned(),
        capacity: 1,
        network_type: "None".to_owned(),
        subnet: None,
        vip: None,
        publisher_email: "ops@example.com".to_owned(),
        existing: false,
    });
    if !TIERS.contains(&service.sku.as_str()) {
        "StandardV2".clone_into(&mut service.sku);
    }
    if service.network_type != "None" {
        "None".clone_into(&mut service.network_type);
        sheet.comment("`publicNetworkAccess: Disabled` can only be set once an endpoint is approved: do that next.");
    }
    service.subnet = None;
    service.vip = None;
    let id = resource_id(
        &need.provider,
        "Microsoft.ApiManagement/service",
        &service.name,
    );
    sheet.need.targets = vec![Target {
        service: Service::ApiManagement(service),
        port: 443,
        service_port: 443,
    }];
    sheet.endpoints_to_resource(&id, Some("Gateway"));
    sheet.consumer_zones();
    sheet.finish()
}
