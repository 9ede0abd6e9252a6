//! `NET008`: address given twice.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET008",
    severity: Severity::Error,
    title: "address given twice",
    why: "two things of one network cannot have the same address",
    mend: "give one of them another address",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
    arm_code: Some("PrivateIPAddressIsAllocated"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["clients: { other: { subnet: External/default, privateIPAddress: 192.168.0.4 } }"],
    good: &["clients: { other: { subnet: External/default, privateIPAddress: 192.168.0.9 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeMap<(Option<ResourceId>, Ipv4Addr), Holder> = BTreeMap::new();
    for one in &subject.stated {
        let key = (one.subnet.parent(), one.address);
        match seen.get(&key) {
            Some(other) if *other != one.holder => out.push(one.finding(
                rule,
                format!("`{}` is given twice in one network", one.address),
            )),
            Some(_) => {}
            None => {
                seen.insert(key, one.holder.clone());
            }
        }
    }
}
