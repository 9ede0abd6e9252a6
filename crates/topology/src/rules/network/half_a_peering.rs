//! `NET018`: half a peering.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET018",
    severity: Severity::Warning,
    title: "half a peering",
    why: "traffic flows once both networks have a peering that names the other",
    mend: "add the other half",
    source: "https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering",
    arm_code: None,
    has_fix: true,
    after: &["NET015", "NET016"],
    also: &[],
    bad: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, Spoke: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.0.0/16] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Spoke, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Spoke } } } ] } } ]",
    ],
    good: &[
        "virtualNetworks: { Hub: { resourceGroup: PrivateAPIM, addressPrefixes: [10.1.0.0/16] }, Spoke: { resourceGroup: PrivateAPIM, addressPrefixes: [10.2.0.0/16] } }
resources: [ { type: Microsoft.Network/virtualNetworks, name: Hub, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Spoke, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Spoke } } } ] } }, { type: Microsoft.Network/virtualNetworks, name: Spoke, resourceGroup: PrivateAPIM, properties: { virtualNetworkPeerings: [ { name: to-Hub, properties: { remoteVirtualNetwork: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers/Microsoft.Network/virtualNetworks/Hub } } } ] } } ]",
    ],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for one in &subject.networks.peerings {
        let state = one.peering.properties.peering_state.as_deref();
        let is_broken = state.is_some_and(|state| !state.eq_ignore_ascii_case("Connected"));
        let is_there = subject.networks.other_half(one).is_some();
        let remote = subject.topology.virtual_network(one.remote);
        let (here, there) = (one.network.id.name(), one.remote.name());
        let message = match remote {
            Some((remote, _)) if !is_there && !remote.existing => {
                format!("`{there}` has no peering with `{here}`, only the other way round")
            }
            _ if is_broken => {
                let state = state.unwrap_or_default();
                format!("the peering of `{here}` with `{there}` is {state}")
            }
            _ => continue,
        };
        let finding = rule.at(&one.network.id, one.pointer(""), message);
        out.push(match remote {
            Some((remote, _)) if !is_there && !remote.existing => {
                let half = json!({
                    "name": format!("to-{here}"),
                    "properties": {
                        "remoteVirtualNetwork": { "id": one.network.id },
                        "allowVirtualNetworkAccess": true,
                    },
                });
                let change = Change::set(&remote.id, "/properties/virtualNetworkPeerings/-", half);
                finding.fix("add the other half", [change])
            }
            _ => finding,
        });
    }
}
