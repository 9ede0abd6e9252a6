//! `NET011`: resource in another region than its network.

use crate::rules::prelude::*;
use std::collections::HashSet;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET011",
    severity: Severity::Error,
    title: "resource in another region than its network",
    why: "a NIC, an internal load balancer and what is attached to a subnet are in the region of the network",
    mend: "use the region of the network",
    source: "https://learn.microsoft.com/azure/private-link/private-link-service-overview",
    arm_code: Some("InvalidResourceReference"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: fwd-0-nic, resourceGroup: PrivateAPIM, location: ukwest } ]",
        "networkSecurityGroups: { NSG-EXT: { resourceGroup: APIM, location: westus, securityRules: {} } }
virtualNetworks: { External: { subnets: { default: { networkSecurityGroup: NSG-EXT } } } }",
    ],
    good: &[
        "resources: [ { type: Microsoft.Network/networkInterfaces, name: fwd-0-nic, resourceGroup: PrivateAPIM, location: UK South } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut report = |network: &Resource, other: &Resource| {
        let (Some(here), Some(there)) = (&network.location, &other.location) else {
            return;
        };
        if here == there {
            return;
        }
        let message = format!(
            "`{}` is in {there}, and `{}` in {here}",
            other.id.name(),
            network.id.name()
        );
        let finding = rule.at(&other.id, "/location", message);
        let finding = finding.related(&network.id, "/location", "the network");
        out.push(if other.existing {
            finding
        } else {
            let change = Change::set(&other.id, "/location", here.as_str());
            finding.fix(format!("use {here}"), [change])
        });
    };
    let mut seen: HashSet<(&ResourceId, &ResourceId)> = HashSet::new();
    for at in &subject.subnets.all {
        for occupant in subject.subnets.occupants(&at.id) {
            // The others have a rule of their own for it.
            let is_judged = matches!(
                occupant.resource.body,
                Body::NetworkInterface(_) | Body::LoadBalancer(_)
            );
            if is_judged && seen.insert((&at.network.id, &occupant.resource.id)) {
                report(at.network, occupant.resource);
            }
        }
        let properties = &at.subnet.properties;
        let attached = properties.network_security_group.iter();
        let attached = attached
            .chain(&properties.route_table)
            .chain(&properties.nat_gateway);
        for reference in attached {
            let other = subject.topology.resources.get(&reference.id);
            if let Some(other) = other
                && seen.insert((&at.network.id, &other.id))
            {
                report(at.network, other);
            }
        }
    }
}
