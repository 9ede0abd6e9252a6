//! `NET016`: two peers of one network overlap.

use crate::rules::{facts::networks::Peering, prelude::*};

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET016",
    severity: Severity::Error,
    title: "two peers of one network overlap",
    why: "a network that is peered with both sees two owners of one range",
    mend: "renumber one of them",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering",
    arm_code: Some("VnetAddressSpaceOverlapsWithAlreadyPeeredVnet"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, One: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.0.0/16] }, Two: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.64.0/18] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-One, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/One } } }, { name: to-Two, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Two } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: One, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: Two, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } } ]",
    ],
    good: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, One: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.0.0/16] }, Two: { resourceGroup: PrivateAPIM, addressPrefixes: [10.3.0.0/16] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-One, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/One } } }, { name: to-Two, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Two } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: One, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: Two, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, _) in subject.kinds.virtual_networks() {
        let peerings: Vec<&Peering<'_>> = subject.networks.of_network(&network.id).collect();
        let mut ranges: Vec<(Cidr, usize)> = Vec::new();
        for (at, one) in peerings.iter().enumerate() {
            let space = subject.networks.remote_space(one);
            ranges.extend(space.into_iter().map(|range| (range.canonical(), at)));
        }
        ranges.sort_by_key(|(range, at)| (range.first(), range.length, *at));
        // In this order only the range that reaches farthest can meet the next one.
        let mut widest: Option<(Cidr, usize)> = None;
        let mut seen: BTreeSet<(usize, usize)> = BTreeSet::new();
        for (range, at) in ranges {
            if let Some((other, before)) = widest
                && other.overlaps(range)
            {
                let (first, second) = (before.min(at), before.max(at));
                let both = peerings.get(first).zip(peerings.get(second));
                if let Some((one, two)) = both.filter(|(one, two)| one.remote != two.remote)
                    && seen.insert((first, second))
                {
                    let message = format!(
                        "`{}` is peered with `{}` and `{}`, which overlap",
                        network.id.name(),
                        one.remote.name(),
                        two.remote.name()
                    );
                    let finding = rule.at(&network.id, two.pointer(""), message);
                    out.push(finding.related(&network.id, one.pointer(""), "the first one"));
                }
            }
            if widest.is_none_or(|(other, _)| other.last() < range.last()) {
                widest = Some((range, at));
            }
        }
    }
}
