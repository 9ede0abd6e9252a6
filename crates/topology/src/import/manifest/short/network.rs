//! Networks with their subnets and peerings, network security groups and route tables.

use super::{HashSet, Section, Sections, Short, is_word, put, put_list, reference, references};
use crate::model::{
    Body,
    id::ResourceId,
    network::{
        Child, RouteProperties, SecurityRuleProperties, SubResource, Subnet, VirtualNetworkPeering,
    },
};
use serde_json::{Map, Value, json};

impl Short<'_> {
    pub(super) fn security_groups(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::NetworkSecurityGroup(group) = &resource.body else {
                continue;
            };
            let rules: Option<Map<String, Value>> = rules_of(&group.security_rules, out);
            let Some(rules) = rules.filter(|rules| rules.len() == group.security_rules.len())
            else {
                continue;
            };
            let mut value = self.placed(resource, out);
            put(
                &mut value,
                "flushConnection",
                group.flush_connection.as_ref(),
            );
            if !rules.is_empty() {
                value.insert("securityRules".to_owned(), rules.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    pub(super) fn route_tables(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::RouteTable(table) = &resource.body else {
                continue;
            };
            let routes: Map<String, Value> = table.routes.iter().map(route).collect();
            if routes.len() != table.routes.len() {
                continue;
            }
            let mut value = self.placed(resource, out);
            let disabled = table.disable_bgp_route_propagation.as_ref();
            put(&mut value, "disableBgpRoutePropagation", disabled);
            if !routes.is_empty() {
                value.insert("routes".to_owned(), routes.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    pub(super) fn networks(
        &self,
        whole: &HashSet<ResourceId>,
        out: &mut Sections,
    ) -> Map<String, Value> {
        let mut section = Section::default();
        for resource in self.candidates(whole) {
            let Body::VirtualNetwork(network) = &resource.body else {
                continue;
            };
            let subnets: Option<Map<String, Value>> = network
                .subnets
                .iter()
                .map(|subnet| subnet_entry(subnet, out))
                .collect();
            let Some(subnets) = subnets.filter(|subnets| subnets.len() == network.subnets.len())
            else {
                continue;
            };
            let mut value = self.placed(resource, out);
            let prefixes = network.address_space.address_prefixes.iter();
            let prefixes: Vec<Value> = prefixes.map(|prefix| json!(prefix.to_string())).collect();
            value.insert("addressPrefixes".to_owned(), prefixes.into());
            put_list(&mut value, "dnsServers", network.dns_servers());
            let minutes = network.flow_timeout_in_minutes.as_ref();
            put(&mut value, "flowTimeoutInMinutes", minutes);
            let policies = network.private_endpoint_vnet_policies.as_ref();
            put(&mut value, "privateEndpointVNetPolicies", policies);
            let protection = network.enable_ddos_protection.as_ref();
            put(&mut value, "enableDdosProtection", protection);
            let halves = network.virtual_network_peerings.iter();
            let peerings: Option<Map<String, Value>> =
                halves.map(|half| self.peering(half)).collect();
            let Some(peerings) = peerings
                .filter(|peerings| peerings.len() == network.virtual_network_peerings.len())
                .filter(|_| is_word(policies.map(String::as_str), &["Disabled", "Basic"]))
            else {
                continue;
            };
            if !subnets.is_empty() {
                value.insert("subnets".to_owned(), subnets.into());
            }
            if !peerings.is_empty() {
                value.insert("peerings".to_owned(), peerings.into());
            }
            if section.add(resource.id.name(), value.into()) {
                out.said.insert(resource.id.clone());
            }
        }
        section.members
    }

    fn peering(&self, half: &Child<VirtualNetworkPeering>) -> Option<(String, Value)> {
        let stated = &half.properties;
        let mut value = Map::new();
        let remote = &stated.remote_virtual_network.as_ref()?.id;
        value.insert("remoteVirtualNetwork".to_owned(), self.network(remote));
        for (key, flag) in [
            (
                "allowVirtualNetworkAccess",
                &stated.allow_virtual_network_access,
            ),
            ("allowForwardedTraffic", &stated.allow_forwarded_traffic),
            ("allowGatewayTransit", &stated.allow_gateway_transit),
            ("useRemoteGateways", &stated.use_remote_gateways),
        ] {
            put(&mut value, key, flag.as_ref());
        }
        Some((half.name.clone(), value.into()))
    }
}

fn rules_of(rules: &[Child<SecurityRuleProperties>], out: &Sections) -> Option<Map<String, Value>> {
    rules.iter().map(|rule| security_rule(rule, out)).collect()
}

fn security_rule(rule: &Child<SecurityRuleProperties>, out: &Sections) -> Option<(String, Value)> {
    let stated = &rule.properties;
    let mut value = Map::new();
    value.insert("priority".to_owned(), json!(stated.priority));
    value.insert("direction".to_owned(), json!(stated.direction));
    value.insert("access".to_owned(), json!(stated.access));
    value.insert("protocol".to_owned(), json!(stated.protocol));
    put(
        &mut value,
        "sourceAddressPrefix",
        stated.source_address_prefix.as_ref(),
    );
    put(
        &mut value,
        "sourcePortRange",
        stated.source_port_range.as_ref(),
    );
    put(
        &mut value,
        "destinationAddressPrefix",
        stated.destination_address_prefix.as_ref(),
    );
    put(
        &mut value,
        "destinationPortRange",
        stated.destination_port_range.as_ref(),
    );
    put(&mut value, "description", stated.description.as_ref());
    for (key, list) in [
        ("sourceAddressPrefixes", &stated.source_address_prefixes),
        ("sourcePortRanges", &stated.source_port_ranges),
        (
            "destinationAddressPrefixes",
            &stated.destination_address_prefixes,
        ),
        ("destinationPortRanges", &stated.destination_port_ranges),
    ] {
        put_list(&mut value, key, list);
    }
    let (from, to) = (
        &stated.source_application_security_groups,
        &stated.destination_application_security_groups,
    );
    references(&mut value, "sourceApplicationSecurityGroups", from, out);
    references(&mut value, "destinationApplicationSecurityGroups", to, out);
    let has = |keys: &[&str]| keys.iter().any(|key| value.contains_key(*key));
    let is_whole = has(&[
        "sourceAddressPrefix",
        "sourceAddressPrefixes",
        "sourceApplicationSecurityGroups",
    ]) && has(&[
        "destinationAddressPrefix",
        "destinationAddressPrefixes",
        "destinationApplicationSecurityGroups",
    ]) && has(&["destinationPortRange", "destinationPortRanges"])
        && is_word(Some(&stated.direction), &["Inbound", "Outbound"])
        && is_word(Some(&stated.access), &["Allow", "Deny"])
        && is_word(
            Some(&stated.protocol),
            &["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"],
        );
    is_whole.then(|| (rule.name.clone(), value.into()))
}

fn route(route: &Child<RouteProperties>) -> (String, Value) {
    let stated = &route.properties;
    let mut value = Map::new();
    value.insert("addressPrefix".to_owned(), json!(stated.address_prefix));
    value.insert("nextHopType".to_owned(), json!(stated.next_hop_type));
    put(
        &mut value,
        "nextHopIpAddress",
        stated.next_hop_ip_address.as_ref(),
    );
    (route.name.clone(), value.into())
}

fn subnet_entry(subnet: &Subnet, out: &Sections) -> Option<(String, Value)> {
    let stated = &subnet.properties;
    let mut value = Map::new();
    put(&mut value, "addressPrefix", stated.address_prefix.as_ref());
    put_list(&mut value, "addressPrefixes", &stated.address_prefixes);
    if value.is_empty() {
        return None;
    }
    let mut refer = |key: &str, field: Option<&SubResource>| {
        if let Some(field) = field {
            value.insert(key.to_owned(), reference(&field.id, out));
        }
    };
    refer(
        "networkSecurityGroup",
        stated.network_security_group.as_ref(),
    );
    refer("routeTable", stated.route_table.as_ref());
    refer("natGateway", stated.nat_gateway.as_ref());
    put(
        &mut value,
        "privateEndpointNetworkPolicies",
        stated.private_endpoint_network_policies.as_ref(),
    );
    put(
        &mut value,
        "privateLinkServiceNetworkPolicies",
        stated.private_link_service_network_policies.as_ref(),
    );
    put(
        &mut value,
        "defaultOutboundAccess",
        stated.default_outbound_access.as_ref(),
    );
    let delegations: Map<String, Value> = stated
        .delegations
        .iter()
        .map(|one| {
            let said = json!({ "serviceName": one.properties.service_name });
            (one.name.clone(), said)
        })
        .collect();
    if delegations.len() != stated.delegations.len() {
        return None;
    }
    if !delegations.is_empty() {
        value.insert("delegations".to_owned(), delegations.into());
    }
    let endpoints = stated.service_endpoints.iter().map(|endpoint| {
        let mut said = Map::new();
        put(&mut said, "service", endpoint.service.as_ref());
        put_list(&mut said, "locations", &endpoint.locations);
        said
    });
    put_list(
        &mut value,
        "serviceEndpoints",
        &endpoints.collect::<Vec<_>>(),
    );
    let switch = ["Enabled", "Disabled"];
    let policies = [
        "Enabled",
        "Disabled",
        "NetworkSecurityGroupEnabled",
        "RouteTableEnabled",
    ];
    let is_sayable = is_word(
        stated.private_link_service_network_policies.as_deref(),
        &switch,
    ) && is_word(
        stated.private_endpoint_network_policies.as_deref(),
        &policies,
    );
    is_sayable.then(|| (subnet.name.clone(), value.into()))
}
