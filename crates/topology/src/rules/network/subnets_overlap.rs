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
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.3.128/25 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut by_network: BTreeMap<&ResourceId, Vec<(Cidr, usize, &SubnetAt<'_>)>> = BTreeMap::new();
    for at in &subject.subnets.all {
        for prefix in at.subnet.properties.prefixes() {
            let ranges = by_network.entry(&at.network.id).or_default();
            ranges.push((prefix.canonical(), at.index, at));
        }
    }
    for ranges in by_network.values_mut() {
        ranges.sort_by_key(|(prefix, index, _)| (prefix.first(), prefix.length, *index));
        // The range that reaches farthest so far: in this order only it can meet the next one.
        let mut widest: Option<(Cidr, &SubnetAt<'_>)> = None;
        for (prefix, index, at) in ranges.iter() {
            if let Some((range, other)) = widest
                && other.index != *index
                && range.overlaps(*prefix)
            {
                let (first, second) = if other.index < *index {
                    (other, *at)
                } else {
                    (*at, other)
                };
                out.push(
                    rule.at(
                        &second.network.id,
                        second.pointer("/properties/addressPrefix"),
                        format!(
                            "subnet `{}` overlaps `{}` in {}",
                            second.subnet.name,
                            first.subnet.name,
                            if range.length > prefix.length {
                                range
                            } else {
                                *prefix
                            }
                        ),
                    )
                    .related(
                        &first.network.id,
                        first.pointer("/properties/addressPrefix"),
                        "the other one",
                    ),
                );
            }
            if widest.is_none_or(|(range, _)| range.last() < prefix.last()) {
                widest = Some((*prefix, at));
            }
        }
    }
}
