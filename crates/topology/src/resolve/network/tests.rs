//! What the short form of networks, subnets, rules, routes and public addresses says in ARM's words.

use crate::{
    arm, diagnose, expand,
    finding::{Change, Place},
    fix::mend,
    manifest::{self, document},
    model::{Topology, id::ResourceId},
    resolve::{Resolved, resolve},
    source::{SourceId, SourceMap},
};
use serde_json::{Value, json};

const BASE: &str = "\
linkspan: v1
name: net
subscriptions: { ours: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { G: { subscription: ours, location: uksouth } }
";
const GROUP: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G/providers";
const NETWORK: &str = "Microsoft.Network/virtualNetworks/N";

fn id(rest: &str) -> ResourceId {
    format!("{GROUP}/{rest}").parse().unwrap()
}

fn read(text: &str) -> (Topology, Vec<String>) {
    let (parsed, mut findings) = manifest::parse(text);
    let Resolved {
        topology,
        findings: more,
        ..
    } = resolve(&parsed);
    findings.extend(more);
    let sources = SourceMap::of("", text);
    let shown = findings.iter().map(|finding| {
        let span = finding.span.unwrap();
        let at = sources.text(span.source).get(span.start..span.end).unwrap();
        let help = finding.help.split_inclusive('?').next().unwrap();
        format!("{} at {at}: {}; {help}", finding.code, finding.message)
    });
    (topology, shown.collect())
}

fn property(topology: &Topology, resource: &ResourceId, pointer: &str) -> Option<Value> {
    let resource = topology.resources.get(resource)?;
    arm::export(resource).unwrap().pointer(pointer).cloned()
}

/// Sections say what stands at places of ARM's JSON; so does the expanded form.
#[track_caller]
fn check(sections: &str, wanted: &[(&str, &str, Value)]) {
    let text = format!("{BASE}{sections}");
    let (topology, findings) = read(&text);
    assert_eq!(findings, [""; 0], "{sections}");
    let expanded = document(&expand(&diagnose(&SourceMap::of("", text.as_str()))).unwrap());
    let (again, findings) = read(&expanded);
    assert_eq!(findings, [""; 0], "{expanded}");
    for (resource, pointer, value) in wanted {
        for topology in [&topology, &again] {
            let found = property(topology, &id(resource), pointer);
            assert_eq!(found.as_ref(), Some(value), "{resource} {pointer}");
        }
    }
    assert_eq!(
        topology.resources.values().collect::<Vec<_>>(),
        again.resources.values().collect::<Vec<_>>()
    );
}

/// Sections have exactly these findings.
#[track_caller]
fn refused(sections: &str, wanted: &[&str]) {
    let (_, findings) = read(&format!("{BASE}{sections}"));
    assert_eq!(findings, wanted, "{sections}");
}

fn reference(rest: &str) -> Value {
    json!({ "id": format!("{GROUP}/{rest}") })
}

#[test]
fn public_addresses_prefixes_and_nat_gateways() {
    let address = "Microsoft.Network/publicIPAddresses/A";
    let prefix = "Microsoft.Network/publicIPPrefixes/P";
    let gateway = "Microsoft.Network/natGateways/W";
    check(
        "publicIPAddresses:
  A: { resourceGroup: G, zones: ['1', '2'], idleTimeoutInMinutes: 10, domainNameLabel: x, publicIPPrefix: P, ipTags: [ { ipTagType: RoutingPreference, tag: Internet } ] }
  B: { resourceGroup: G, location: westeurope, sku: Basic, tier: Regional, publicIPAllocationMethod: Dynamic, publicIPAddressVersion: IPv6, existing: true, ipAddress: 2001:db8::1 }
publicIPPrefixes: { P: { resourceGroup: G, prefixLength: 28, zones: ['1'] } }
natGateways: { W: { resourceGroup: G, publicIpAddresses: [A], publicIpPrefixes: [P], idleTimeoutInMinutes: 20, zones: ['1'] } }
",
        &[
            (address, "/sku", json!({ "name": "Standard" })),
            (address, "/zones", json!(["1", "2"])),
            (address, "/location", json!("uksouth")),
            (
                address,
                "/properties",
                json!({
                    "publicIPAllocationMethod": "Static", "idleTimeoutInMinutes": 10,
                    "dnsSettings": { "domainNameLabel": "x" },
                    "ipTags": [ { "ipTagType": "RoutingPreference", "tag": "Internet" } ],
                    "publicIPPrefix": reference(prefix),
                }),
            ),
            (
                "Microsoft.Network/publicIPAddresses/B",
                "/properties",
                json!({
                    "publicIPAllocationMethod": "Dynamic", "publicIPAddressVersion": "IPv6",
                    "ipAddress": "2001:db8::1",
                }),
            ),
            (
                "Microsoft.Network/publicIPAddresses/B",
                "/sku",
                json!({ "name": "Basic", "tier": "Regional" }),
            ),
            (prefix, "/properties", json!({ "prefixLength": 28 })),
            (gateway, "/sku/name", json!("Standard")),
            (
                gateway,
                "/properties",
                json!({
                    "idleTimeoutInMinutes": 20,
                    "publicIpAddresses": [reference(address)],
                    "publicIpPrefixes": [reference(prefix)],
                }),
            ),
        ],
    );
}

#[test]
fn networks_and_subnets_of_two_families() {
    check(
        "virtualNetworks:
  N:
    resourceGroup: G
    addressPrefixes: [10.0.0.0/16, 'fd00:10::/48']
    dnsServers: [10.0.0.4, 'fd00:10::4']
    flowTimeoutInMinutes: 15
    privateEndpointVNetPolicies: Basic
    enableDdosProtection: false
    subnets:
      one: { addressPrefix: 10.0.1.0/24, natGateway: W, serviceEndpoints: [ { service: Microsoft.Storage, locations: ['*'] } ] }
      two:
        addressPrefixes: [10.0.2.0/24, 'fd00:10:0:2::/64']
        delegations: { web: { serviceName: Microsoft.Web/serverFarms } }
natGateways: { W: { resourceGroup: G } }
",
        &[
            (
                NETWORK,
                "/properties/addressSpace/addressPrefixes",
                json!(["10.0.0.0/16", "fd00:10::/48"]),
            ),
            (
                NETWORK,
                "/properties/dhcpOptions",
                json!({ "dnsServers": ["10.0.0.4", "fd00:10::4"] }),
            ),
            (NETWORK, "/properties/flowTimeoutInMinutes", json!(15)),
            (
                NETWORK,
                "/properties/privateEndpointVNetPolicies",
                json!("Basic"),
            ),
            (NETWORK, "/properties/enableDdosProtection", json!(false)),
            (
                NETWORK,
                "/properties/subnets/0/properties",
                json!({
                    "addressPrefix": "10.0.1.0/24",
                    "natGateway": reference("Microsoft.Network/natGateways/W"),
                    "serviceEndpoints": [ { "service": "Microsoft.Storage", "locations": ["*"] } ],
                }),
            ),
            (
                NETWORK,
                "/properties/subnets/1/properties",
                json!({
                    "addressPrefixes": ["10.0.2.0/24", "fd00:10:0:2::/64"],
                    "delegations": [ { "name": "web", "properties": { "serviceName": "Microsoft.Web/serverFarms" } } ],
                }),
            ),
        ],
    );
}

#[test]
fn addresses_are_given_out_of_the_ipv4_range_of_a_list() {
    let (topology, findings) = read(&format!(
        "{BASE}virtualNetworks: {{ N: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16, 'fd00:10::/48'], subnets: {{ s: {{ addressPrefixes: ['fd00:10:0:2::/64', 10.0.2.0/24] }} }} }} }}
forwarders: {{ f: {{ subnet: N/s, relay: [ {{ listen: 443, to: '10.0.9.9:443' }} ] }} }}
"
    ));
    assert_eq!(findings, [""; 0]);
    let address = property(
        &topology,
        &id("Microsoft.Network/networkInterfaces/f-0-nic"),
        "/properties/ipConfigurations/0/properties/privateIPAddress",
    );
    assert_eq!(address, Some(json!("10.0.2.4")));
}

#[test]
fn rules_of_lists_and_of_application_security_groups() {
    let group = "Microsoft.Network/networkSecurityGroups/S";
    check(
        "applicationSecurityGroups: { web: { resourceGroup: G }, relays: { resourceGroup: G, existing: true } }
networkSecurityGroups:
  S:
    resourceGroup: G
    flushConnection: true
    securityRules:
      lists: { priority: 200, direction: Inbound, access: Allow, sourceAddressPrefixes: [10.0.0.0/24, 10.1.0.0/24], sourcePortRanges: [1-9, '80'], destinationAddressPrefixes: [10.2.0.4], destinationPortRanges: ['443', 8000-9000] }
      groups: { priority: 210, direction: Inbound, access: Allow, protocol: Tcp, sourceApplicationSecurityGroups: [web], destinationApplicationSecurityGroups: [relays], destinationPortRange: 443 }
",
        &[
            (group, "/properties/flushConnection", json!(true)),
            (
                group,
                "/properties/securityRules/0/properties",
                json!({
                    "priority": 200, "direction": "Inbound", "access": "Allow", "protocol": "*",
                    "sourceAddressPrefixes": ["10.0.0.0/24", "10.1.0.0/24"],
                    "sourcePortRanges": ["1-9", "80"],
                    "destinationAddressPrefixes": ["10.2.0.4"],
                    "destinationPortRanges": ["443", "8000-9000"],
                }),
            ),
            (
                group,
                "/properties/securityRules/1/properties",
                json!({
                    "priority": 210, "direction": "Inbound", "access": "Allow", "protocol": "Tcp",
                    "sourceApplicationSecurityGroups": [reference("Microsoft.Network/applicationSecurityGroups/web")],
                    "sourcePortRange": "*",
                    "destinationApplicationSecurityGroups": [reference("Microsoft.Network/applicationSecurityGroups/relays")],
                    "destinationPortRange": "443",
                }),
            ),
        ],
    );
}

#[test]
fn machines_of_a_forwarder_are_members_of_application_security_groups() {
    check(
        "virtualNetworks: { N: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { s: { addressPrefix: 10.0.2.0/24 } } } }
applicationSecurityGroups: { relays: { resourceGroup: G } }
forwarders: { f: { subnet: N/s, instances: 2, applicationSecurityGroups: [relays], relay: [ { listen: 443, to: '10.0.9.9:443' } ] } }
",
        &[(
            "Microsoft.Network/networkInterfaces/f-1-nic",
            "/properties/ipConfigurations/0/properties/applicationSecurityGroups",
            json!([reference(
                "Microsoft.Network/applicationSecurityGroups/relays"
            )]),
        )],
    );
}

#[test]
fn route_tables() {
    let table = "Microsoft.Network/routeTables/R";
    check(
        "routeTables: { R: { resourceGroup: G, disableBgpRoutePropagation: true, routes: { six: { addressPrefix: '::/0', nextHopType: VirtualAppliance, nextHopIpAddress: 'fd00:10::5' } } } }\n",
        &[
            (table, "/properties/disableBgpRoutePropagation", json!(true)),
            (
                table,
                "/properties/routes/0/properties/nextHopIpAddress",
                json!("fd00:10::5"),
            ),
        ],
    );
}

#[test]
fn peerings_of_one_way_and_of_both() {
    let networks = |hub: &str, spoke: &str| {
        format!(
            "virtualNetworks:
  N: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16], peerings: {hub} }}
  Spoke: {{ resourceGroup: G, addressPrefixes: [10.1.0.0/16], peerings: {spoke} }}
"
        )
    };
    let spoke = "Microsoft.Network/virtualNetworks/Spoke";
    let peerings = "/properties/virtualNetworkPeerings";
    check(
        &networks(
            "{ to-spoke: { remoteVirtualNetwork: Spoke, allowGatewayTransit: true } }",
            "{ N: { useRemoteGateways: true, allowForwardedTraffic: true, allowVirtualNetworkAccess: true } }",
        ),
        &[
            (
                NETWORK,
                peerings,
                json!([ { "name": "to-spoke", "properties": { "allowGatewayTransit": true, "remoteVirtualNetwork": reference(spoke) } } ]),
            ),
            (
                spoke,
                peerings,
                json!([ { "name": "N", "properties": {
                    "allowVirtualNetworkAccess": true, "allowForwardedTraffic": true,
                    "useRemoteGateways": true, "remoteVirtualNetwork": reference(NETWORK),
                } } ]),
            ),
        ],
    );
    check(
        &networks(
            "{ Spoke: { bothWays: true, allowGatewayTransit: true, allowForwardedTraffic: true } }",
            "{}",
        ),
        &[(
            spoke,
            peerings,
            json!([ { "name": "N", "properties": {
                "allowForwardedTraffic": true, "useRemoteGateways": true,
                "remoteVirtualNetwork": reference(NETWORK),
            } } ]),
        )],
    );
    // A stated half stays as it is, and two that ask for each other are there already.
    check(
        &networks(
            "{ Spoke: { bothWays: true } }",
            "{ mine: { remoteVirtualNetwork: N, bothWays: true, allowForwardedTraffic: false } }",
        ),
        &[
            (
                spoke,
                "/properties/virtualNetworkPeerings/0/name",
                json!("mine"),
            ),
            (
                NETWORK,
                "/properties/virtualNetworkPeerings/0/name",
                json!("Spoke"),
            ),
        ],
    );
}

#[test]
fn the_other_half_is_made_only_where_it_can_be() {
    for (peering, wanted) in [
        (
            format!("{{ p: {{ remoteVirtualNetwork: {GROUP}/{NETWORK}x, bothWays: true }} }}"),
            "MAN005 at true: `Nx` is not a network that this manifest makes; leave `bothWays` out, and make the other half where that network is made",
        ),
        (
            "{ Theirs: { bothWays: true } }".to_owned(),
            "MAN005 at true: `Theirs` is not a network that this manifest makes; leave `bothWays` out, and make the other half where that network is made",
        ),
        (
            "{ Taken: { bothWays: true } }".to_owned(),
            "MAN010 at true: `Taken` has another peering `N`; state both halves, or rename the other peering: the derived half has the name of the network it leads to",
        ),
    ] {
        refused(
            &format!(
                "virtualNetworks:
  N: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16], peerings: {peering} }}
  Theirs: {{ resourceGroup: G, addressPrefixes: [10.1.0.0/16], existing: true }}
  Taken: {{ resourceGroup: G, addressPrefixes: [10.2.0.0/16], peerings: {{ N: {{ remoteVirtualNetwork: Theirs }} }} }}
"
            ),
            &[wanted],
        );
    }
}

#[test]
fn one_wrong_name_is_one_finding_at_the_name() {
    let network = |rest: &str| {
        format!(
            "virtualNetworks: {{ Hub: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16], {rest} }} }}\n"
        )
    };
    let rule = |rest: &str| {
        format!(
            "networkSecurityGroups: {{ S: {{ resourceGroup: G, securityRules: {{ r: {{ priority: 200, direction: Inbound, access: Allow, {rest} }} }} }} }}\napplicationSecurityGroups: {{ web: {{ resourceGroup: G }} }}\n"
        )
    };
    for (sections, wanted) in [
        (
            network("subnets: { s: { addressPrefix: 10.0.0.0/24, natGateway: Wx } }")
                + "natGateways: { W: { resourceGroup: G } }\n",
            "MAN007 at Wx: there is no NAT gateway `Wx`; did you mean `W`?",
        ),
        (
            network("peerings: { Hubb: {} }"),
            "MAN007 at Hubb: there is no virtual network `Hubb`; did you mean `Hub`?",
        ),
        (
            network("peerings: { p: { remoteVirtualNetwork: Hbu } }"),
            "MAN007 at Hbu: there is no virtual network `Hbu`; did you mean `Hub`?",
        ),
        (
            rule("sourceApplicationSecurityGroups: [wep], destinationAddressPrefix: '*', destinationPortRange: 1"),
            "MAN007 at wep: there is no application security group `wep`; did you mean `web`?",
        ),
        (
            "natGateways: { W: { resourceGroup: G, publicIpAddresses: [A] } }\npublicIPAddresses: { Ab: { resourceGroup: G } }\n".to_owned(),
            "MAN007 at A: there is no public IP address `A`; did you mean `Ab`?",
        ),
        (
            "natGateways: { W: { resourceGroup: G, publicIpPrefixes: [A] } }\n".to_owned(),
            "MAN007 at A: there is no public IP prefix `A`; there is none yet; define one",
        ),
        (
            "natGateways: { W: { resourceGroup: H } }\n".to_owned(),
            "MAN007 at H: there is no resource group `H`; did you mean `G`?",
        ),
        (
            rule("sourceAddressPrefix: '*', destinationPortRange: 1"),
            "MAN003 at r: a security rule needs `destinationAddressPrefix`, `destinationAddressPrefixes` or `destinationApplicationSecurityGroups`; add `destinationAddressPrefix: …`",
        ),
        (
            network("subnets: { s: {} }"),
            "MAN003 at s: a subnet needs `addressPrefix` or `addressPrefixes`; add `addressPrefix: …`",
        ),
    ] {
        refused(&sections, &[wanted]);
    }
}

#[test]
fn what_is_stated_knows_its_place() {
    let text = format!(
        "{BASE}natGateways: {{ W: {{ resourceGroup: G, publicIpAddresses: [A, B] }} }}
publicIPAddresses: {{ A: {{ resourceGroup: G }}, B: {{ resourceGroup: G, domainNameLabel: x }} }}
virtualNetworks:
  N:
    resourceGroup: G
    addressPrefixes: [10.0.0.0/16]
    dnsServers: [10.0.0.4, 10.0.0.5]
    subnets: {{ s: {{ addressPrefix: 10.0.0.0/24, delegations: {{ web: {{ serviceName: A.B/c }} }} }} }}
    peerings: {{ N: {{ allowForwardedTraffic: true }} }}
"
    );
    let (topology, _) = read(&text);
    let sources = SourceMap::of("", text.as_str());
    for (resource, pointer, wanted) in [
        (
            "Microsoft.Network/natGateways/W",
            "/properties/publicIpAddresses/1",
            "B",
        ),
        (
            "Microsoft.Network/publicIPAddresses/B",
            "/properties/dnsSettings/domainNameLabel",
            "x",
        ),
        (NETWORK, "/properties/dhcpOptions/dnsServers/1", "10.0.0.5"),
        (
            NETWORK,
            "/properties/subnets/0/properties/delegations/0",
            "web",
        ),
        (
            NETWORK,
            "/properties/subnets/0/properties/delegations/0/properties/serviceName",
            "A.B/c",
        ),
        (NETWORK, "/properties/virtualNetworkPeerings/0", "N"),
        (
            NETWORK,
            "/properties/virtualNetworkPeerings/0/properties/allowForwardedTraffic",
            "true",
        ),
    ] {
        let place = Place {
            id: id(resource),
            pointer: pointer.to_owned(),
        };
        let span = topology.provenance.span(&place).unwrap();
        let found = sources.text(span.source).get(span.start..span.end);
        assert_eq!(found, Some(wanted), "{pointer}");
    }
}

#[test]
fn changes_are_written_where_the_short_form_says_them() {
    let text = format!(
        "{BASE}natGateways: {{ W: {{ resourceGroup: G, publicIpAddresses: [A] }} }}
publicIPAddresses: {{ A: {{ resourceGroup: G }}, B: {{ resourceGroup: G }} }}
virtualNetworks:
  N: {{ resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: {{ s: {{ addressPrefix: 10.0.0.0/24 }} }} }}
  M: {{ resourceGroup: G, addressPrefixes: [10.1.0.0/16], peerings: {{ N: {{}} }} }}
"
    );
    let check = |change: Change, wanted: &str| {
        let mended = mend(&SourceMap::of("", text.as_str()), &[change]).unwrap();
        let after = mended.sources.text(SourceId::MANIFEST).to_owned();
        let line = after
            .lines()
            .find(|line| !text.lines().any(|old| old == *line));
        assert_eq!(line, Some(wanted), "{after}");
    };
    let gateway = id("Microsoft.Network/natGateways/W");
    check(
        Change::set(
            &gateway,
            "/properties/publicIpAddresses/-",
            reference("Microsoft.Network/publicIPAddresses/B"),
        ),
        "natGateways: { W: { resourceGroup: G, publicIpAddresses: [A, B] } }",
    );
    check(
        Change::set(
            &gateway,
            "/properties/publicIpAddresses",
            json!([reference("Microsoft.Network/publicIPAddresses/B")]),
        ),
        "natGateways: { W: { resourceGroup: G, publicIpAddresses: [B] } }",
    );
    check(
        Change::set(&gateway, "/properties/idleTimeoutInMinutes", 30),
        "natGateways: { W: { resourceGroup: G, publicIpAddresses: [A], idleTimeoutInMinutes: 30 } }",
    );
    check(
        Change::set(
            &id(NETWORK),
            "/properties/virtualNetworkPeerings/-",
            json!({ "name": "to-M", "properties": { "allowVirtualNetworkAccess": true, "remoteVirtualNetwork": reference("Microsoft.Network/virtualNetworks/M") } }),
        ),
        "  N: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { s: { addressPrefix: 10.0.0.0/24 } }, peerings: { to-M: { remoteVirtualNetwork: M, allowVirtualNetworkAccess: true } } }",
    );
    check(
        Change::set(
            &id(NETWORK),
            "/properties/subnets/0/properties/delegations",
            json!([ { "name": "web", "properties": { "serviceName": "Microsoft.Web/serverFarms" } } ]),
        ),
        "  N: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { s: { addressPrefix: 10.0.0.0/24, delegations: { web: { serviceName: Microsoft.Web/serverFarms } } } } }",
    );
}

const HUB: &str = include_str!("../../../../../examples/hub-and-spoke.yaml");

#[test]
fn a_wrong_name_silences_what_follows_from_it() {
    let found = |text: &str| -> Vec<String> {
        let diagnosis = diagnose(&SourceMap::of("", text));
        let findings = diagnosis.findings.iter();
        findings
            .map(|finding| format!("{} {}", finding.code, finding.message))
            .collect()
    };
    let before = found(HUB);
    for (from, to, wanted) in [
        (
            "natGateway: WayOut",
            "natGateway: WayOot",
            "NAT gateway `WayOot`",
        ),
        (
            "[WayOut-IP]",
            "[WayOut-Ip2]",
            "public IP address `WayOut-Ip2`",
        ),
        (
            "{ Spoke: { both",
            "{ Spok: { both",
            "virtual network `Spok`",
        ),
        (
            "{ Spoke: { both",
            "{ s: { remoteVirtualNetwork: Spok, both",
            "virtual network `Spok`",
        ),
        (
            "Links: { Hub: {}",
            "Links: { Hup: {}",
            "virtual network `Hup`",
        ),
        (
            "Links: { Hub: {}",
            "Links: { h: { virtualNetwork: Hup }",
            "virtual network `Hup`",
        ),
        ("{}, Spoke: {}", "{}, Spook: {}", "virtual network `Spook`"),
        (
            "aRecords: [api1449]",
            "aRecords: [api144]",
            "address, private endpoint or API Management service `api144`",
        ),
        (
            "[relays], destinationPortRange: 443",
            "[relay], destinationPortRange: 443",
            "application security group `relay`",
        ),
        (
            "applicationSecurityGroups: [relays], relay:",
            "applicationSecurityGroups: [relay], relay:",
            "application security group `relay`",
        ),
        (
            "  WayOut-IP: { resourceGroup: Hub",
            "  WayOut-IP: { resourceGroup: Hup",
            "resource group `Hup`",
        ),
        (
            "  api1449.azure-api.net:\n    resourceGroup: Hub",
            "  api1449.azure-api.net:\n    resourceGroup: Hup",
            "resource group `Hup`",
        ),
    ] {
        let text = HUB.replacen(from, to, 1);
        assert_ne!(text, HUB, "{from}");
        let mut after = found(&text);
        after.retain(|finding| !before.contains(finding));
        assert_eq!(after, [format!("MAN007 there is no {wanted}")], "{to}");
    }
}
