//! `NET009`: subnet too small for what stands in it.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET009",
    severity: Severity::Error,
    title: "subnet too small for what stands in it",
    why: "Azure keeps five addresses of every subnet, and everything that stands in it takes at least one",
    mend: "use a larger range, or another subnet",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq",
    arm_code: Some("SubnetIsFull"),
    has_fix: true,
    after: &["NET003", "NET004"],
    also: &[],
    bad: &[
        "virtualNetworks: { MainNet: { subnets: { small: { addressPrefix: 10.0.9.0/29 } } } }
resources:
#* 4: - { type: Microsoft.Network/networkInterfaces, name: nic{n}, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/small } } } ] } }",
    ],
    good: &[
        "virtualNetworks: { MainNet: { subnets: { small: { addressPrefix: 10.0.9.0/28 } } } }
resources:
#* 4: - { type: Microsoft.Network/networkInterfaces, name: nic{n}, resourceGroup: PrivateAPIM, location: uksouth, properties: { ipConfigurations: [ { name: one, properties: { subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/MainNet/subnets/small } } } ] } }",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for at in &subject.subnets.all {
        let occupants = subject.subnets.occupants(&at.id);
        // What API Management needs is a rule of its own.
        if occupants
            .iter()
            .all(|occupant| matches!(occupant.resource.body, Body::ApiManagement(_)))
        {
            continue;
        }
        let prefixes = || at.subnet.properties.prefixes();
        let free: u64 = prefixes().map(capacity).sum();
        let wanted = subject.subnets.wanted(&at.id);
        if prefixes().next().is_none() || wanted <= free {
            continue;
        }
        let message = format!(
            "{wanted} addresses are wanted in subnet `{}`, which has {free}",
            at.subnet.name
        );
        let finding = rule.at(
            &at.network.id,
            at.pointer("/properties/addressPrefix"),
            message,
        );
        let finding = occupants.iter().take(3).fold(finding, |finding, occupant| {
            finding.related(
                &occupant.resource.id,
                occupant.pointer.clone(),
                "stands there",
            )
        });
        let larger = prefixes().next().filter(|_| prefixes().count() == 1);
        let larger = larger.and_then(|prefix| {
            (8..prefix.length).rev().find_map(|length| {
                let wider = Cidr { length, ..prefix };
                (capacity(wider) >= wanted).then(|| wider.canonical())
            })
        });
        out.push(
            match larger.filter(|range| subject.subnets.has_room_for(at, *range)) {
                Some(range)
                    if at.subnet.properties.address_prefix.is_some() && !at.network.existing =>
                {
                    let pointer = at.pointer("/properties/addressPrefix");
                    let change = Change::set(&at.network.id, pointer, range.to_string());
                    finding.fix(format!("make it {range}"), [change])
                }
                _ => finding,
            },
        );
    }
}

/// How many addresses Azure hands out of a range.
fn capacity(range: Cidr) -> u64 {
    let all = 1_u64 << 32_u32.saturating_sub(range.length.into());
    all.saturating_sub(5)
}
