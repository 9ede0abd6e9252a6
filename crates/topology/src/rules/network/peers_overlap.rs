//! `NET015`: peered networks overlap.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET015",
    severity: Severity::Error,
    title: "peered networks overlap",
    why: "a peering joins the routes of two networks, so no address may be in both",
    mend: "renumber one of them, or join them by Private Link, which keeps the ranges apart",
    source: "https://learn.microsoft.com/azure/virtual-network/how-to-configure-subnet-peering",
    arm_code: Some("VnetAddressSpacesOverlap"),
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, Spoke: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.128.0/17] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Spoke, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Spoke } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: Spoke, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } } ]",
    ],
    good: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, Spoke: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.0.0/16] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Spoke, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Spoke } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: Spoke, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    let mut seen: BTreeSet<(&ResourceId, &ResourceId)> = BTreeSet::new();
    for one in &subject.networks.peerings {
        let (here, there) = (&one.network.id, one.remote);
        // The two halves have one cause.
        let pair = if here < there {
            (here, there)
        } else {
            (there, here)
        };
        let own = subject.networks.space(here).unwrap_or_default();
        let remote = Ranges::cidrs(subject.networks.remote_space(one));
        let common = Ranges::cidrs(own.iter().copied()).and(&remote);
        if common.is_empty() || !seen.insert(pair) {
            continue;
        }
        let message = format!(
            "`{}` and `{}` are peered and share {}",
            here.name(),
            there.name(),
            common.addresses_text()
        );
        let finding = rule.at(here, one.pointer(""), message);
        out.push(finding.related(there, "/properties/addressSpace", "the other network"));
    }
}
