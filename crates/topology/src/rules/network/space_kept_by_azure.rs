//! `NET005`: address space that Azure keeps.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET005",
    severity: Severity::Error,
    title: "address space that Azure keeps",
    why: "multicast, broadcast, loopback, link-local and the host's own address are not for networks",
    mend: "use another range, such as one of RFC 1918",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["virtualNetworks: { External: { addressPrefixes: [192.168.0.0/16, 169.254.0.0/16] } }"],
    good: &["virtualNetworks: { External: { addressPrefixes: [192.168.0.0/16, 169.253.0.0/16] } }"],
    check,
};

/// Ranges that no network may have.
const KEPT: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(224, 0, 0, 0), 4),
    (Ipv4Addr::BROADCAST, 32),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(168, 63, 129, 16), 32),
];

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, body) in subject.kinds.virtual_networks() {
        let ranges = body.address_space.address_prefixes.iter().enumerate();
        for (index, prefix) in ranges.filter_map(|(index, range)| Some((index, range.v4()?))) {
            if let Some(kept) = KEPT
                .iter()
                .map(|(address, length)| Cidr {
                    address: *address,
                    length: *length,
                })
                .find(|kept| kept.overlaps(prefix))
            {
                let pointer = format!("/properties/addressSpace/addressPrefixes/{index}");
                out.push(rule.at(
                    &network.id,
                    pointer,
                    format!("`{}` meets {kept}, which Azure keeps", network.id.name()),
                ));
            }
        }
    }
}
