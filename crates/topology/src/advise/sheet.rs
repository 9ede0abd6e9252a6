//! Puts together the manifest of an alternative.
//!
//! A sheet begins with what stays: subscriptions, groups, networks with their subnets, the service
//! and the clients. An option adds what it needs, in the short form where the manifest has one,
//! else under `resources`. Security groups are named and not stated, so that their rules are
//! derived from what stands in their subnets.

use super::{
    need::{Consumer, Need, Network, Service, Subnet},
    yaml,
};
use crate::model::{cidr::Cidr, id::ResourceId};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, net::Ipv4Addr};

/// Subnets with this name belong to a gateway.
/// Source: <https://learn.microsoft.com/azure/vpn-gateway/vpn-gateway-about-vpn-gateway-settings#gwsub>.
pub(super) const GATEWAY_SUBNET: &str = "GatewaySubnet";

/// A manifest in the making. It owns its need, because an option may move things.
pub(super) struct Sheet {
    pub(super) need: Need,
    comments: Vec<String>,
    sections: BTreeMap<&'static str, Map<String, Value>>,
    resources: Vec<Value>,
}

/// Sections in the order in which people read them.
const ORDER: [&str; 7] = [
    "apiManagement",
    "forwarders",
    "loadBalancers",
    "privateLinkServices",
    "privateEndpoints",
    "networkSecurityGroups",
    "clients",
];

impl Sheet {
    pub(super) fn new(need: &Need, title: &str) -> Self {
        Self {
            need: need.clone(),
            comments: vec![
                title.to_owned(),
                "Made by `linkspan advise`; rules of network security groups are derived. Read it before you apply it.".to_owned(),
            ],
            sections: BTreeMap::new(),
            resources: Vec::new(),
        }
    }

    /// A line of explanation at the top.
    pub(super) fn comment(&mut self, text: impl Into<String>) {
        self.comments.push(text.into());
    }

    /// Adds an entry to a short section.
    pub(super) fn put(&mut self, section: &'static str, name: &str, value: Value) {
        self.sections
            .entry(section)
            .or_default()
            .insert(name.to_owned(), value);
    }

    /// Adds a whole ARM resource of a network's group.
    pub(super) fn resource(&mut self, network: &Network, arm_type: &str, name: &str, rest: Value) {
        let mut entry = Map::new();
        entry.insert("type".to_owned(), arm_type.into());
        entry.insert("name".to_owned(), name.into());
        entry.insert("resourceGroup".to_owned(), network.group.clone().into());
        if let Value::Object(members) = rest {
            entry.extend(members);
        }
        self.resources.push(Value::Object(entry));
    }

    /// Adds a subnet to the provider's network, as large as wanted or as fits; its name, or
    /// `None` if the network is full.
    pub(super) fn add_subnet(
        &mut self,
        name: &str,
        length: u8,
        group: Option<&str>,
    ) -> Option<String> {
        add_subnet(&mut self.need.provider, name, length, group)
    }

    /// A subnet of the provider's network for NAT addresses alone: that of relays which a way
    /// without them leaves empty, else a new one.
    pub(super) fn nat_subnet(&mut self) -> Option<String> {
        let relays = self.need.relays.as_ref();
        match relays.filter(|_| !self.sections.contains_key("forwarders")) {
            Some(relays) if !relays.subnet.is_empty() => Some(relays.subnet.clone()),
            _ => self.add_subnet("natSubnet", 27, Some("NSG-NAT")),
        }
    }

    /// The subnet of the relays: the one they stand in, else a new one.
    pub(super) fn relay_subnet(&mut self) -> Option<String> {
        match &self.need.relays {
            Some(relays) if !relays.subnet.is_empty() => Some(relays.subnet.clone()),
            _ => self.add_subnet("relaySubnet", 26, Some("NSG-Relay")),
        }
    }

    /// Private endpoints of all consumers to a Private Link Service of this sheet.
    pub(super) fn endpoints_to_service(&mut self, service: &str) {
        for consumer in self.need.consumers.clone() {
            let subnet = format!("{}/{}", consumer.network.name, consumer.subnet);
            self.put(
                "privateEndpoints",
                &consumer.endpoint,
                json!({ "subnet": subnet, "service": service }),
            );
        }
    }

    /// Private endpoints of all consumers to a resource, whole: to a Private Link Service without
    /// a group id, to what has Private Link of its own with one.
    pub(super) fn endpoints_to_resource(&mut self, target: &ResourceId, group_id: Option<&str>) {
        for consumer in self.need.consumers.clone() {
            // Who may approve in the provider's tenant is nobody of another tenant.
            let list = if consumer.network.tenant == self.need.provider.tenant {
                "privateLinkServiceConnections"
            } else {
                "manualPrivateLinkServiceConnections"
            };
            let mut connection = json!({ "privateLinkServiceId": target.as_str() });
            if let (Some(group_id), Some(members)) = (group_id, connection.as_object_mut()) {
                members.insert("groupIds".to_owned(), json!([group_id]));
            }
            let rest = json!({
                "location": consumer.network.region,
                "properties": {
                    "subnet": { "id": subnet_id(&consumer.network, &consumer.subnet).as_str() },
                    list: [{
                        "name": consumer.endpoint,
                        "properties": connection,
                    }],
                },
            });
            self.resource(
                &consumer.network,
                "Microsoft.Network/privateEndpoints",
                &consumer.endpoint,
                rest,
            );
        }
    }

    /// In each consumer's network a private zone for each host, which answers with the endpoint's
    /// address.
    pub(super) fn consumer_zones(&mut self) {
        for consumer in self.need.consumers.clone() {
            let endpoint = resource_id(
                &consumer.network,
                "Microsoft.Network/privateEndpoints",
                &consumer.endpoint,
            );
            for host in self.hosts() {
                let network = consumer.network.clone();
                self.zone(
                    &network,
                    &host,
                    &format!("addressOf({endpoint})"),
                    &[&network],
                );
            }
        }
    }

    /// A private zone for a host in a network's group, linked to networks.
    pub(super) fn zone(&mut self, home: &Network, host: &str, answer: &str, linked: &[&Network]) {
        self.resource(
            home,
            "Microsoft.Network/privateDnsZones",
            host,
            json!({ "location": "global" }),
        );
        let record =
            json!({ "properties": { "ttl": 10, "aRecords": [{ "ipv4Address": answer }] } });
        self.resource(
            home,
            "Microsoft.Network/privateDnsZones/A",
            &format!("{host}/@"),
            record,
        );
        for network in linked {
            let id = network_id(network);
            let link = json!({
                "location": "global",
                "properties": { "registrationEnabled": false, "virtualNetwork": { "id": id.as_str() } },
            });
            let name = format!("{host}/{}", network.name);
            self.resource(
                home,
                "Microsoft.Network/privateDnsZones/virtualNetworkLinks",
                &name,
                link,
            );
        }
    }

    /// An address in the provider's network for something whose address is not known.
    pub(super) fn placeholder(&mut self) -> Option<Ipv4Addr> {
        let address = self.need.provider.prefixes.first()?.usable().nth(250)?;
        self.comment(format!(
            "{address} stands for the service's address, which is not known here: put it in."
        ));
        Some(address)
    }

    /// Host names that consumers dial.
    pub(super) fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = Vec::new();
        for host in self
            .need
            .targets
            .iter()
            .filter_map(|target| target.service.host())
        {
            if !hosts.contains(&host) {
                hosts.push(host);
            }
        }
        hosts
    }

    /// Short names of the consumers' subscriptions, for visibility and approval.
    pub(super) fn consumer_subscriptions(&self) -> Vec<String> {
        let names = Subscriptions::of(&self.need);
        let mut keys: Vec<String> = Vec::new();
        for consumer in &self.need.consumers {
            let key = names.key(&consumer.network.subscription_id);
            if !keys.contains(&key) {
                keys.push(key);
            }
        }
        keys
    }

    /// The manifest's text.
    pub(super) fn finish(mut self) -> String {
        let need = self.need.clone();
        let names = Subscriptions::of(&need);
        let networks: Vec<&Network> = std::iter::once(&need.provider)
            .chain(need.consumers.iter().map(|consumer| &consumer.network))
            .collect();
        let mut document = Map::new();
        document.insert("linkspan".to_owned(), "v1".into());
        document.insert("name".to_owned(), need.name.clone().into());
        document.insert("subscriptions".to_owned(), names.section());
        let mut groups = Map::new();
        for network in &networks {
            groups.entry(network.group.clone()).or_insert_with(|| {
                json!({ "subscription": names.key(&network.subscription_id), "location": network.region })
            });
        }
        document.insert("resourceGroups".to_owned(), Value::Object(groups.clone()));
        let mut section = Map::new();
        for network in &networks {
            let location = groups
                .get(&network.group)
                .and_then(|group| group.get("location"));
            let has_location = location.and_then(Value::as_str) == Some(network.region.as_str());
            section
                .entry(network.name.clone())
                .or_insert_with(|| network_entry(network, has_location));
        }
        document.insert("virtualNetworks".to_owned(), Value::Object(section));
        self.service(&need);
        for Consumer {
            network, clients, ..
        } in &need.consumers
        {
            for (name, subnet, address) in clients {
                let mut client = json!({ "subnet": format!("{}/{subnet}", network.name) });
                if let (Some(address), Some(members)) = (address, client.as_object_mut()) {
                    members.insert("privateIPAddress".to_owned(), address.to_string().into());
                }
                self.put("clients", name, client);
            }
        }
        for section in ORDER {
            if let Some(entries) = self.sections.remove(section) {
                document.insert(section.to_owned(), Value::Object(entries));
            }
        }
        if !self.resources.is_empty() {
            document.insert("resources".to_owned(), Value::Array(self.resources));
        }
        // The tier is the need's, not the advice's.
        let services = document.get("apiManagement").and_then(Value::as_object);
        let is_trial = services.is_some_and(|services| {
            services
                .values()
                .any(|service| service.get("sku").is_some_and(|sku| sku == "Developer"))
        });
        if is_trial {
            let reason = "the tier that the service has today, which has no service level";
            let accepted = json!([{ "code": "APIM014", "reason": reason }]);
            document.insert("suppress".to_owned(), accepted);
        }
        yaml::document(&self.comments, &document)
    }

    /// The service itself, where the manifest can hold it.
    fn service(&mut self, need: &Need) {
        for target in &need.targets {
            let Service::ApiManagement(service) = &target.service else {
                continue;
            };
            let mut entry = Map::new();
            match &service.subnet {
                Some(subnet) if service.network_type != "None" => {
                    entry.insert(
                        "subnet".to_owned(),
                        format!("{}/{subnet}", need.provider.name).into(),
                    );
                }
                _ => {
                    entry.insert(
                        "resourceGroup".to_owned(),
                        need.provider.group.clone().into(),
                    );
                }
            }
            entry.insert("sku".to_owned(), service.sku.clone().into());
            if service.capacity != 1 {
                entry.insert("capacity".to_owned(), service.capacity.into());
            }
            entry.insert(
                "virtualNetworkType".to_owned(),
                service.network_type.clone().into(),
            );
            entry.insert(
                "publisherEmail".to_owned(),
                service.publisher_email.clone().into(),
            );
            if service.existing {
                entry.insert("existing".to_owned(), true.into());
            }
            self.put("apiManagement", &service.name, Value::Object(entry));
            if service.network_type == "External" {
                self.public_address_of(need, &service.name);
            }
        }
    }

    /// An external service needs a public address with a label.
    fn public_address_of(&mut self, need: &Need, service: &str) {
        let name = format!("{service}-ip");
        let id = resource_id(&need.provider, "Microsoft.Network/publicIPAddresses", &name);
        let address = json!({
            "location": need.provider.region,
            "sku": { "name": "Standard" },
            "properties": {
                "publicIPAllocationMethod": "Static",
                "dnsSettings": { "domainNameLabel": service.to_ascii_lowercase() },
            },
        });
        self.resource(
            &need.provider,
            "Microsoft.Network/publicIPAddresses",
            &name,
            address,
        );
        let change = json!({ "properties": { "publicIpAddressId": id.as_str() } });
        self.resource(
            &need.provider,
            "Microsoft.ApiManagement/service",
            service,
            change,
        );
    }
}

/// Short names for subscription ids, each once.
struct Subscriptions(Vec<(String, String, Option<String>)>);

impl Subscriptions {
    fn of(need: &Need) -> Self {
        let mut all: Vec<(String, String, Option<String>)> = Vec::new();
        let networks = std::iter::once(&need.provider)
            .chain(need.consumers.iter().map(|consumer| &consumer.network));
        for network in networks {
            if all
                .iter()
                .any(|(_, id, _)| id.eq_ignore_ascii_case(&network.subscription_id))
            {
                continue;
            }
            let mut key = network.subscription.clone();
            while all.iter().any(|(taken, _, _)| *taken == key) {
                key.push('2');
            }
            all.push((key, network.subscription_id.clone(), network.tenant.clone()));
        }
        Self(all)
    }

    fn key(&self, id: &str) -> String {
        let found = self
            .0
            .iter()
            .find(|(_, known, _)| known.eq_ignore_ascii_case(id));
        found.map_or_else(|| id.to_owned(), |(key, _, _)| key.clone())
    }

    fn section(&self) -> Value {
        let entries = self.0.iter().map(|(key, id, tenant)| {
            let value = match tenant {
                Some(tenant) => json!({ "id": id, "tenant": tenant }),
                None => json!({ "id": id }),
            };
            (key.clone(), value)
        });
        Value::Object(entries.collect())
    }
}

fn network_entry(network: &Network, has_location: bool) -> Value {
    let prefixes: Vec<String> = network.prefixes.iter().map(ToString::to_string).collect();
    let mut subnets = Map::new();
    for subnet in &network.subnets {
        let mut entry = Map::new();
        entry.insert("addressPrefix".to_owned(), subnet.prefix.to_string().into());
        if let Some(group) = &subnet.network_security_group {
            entry.insert("networkSecurityGroup".to_owned(), group.clone().into());
        }
        subnets.insert(subnet.name.clone(), Value::Object(entry));
    }
    let mut entry = Map::new();
    entry.insert("resourceGroup".to_owned(), network.group.clone().into());
    if !has_location {
        entry.insert("location".to_owned(), network.region.clone().into());
    }
    entry.insert("addressPrefixes".to_owned(), json!(prefixes));
    entry.insert("subnets".to_owned(), Value::Object(subnets));
    if network.existing {
        entry.insert("existing".to_owned(), true.into());
    }
    Value::Object(entry)
}

/// The id of a resource in a network's group.
pub(super) fn resource_id(network: &Network, arm_type: &str, name: &str) -> ResourceId {
    ResourceId::new(&network.subscription_id, &network.group, arm_type, name)
}

pub(super) fn network_id(network: &Network) -> ResourceId {
    resource_id(network, "Microsoft.Network/virtualNetworks", &network.name)
}

pub(super) fn subnet_id(network: &Network, subnet: &str) -> ResourceId {
    network_id(network).child("subnets", subnet)
}

/// Adds a subnet with a free name, of the wanted length or the next smaller size that is free.
pub(super) fn add_subnet(
    network: &mut Network,
    name: &str,
    length: u8,
    group: Option<&str>,
) -> Option<String> {
    let prefix = (length..=29).find_map(|length| free_range(network, length))?;
    let mut free_name = name.to_owned();
    while network
        .subnets
        .iter()
        .any(|subnet| subnet.name.eq_ignore_ascii_case(&free_name))
    {
        free_name.push('2');
    }
    network.subnets.push(Subnet {
        name: free_name.clone(),
        prefix,
        network_security_group: group.map(str::to_owned),
        is_delegated: false,
    });
    Some(free_name)
}

/// The lowest range of this length in the network that no subnet touches.
pub(super) fn free_range(network: &Network, length: u8) -> Option<Cidr> {
    let size = 1_u64.checked_shl(u32::from(32_u8.checked_sub(length)?))?;
    for space in &network.prefixes {
        let mut start = u64::from(space.first().to_bits());
        let end = u64::from(space.last().to_bits());
        while start.checked_add(size)?.checked_sub(1)? <= end {
            let range = Cidr {
                address: Ipv4Addr::from_bits(u32::try_from(start).ok()?),
                length,
            };
            // Behind the subnet that is in the way, at the next multiple of the size.
            match network
                .subnets
                .iter()
                .find(|subnet| subnet.prefix.overlaps(range))
            {
                None => return Some(range),
                Some(subnet) => {
                    let next = u64::from(subnet.prefix.last().to_bits()).checked_add(1)?;
                    start = next.div_ceil(size).checked_mul(size)?;
                }
            }
        }
    }
    None
}

/// The same place in another range of the same size.
pub(super) fn translated(address: Ipv4Addr, from: Cidr, to: Cidr) -> Ipv4Addr {
    let offset = address.to_bits().wrapping_sub(from.first().to_bits());
    Ipv4Addr::from_bits(to.first().to_bits().wrapping_add(offset))
}

/// A private range of this length that none of these ranges touches.
/// Source: <https://www.rfc-editor.org/rfc/rfc1918>.
pub(super) fn unused_range(length: u8, taken: &[Cidr]) -> Option<Cidr> {
    let spaces = [
        (Ipv4Addr::new(172, 16, 0, 0), 12),
        (Ipv4Addr::new(10, 0, 0, 0), 8),
        (Ipv4Addr::new(192, 168, 0, 0), 16),
    ];
    spaces.into_iter().find_map(|(address, space)| {
        let network = Network {
            prefixes: vec![Cidr {
                address,
                length: space,
            }],
            subnets: taken
                .iter()
                .map(|prefix| Subnet {
                    name: String::new(),
                    prefix: *prefix,
                    network_security_group: None,
                    is_delegated: false,
                })
                .collect(),
            ..Network::default()
        };
        (length >= space)
            .then(|| free_range(&network, length))
            .flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn free_ranges_touch_no_subnet() {
        let mut network = Network {
            prefixes: vec![cidr("10.0.0.0/24")],
            ..Network::default()
        };
        assert_eq!(
            add_subnet(&mut network, "a", 26, None).as_deref(),
            Some("a")
        );
        assert_eq!(
            add_subnet(&mut network, "a", 25, None).as_deref(),
            Some("a2")
        );
        assert_eq!(
            add_subnet(&mut network, "b", 25, None).as_deref(),
            Some("b")
        );
        let taken: Vec<String> = network
            .subnets
            .iter()
            .map(|subnet| subnet.prefix.to_string())
            .collect();
        assert_eq!(taken, ["10.0.0.0/26", "10.0.0.128/25", "10.0.0.64/26"]);
        assert_eq!(add_subnet(&mut network, "c", 27, None), None);
    }

    #[test]
    fn unused_ranges_and_translation() {
        let range = unused_range(16, &[cidr("172.16.0.0/16"), cidr("10.0.0.0/8")]).unwrap();
        assert_eq!(range, cidr("172.17.0.0/16"));
        let there = translated(Ipv4Addr::new(10, 0, 2, 5), cidr("10.0.0.0/16"), range);
        assert_eq!(there, Ipv4Addr::new(172, 17, 2, 5));
        assert_eq!(unused_range(8, &[cidr("10.0.0.0/24")]), None);
    }
}
