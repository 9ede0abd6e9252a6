//! An Application Gateway with Private Link on its frontend.

use super::{Need, Option, Points, Weighed, pages};
use crate::advise::{
    Limit,
    need::{Service, Target},
    sheet::{Sheet, network_id, resource_id, subnet_id},
};
use serde_json::{Value, json};

const PAGE: &str = "https://learn.microsoft.com/azure/application-gateway/private-link";
const TLS: &str = "https://learn.microsoft.com/azure/application-gateway/ssl-overview";

/// The frontend that Private Link is on; the endpoint's group id.
const FRONTEND: &str = "private";

pub(super) static OPTION: Option = Option {
    id: "application-gateway",
    title: "Application Gateway with Private Link",
    regions: "all public regions; consumers may be in any of them",
    limits: &[
        Limit {
            text: "HTTP and HTTPS; TLS ends at the gateway, so it needs the service's certificate",
            source: TLS,
        },
        Limit {
            text: "the private link's subnet is another one than the gateway's",
            source: PAGE,
        },
        Limit {
            text: "no alias: consumers name the gateway by its resource id",
            source: PAGE,
        },
        Limit {
            text: "idle connections end after about five minutes",
            source: PAGE,
        },
    ],
    needs_relay: false,
    weigh,
    manifest,
};

/// Ports of HTTP by custom; what is on others is taken to be something else.
fn is_http(target: &Target) -> bool {
    matches!(
        target.service,
        Service::ApiManagement(_) | Service::ApplicationGateway(_)
    ) || matches!(target.port, 80 | 443 | 8080 | 8443)
}

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    if need
        .targets
        .iter()
        .any(|target| matches!(target.service, Service::ApplicationGateway(_)))
    {
        out.reason(Points::For, PAGE, "the service is an Application Gateway already: Private Link is a setting of its frontend");
    } else if need.targets.iter().all(is_http) {
        out.reason(
            Points::Hinders,
            TLS,
            "TLS would end at the gateway, which needs a certificate for the name that consumers dial",
        );
        out.change("give the gateway that certificate, by a Key Vault and a managed identity; the manifest listens for HTTP until then");
        out.reason(
            Points::For,
            PAGE,
            "rules by host and path, and a web application firewall where its tier has one",
        );
    } else {
        out.reason(
            Points::Blocks,
            TLS,
            "consumers speak something else than HTTP, as far as ports tell",
        );
        out.change("publish the service by HTTP");
    }
    out.reason(
        Points::For,
        pages::ENDPOINT,
        "it crosses regions, subscriptions, tenants and overlapping addresses",
    );
    out.reason(
        Points::Against,
        PAGE,
        "a gateway to run for the sake of a private link",
    );
    out.runs("provider: the gateway with its certificate, and the approval of connections");
    out.runs("consumer: a private endpoint (by resource id, group id the frontend's name) and a private DNS zone");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "Application Gateway with Private Link on its private frontend.",
    );
    sheet.comment("The listener speaks HTTP: put a certificate for the consumers' name on it before it carries anything.");
    let gateway_subnet = sheet
        .add_subnet("AppGatewaySubnet", 26, None)
        .unwrap_or_default();
    let link_subnet = sheet
        .add_subnet("AppGatewayLinkSubnet", 28, None)
        .unwrap_or_default();
    let provider = sheet.need.provider.clone();
    let range = provider
        .subnets
        .iter()
        .find(|subnet| subnet.name == gateway_subnet)
        .map(|subnet| subnet.prefix);
    let address = range.and_then(|range| range.usable().next());
    let known = need
        .targets
        .iter()
        .find_map(|target| match &target.service {
            Service::ApplicationGateway(gateway) => Some(gateway.id.clone()),
            _ => None,
        });
    let name = known
        .as_ref()
        .map_or_else(|| format!("{}-appgw", need.name), |id| id.name().to_owned());
    let gateway = resource_id(&provider, "Microsoft.Network/applicationGateways", &name);
    let public = resource_id(
        &provider,
        "Microsoft.Network/publicIPAddresses",
        &format!("{name}-ip"),
    );
    let backends: Vec<Value> = need
        .targets
        .iter()
        .filter_map(|target| match &target.service {
            Service::Address(address) => Some(json!({ "ipAddress": address.address.to_string() })),
            Service::Balanced(balanced) => balanced
                .address
                .map(|address| json!({ "ipAddress": address.to_string() })),
            Service::ApplicationGateway(_) => None,
            other => other.host().map(|host| json!({ "fqdn": host })),
        })
        .collect();
    let port = need
        .targets
        .first()
        .map_or(443, |target| target.service_port);
    let part = |kind: &str, name: &str| json!({ "id": gateway.child(kind, name).as_str() });
    sheet.resource(
        &provider,
        "Microsoft.Network/publicIPAddresses",
        public.name(),
        json!({
            "location": provider.region,
            "sku": { "name": "Standard" },
            "properties": { "publicIPAllocationMethod": "Static" },
        }),
    );
    // Azure asks for a public frontend; without a listener it answers nobody.
    sheet.resource(
        &provider,
        "Microsoft.Network/virtualNetworks",
        &provider.name,
        json!({
            "properties": { "subnets": [{ "name": link_subnet, "properties": { "privateLinkServiceNetworkPolicies": "Disabled" } }] },
        }),
    );
    sheet.resource(
        &provider,
        "Microsoft.Network/applicationGateways",
        &name,
        json!({
            "location": provider.region,
            "properties": {
                "sku": { "name": "Standard_v2", "tier": "Standard_v2" },
                "autoscaleConfiguration": { "minCapacity": 0, "maxCapacity": 4 },
                "gatewayIPConfigurations": [
                    { "name": "gateway", "properties": { "subnet": { "id": subnet_id(&provider, &gateway_subnet).as_str() } } },
                ],
                "frontendIPConfigurations": [
                    {
                        "name": FRONTEND,
                        "properties": {
                            "privateIPAllocationMethod": "Static",
                            "privateIPAddress": address.map(|address| address.to_string()),
                            "subnet": { "id": subnet_id(&provider, &gateway_subnet).as_str() },
                            "privateLinkConfiguration": part("privateLinkConfigurations", "link"),
                        },
                    },
                    { "name": "public", "properties": { "publicIPAddress": { "id": public.as_str() } } },
                ],
                "privateLinkConfigurations": [{
                    "name": "link",
                    "properties": {
                        "ipConfigurations": [{
                            "name": "link",
                            "properties": {
                                "primary": true,
                                "privateIPAllocationMethod": "Dynamic",
                                "subnet": { "id": network_id(&provider).child("subnets", &link_subnet).as_str() },
                            },
                        }],
                    },
                }],
                "frontendPorts": [{ "name": "http", "properties": { "port": 80 } }],
                "backendAddressPools": [{ "name": "service", "properties": { "backendAddresses": backends } }],
                "backendHttpSettingsCollection": [{
                    "name": "service",
                    "properties": {
                        "port": port,
                        "protocol": if port == 80 { "Http" } else { "Https" },
                        "pickHostNameFromBackendAddress": true,
                        "requestTimeout": 60,
                    },
                }],
                "httpListeners": [{
                    "name": "service",
                    "properties": {
                        "frontendIPConfiguration": part("frontendIPConfigurations", FRONTEND),
                        "frontendPort": part("frontendPorts", "http"),
                        "protocol": "Http",
                    },
                }],
                "requestRoutingRules": [{
                    "name": "service",
                    "properties": {
                        "ruleType": "Basic",
                        "priority": 100,
                        "httpListener": part("httpListeners", "service"),
                        "backendAddressPool": part("backendAddressPools", "service"),
                        "backendHttpSettings": part("backendHttpSettingsCollection", "service"),
                    },
                }],
            },
        }),
    );
    sheet.endpoints_to_resource(&gateway, Some(FRONTEND));
    sheet.consumer_zones();
    // The gateway dials an internal service by name, which its network must resolve too.
    for target in need.targets.clone() {
        if let (Service::ApiManagement(service), Some(host)) =
            (&target.service, target.service.host())
            && service.network_type == "Internal"
        {
            let id = resource_id(&provider, "Microsoft.ApiManagement/service", &service.name);
            sheet.zone(&provider, &host, &format!("addressOf({id})"), &[&provider]);
        }
    }
    sheet.finish()
}
