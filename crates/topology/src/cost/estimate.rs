//! From resources to lines of a bill.
//!
//! Which properties decide a price is read from the resource's ARM JSON, so that it is the same
//! for types that are modelled and types that are not. What Azure does not bill (networks,
//! security groups, NICs, records, …) has no line; a type that is not known here has one without a
//! price.

use super::prices::{Prices, Unit};
use crate::model::{Resource, Topology, id::ResourceId};
use serde::Serialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// A month as Azure's own calculator counts it: 365 days of 24 hours, divided by 12.
/// Source: <https://azure.microsoft.com/pricing/calculator/>.
pub const HOURS_PER_MONTH: f64 = 730.0;

/// Rules that the base price of a load balancer covers.
/// Source: <https://azure.microsoft.com/pricing/details/load-balancer/>.
const INCLUDED_RULES: usize = 5;

/// Types that cost nothing by themselves.
const FREE: &[&str] = &[
    "microsoft.resources/resourcegroups",
    "microsoft.network/virtualnetworks/subnets",
    "microsoft.network/networksecuritygroups",
    "microsoft.network/networksecuritygroups/securityrules",
    "microsoft.network/applicationsecuritygroups",
    "microsoft.network/routetables",
    "microsoft.network/routetables/routes",
    "microsoft.network/networkinterfaces",
    "microsoft.network/localnetworkgateways",
    "microsoft.network/virtualnetworkgateways/natrules",
    "microsoft.network/privateendpoints/privatednszonegroups",
    "microsoft.network/privatelinkservices/privateendpointconnections",
    "microsoft.compute/availabilitysets",
    "microsoft.authorization/roleassignments",
    "microsoft.authorization/locks",
    "microsoft.managedidentity/userassignedidentities",
];

/// What goes over the wires in a month.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Hours of existence.
    pub hours: f64,
    /// From all consumers to the service, 10⁹ bytes.
    pub inbound_gigabytes: f64,
    /// From the service to all consumers, 10⁹ bytes.
    pub outbound_gigabytes: f64,
    /// DNS queries to private zones, in millions.
    pub dns_queries_millions: f64,
    /// Average capacity units of an application gateway.
    pub capacity_units: f64,
}

impl Default for Usage {
    /// A whole month, 100 GB each way, a million DNS queries, one capacity unit.
    fn default() -> Self {
        Self {
            hours: HOURS_PER_MONTH,
            inbound_gigabytes: 100.0,
            outbound_gigabytes: 100.0,
            dns_queries_millions: 1.0,
            capacity_units: 1.0,
        }
    }
}

/// One thing that is billed.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Line {
    /// The resource that causes it; its subscription pays.
    pub resource: ResourceId,
    /// What is billed.
    pub what: String,
    /// The meter of the price file.
    pub meter: String,
    /// How many units a month.
    pub quantity: f64,
    /// What one unit is; absent if the meter is not in the file.
    pub unit: Option<Unit>,
    /// Price of one.
    pub unit_price: Option<f64>,
    /// Region of that price, which need not be the resource's.
    pub price_region: String,
    /// Cost in a month, rounded to a hundredth.
    pub monthly: Option<f64>,
    /// Why there is no price; empty if there is one.
    pub unknown: String,
    /// Where the price stands.
    pub source: String,
    /// Whether the resource is there anyway.
    pub existing: bool,
}

/// The cost of a topology.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Estimate {
    /// ISO 4217 code of all amounts.
    pub currency: String,
    /// Day of the price file, empty if it does not say.
    pub date: String,
    /// Lines in the order of the topology.
    pub lines: Vec<Line>,
    /// Sum of all lines with a price, without what exists anyway.
    pub total: f64,
    /// Sum of the lines of what exists anyway.
    pub existing: f64,
    /// The same as `total` by subscription id.
    pub by_subscription: BTreeMap<String, f64>,
    /// What the total lacks, each once: what, and why.
    pub unknown: Vec<String>,
}

impl Estimate {
    /// The sum of the lines of one resource, and whether it lacks something.
    pub fn of(&self, id: &ResourceId) -> (f64, bool) {
        let lines = self.lines.iter().filter(|line| line.resource == *id);
        lines.fold((0.0, false), |(sum, lacks), line| {
            (
                sum + line.monthly.unwrap_or(0.0),
                lacks || line.monthly.is_none(),
            )
        })
    }
}

/// What a month of the topology costs.
pub fn estimate(topology: &Topology, prices: &Prices, usage: &Usage) -> Estimate {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for resource in topology.resources.values() {
        *counts
            .entry(resource.id.arm_type().to_ascii_lowercase())
            .or_default() += 1;
    }
    let mut bill = Bill {
        topology,
        prices,
        usage,
        counts,
        lines: Vec::new(),
    };
    for resource in topology.resources.values() {
        bill.resource(resource);
    }
    let mut out = Estimate {
        currency: prices.currency.clone(),
        date: prices.date.clone(),
        lines: bill.lines,
        ..Estimate::default()
    };
    let mut lacking = BTreeSet::new();
    for line in &out.lines {
        match line.monthly {
            Some(monthly) if line.existing => out.existing += monthly,
            Some(monthly) => {
                out.total += monthly;
                *out.by_subscription
                    .entry(line.resource.subscription().to_owned())
                    .or_default() += monthly;
            }
            None => {
                lacking.insert(format!("{}: {}", line.what, line.unknown));
            }
        }
    }
    out.total = cents(out.total);
    out.existing = cents(out.existing);
    for sum in out.by_subscription.values_mut() {
        *sum = cents(*sum);
    }
    out.unknown = lacking.into_iter().collect();
    out
}

fn cents(amount: f64) -> f64 {
    (amount * 100.0).round() / 100.0
}

/// What the lines are made from.
struct Bill<'t> {
    topology: &'t Topology,
    prices: &'t Prices,
    usage: &'t Usage,
    /// Resources by lower-case type, to share traffic between equals.
    counts: BTreeMap<String, usize>,
    lines: Vec<Line>,
}

fn count(number: usize) -> f64 {
    u32::try_from(number).map_or(f64::from(u32::MAX), f64::from)
}

fn length(value: &Value, pointer: &str) -> usize {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map_or(0, Vec::len)
}

fn text<'v>(value: &'v Value, pointer: &str) -> Option<&'v str> {
    value.pointer(pointer).and_then(Value::as_str)
}

impl Bill<'_> {
    fn resource(&mut self, resource: &Resource) {
        let kind = resource.id.arm_type().to_ascii_lowercase();
        if FREE.contains(&kind.as_str()) || kind.starts_with("microsoft.network/privatednszones/") {
            return;
        }
        let properties = resource.body.to_properties();
        match kind.as_str() {
            "microsoft.network/virtualnetworks" => self.network(resource, &properties),
            "microsoft.network/virtualnetworks/virtualnetworkpeerings" => {
                let parent = resource.id.parent();
                let here = parent.and_then(|id| self.topology.resources.get(&id));
                let region = here.and_then(|network| network.location.clone());
                self.peering(resource, region.as_deref(), &properties);
            }
            "microsoft.network/loadbalancers" => self.load_balancer(resource, &properties),
            "microsoft.network/privatelinkservices" => self.link_service(resource, &properties),
            "microsoft.network/privateendpoints" => self.endpoint(resource, &kind, &properties),
            "microsoft.network/privatednszones" => {
                let share = self.share(&kind, self.usage.dns_queries_millions);
                self.add(resource, "privateDnsZone", 1.0);
                self.add(resource, "privateDnsZone.queries", share);
            }
            "microsoft.network/publicipaddresses" => {
                let sku = sku(resource, "Standard");
                self.hours(resource, &format!("publicIPAddress.{sku}"), 1.0);
            }
            "microsoft.network/natgateways" => self.hours(resource, "natGateway", 1.0),
            "microsoft.network/applicationgateways" => self.gateway(resource, &properties),
            "microsoft.network/virtualnetworkgateways" => {
                let sku = text(&properties, "/sku/name").unwrap_or("VpnGw1AZ");
                self.hours(resource, &format!("virtualNetworkGateway.{sku}"), 1.0);
            }
            "microsoft.network/connections" => {
                let share = self.share(&kind, self.usage.outbound_gigabytes);
                self.add(resource, "virtualNetworkGateway.data", share);
            }
            "microsoft.compute/virtualmachines" => self.machine(resource, &properties, "", 1.0),
            "microsoft.compute/virtualmachinescalesets" => self.scale_set(resource, &properties),
            "microsoft.apimanagement/service" => self.api_management(resource, &properties),
            "microsoft.containerservice/managedclusters" => self.cluster(resource, &properties),
            _ => self.add(resource, resource.id.arm_type().as_str(), 1.0),
        }
    }

    /// An equal part of what all resources of a type carry together.
    fn share(&self, kind: &str, whole: f64) -> f64 {
        whole / count(self.counts.get(kind).copied().unwrap_or(1).max(1))
    }

    fn hours(&mut self, resource: &Resource, meter: &str, times: f64) {
        self.add(resource, meter, self.usage.hours * times);
    }

    fn add(&mut self, resource: &Resource, meter: &str, quantity: f64) {
        let quote = self.prices.quote(meter, resource.location.as_deref());
        let known = self.prices.meter(meter);
        self.lines.push(Line {
            resource: resource.id.clone(),
            what: known.map_or_else(|| meter.to_owned(), |meter| meter.what.clone()),
            meter: meter.to_owned(),
            quantity,
            unit: known.map(|meter| meter.unit),
            unit_price: quote.price,
            price_region: quote.region,
            monthly: quote.price.map(|price| cents(price * quantity)),
            unknown: quote.unknown,
            source: known.map(|meter| meter.source.clone()).unwrap_or_default(),
            existing: resource.existing,
        });
    }

    fn network(&mut self, resource: &Resource, properties: &Value) {
        let peerings = properties
            .get("virtualNetworkPeerings")
            .and_then(Value::as_array);
        for peering in peerings.into_iter().flatten() {
            let inner = peering.get("properties").unwrap_or(peering);
            self.peering(resource, resource.location.as_deref(), inner);
        }
    }

    fn peering(&mut self, resource: &Resource, region: Option<&str>, properties: &Value) {
        let remote = text(properties, "/remoteVirtualNetwork/id")
            .and_then(|id| id.parse::<ResourceId>().ok())
            .and_then(|id| self.topology.resources.get(&id))
            .and_then(|network| network.location.as_deref());
        let meter = match (region, remote) {
            (Some(here), Some(there)) if here.eq_ignore_ascii_case(there) => "peering",
            _ => "globalPeering",
        };
        let (inward, outward) = (self.usage.inbound_gigabytes, self.usage.outbound_gigabytes);
        self.add(resource, &format!("{meter}.ingress"), inward);
        self.add(resource, &format!("{meter}.egress"), outward);
    }

    fn load_balancer(&mut self, resource: &Resource, properties: &Value) {
        let rules =
            length(properties, "/loadBalancingRules") + length(properties, "/outboundRules");
        if rules == 0 || sku(resource, "Standard") != "Standard" {
            return;
        }
        self.hours(resource, "loadBalancer.rules", 1.0);
        if rules > INCLUDED_RULES {
            self.hours(
                resource,
                "loadBalancer.extraRule",
                count(rules - INCLUDED_RULES),
            );
        }
        let both = self.usage.inbound_gigabytes + self.usage.outbound_gigabytes;
        let share = self.share("microsoft.network/loadbalancers", both);
        self.add(resource, "loadBalancer.data", share);
    }

    fn link_service(&mut self, resource: &Resource, properties: &Value) {
        let meter = match properties.get("destinationIPAddress") {
            Some(Value::String(_)) => "privateLinkService.directConnect",
            _ => "privateLinkService",
        };
        self.hours(resource, meter, 1.0);
    }

    fn endpoint(&mut self, resource: &Resource, kind: &str, properties: &Value) {
        self.hours(resource, "privateEndpoint", 1.0);
        let inward = self.share(kind, self.usage.inbound_gigabytes);
        let outward = self.share(kind, self.usage.outbound_gigabytes);
        self.add(resource, "privateEndpoint.ingress", inward);
        self.add(resource, "privateEndpoint.egress", outward);
        let target = [
            "/privateLinkServiceConnections",
            "/manualPrivateLinkServiceConnections",
        ]
        .into_iter()
        .find_map(|list| {
            text(
                properties,
                &format!("{list}/0/properties/privateLinkServiceId"),
            )
        })
        .and_then(|id| id.parse::<ResourceId>().ok())
        .and_then(|id| self.topology.resources.get(&id))
        .and_then(|service| service.location.as_deref());
        if let (Some(here), Some(there)) = (resource.location.as_deref(), target)
            && !here.eq_ignore_ascii_case(there)
        {
            self.add(resource, "bandwidth.interRegion", inward + outward);
        }
    }

    fn gateway(&mut self, resource: &Resource, properties: &Value) {
        let sku = text(properties, "/sku/name")
            .unwrap_or("Standard_v2")
            .to_owned();
        self.hours(resource, &format!("applicationGateway.{sku}"), 1.0);
        // Ten capacity units are reserved for each instance that is asked for, used or not.
        let minimum = properties
            .pointer("/autoscaleConfiguration/minCapacity")
            .or_else(|| properties.pointer("/sku/capacity"))
            .and_then(Value::as_f64)
            .unwrap_or(0.0);
        let units = self.usage.capacity_units.max(minimum * 10.0);
        self.hours(
            resource,
            &format!("applicationGateway.{sku}.capacityUnit"),
            units,
        );
    }

    fn machine(&mut self, resource: &Resource, properties: &Value, base: &str, times: f64) {
        if let Some(size) = text(properties, "/hardwareProfile/vmSize") {
            self.hours(resource, &format!("virtualMachine.{size}"), times);
        }
        let disk = format!("{base}/storageProfile/osDisk");
        let Some(disk) = properties.pointer(&disk) else {
            return;
        };
        if text(disk, "/diffDiskSettings/option") == Some("Local") {
            return;
        }
        let kind = text(disk, "/managedDisk/storageAccountType").unwrap_or("Premium_LRS");
        // Images of Linux are of 30 GiB, and a disk is billed at the next size.
        let size = disk.get("diskSizeGB").and_then(Value::as_u64).unwrap_or(30);
        let tier = [4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096]
            .into_iter()
            .find(|tier| size <= *tier)
            .unwrap_or(8192);
        self.add(resource, &format!("disk.{kind}.{tier}"), times);
    }

    fn scale_set(&mut self, resource: &Resource, properties: &Value) {
        let sku = resource.sku.as_ref();
        let instances = f64::from(sku.and_then(|sku| sku.capacity).unwrap_or(1));
        if let Some(size) = sku.and_then(|sku| sku.name.as_deref()) {
            self.hours(resource, &format!("virtualMachine.{size}"), instances);
        }
        self.machine(resource, properties, "/virtualMachineProfile", instances);
    }

    fn api_management(&mut self, resource: &Resource, properties: &Value) {
        let units = |sku: Option<&Value>| {
            sku.and_then(|sku| sku.get("capacity"))
                .and_then(Value::as_f64)
                .unwrap_or(1.0)
        };
        let capacity = resource.sku.as_ref().and_then(|sku| sku.capacity);
        let mut all = f64::from(capacity.unwrap_or(1));
        let further = properties
            .get("additionalLocations")
            .and_then(Value::as_array);
        for location in further.into_iter().flatten() {
            all += units(location.get("sku"));
        }
        self.hours(
            resource,
            &format!("apiManagement.{}", sku(resource, "Developer")),
            all,
        );
    }

    fn cluster(&mut self, resource: &Resource, properties: &Value) {
        let tier = resource.sku.as_ref().and_then(|sku| sku.tier.as_deref());
        self.hours(
            resource,
            &format!("managedCluster.{}", tier.unwrap_or("Free")),
            1.0,
        );
        let pools = properties
            .get("agentPoolProfiles")
            .and_then(Value::as_array);
        for pool in pools.into_iter().flatten() {
            let nodes = pool.get("count").and_then(Value::as_f64).unwrap_or(1.0);
            if let Some(size) = text(pool, "/vmSize") {
                self.hours(resource, &format!("virtualMachine.{size}"), nodes);
            }
            let size = pool
                .get("osDiskSizeGB")
                .and_then(Value::as_u64)
                .unwrap_or(128);
            if text(pool, "/osDiskType") != Some("Ephemeral") {
                self.add(resource, &format!("disk.Premium_LRS.{size}"), nodes);
            }
        }
    }
}

fn sku(resource: &Resource, default: &str) -> String {
    let name = resource.sku.as_ref().and_then(|sku| sku.name.as_deref());
    name.unwrap_or(default).to_owned()
}
