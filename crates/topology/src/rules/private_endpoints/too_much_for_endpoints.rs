//! `PE016`: more than a group takes at private endpoints.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "PE016",
    severity: Severity::Warning,
    title: "more than a group takes at private endpoints",
    why: "at private endpoints a group works up to 50 members of application security groups, and a rule up to 250,000 combinations of sources, destinations and ports; beyond, connections may fail",
    mend: "write wider ranges, or split the members over several subnets and groups",
    source: "https://learn.microsoft.com/azure/private-link/private-endpoint-overview",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups:
  NSG-PE:
    resourceGroup: APIM
    securityRules:
      B: { priority: 4000, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" }
      A:
        priority: 300
        direction: Inbound
        access: Allow
        protocol: Tcp
        destinationAddressPrefix: "*"
        sourceAddressPrefixes:
#* 100:         - 192.168.{n}.0/24
        destinationPortRanges:
#* 2501:         - 1{n}"#,
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
applicationSecurityGroups: { clients: { resourceGroup: APIM, location: eastus } }
networkSecurityGroups: { NSG-PE: { resourceGroup: APIM, securityRules: { A: { priority: 300, direction: Inbound, access: Allow, protocol: Tcp, sourceApplicationSecurityGroups: [clients], destinationAddressPrefix: "*", destinationPortRange: 443 }, B: { priority: 4000, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" } } } }
resources:
#* 51: - { type: Microsoft.Network/networkInterfaces, name: many{n}, resourceGroup: APIM, properties: { ipConfigurations: [ { name: c, properties: { subnet: { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default }, applicationSecurityGroups: [ { id: /subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/applicationSecurityGroups/clients } ] } } ] } }"#,
    ],
    good: &[
        r#"virtualNetworks: { External: { subnets: { endpoints: { addressPrefix: 192.168.1.0/24, networkSecurityGroup: NSG-PE, privateEndpointNetworkPolicies: NetworkSecurityGroupEnabled } } } }
privateEndpoints: { APIM-PE: { subnet: External/endpoints } }
networkSecurityGroups:
  NSG-PE:
    resourceGroup: APIM
    securityRules:
      B: { priority: 4000, direction: Inbound, access: Deny, protocol: "*", sourceAddressPrefix: "*", destinationAddressPrefix: "*", destinationPortRange: "*" }
      A:
        priority: 300
        direction: Inbound
        access: Allow
        protocol: Tcp
        destinationAddressPrefix: "*"
        sourceAddressPrefixes:
#* 100:         - 192.168.{n}.0/24
        destinationPortRanges:
#* 100:         - 1{n}"#,
    ],
    check,
};

const MOST_MEMBERS: usize = 50;
const MOST_COMBINATIONS: usize = 250_000;

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for group in &subject.groups.all {
        let mut subnets = group.subnets.iter();
        if !subnets.any(|id| subject.group_acts_on_endpoints(id)) {
            continue;
        }
        let id = &group.resource.id;
        let mut named: BTreeSet<&ResourceId> = BTreeSet::new();
        for one in group.all_rules() {
            for (_, side) in one.sides() {
                named.extend(&side.groups);
            }
            let said = &one.rule.properties;
            let ports = said.destination_port_ranges.len();
            let ports = ports.saturating_add(usize::from(said.destination_port_range.is_some()));
            let (from, to) = (one.source.count.max(1), one.destination.count.max(1));
            let count = from.saturating_mul(to).saturating_mul(ports.max(1));
            if count > MOST_COMBINATIONS {
                let message = format!(
                    "`{}` of `{}` has {count} combinations of sources, destinations and ports",
                    one.rule.name,
                    id.name()
                );
                out.push(rule.at(id, one.pointer(""), message));
            }
        }
        let members = named
            .iter()
            .filter_map(|id| subject.groups.members.get(*id));
        let count: usize = members.map(|members| members.at.len()).sum();
        if count > MOST_MEMBERS {
            let message = format!(
                "application security groups that `{}` names have {count} members",
                id.name()
            );
            out.push(rule.at(id, "/properties/securityRules", message));
        }
    }
}
