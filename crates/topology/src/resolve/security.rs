//! Network security groups: the stated ones, and those that only a subnet names.
//!
//! A derived group holds what the things in its subnets need and no more:
//! - API Management: `ApiManagement` to port 3443 and `AzureLoadBalancer` to port 6390 (APIM005,
//!   APIM006). Its outbound dependencies (APIM007) are left to the default rules, which admit them.
//! - Forwarders: the NAT subnets of the Private Link Services in front of them (or
//!   `VirtualNetwork` where there is none) to the ports they listen on, `AzureLoadBalancer` to the
//!   ports that are probed, then a denial of everything else from `VirtualNetwork`. The denial is
//!   left out where anything but forwarders, load balancers and NAT addresses stands in a subnet.
//! - Anything else: nothing, which leaves the default rules.

use super::{
    Context, Draft,
    balancers::Balancers,
    forwarders::listen_ports,
    index::{DerivedGroup, SubnetAt},
    is_set, named, nat, value, values,
};
use crate::model::{
    Body, Key,
    network::{NetworkSecurityGroup, SecurityRule, SecurityRuleProperties},
};
use crate::source::ManifestPath;
use std::collections::BTreeSet;

/// Priority of the denial: after every rule that a person is likely to add.
const DENY_PRIORITY: u16 = 4000;
/// Priority of the first permission: 100 to 199 are left for what a person puts before them.
const FIRST_PRIORITY: u16 = 200;

const GROUP: &[Key] = &[
    Key::value("/location", "location"),
    Key::section("/properties/securityRules", "securityRules", RULE),
    Key::value("/properties/flushConnection", "flushConnection"),
];

const RULE: &[Key] = &[
    Key::value("/properties/priority", "priority"),
    Key::value("/properties/direction", "direction"),
    Key::value("/properties/access", "access"),
    Key::value("/properties/protocol", "protocol"),
    Key::value("/properties/sourceAddressPrefix", "sourceAddressPrefix"),
    Key::list("/properties/sourceAddressPrefixes", "sourceAddressPrefixes"),
    Key::references(
        "/properties/sourceApplicationSecurityGroups",
        "sourceApplicationSecurityGroups",
    ),
    Key::value("/properties/sourcePortRange", "sourcePortRange"),
    Key::list("/properties/sourcePortRanges", "sourcePortRanges"),
    Key::value(
        "/properties/destinationAddressPrefix",
        "destinationAddressPrefix",
    ),
    Key::list(
        "/properties/destinationAddressPrefixes",
        "destinationAddressPrefixes",
    ),
    Key::references(
        "/properties/destinationApplicationSecurityGroups",
        "destinationApplicationSecurityGroups",
    ),
    Key::value("/properties/destinationPortRange", "destinationPortRange"),
    Key::list("/properties/destinationPortRanges", "destinationPortRanges"),
    Key::value("/properties/description", "description"),
];

pub(super) fn stated(cx: &mut Context<'_>) {
    for (name, entry) in &cx.manifest.network_security_groups {
        let placed = cx.index.security_groups.get(&name.to_lowercase());
        let Some(placed) = placed.cloned().flatten() else {
            continue;
        };
        let path = ManifestPath::of(&["networkSecurityGroups", name]);
        let mut rules = Vec::new();
        for (rule_name, inner) in &entry.value.security_rules {
            let stated = &inner.value;
            let (Some(priority), Some(direction), Some(access)) =
                (&stated.priority, &stated.direction, &stated.access)
            else {
                continue;
            };
            let base = format!("/properties/securityRules/{}", rules.len());
            let provenance = &mut cx.out.topology.provenance;
            provenance.record(&placed.id, base.clone(), inner.name.span);
            let child = placed.id.child("securityRules", rule_name);
            provenance.inline(&child, &placed.id, base.clone());
            let path = path.key("securityRules").key(rule_name);
            cx.out.link_whole(&placed.id, &base, path, RULE, stated);
            let any_port = || stated.source_port_ranges.is_none().then(|| "*".to_owned());
            let (from, to) = (
                &stated.source_application_security_groups,
                &stated.destination_application_security_groups,
            );
            rules.push(SecurityRule::new(
                rule_name.clone(),
                SecurityRuleProperties {
                    priority: priority.value,
                    direction: direction.value.clone(),
                    access: access.value.clone(),
                    protocol: value(stated.protocol.as_ref()).unwrap_or_else(|| "*".to_owned()),
                    source_address_prefix: value(stated.source_address_prefix.as_ref()),
                    source_address_prefixes: values(&stated.source_address_prefixes),
                    source_application_security_groups: cx
                        .refer_all(named::APPLICATION_SECURITY_GROUP, from),
                    source_port_range: value(stated.source_port_range.as_ref()).or_else(any_port),
                    source_port_ranges: values(&stated.source_port_ranges),
                    destination_address_prefix: value(stated.destination_address_prefix.as_ref()),
                    destination_address_prefixes: values(&stated.destination_address_prefixes),
                    destination_application_security_groups: cx
                        .refer_all(named::APPLICATION_SECURITY_GROUP, to),
                    destination_port_range: value(stated.destination_port_range.as_ref()),
                    destination_port_ranges: values(&stated.destination_port_ranges),
                    description: value(stated.description.as_ref()),
                    ..SecurityRuleProperties::default()
                },
            ));
        }
        let body = Body::NetworkSecurityGroup(NetworkSecurityGroup {
            security_rules: rules,
            flush_connection: value(entry.value.flush_connection.as_ref()),
            ..NetworkSecurityGroup::default()
        });
        cx.out.add(
            Draft::new(&placed, body, is_set(&entry.value.existing)),
            entry.name.span,
        );
        cx.out.link_whole(&placed.id, "", path, GROUP, &entry.value);
    }
}

pub(super) fn derived(cx: &mut Context<'_>, balancers: &Balancers) {
    let groups: Vec<DerivedGroup> = cx.index.derived_groups.values().cloned().collect();
    for group in groups {
        let mut rules = Rules::default();
        // What is marked as existing is read from Azure; nothing may be assumed about its rules.
        if !group.existing {
            for subnet in &group.subnets {
                rules_for(cx, balancers, subnet, &mut rules);
            }
        }
        let body = Body::NetworkSecurityGroup(NetworkSecurityGroup {
            security_rules: rules.finish(),
            ..NetworkSecurityGroup::default()
        });
        cx.out
            .add(Draft::new(&group.placed, body, group.existing), group.span);
    }
}

/// Inbound rules in the making; two subnets may want the same one.
#[derive(Default)]
struct Rules {
    list: Vec<SecurityRule>,
    deny: bool,
    is_mixed: bool,
}

impl Rules {
    fn allow(&mut self, stem: &str, source: &str, destination: &str, port: u16) {
        let port = port.to_string();
        let is_same = |rule: &SecurityRule| {
            let properties = &rule.properties;
            properties.source_address_prefix.as_deref() == Some(source)
                && properties.destination_address_prefix.as_deref() == Some(destination)
                && properties.destination_port_range.as_deref() == Some(port.as_str())
        };
        if self.list.iter().any(is_same) {
            return;
        }
        let mut name = format!("{stem}-{port}");
        let taken = self
            .list
            .iter()
            .filter(|rule| rule.name == name || rule.name.starts_with(&format!("{name}-")))
            .count();
        if taken > 0 {
            name = format!("{name}-{}", taken.saturating_add(1));
        }
        let before = u16::try_from(self.list.len()).unwrap_or(u16::MAX);
        let priority = before.saturating_mul(10).saturating_add(FIRST_PRIORITY);
        self.list.push(rule(
            name,
            priority,
            "Allow",
            "Tcp",
            source,
            destination,
            &port,
        ));
    }

    fn finish(mut self) -> Vec<SecurityRule> {
        if self.deny && !self.is_mixed {
            self.list.push(rule(
                "DenyVirtualNetwork".to_owned(),
                DENY_PRIORITY,
                "Deny",
                "*",
                "VirtualNetwork",
                "*",
                "*",
            ));
        }
        self.list
    }
}

fn rule(
    name: String,
    priority: u16,
    access: &str,
    protocol: &str,
    source: &str,
    destination: &str,
    port: &str,
) -> SecurityRule {
    SecurityRule::new(
        name,
        SecurityRuleProperties {
            priority,
            direction: "Inbound".to_owned(),
            access: access.to_owned(),
            protocol: protocol.to_owned(),
            source_address_prefix: Some(source.to_owned()),
            source_port_range: Some("*".to_owned()),
            destination_address_prefix: Some(destination.to_owned()),
            destination_port_range: Some(port.to_owned()),
            ..SecurityRuleProperties::default()
        },
    )
}

fn rules_for(cx: &Context<'_>, balancers: &Balancers, subnet: &SubnetAt, rules: &mut Rules) {
    if cx.near.has_api_management(&subnet.id) {
        rules.is_mixed = true;
        rules.allow(
            "AllowApiManagement",
            "ApiManagement",
            "VirtualNetwork",
            3443,
        );
        rules.allow(
            "AllowAzureLoadBalancer",
            "AzureLoadBalancer",
            "VirtualNetwork",
            6390,
        );
    }
    rules.is_mixed |= cx.near.has_others(&subnet.id);
    let Some(prefix) = subnet.prefix else { return };
    let destination = prefix.canonical().to_string();
    for (name, entry) in cx.near.forwarders_in(&subnet.id) {
        rules.deny = true;
        for port in listen_ports(&entry.value) {
            for source in sources(cx, balancers, name) {
                rules.allow("AllowPrivateLink", &source, &destination, port);
            }
        }
        for (balancer, _, pool) in cx.near.pools_of(name) {
            for port in balancers.probed_ports(balancer, pool) {
                rules.allow("AllowProbe", "AzureLoadBalancer", &destination, port);
            }
        }
    }
}

/// Who opens connections to a forwarder: the NAT ranges in front of it, the internet where a public
/// frontend leads to it, else the whole network.
fn sources(cx: &Context<'_>, balancers: &Balancers, forwarder: &str) -> BTreeSet<String> {
    let mut sources = BTreeSet::new();
    for (balancer, _, pool) in cx.near.pools_of(forwarder) {
        let in_front = cx.near.services_of(balancer);
        let ranges: Vec<String> = in_front
            .iter()
            .flat_map(|entry| nat::of(cx.manifest, &entry.value))
            .filter_map(|nat| cx.index.subnet(nat.subnet.as_ref())?.prefix)
            .map(|prefix| prefix.canonical().to_string())
            .collect();
        if balancers.is_public(balancer, pool) {
            sources.insert("Internet".to_owned());
        } else if ranges.is_empty() {
            sources.insert("VirtualNetwork".to_owned());
        }
        sources.extend(ranges);
    }
    if sources.is_empty() {
        sources.insert("VirtualNetwork".to_owned());
    }
    sources
}
