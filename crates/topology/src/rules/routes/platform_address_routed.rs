//! `RTE010`: route to an address of the platform.

use crate::rules::{facts::routes::range, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "RTE010",
    severity: Severity::Hint,
    title: "route to an address of the platform",
    why: "DNS, DHCP, probes, metadata and the way to the guest agent are at 168.63.129.16 and 169.254.169.254, in the host itself",
    mend: "take the route away",
    source: "https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "routeTables: { RT: { resourceGroup: PrivateAPIM, routes: { Host: { addressPrefix: 168.63.129.16/32, nextHopType: None } } } }
",
    ],
    good: &[
        "routeTables: { RT: { resourceGroup: PrivateAPIM, routes: { Wide: { addressPrefix: 168.0.0.0/6, nextHopType: None } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let platform = [HOST, Ipv4Addr::new(169, 254, 169, 254)];
    for table in &subject.routes.all {
        let id = &table.resource.id;
        for (index, route) in table.body.routes.iter().enumerate() {
            // Wider ones are not about it, and do not reach it either.
            let range = range(&route.properties).filter(|range| range.length >= 16);
            let address = range.and_then(|range| platform.iter().find(|one| range.contains(**one)));
            let Some(address) = address else { continue };
            let pointer = format!("/properties/routes/{index}");
            let message = format!("`{}` of `{}` is for {address}", route.name, id.name());
            let finding = rule.at(id, pointer.clone(), message);
            out.push(finding.fix("take it away", [Change::remove(id, pointer)]));
        }
    }
}
