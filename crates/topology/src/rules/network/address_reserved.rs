//! `NET006`: reserved address.

use crate::rules::{facts::spare::Spare, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET006",
    severity: Severity::Error,
    title: "reserved address",
    why: "the first four addresses and the last one of a subnet belong to Azure",
    mend: "use the fifth address or a later one",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: Some("PrivateIPAddressInReservedRange"),
    has_fix: true,
    after: &[],
    also: &[],
    bad: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.3 } }"],
    good: &["loadBalancers: { PrivateLinkServiceLB: { privateIPAddress: 10.0.1.4 } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut spare = Spare::new(subject);
    for one in &subject.stated {
        let Some(at) = subject.subnets.get(&one.subnet) else {
            continue;
        };
        let mut prefixes = at.subnet.properties.prefixes();
        if prefixes.any(|prefix| prefix.is_reserved(one.address)) {
            let message = format!(
                "`{}` is reserved in subnet `{}`",
                one.address, at.subnet.name
            );
            out.push(spare.instead_of(one, one.finding(rule, message)));
        }
    }
}
