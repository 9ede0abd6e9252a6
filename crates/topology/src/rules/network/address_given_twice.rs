//! `NET008`: address given twice.

use crate::rules::{
    facts::{spare::Spare, stated::Stated},
    prelude::*,
};
use std::collections::HashMap;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET008",
    severity: Severity::Error,
    title: "address given twice",
    why: "two things of one network cannot have the same address",
    mend: "give one of them another address",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
    arm_code: Some("PrivateIPAddressIsAllocated"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "forwarders: { fwd: { privateIPAddresses: [10.0.1.6, 10.0.1.7] } }
loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.7 } }",
    ],
    good: &["clients: { other: { subnet: External/default, privateIPAddress: 192.168.0.9 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut spare = Spare::new(subject);
    let mut seen: HashMap<(Option<ResourceId>, Ipv4Addr), &Stated> = HashMap::new();
    for one in &subject.stated {
        let key = (one.subnet.parent(), one.address);
        match seen.get(&key) {
            Some(other) if other.holder != one.holder => {
                let message = format!("`{}` is given twice in one network", one.address);
                let mut finding = one.finding(rule, message);
                if let Ok((id, pointer)) = &other.place {
                    finding = finding.related(id, pointer.clone(), "has it first");
                }
                out.push(spare.instead_of(one, finding));
            }
            Some(_) => {}
            None => {
                seen.insert(key, one);
            }
        }
    }
}
