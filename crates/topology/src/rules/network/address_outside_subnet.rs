//! `NET007`: address outside its subnet.

use crate::rules::{facts::spare::Spare, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET007",
    severity: Severity::Error,
    title: "address outside its subnet",
    why: "a static address must be one of its subnet's",
    mend: "use an address of the subnet, or name another subnet",
    source: "https://learn.microsoft.com/azure/virtual-network/ip-services/private-ip-addresses",
    arm_code: Some("PrivateIPAddressNotInSubnet"),
    has_fix: true,
    after: &["NET001"],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.3.5 } }"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.250 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut spare = Spare::new(subject);
    for one in &subject.stated {
        let Some(at) = subject.subnets.get(&one.subnet) else {
            continue;
        };
        let mut prefixes = at.subnet.properties.prefixes().peekable();
        if prefixes.peek().is_some() && !prefixes.any(|prefix| prefix.contains(one.address)) {
            let message = format!("`{}` is not in subnet `{}`", one.address, at.subnet.name);
            let finding = one.finding(rule, message);
            let finding = finding.related(&at.network.id, at.pointer(""), "the subnet");
            out.push(spare.instead_of(one, finding));
        }
    }
}
