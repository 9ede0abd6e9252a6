//! An API Management service with gateways in two regions.

use crate::{flow, topology};
use topology::trace::{Outcome, trace};

const TWO: &str = "
linkspan: v1
name: two-regions
subscriptions: { s: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups:
  west: { subscription: s, location: westeurope }
  north: { subscription: s, location: northeurope }
virtualNetworks:
  weu:
    resourceGroup: west
    addressPrefixes: [10.0.0.0/16]
    subnets:
      work: { addressPrefix: 10.0.1.0/24 }
      apim: { addressPrefix: 10.0.2.0/24 }
  neu:
    resourceGroup: north
    addressPrefixes: [10.4.0.0/16]
    subnets:
      work: { addressPrefix: 10.4.1.0/24 }
      apim: { addressPrefix: 10.4.2.0/24, networkSecurityGroup: neu-nsg }
networkSecurityGroups:
  neu-nsg:
    resourceGroup: north
    securityRules:
      no-such-client: { priority: 100, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: 10.4.1.5, destinationAddressPrefix: '*', destinationPortRange: 443 }
apiManagement:
  orders:
    subnet: weu/apim
    sku: Premium
    capacity: 2
    virtualNetworkType: Internal
    publisherEmail: ops@example.com
    additionalLocations:
      - { location: northeurope, subnet: neu/apim, capacity: 1 }
privateDnsZones:
  orders-northeurope-01.regional.azure-api.net:
    resourceGroup: north
    virtualNetworkLinks: { neu: {} }
    records: { '@': { aRecords: [10.4.2.5] } }
clients:
  west: { subnet: weu/work }
  north: { subnet: neu/work, privateIPAddress: 10.4.1.4 }
  denied: { subnet: neu/work, privateIPAddress: 10.4.1.5 }
";

#[track_caller]
fn check(text: &str, from: &str, to: &str, outcome: Outcome, because: &str) {
    let topology = topology(text);
    let found = trace(&topology, &flow(from, to));
    assert_eq!(found.outcome, outcome, "{}", found.because);
    assert!(found.because.contains(because), "{}", found.because);
}

#[test]
fn each_region_answers_at_its_own_address_behind_its_own_group() {
    // Two units and the VIP in the first region, one and the VIP in the other.
    check(
        TWO,
        "west",
        "10.0.2.6:443",
        Outcome::Delivered,
        "`service/orders` answers",
    );
    check(
        TWO,
        "north",
        "10.4.2.5:443",
        Outcome::Delivered,
        "`service/orders` answers",
    );
    check(
        TWO,
        "north",
        "10.4.2.4:443",
        Outcome::Unknown,
        "is a unit of",
    );
    check(
        TWO,
        "denied",
        "10.4.2.5:443",
        Outcome::Dropped,
        "no-such-client",
    );
}

#[test]
fn the_gateway_of_a_region_has_a_name_of_its_own() {
    let host = "https://orders-northeurope-01.regional.azure-api.net";
    check(TWO, "north", host, Outcome::Delivered, "answers");
    // The zone is not linked to the other network, and public DNS does not know the name.
    check(TWO, "west", host, Outcome::Dropped, "is internal");
    let host = "https://orders-westeurope-01.regional.azure-api.net";
    check(TWO, "west", host, Outcome::Dropped, "is internal");
}

#[test]
fn a_gateway_that_is_off_answers_nothing_but_azure() {
    let off = TWO.replace(
        "subnet: neu/apim, capacity: 1",
        "subnet: neu/apim, capacity: 1, disableGateway: true",
    );
    check(
        &off,
        "north",
        "10.4.2.5:443",
        Outcome::Dropped,
        "disableGateway",
    );
    check(&off, "west", "10.0.2.6:443", Outcome::Delivered, "answers");
    let off = TWO.replace(
        "    capacity: 2\n",
        "    capacity: 2\n    disableGateway: true\n",
    );
    check(
        &off,
        "west",
        "10.0.2.6:443",
        Outcome::Dropped,
        "disableGateway",
    );
    check(&off, "north", "10.4.2.5:443", Outcome::Delivered, "answers");
}
