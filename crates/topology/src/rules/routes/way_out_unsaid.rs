//! `RTE002`: way out left to the API version.

use crate::rules::{
    facts::routes::{WayOut, fetched_by},
    prelude::*,
};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE002",
    severity: Severity::Hint,
    title: "way out left to the API version",
    why: "unset it means allowed in a network made below API version 2025-07-01 and private from it on, so the same template makes another network",
    mend: "write `defaultOutboundAccess: false`, or `true`",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/default-outbound-access",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "forwarders: { lone: { subnet: MainNet/sets, instances: 2, relay: [ { listen: 443, to: apim1449 } ] } }
virtualNetworks: { MainNet: { subnets: { sets: { addressPrefix: 10.0.9.0/24, networkSecurityGroup: NSG-SETS } } } }",
    ],
    good: &[
        "forwarders: { lone: { subnet: MainNet/sets, instances: 2, relay: [ { listen: 443, to: apim1449 } ] } }
virtualNetworks: { MainNet: { subnets: { sets: { addressPrefix: 10.0.9.0/24, networkSecurityGroup: NSG-SETS, defaultOutboundAccess: false } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut unsaid: BTreeMap<ResourceId, bool> = BTreeMap::new();
    for (nic, body) in subject.kinds.network_interfaces() {
        let balancers = subject.pools.balancers_of(&nic.id);
        if !subject.relays.is_nic(&nic.id) && balancers.is_empty() {
            continue;
        }
        let fetches = subject
            .pools
            .machine_of(&nic.id)
            .is_some_and(|machine| fetched_by(machine).is_some());
        // A member of an internal load balancer gets nothing unasked, whatever the subnet says.
        let depends = subject.way_out(nic, body) == WayOut::Unasked;
        let mut configs = body.ip_configurations.iter();
        let subnet = configs.find_map(|config| config.properties.subnet.as_ref());
        if let Some(subnet) = subnet.filter(|_| depends || fetches) {
            let any = unsaid.entry(subnet.id.clone()).or_default();
            *any |= fetches;
        }
    }
    for (subnet, fetches) in unsaid {
        let Some(at) = subject.subnets.get(&subnet) else {
            continue;
        };
        let properties = &at.subnet.properties;
        let is_said = properties.default_outbound_access.is_some()
            || properties.delegated_to().is_some()
            || at.network.existing
            || subject.way_out_of_subnet(&subnet) == WayOut::Stated;
        if is_said {
            continue;
        }
        let pointer = at.pointer("/properties/defaultOutboundAccess");
        let message = format!("`{}` does not say whether it is private", at.subnet.name);
        let finding = rule.at(&at.network.id, pointer.clone(), message);
        // Nothing there needs a way out, so the safer of the two changes nothing.
        let is_closed = subject.subnets.occupants(&subnet).iter().all(|occupant| {
            !matches!(occupant.resource.body, Body::NetworkInterface(_))
                || subject.relays.is_nic(&occupant.resource.id)
        });
        out.push(
            if !fetches && is_closed && !subject.subnets.is_used_otherwise(&subnet) {
                let change = Change::set(&at.network.id, pointer, false);
                finding.fix("make it private: nothing in it needs a way out", [change])
            } else {
                finding
            },
        );
    }
}
