//! `NET002`: overlapping subnets.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET002",
    severity: Severity::Error,
    title: "overlapping subnets",
    why: "each address of a network belongs to one subnet only",
    mend: "give one of them another range",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: Some("NetcfgSubnetRangesOverlap"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.1.128/25 } } } }",
        r#"resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { addressSpace: { addressPrefixes: [10.0.0.0/16, "fd00:10::/48"] }, subnets: [ { name: six, properties: { addressPrefixes: [10.0.9.0/24, "fd00:10:0:1::/64"] } }, { name: again, properties: { addressPrefixes: [10.0.10.0/24, "fd00:10:0:1::/64"] } } ] } } ]"#,
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.3.128/25 } } } }",
        r#"resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { addressSpace: { addressPrefixes: [10.0.0.0/16, "fd00:10::/48"] }, subnets: [ { name: six, properties: { addressPrefixes: [10.0.9.0/24, "fd00:10:0:1::/64"] } }, { name: again, properties: { addressPrefixes: [10.0.10.0/24, "fd00:10:0:2::/64"] } } ] } } ]"#,
    ],
    check,
};

/// A range of a subnet and where it is written.
struct Placed<'a, 't> {
    range: IpRange,
    pointer: String,
    at: &'a SubnetAt<'t>,
}

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    // By network and family, so that only what can overlap stands side by side.
    let mut by_network: BTreeMap<(&ResourceId, bool), Vec<Placed<'_, '_>>> = BTreeMap::new();
    for at in &subject.subnets.all {
        for (range, pointer) in at.ranges() {
            let ranges = by_network
                .entry((&at.network.id, range.v6().is_some()))
                .or_default();
            ranges.push(Placed {
                range: range.canonical(),
                pointer,
                at,
            });
        }
    }
    for ranges in by_network.values_mut() {
        ranges.sort_by_key(|one| (one.range, one.at.index));
        // The range that reaches farthest so far: in this order only it can meet the next one.
        let mut widest: Option<&Placed<'_, '_>> = None;
        for one in ranges.iter() {
            if let Some(other) = widest
                && other.at.index != one.at.index
                && other.range.overlaps(one.range)
            {
                let (first, second) = if other.at.index < one.at.index {
                    (other, one)
                } else {
                    (one, other)
                };
                let common = if other.range.length() > one.range.length() {
                    other.range
                } else {
                    one.range
                };
                let message = format!(
                    "subnet `{}` overlaps `{}` in {common}",
                    second.at.subnet.name, first.at.subnet.name
                );
                let id = &second.at.network.id;
                let finding = rule.at(id, second.pointer.clone(), message);
                out.push(finding.related(id, first.pointer.clone(), "the other one"));
            }
            if widest.is_none_or(|other| !other.range.contains_range(one.range)) {
                widest = Some(one);
            }
        }
    }
}
