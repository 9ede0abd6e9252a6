//! The service's own internal load balancer directly behind a Private Link Service: machines, a
//! scale set, or an AKS ingress.

use super::{Need, Option, Points, Weighed, pages};
use crate::advise::{
    Limit,
    need::Service,
    sheet::{Sheet, resource_id, subnet_id},
};
use crate::model::id::ResourceId;
use serde_json::json;
use std::collections::BTreeSet;

const AKS: &str = "https://cloud-provider-azure.sigs.k8s.io/topics/pls-integration/";
const SELF_HOSTED: &str =
    "https://learn.microsoft.com/azure/api-management/self-hosted-gateway-overview";

pub(super) static OPTION: Option = Option {
    id: "own-load-balancer",
    title: "The service's own internal load balancer (machines, or an AKS ingress) behind a Private Link Service",
    regions: "all public regions; consumers may be in any of them",
    limits: &[
        Limit {
            text: "Standard load balancer, members by NIC and not by address",
            source: pages::LINK_SERVICE,
        },
        Limit {
            text: "1,000 private endpoints a service, eight services a load balancer",
            source: pages::LIMITS,
        },
        Limit {
            text: "AKS makes the Private Link Service itself where the service is annotated `azure-pls-create`",
            source: AKS,
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

fn weigh(need: &Need) -> Weighed {
    let mut out = Weighed::default();
    let is_balanced = need
        .targets
        .iter()
        .all(|target| matches!(target.service, Service::Balanced(_)));
    let is_kubernetes = need.targets.iter().any(
        |target| matches!(&target.service, Service::Balanced(balanced) if balanced.is_kubernetes),
    );
    if is_balanced {
        out.reason(
            Points::For,
            pages::LINK_SERVICE,
            "the service stands behind a Standard load balancer already, which a Private Link Service can take as it is: no relay is needed",
        );
        if is_kubernetes {
            out.reason(Points::For, AKS, "AKS can make and keep the Private Link Service by an annotation of the ingress's service");
        }
    } else if need.api_management().is_some() {
        out.reason(
            Points::Blocks,
            "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
            "API Management's load balancer is Azure's own, and its address cannot be another one's backend",
        );
        out.reason(
            Points::Against,
            SELF_HOSTED,
            "a self-hosted gateway in a cluster could be, in the tiers that have it",
        );
        out.change("run the gateway (self-hosted) or the service itself in AKS, behind an internal ingress");
    } else {
        out.reason(
            Points::Blocks,
            "https://learn.microsoft.com/azure/load-balancer/backend-pool-management",
            "the service is not machines or a cluster in the provider's network, so no load balancer of it can be taken",
        );
        out.change("run the service in AKS, or on machines behind a load balancer, in the provider's network");
    }
    if need.wishes.filter_consumers {
        out.reason(
            Points::Against,
            pages::LINK_SERVICE,
            "the ingress must read the PROXY header itself to tell consumers apart",
        );
    }
    out.reason(
        Points::For,
        pages::ENDPOINT,
        "it crosses regions, subscriptions, tenants and overlapping addresses",
    );
    out.runs("provider: the service with its load balancer, the Private Link Service, and the approval of connections");
    out.runs("consumer: a private endpoint and a private DNS zone");
    out
}

fn manifest(need: &Need) -> String {
    let mut sheet = Sheet::new(
        need,
        "The service's own internal load balancer behind a Private Link Service.",
    );
    let nodes = sheet
        .add_subnet("nodeSubnet", 24, Some("NSG-Nodes"))
        .unwrap_or_default();
    let nat = sheet.nat_subnet().unwrap_or_default();
    let provider = sheet.need.provider.clone();
    let known = need
        .targets
        .iter()
        .find_map(|target| match &target.service {
            Service::Balanced(balanced) => Some(balanced.clone()),
            _ => None,
        });
    let is_kubernetes = known.as_ref().is_none_or(|balanced| balanced.is_kubernetes);
    let name = known
        .as_ref()
        .map_or("kubernetes-internal", |balanced| balanced.balancer.name())
        .to_owned();
    let frontend_name = known
        .as_ref()
        .map_or("ingress", |balanced| balanced.frontend.as_str())
        .to_owned();
    let balancer = ResourceId::new(
        &provider.subscription_id,
        &provider.group,
        "Microsoft.Network/loadBalancers",
        &name,
    );
    let range = provider
        .subnets
        .iter()
        .find(|subnet| subnet.name == nodes)
        .map(|subnet| subnet.prefix);
    // Behind the addresses that nodes take first.
    let address = range.and_then(|range| range.usable().nth(100).or_else(|| range.usable().last()));
    let frontend = balancer.child("frontendIPConfigurations", &frontend_name);
    let pool = balancer.child("backendAddressPools", "nodes");
    let probe = balancer.child("probes", "health");
    if is_kubernetes {
        sheet.comment("AKS makes the load balancer and its rules from the ingress's service, and the scale set from the node pool; they stand here as what exists then.");
        sheet.resource(
            &provider,
            "Microsoft.ContainerService/managedClusters",
            &format!("{}-aks", need.name),
            json!({
                "location": provider.region,
                "sku": { "name": "Base", "tier": "Standard" },
                "properties": {
                    "dnsPrefix": need.name,
                    "agentPoolProfiles": [{
                        "name": "nodes",
                        "mode": "System",
                        "count": 2,
                        "vmSize": "Standard_D2s_v5",
                        "osDiskSizeGB": 32,
                        "vnetSubnetID": subnet_id(&provider, &nodes).as_str(),
                    }],
                },
            }),
        );
    } else {
        sheet.comment("The machines and their load balancer stand here as what exists.");
    }
    let mut ports = BTreeSet::new();
    let rules: Vec<_> = need
        .targets
        .iter()
        // One rule a port, however many machines answer on it.
        .filter(|target| ports.insert(target.port))
        .map(|target| {
            json!({
                "name": format!("tcp-{}", target.port),
                "properties": {
                    "frontendIPConfiguration": { "id": frontend.as_str() },
                    "backendAddressPool": { "id": pool.as_str() },
                    "probe": { "id": probe.as_str() },
                    "protocol": "Tcp",
                    "frontendPort": target.port,
                    "backendPort": target.service_port,
                    "enableTcpReset": true,
                    "idleTimeoutInMinutes": 4,
                },
            })
        })
        .collect();
    sheet.resource(
        &provider,
        "Microsoft.Network/loadBalancers",
        &name,
        json!({
            "existing": true,
            "location": provider.region,
            "sku": { "name": "Standard" },
            "properties": {
                "frontendIPConfigurations": [{
                    "name": frontend_name,
                    "zones": ["1", "2", "3"],
                    "properties": {
                        "subnet": { "id": subnet_id(&provider, &nodes).as_str() },
                        "privateIPAllocationMethod": "Static",
                        "privateIPAddress": address.map(|address| address.to_string()),
                    },
                }],
                "backendAddressPools": [{ "name": "nodes", "properties": {} }],
                "probes": [{
                    "name": "health",
                    "properties": { "protocol": "Http", "port": 10256, "requestPath": "/healthz", "intervalInSeconds": 5, "probeThreshold": 1 },
                }],
                "loadBalancingRules": rules,
            },
        }),
    );
    sheet.resource(
        &provider,
        "Microsoft.Compute/virtualMachineScaleSets",
        "nodes",
        json!({
            "existing": true,
            "location": provider.region,
            "zones": ["1", "2", "3"],
            // What the nodes cost is in the cluster's line.
            "sku": { "capacity": 2 },
            "properties": {
                "orchestrationMode": "Uniform",
                "virtualMachineProfile": {
                    "networkProfile": {
                        "networkInterfaceConfigurations": [{
                            "name": "nodes",
                            "properties": {
                                "primary": true,
                                "enableAcceleratedNetworking": true,
                                "ipConfigurations": [{
                                    "name": "nodes",
                                    "properties": {
                                        "subnet": { "id": subnet_id(&provider, &nodes).as_str() },
                                        "loadBalancerBackendAddressPools": [{ "id": pool.as_str() }],
                                    },
                                }],
                            },
                        }],
                    },
                },
            },
        }),
    );
    let service = need
        .link_service
        .clone()
        .unwrap_or_else(|| format!("{}-pls", need.name));
    let consumers: Vec<String> = need
        .consumers
        .iter()
        .map(|consumer| consumer.network.subscription_id.clone())
        .collect();
    let nat_address = provider
        .subnets
        .iter()
        .find(|subnet| subnet.name == nat)
        .and_then(|subnet| subnet.prefix.usable().next());
    sheet.resource(
        &provider,
        "Microsoft.Network/virtualNetworks",
        &provider.name,
        json!({ "properties": { "subnets": [{ "name": nat, "properties": { "privateLinkServiceNetworkPolicies": "Disabled" } }] } }),
    );
    sheet.resource(
        &provider,
        "Microsoft.Network/privateLinkServices",
        &service,
        json!({
            "location": provider.region,
            "properties": {
                "loadBalancerFrontendIpConfigurations": [{ "id": frontend.as_str() }],
                "ipConfigurations": [{
                    "name": "nat-0",
                    "properties": {
                        "primary": true,
                        "privateIPAllocationMethod": "Static",
                        "privateIPAddress": nat_address.map(|address| address.to_string()),
                        "subnet": { "id": subnet_id(&provider, &nat).as_str() },
                    },
                }],
                "visibility": { "subscriptions": consumers },
                "autoApproval": { "subscriptions": consumers },
            },
        }),
    );
    let target = resource_id(&provider, "Microsoft.Network/privateLinkServices", &service);
    sheet.endpoints_to_resource(&target, None);
    sheet.consumer_zones();
    // The service runs in the cluster now.
    if known.is_none() {
        sheet.need.targets.clear();
    }
    sheet.finish()
}
