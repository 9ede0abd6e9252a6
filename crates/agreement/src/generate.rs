//! Topologies around the main job, varied in every place where a connection can fail.

/// A small generator of numbers: splitmix64 (<https://prng.di.unimi.it/splitmix64.c>), enough to
/// vary manifests the same way on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.roll().is_multiple_of(n)
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let index =
            usize::try_from(self.roll() % u64::try_from(from.len()).unwrap_or(1)).unwrap_or(0);
        from.get(index).copied().unwrap_or("")
    }
}

fn rules(dice: &mut Dice) -> String {
    let mut text = String::new();
    let count = dice.roll() % 4;
    for number in 0..count {
        let priority = 100 + number * 10;
        text.push_str(&format!(
            "      R{number}: {{ priority: {priority}, direction: {}, access: {}, protocol: \"{}\", sourceAddressPrefix: \"{}\", sourcePortRange: \"*\", destinationAddressPrefix: \"{}\", destinationPortRange: \"{}\" }}\n",
            dice.pick(&["Inbound", "Outbound"]),
            dice.pick(&["Allow", "Deny"]),
            dice.pick(&["Tcp", "Tcp", "*", "Udp"]),
            dice.pick(&["*", "VirtualNetwork", "10.0.0.0/16", "10.0.1.0/24", "192.168.0.0/16", "192.168.0.4", "Internet", "AzureLoadBalancer"]),
            dice.pick(&["*", "VirtualNetwork", "10.0.0.0/16", "10.0.2.0/24", "192.168.0.0/16", "Internet"]),
            dice.pick(&["443", "*", "80", "400-500", "8080"]),
        ));
    }
    if text.is_empty() {
        "      {}\n".to_owned()
    } else {
        text
    }
}

/// The manifest of this number; the same on every machine.
pub(crate) fn manifest(number: u64) -> String {
    let mut dice = Dice(number);
    let consumer = dice.pick(&["192.168.0", "192.168.0", "10.0.1", "10.0.2"]);
    let space = if consumer.starts_with("10.") {
        "10.0.0.0/16"
    } else {
        "192.168.0.0/16"
    };
    let approval = if dice.one_in(6) { "[]" } else { "[partner]" };
    let manual = dice.one_in(4);
    let instances = 1 + dice.roll() % 3;
    let port = dice.pick(&["443", "443", "443", "8443"]);
    let to = dice.pick(&[
        "apim1449",
        "apim1449",
        "apim1449",
        "10.0.2.5:443",
        "10.0.2.9:443",
        "apim1449.azure-api.net:444",
    ]);
    let plain = dice.one_in(3);
    let mut groups = String::new();
    for name in ["NSG-PLS", "NSG-APIM", "NSG-CLIENT"] {
        let rules = if plain {
            "      {}\n".to_owned()
        } else {
            rules(&mut dice)
        };
        let group = if name == "NSG-CLIENT" {
            "APIM"
        } else {
            "PrivateAPIM"
        };
        groups.push_str(&format!(
            "  {name}:\n    resourceGroup: {group}\n    securityRules:\n{rules}"
        ));
    }
    format!(
        "linkspan: v1
name: generated-{number}
subscriptions:
  provider: {{ id: 22222222-2222-2222-2222-222222222222 }}
  partner: {{ id: 11111111-1111-1111-1111-111111111111 }}
resourceGroups:
  PrivateAPIM: {{ subscription: provider, location: uksouth }}
  APIM: {{ subscription: partner, location: eastus }}
networkSecurityGroups:
{groups}virtualNetworks:
  MainNet:
    resourceGroup: PrivateAPIM
    addressPrefixes: [10.0.0.0/16]
    subnets:
      plsSubnet: {{ addressPrefix: 10.0.1.0/24, networkSecurityGroup: NSG-PLS }}
      apimSubnet: {{ addressPrefix: 10.0.2.0/24, networkSecurityGroup: NSG-APIM }}
  External:
    resourceGroup: APIM
    addressPrefixes: [{space}]
    subnets: {{ default: {{ addressPrefix: {consumer}.0/24, networkSecurityGroup: NSG-CLIENT }} }}
apiManagement:
  apim1449: {{ subnet: MainNet/apimSubnet, sku: Developer, virtualNetworkType: Internal, publisherEmail: ops@example.com }}
forwarders:
  fwd: {{ subnet: MainNet/plsSubnet, instances: {instances}, relay: [ {{ listen: {port}, to: \"{to}\" }} ] }}
loadBalancers:
  PrivateLinkServiceLB: {{ subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.5, backend: fwd }}
privateLinkServices:
  APIM-PLS: {{ loadBalancer: PrivateLinkServiceLB, visibility: [partner], autoApproval: {approval} }}
privateEndpoints:
  APIM-PE: {{ subnet: External/default, service: APIM-PLS, manual: {manual} }}
clients:
  testvm: {{ subnet: External/default, privateIPAddress: {consumer}.4 }}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_always_gives_the_same_manifest() {
        assert_eq!(manifest(7), manifest(7));
        assert_ne!(manifest(7), manifest(8));
    }
}
