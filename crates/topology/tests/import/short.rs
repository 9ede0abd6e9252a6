//! What the short form can say is written shortly, and what it cannot say exactly is left whole.

use super::*;

const BASE: &str = "\
linkspan: v1
name: net
subscriptions: { ours: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { G: { subscription: ours, location: uksouth } }
";

/// Writes the topology of a manifest as a manifest; the law holds.
#[track_caller]
fn written(sections: &str) -> String {
    let text = format!("{BASE}{sections}");
    let (parsed, findings) = manifest::parse(&text);
    assert_eq!(findings, [], "{text}");
    let resolved = resolve::resolve(&parsed);
    assert_eq!(resolved.findings, [], "{text}");
    check_law(&resolved.topology)
}

/// The ids that stand under `resources`, as `TYPE/NAME` without the namespace.
#[track_caller]
fn left_whole(sections: &str) -> Vec<String> {
    let text = written(sections);
    let (parsed, _) = manifest::parse(&text);
    let raw = parsed.resources.iter().flat_map(|list| &list.value);
    raw.map(|entry| {
        let field = |field: &manifest::Field<String>| field.as_ref().unwrap().value.clone();
        let kind = field(&entry.value.arm_type);
        let (_, kind) = kind.split_once('/').unwrap();
        format!("{kind}/{}", field(&entry.value.name))
    })
    .collect()
}

#[test]
fn the_whole_network_is_said_shortly() {
    let sections = "\
virtualNetworks:
  Hub:
    resourceGroup: G
    addressPrefixes: [10.0.0.0/16, 'fd00:10::/48']
    dnsServers: [10.0.0.4, 'fd00:10::4']
    flowTimeoutInMinutes: 15
    privateEndpointVNetPolicies: Basic
    enableDdosProtection: false
    subnets:
      one: { addressPrefix: 10.0.1.0/24, natGateway: W, networkSecurityGroup: S, routeTable: R, serviceEndpoints: [ { service: Microsoft.Storage, locations: ['*'] }, { service: Microsoft.Sql } ] }
      two: { addressPrefixes: [10.0.2.0/24, 'fd00:10:0:2::/64'], delegations: { web: { serviceName: Microsoft.Web/serverFarms } } }
    peerings: { Spoke: { bothWays: true, allowGatewayTransit: true } }
  Spoke: { resourceGroup: G, location: westeurope, addressPrefixes: [10.1.0.0/16] }
networkSecurityGroups:
  S:
    resourceGroup: G
    flushConnection: true
    securityRules:
      lists: { priority: 200, direction: Inbound, access: Allow, sourceAddressPrefixes: [10.0.0.0/24, 10.1.0.0/24], sourcePortRanges: [1-9, '80'], destinationAddressPrefixes: [10.2.0.4], destinationPortRanges: ['443', 8000-9000] }
      groups: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceApplicationSecurityGroups: [web], destinationApplicationSecurityGroups: [web], destinationPortRange: 443 }
routeTables: { R: { resourceGroup: G, disableBgpRoutePropagation: true, routes: { six: { addressPrefix: '::/0', nextHopType: VirtualAppliance, nextHopIpAddress: 'fd00:10::5' } } } }
applicationSecurityGroups: { web: { resourceGroup: G } }
publicIPAddresses:
  A: { resourceGroup: G, zones: ['1', '2'], idleTimeoutInMinutes: 10, domainNameLabel: x, publicIPPrefix: P, ipTags: [ { ipTagType: RoutingPreference, tag: Internet } ] }
  B: { resourceGroup: G, location: westeurope, sku: Basic, tier: Regional, publicIPAllocationMethod: Dynamic, publicIPAddressVersion: IPv6, existing: true, ipAddress: 2001:db8::1 }
publicIPPrefixes: { P: { resourceGroup: G, prefixLength: 28, zones: ['1'] } }
natGateways: { W: { resourceGroup: G, publicIpAddresses: [A], publicIpPrefixes: [P], idleTimeoutInMinutes: 20, zones: ['1'] } }
privateDnsZones:
  example.org:
    resourceGroup: G
    virtualNetworkLinks: { hub: { virtualNetwork: Hub, registrationEnabled: true, resolutionPolicy: NxDomainRedirect }, Spoke: { existing: true } }
    records:
      '@': { aRecords: [10.0.2.5, 10.0.2.6], mxRecords: [ { preference: 10, exchange: mail.example.org } ], txtRecords: 'v=spf1 -all' }
      www: { ttl: 60, cnameRecord: apim1449.azure-api.net, existing: true }
      '*.apps': { aaaaRecords: ['fd00::4'] }
      _sip._tcp: { srvRecords: [ { priority: 1, weight: 2, port: 5060, target: sip.example.org } ] }
      '4': { ptrRecords: host.example.org }
  existing.org: { resourceGroup: G, existing: true, virtualNetworkLinks: { Hub: {} } }
";
    assert_eq!(left_whole(sections), [""; 0]);
    let text = written(sections);
    for line in [
        "natGateway: W",
        "publicIpAddresses: [A]",
        "remoteVirtualNetwork: Hub",
        "virtualNetwork: Spoke",
        "sourceApplicationSecurityGroups: [web]",
    ] {
        assert!(text.contains(line), "{line} in\n{text}");
    }
}

#[test]
fn what_the_short_form_cannot_say_exactly_stays_whole() {
    let raw = |kind: &str, name: &str, rest: &str| {
        format!(
            "resources: [ {{ type: Microsoft.Network/{kind}, name: {name}, resourceGroup: G, {rest} }} ]\n"
        )
    };
    let zone = "privateDnsZones: { example.org: { resourceGroup: G } }\n";
    let record = |kind: &str, name: &str, properties: &str| {
        let kind = format!("privateDnsZones/{kind}");
        let name = format!("example.org/{name}");
        let rest = format!("properties: {{ {properties} }}");
        format!("{zone}{}", raw(&kind, &name, &rest))
    };
    for (sections, wanted) in [
        (
            raw(
                "publicIPAddresses",
                "A",
                "location: uksouth, sku: { name: Odd }, properties: { publicIPAllocationMethod: Static }",
            ),
            "publicIPAddresses/A",
        ),
        (
            raw(
                "publicIPAddresses",
                "A",
                "location: uksouth, sku: { name: Standard }",
            ),
            "publicIPAddresses/A",
        ),
        (
            raw(
                "natGateways",
                "W",
                "location: uksouth, sku: { name: Standard }, properties: { odd: 1 }",
            ),
            "natGateways/W",
        ),
        (
            raw(
                "applicationSecurityGroups",
                "W",
                "location: uksouth, tags: { a: b }",
            ),
            "applicationSecurityGroups/W",
        ),
        (
            raw(
                "networkSecurityGroups",
                "S",
                "location: uksouth, properties: { securityRules: [ { name: r, properties: { priority: 200, direction: Inbound, access: Allow, protocol: '*', sourceAddressPrefix: '*', sourcePortRange: '*', destinationAddressPrefix: '*', destinationPortRange: '1', description: '' } } ] }",
            ),
            "networkSecurityGroups/S",
        ),
        (
            raw(
                "virtualNetworks",
                "N",
                "location: uksouth, properties: { addressSpace: { addressPrefixes: [10.0.0.0/16] }, virtualNetworkPeerings: [ { name: 'a b', properties: { remoteVirtualNetwork: { id: /subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n } } } ] }",
            ),
            "virtualNetworks/N",
        ),
        (
            record(
                "A",
                "www",
                "ttl: 10, aRecords: [ { ipv4Address: 10.0.0.4 } ], metadata: { a: b }",
            ),
            "privateDnsZones/A/example.org/www",
        ),
        (
            record("A", "www", "aRecords: [ { ipv4Address: 10.0.0.4 } ]"),
            "privateDnsZones/A/example.org/www",
        ),
        (
            record("A", "www", "ttl: 10"),
            "privateDnsZones/A/example.org/www",
        ),
        (
            record("TXT", "www", "ttl: 10, txtRecords: [ { value: [a, b] } ]"),
            "privateDnsZones/TXT/example.org/www",
        ),
        (
            record("SOA", "@", "ttl: 10, soaRecord: { host: a.b }"),
            "privateDnsZones/SOA/example.org/@",
        ),
    ] {
        assert_eq!(left_whole(&sections), [wanted], "{sections}");
    }
}

#[test]
fn two_sets_of_one_name_are_one_entry_if_they_last_equally_long() {
    let sets = |ttl: u32| {
        format!(
            "privateDnsZones: {{ example.org: {{ resourceGroup: G, records: {{ www: {{ ttl: 10, aRecords: 10.0.0.4 }} }} }} }}
resources: [ {{ type: Microsoft.Network/privateDnsZones/AAAA, name: example.org/www, resourceGroup: G, properties: {{ ttl: {ttl}, aaaaRecords: [ {{ ipv6Address: 'fd00::4' }} ] }} }} ]
"
        )
    };
    assert_eq!(left_whole(&sets(10)), [""; 0]);
    assert_eq!(
        left_whole(&sets(20)),
        ["privateDnsZones/AAAA/example.org/www"]
    );
}

#[test]
fn both_ends_of_private_link_are_said_shortly() {
    let sections = "\
virtualNetworks:
  Hub:
    resourceGroup: G
    addressPrefixes: [10.0.0.0/16]
    subnets: { one: { addressPrefix: 10.0.1.0/24, privateLinkServiceNetworkPolicies: Disabled }, two: { addressPrefix: 10.0.2.0/24 } }
applicationSecurityGroups: { web: { resourceGroup: G } }
forwarders: { fwd: { subnet: Hub/two, relay: [ { listen: 443, to: '10.9.9.9:443' } ] } }
loadBalancers: { LB: { subnet: Hub/two, privateIPAddress: 10.0.2.9, backend: fwd } }
privateLinkServices:
  Behind: { loadBalancer: LB, subnet: Hub/one, natIPs: [10.0.1.8, 10.0.1.9], visibility: ['*'], autoApproval: [ours], enableProxyProtocol: true, fqdns: [a.example] }
  Direct: { destinationIPAddress: 10.0.2.77, subnet: Hub/one, resourceGroup: G, visibility: [11111111-1111-1111-1111-111111111111] }
privateEndpoints:
  Near: { subnet: Hub/two, service: Behind, applicationSecurityGroups: [web], customNetworkInterfaceName: near-nic }
  Asks: { subnet: Hub/two, service: Direct, manual: true, requestMessage: please }
  Alias: { subnet: Hub/two, service: pls.0f9e1fc0-0b5b-4d0b-b1a5-0e9f9d1e0001.uksouth.azure.privatelinkservice }
";
    let left = left_whole(sections);
    let is_link =
        |one: &&String| one.starts_with("privateLink") || one.starts_with("privateEndpoints");
    assert_eq!(left.iter().find(is_link), None, "{left:#?}");
    let text = written(sections);
    for said in [
        "autoApproval: [ours]",
        "subnet: Hub/one",
        "service: Behind",
        "manual: true",
        "requestMessage: please",
        "destinationIPAddress: 10.0.2.77",
    ] {
        assert!(text.contains(said), "{said} is not in\n{text}");
    }
}

#[test]
fn a_service_that_no_section_can_say_leaves_the_rest_short() {
    let sections = "\
virtualNetworks: { Hub: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { one: { addressPrefix: 10.0.1.0/24 } } } }
resources:
  - { type: Microsoft.Network/privateLinkServices, name: Odd, resourceGroup: G, location: uksouth, properties: { destinationIPAddress: 10.0.1.77, visibility: { subscriptions: [nobody] },
      ipConfigurations: [ { name: nat, properties: { primary: true, privateIPAllocationMethod: Dynamic, subnet: { id: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers/Microsoft.Network/virtualNetworks/Hub/subnets/one } } } ] } }
";
    assert_eq!(left_whole(sections), ["privateLinkServices/Odd"]);
}

#[test]
fn load_balancers_and_services_are_said_shortly() {
    let sections = "\
virtualNetworks:
  Hub:
    resourceGroup: G
    addressPrefixes: [10.0.0.0/16]
    subnets: { one: { addressPrefix: 10.0.1.0/24 }, two: { addressPrefix: 10.0.2.0/24 }, apim: { addressPrefix: 10.0.3.0/24, networkSecurityGroup: apim-nsg } }
networkSecurityGroups: { apim-nsg: { resourceGroup: G, securityRules: {} } }
publicIPAddresses: { out: { resourceGroup: G, zones: ['1', '2', '3'] } }
loadBalancers:
  several:
    resourceGroup: G
    subnet: Hub/one
    frontendIPConfigurations:
      a: { privateIPAddress: 10.0.1.10, zones: ['1'] }
      b: { subnet: Hub/two, privateIPAddress: 10.0.2.10 }
    backendAddressPools:
      nics: {}
      addresses: { addresses: [10.0.2.20, 10.0.2.21], virtualNetwork: Hub }
    probes:
      web: { protocol: Https, port: 443, requestPath: /up, intervalInSeconds: 10, probeThreshold: 2 }
      tcp: { protocol: Tcp, port: 5432 }
    rules:
      - { name: web, frontendIPConfiguration: a, backendAddressPool: nics, frontendPort: 443, backendPort: 8443, probe: web, idleTimeoutInMinutes: 10, loadDistribution: SourceIP }
      - { name: db, frontendIPConfiguration: b, backendAddressPool: addresses, frontendPort: 5432, probe: tcp, enableFloatingIP: true }
      - { name: bare, frontendIPConfiguration: b, backendAddressPool: nics, frontendPort: 80, probe: 'false' }
  public:
    resourceGroup: G
    publicIPAddress: out
    backendAddressPools: { nics: {} }
    rules: []
    outboundRules: { all: { backendAddressPool: nics, allocatedOutboundPorts: 1024, enableTcpReset: false } }
apiManagement:
  api:
    resourceGroup: G
    subnet: Hub/apim
    sku: Premium
    capacity: 2
    zones: ['1', '2']
    virtualNetworkType: Internal
    publisherEmail: ops@example.com
    publisherName: Somebody
    minApiVersion: '2021-08-01'
    disableGateway: true
    additionalLocations: [ { location: westeurope, capacity: 1, zones: ['1'] } ]
    hostnameConfigurations: [ { type: Proxy, hostName: api.example.com, defaultSslBinding: true } ]
  outside: { resourceGroup: G, sku: StandardV2, virtualNetworkType: None, publisherEmail: ops@example.com, publicNetworkAccess: Disabled }
";
    assert_eq!(left_whole(sections), [""; 0], "{}", written(sections));
}

#[test]
fn a_load_balancer_with_more_than_its_section_says_is_left_whole() {
    let sections = "\
virtualNetworks: { Hub: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { one: { addressPrefix: 10.0.1.0/24 } } } }
loadBalancers:
  nat: { resourceGroup: G, subnet: Hub/one, backendAddressPools: { p: {} }, rules: [] }
resources:
  - type: Microsoft.Network/loadBalancers
    name: nat
    resourceGroup: G
    properties: { inboundNatRules: [ { name: ssh, properties: { frontendPort: 22, backendPort: 22, protocol: Tcp } } ] }
";
    assert_eq!(left_whole(sections), ["loadBalancers/nat"]);
}
