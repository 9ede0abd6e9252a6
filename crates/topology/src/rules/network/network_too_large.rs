//! `NET022`: network beyond its limits.

use crate::rules::prelude::*;

pub(in crate::rules) static RULE: Rule = Rule {
    code: "NET022",
    severity: Severity::Error,
    title: "network beyond its limits",
    why: "a network takes 20 DNS servers, 3,000 subnets, 500 peerings and 65,536 private addresses",
    mend: "split it",
    source: "https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits",
    arm_code: None,
    has_fix: false,
    after: &[],
    also: &[],
    bad: &["resources:
- type: Microsoft.Network/virtualNetworks
  name: Spare
  resourceGroup: PrivateAPIM
  location: uksouth
  properties:
    addressSpace: { addressPrefixes: [10.77.0.0/16] }
    dhcpOptions:
      dnsServers:
#* 21:       - 10.77.0.{n}"],
    good: &["resources:
- type: Microsoft.Network/virtualNetworks
  name: Spare
  resourceGroup: PrivateAPIM
  location: uksouth
  properties:
    addressSpace: { addressPrefixes: [10.77.0.0/16] }
    dhcpOptions:
      dnsServers:
#* 20:       - 10.77.0.{n}"],
    check,
};

fn check(rule: &Rule, subject: &Subject<'_>, out: &mut Vec<Finding>) {
    for (network, body) in subject.kinds.virtual_networks() {
        let taken = subject.addresses.count_in(&network.id);
        let counts = [
            (
                "/properties/dhcpOptions/dnsServers",
                "DNS servers",
                body.dns_servers().len(),
                20,
            ),
            ("/properties/subnets", "subnets", body.subnets.len(), 3000),
            (
                "/properties/virtualNetworkPeerings",
                "peerings",
                body.virtual_network_peerings.len(),
                500,
            ),
            (
                "/properties/addressSpace",
                "private addresses",
                taken,
                65_536,
            ),
        ];
        for (pointer, what, has, most) in counts {
            if has > most {
                let message = format!(
                    "`{}` has {has} {what}; {most} is the most",
                    network.id.name()
                );
                out.push(rule.at(&network.id, pointer, message));
            }
        }
    }
}
