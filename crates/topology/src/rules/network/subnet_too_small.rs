//! `NET004`: subnet of an impossible size.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET004",
    severity: Severity::Error,
    title: "subnet of an impossible size",
    why: "Azure keeps five addresses of every subnet, so a /29 is the smallest, and IPv6 subnets are /64",
    mend: "use /29 or shorter (/28 leaves room to grow), and /64 for IPv6",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: None,
    has_fix: true,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { spare: { addressPrefix: 10.0.9.0/30 } } } }",
        r#"resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { addressSpace: { addressPrefixes: [10.0.0.0/16, "fd00:10::/48"] }, subnets: [ { name: six, properties: { addressPrefixes: [10.0.9.0/24, "fd00:10:0:1::/80"] } } ] } } ]"#,
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { spare: { addressPrefix: 10.0.9.0/29 } } } }",
        r#"resources: [ { type: Microsoft.Network/virtualNetworks, name: MainNet, resourceGroup: PrivateAPIM, properties: { addressSpace: { addressPrefixes: [10.0.0.0/16, "fd00:10::/48"] }, subnets: [ { name: six, properties: { addressPrefixes: [10.0.9.0/24, "fd00:10:0:1::/64"] } } ] } } ]"#,
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        for (range, pointer) in at.ranges() {
            let (is_wrong, better) = match range {
                IpRange::V4(range) => (range.length > 29, {
                    let wider = Cidr {
                        length: 29,
                        ..range
                    }
                    .canonical();
                    subject
                        .subnets
                        .has_room_for(at, wider)
                        .then_some(IpRange::V4(wider))
                }),
                IpRange::V6(range) => (range.length != 64, {
                    let exact = Cidr6 {
                        length: 64,
                        ..range
                    }
                    .canonical();
                    (range.length > 64).then_some(IpRange::V6(exact))
                }),
            };
            if !is_wrong {
                continue;
            }
            let message = format!("subnet `{}` cannot be {range}", at.subnet.name);
            let finding = rule.at(&at.network.id, pointer.clone(), message);
            out.push(match better.filter(|_| !at.network.existing) {
                Some(better) => {
                    let change = Change::set(&at.network.id, pointer, better.to_string());
                    finding.fix(format!("make it {better}"), [change])
                }
                None => finding,
            });
        }
    }
}
