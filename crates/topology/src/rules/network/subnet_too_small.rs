//! `NET004`: subnet too small.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET004",
    severity: Severity::Error,
    title: "subnet too small",
    why: "Azure keeps five addresses of every subnet, so a /29 is the smallest",
    mend: "use /29 or shorter; /28 leaves room to grow",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["virtualNetworks: { MainNet: { subnets: { spare: { addressPrefix: 10.0.9.0/30 } } } }"],
    good: &["virtualNetworks: { MainNet: { subnets: { spare: { addressPrefix: 10.0.9.0/29 } } } }"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        for prefix in at.subnet.properties.prefixes() {
            if prefix.length > 29 {
                out.push(rule.at(
                    &at.network.id,
                    at.pointer("/properties/addressPrefix"),
                    format!("subnet `{}` {prefix} has no address left", at.subnet.name),
                ));
            }
        }
    }
}
