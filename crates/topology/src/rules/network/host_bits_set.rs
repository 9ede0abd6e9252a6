//! `NET003`: host bits in a range.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET003",
    severity: Severity::Error,
    title: "host bits in a range",
    why: "Azure takes a range only by its first address",
    mend: "write the range by its first address",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.2.1/24 } } } }",
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { apimSubnet: { addressPrefix: 10.0.2.0/25 } } } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let properties = &at.subnet.properties;
        let single = properties
            .address_prefix
            .iter()
            .map(|prefix| (*prefix, None));
        let listed = properties.address_prefixes.iter().enumerate();
        let listed = listed.map(|(index, prefix)| (*prefix, Some(index)));
        for (prefix, index) in single.chain(listed) {
            if prefix == prefix.canonical() {
                continue;
            }
            let pointer = match index {
                None => at.pointer("/properties/addressPrefix"),
                Some(index) => at.pointer(&format!("/properties/addressPrefixes/{index}")),
            };
            let what = format!("subnet `{}`", at.subnet.name);
            out.push(loose(rule, &at.network.id, pointer, &what, prefix));
        }
    }
    for (network, body) in subject.kinds.virtual_networks() {
        for (index, prefix) in body.address_space.address_prefixes.iter().enumerate() {
            if *prefix == prefix.canonical() {
                continue;
            }
            let pointer = format!("/properties/addressSpace/addressPrefixes/{index}");
            let what = format!("`{}`", network.id.name());
            out.push(loose(rule, &network.id, pointer, &what, *prefix));
        }
    }
}

fn loose(rule: &Rule, id: &ResourceId, pointer: String, what: &str, prefix: IpRange) -> Finding {
    let canonical = prefix.canonical();
    rule.at(
        id,
        pointer.clone(),
        format!("{what} has host bits set in {prefix}"),
    )
    .help(format!("write {canonical}"))
    .fix(
        format!("write {canonical}"),
        [Change::set(id, pointer, canonical.to_string())],
    )
}
