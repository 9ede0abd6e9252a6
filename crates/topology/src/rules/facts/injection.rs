//! API Management's tiers, and what a service in a network depends on.

use super::{
    Subject,
    groups::{Direction, Group, ReadRule, protocol},
};
use crate::{
    finding::{Change, Finding},
    model::Resource,
    rules::Rule,
};
use serde_json::json;
use std::collections::BTreeMap;

/// The tier of a service, as Azure spells it; empty if none is given.
pub(in crate::rules) fn tier(service: &Resource) -> &str {
    service
        .sku
        .as_ref()
        .and_then(|sku| sku.name.as_deref())
        .unwrap_or("")
}

/// A connection that a service depends on: with whom, by service tag, and on which port.
pub(in crate::rules) type Dependency = (&'static str, u16);

/// For each injected service of a classic tier that `wanted` takes, the rules of its subnet's
/// group that stop some of the dependencies: one finding for each of them.
pub(in crate::rules) fn stopped(
    rule: &Rule,
    subject: &Subject<'_>,
    direction: Direction,
    dependencies: &[Dependency],
    wanted: impl Fn(&Resource) -> bool,
) -> Vec<Finding> {
    let mut found = Vec::new();
    for (service, body) in subject.kinds.api_managements() {
        let is_classic = matches!(tier(service), "Developer" | "Premium");
        if !body.is_injected() || !is_classic || !wanted(service) {
            continue;
        }
        let Some(group) = body
            .subnet()
            .and_then(|subnet| subject.groups.of_subnet(subnet))
            .and_then(|id| subject.groups.get(id))
            .filter(|group| !group.resource.existing)
        else {
            continue;
        };
        let mut by_rule: BTreeMap<Option<usize>, Vec<Dependency>> = BTreeMap::new();
        for dependency in dependencies {
            if let Some(by) = denial(group, direction, *dependency) {
                by_rule.entry(by).or_default().push(*dependency);
            }
        }
        for (nth, (by, stopped)) in by_rule.into_iter().enumerate() {
            found.push(finding(rule, service, group, direction, by, &stopped, nth));
        }
    }
    found
}

/// The own rule that stops it, or `None` in it for the default one.
fn denial(
    group: &Group<'_>,
    direction: Direction,
    (tag, port): Dependency,
) -> Option<Option<usize>> {
    let tag = tag.to_ascii_lowercase();
    for rule in group.rules(direction) {
        let side = match direction {
            Direction::Inbound => &rule.source,
            Direction::Outbound => &rule.destination,
        };
        // Services are reached at public addresses, which the tag of all of them holds too; the
        // load balancer's probes come from the host.
        let names_it = side.is_every
            || side
                .tags
                .iter()
                .any(|named| named.split('.').next() == Some(tag.as_str()))
            || (tag != "azureloadbalancer"
                && (side.tags.contains("internet") || side.tags.contains("azurecloud")));
        let is_tcp = rule.protocols & protocol::TCP != 0;
        if names_it && is_tcp && rule.ports.contains(port.into()) {
            return (!rule.allows).then_some(Some(rule.index));
        }
    }
    let by_default = match direction {
        Direction::Inbound => tag == "azureloadbalancer",
        Direction::Outbound => true,
    };
    (!by_default).then_some(None)
}

fn finding(
    rule: &Rule,
    service: &Resource,
    group: &Group<'_>,
    direction: Direction,
    by: Option<usize>,
    stopped: &[Dependency],
    nth: usize,
) -> Finding {
    let denial = by.and_then(|index| {
        let mut rules = group.rules(direction).iter();
        rules.find(|known| known.index == index)
    });
    let (pointer, name) = match (denial, direction) {
        (Some(denial), _) => (denial.pointer(""), denial.rule.name.as_str()),
        (None, Direction::Inbound) => (String::new(), "DenyAllInBound"),
        (None, Direction::Outbound) => (String::new(), "DenyAllOutBound"),
    };
    let named: Vec<String> = stopped
        .iter()
        .map(|(tag, port)| format!("{tag} {port}"))
        .collect();
    let id = &group.resource.id;
    let message = format!(
        "`{name}` of `{}` keeps `{}` from {}",
        id.name(),
        service.id.name(),
        named.join(", ")
    );
    let finding = rule
        .at(id, pointer, message)
        .related(&service.id, "", "depends on it");
    let mut before = denial.map(ReadRule::priority);
    let mut changes = Vec::new();
    for (tag, port) in stopped {
        let Some(priority) = group.free_priority(direction, before, nth) else {
            return finding;
        };
        before = Some(priority);
        let (source, destination) = match direction {
            Direction::Inbound => (*tag, "VirtualNetwork"),
            Direction::Outbound => ("VirtualNetwork", *tag),
        };
        let added = json!({
            "name": format!("Allow{tag}{port}"),
            "properties": {
                "priority": priority, "direction": direction.word(), "access": "Allow",
                "protocol": "Tcp",
                "sourceAddressPrefix": source, "sourcePortRange": "*",
                "destinationAddressPrefix": destination, "destinationPortRange": port.to_string(),
            },
        });
        changes.push(Change::set(id, "/properties/securityRules/-", added));
    }
    finding.fix(format!("allow {}", named.join(", ")), changes)
}
