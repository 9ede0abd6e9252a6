//! Topologies with everything that decides about reachability, varied by a number.

use super::build::{group, id, machine, merge, network, reference, resource};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use topology::{Topology, model::Client};

/// A small generator of numbers: splitmix64 (<https://prng.di.unimi.it/splitmix64.c>).
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.roll() % u64::try_from(n).unwrap()).unwrap()
    }

    pub(crate) fn one_in(&mut self, n: u64) -> bool {
        self.roll().is_multiple_of(n)
    }

    pub(crate) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const PREFIXES: [&str; 18] = [
    "*",
    "*",
    "VirtualNetwork",
    "Internet",
    "AzureLoadBalancer",
    "Storage",
    "10.0.0.0/16",
    "10.1.0.0/16",
    "10.2.0.0/24",
    "10.1.0.0/25",
    "10.1.0.4",
    "10.0.1.8/29",
    "10.0.0.0/8",
    "20.0.0.0/8",
    "0.0.0.0/0",
    "168.63.129.16",
    "asg:red",
    "asg:blue",
];
const PORTS: [&str; 7] = ["*", "443", "8443", "400-500", "22", "80", "1-65535"];

fn rules(dice: &mut Dice) -> Vec<Value> {
    let count = dice.below(5);
    (0..count)
        .map(|number| {
            let mut properties = json!({
                "priority": 100 + 10 * number,
                "direction": dice.pick(&["Inbound", "Outbound"]),
                "access": dice.pick(&["Allow", "Allow", "Deny"]),
                "protocol": dice.pick(&["Tcp", "*", "*", "Udp"]),
                "sourcePortRange": dice.pick(&["*", "*", "*", "1024-65535", "5000-6000", "53"]),
                "destinationPortRange": dice.pick(&PORTS),
            });
            for side in ["source", "destination"] {
                let prefix = dice.pick(&PREFIXES);
                match prefix.strip_prefix("asg:") {
                    Some(name) => {
                        properties[format!("{side}ApplicationSecurityGroups")] =
                            json!([reference(&format!("applicationSecurityGroups/{name}"))]);
                    }
                    None if dice.one_in(4) && prefix.starts_with("10.") => {
                        properties[format!("{side}AddressPrefixes")] =
                            json!([prefix, "10.2.0.128/25"]);
                    }
                    None => properties[format!("{side}AddressPrefix")] = json!(prefix),
                }
            }
            json!({ "name": format!("r{number}"), "properties": properties })
        })
        .collect()
}

fn table(dice: &mut Dice) -> Value {
    let count = dice.below(3);
    let routes: Vec<Value> = (0..count)
        .map(|number| {
            let kind = dice.pick(&[
                "VirtualAppliance",
                "VirtualAppliance",
                "None",
                "VnetLocal",
                "Internet",
                "VirtualNetworkGateway",
            ]);
            let address = dice.pick(&["10.0.0.9", "10.0.0.9", "10.0.1.5", "10.0.0.77"]);
            json!({ "name": format!("route{number}"), "properties": {
                "addressPrefix": dice.pick(&["0.0.0.0/0", "10.0.0.0/8", "10.2.0.0/16", "10.1.0.0/24", "10.0.1.0/24", "10.1.0.6/32", "Storage", "20.0.0.0/8"]),
                "nextHopType": kind,
                "nextHopIpAddress": (kind == "VirtualAppliance").then_some(address),
            }})
        })
        .collect();
    resource("routeTables/t", json!({ "routes": routes }))
}

fn subnet(dice: &mut Dice) -> Value {
    let mut more = json!({});
    if dice.one_in(3) {
        let name = dice.pick(&["n0", "n1", "n2", "n2"]);
        more["networkSecurityGroup"] = reference(&format!("networkSecurityGroups/{name}"));
    }
    if dice.one_in(6) {
        more["routeTable"] = reference("routeTables/t");
    }
    if dice.one_in(5) {
        more["natGateway"] = reference("natGateways/gw");
    }
    if dice.one_in(4) {
        more["defaultOutboundAccess"] = json!(false);
    }
    if dice.one_in(3) {
        more["privateEndpointNetworkPolicies"] = json!(dice.pick(&[
            "Enabled",
            "NetworkSecurityGroupEnabled",
            "RouteTableEnabled"
        ]));
    }
    more
}

fn peer(dice: &mut Dice, vnet: &mut Value) {
    let all = vnet["properties"]["virtualNetworkPeerings"]
        .as_array_mut()
        .unwrap();
    for peering in all {
        let more = json!({
            "allowVirtualNetworkAccess": !dice.one_in(8),
            "allowForwardedTraffic": dice.one_in(2),
            "useRemoteGateways": dice.one_in(12),
        });
        merge(&mut peering["properties"], &more);
        if dice.one_in(15) {
            peering["properties"]["peeringState"] = json!("Disconnected");
        }
    }
}

fn nic(dice: &mut Dice, pool: bool) -> Value {
    let mut more = json!({});
    if dice.one_in(4) {
        more["networkSecurityGroup"] =
            reference(&format!("networkSecurityGroups/n{}", dice.below(3)));
    }
    if dice.one_in(3) {
        let name = dice.pick(&["red", "blue"]);
        more["applicationSecurityGroups"] =
            json!([reference(&format!("applicationSecurityGroups/{name}"))]);
    }
    if pool {
        more["loadBalancerBackendAddressPools"] =
            json!([reference("loadBalancers/lb/backendAddressPools/p")]);
    }
    if dice.one_in(8) {
        more["publicIPAddress"] = reference("publicIPAddresses/own");
    }
    more
}

fn relay(dice: &mut Dice) -> Option<(u16, &'static str)> {
    let to = dice.pick(&[
        "10.2.1.99:443",
        "apim.azure-api.net:443",
        "apim.azure-api.net:443",
        "10.2.0.6:22",
        "10.0.1.5:443",
        "20.0.0.9:443",
    ]);
    (!dice.one_in(5)).then_some((dice.pick(&[443, 8443, 8443, 8443, 22]), to))
}

fn balancers(dice: &mut Dice) -> [Value; 2] {
    let mut rules = vec![json!({ "name": "https", "properties": {
        "frontendIPConfiguration": reference("loadBalancers/lb/frontendIPConfigurations/f"),
        "backendAddressPool": reference("loadBalancers/lb/backendAddressPools/p"),
        "protocol": "Tcp", "frontendPort": 443, "backendPort": dice.pick(&[443, 8443, 8443, 8443]),
        "enableFloatingIP": dice.one_in(12),
    }})];
    if dice.one_in(2) {
        rules[0]["properties"]["probe"] = reference("loadBalancers/lb/probes/tcp");
    }
    if dice.one_in(3) {
        rules.push(json!({ "name": "all", "properties": {
            "frontendIPConfiguration": reference("loadBalancers/lb/frontendIPConfigurations/f"),
            "backendAddressPool": reference("loadBalancers/lb/backendAddressPools/p"),
            "protocol": "All", "frontendPort": 0, "backendPort": 0,
        }}));
    }
    let internal = resource(
        "loadBalancers/lb",
        json!({
            "frontendIPConfigurations": [{ "name": "f", "properties": {
                "subnet": reference("virtualNetworks/hub/subnets/s1"), "privateIPAddress": "10.0.1.5",
            }}],
            "backendAddressPools": [{ "name": "p", "properties": {} }],
            "loadBalancingRules": rules,
            "probes": [{ "name": "tcp", "properties": { "protocol": "Tcp", "port": dice.pick(&[443, 8443]) } }],
        }),
    );
    let public = resource(
        "loadBalancers/public",
        json!({
            "frontendIPConfigurations": [{ "name": "f", "properties": { "publicIPAddress": reference("publicIPAddresses/in") } }],
            "backendAddressPools": [{ "name": "p", "properties": { "loadBalancerBackendAddresses": [
                { "name": "m", "properties": { "ipAddress": "10.0.1.20", "virtualNetwork": reference("virtualNetworks/hub") } },
            ]}}],
            "loadBalancingRules": [{ "name": "web", "properties": {
                "frontendIPConfiguration": reference("loadBalancers/public/frontendIPConfigurations/f"),
                "backendAddressPool": reference("loadBalancers/public/backendAddressPools/p"),
                "protocol": "Tcp", "frontendPort": 443, "backendPort": 8443,
            }}],
        }),
    );
    [internal, public]
}

fn links(dice: &mut Dice) -> Vec<Value> {
    let mut service = json!({
        "ipConfigurations": [
            { "name": "a", "properties": { "subnet": reference("virtualNetworks/hub/subnets/s1"), "privateIPAddress": "10.0.1.10" } },
            { "name": "b", "properties": { "subnet": reference("virtualNetworks/hub/subnets/s1"), "privateIPAddress": "10.0.1.17" } },
        ],
        "autoApproval": { "subscriptions": if dice.one_in(5) { json!([]) } else { json!(["*"]) } },
        "enableProxyProtocol": dice.one_in(8),
    });
    if dice.one_in(4) {
        service["destinationIPAddress"] =
            json!(dice.pick(&["10.2.1.99", "10.0.1.20", "10.0.1.222"]));
    } else {
        service["loadBalancerFrontendIpConfigurations"] =
            json!([reference("loadBalancers/lb/frontendIPConfigurations/f")]);
    }
    let endpoint = |name: &str, subnet: &str, list: &str, to: &str, groups: Value| {
        resource(
            &format!("privateEndpoints/{name}"),
            json!({ "subnet": reference(subnet), list: [{ "name": "c", "properties": {
                "privateLinkServiceId": id(to), "groupIds": groups,
            }}]}),
        )
    };
    let automatic = "privateLinkServiceConnections";
    let list = if dice.one_in(6) {
        "manualPrivateLinkServiceConnections"
    } else {
        automatic
    };
    let far = "virtualNetworks/far/subnets/s0";
    let one = "virtualNetworks/one/subnets/s0";
    vec![
        resource("privateLinkServices/pls", service),
        endpoint("pe", far, list, "privateLinkServices/pls", json!([])),
        endpoint("pe1", one, automatic, "privateLinkServices/pls", json!([])),
        endpoint(
            "store",
            one,
            automatic,
            "storageAccounts/acc",
            json!(["blob"]),
        ),
    ]
}

fn zones(dice: &mut Dice) -> Vec<Value> {
    let host = "apim.azure-api.net";
    let blob = "privatelink.blob.core.windows.net";
    let mut all = vec![
        resource(&format!("privateDnsZones/{host}"), json!({})),
        resource(&format!("privateDnsZones/{blob}"), json!({})),
        resource(
            &format!("privateDnsZones/{blob}/A/acc"),
            json!({ "aRecords": [{ "ipv4Address": format!("addressOf({})", id("privateEndpoints/store")) }] }),
        ),
    ];
    let target = dice.pick(&[
        "service/apim",
        "service/apim",
        "privateEndpoints/pe",
        "privateEndpoints/pe1",
    ]);
    if !dice.one_in(8) {
        all.push(resource(
            &format!("privateDnsZones/{host}/A/@"),
            json!({ "aRecords": [{ "ipv4Address": format!("addressOf({})", id(target)) }] }),
        ));
    }
    for net in ["hub", "one", "two", "far"] {
        for zone in [host, blob] {
            if dice.one_in(2) {
                all.push(resource(
                    &format!("privateDnsZones/{zone}/virtualNetworkLinks/{net}"),
                    json!({
                        "virtualNetwork": reference(&format!("virtualNetworks/{net}")),
                        "resolutionPolicy": dice.pick(&["Default", "NxDomainRedirect"]),
                    }),
                ));
            }
        }
    }
    all
}

/// The topology of this number; the same on every machine.
pub(crate) fn topology(number: u64) -> Topology {
    let mut dice = Dice(number);
    let dice = &mut dice;
    let mut all = Vec::new();
    let networks: [(&str, &str, &[&str]); 4] = [
        ("hub", "10.0", &["one", "two"]),
        ("one", "10.1", &["hub"]),
        ("two", "10.2", &["hub"]),
        // The same addresses as `one`, and nobody's peer.
        ("far", "10.1", &[]),
    ];
    for (name, range, peers) in networks {
        let peers: Vec<&str> = peers.iter().copied().filter(|_| !dice.one_in(8)).collect();
        let ranges = [format!("{range}.0.0/24"), format!("{range}.1.0/24")];
        let mut vnet = network(
            name,
            &format!("{range}.0.0/16"),
            &[
                ("s0", &ranges[0], subnet(dice)),
                ("s1", &ranges[1], subnet(dice)),
            ],
            &peers,
        );
        peer(dice, &mut vnet);
        if dice.one_in(15) {
            vnet["properties"]["dhcpOptions"] = json!({ "dnsServers": ["10.0.0.53"] });
        }
        all.push(vnet);
    }
    for name in ["n0", "n1", "n2"] {
        let rules = if name == "n2" {
            Vec::new()
        } else {
            rules(dice)
        };
        all.push(group(name, &rules));
    }
    all.push(table(dice));
    for (name, address) in [("own", "20.0.0.1"), ("nat", "20.0.0.2"), ("in", "20.0.0.9")] {
        all.push(resource(
            &format!("publicIPAddresses/{name}"),
            json!({ "ipAddress": address }),
        ));
    }
    all.push(resource(
        "natGateways/gw",
        json!({ "publicIpAddresses": [reference("publicIPAddresses/nat")] }),
    ));
    let machines = [
        ("a", "one/s0", "10.1.0.6", false),
        ("b", "two/s0", "10.2.0.6", false),
        ("c", "hub/s0", "10.0.0.6", false),
        ("m", "hub/s1", "10.0.1.20", true),
        ("m2", "hub/s1", "10.0.1.21", true),
        ("d", "far/s0", "10.1.0.6", false),
    ];
    for (name, place, address, pool) in machines {
        let relay = relay(dice);
        let in_pool = pool && !dice.one_in(6);
        let nic = nic(dice, in_pool);
        all.extend(machine(name, place, address, relay, &nic));
    }
    let mut more = nic(dice, false);
    more["enableIPForwarding"] = json!(!dice.one_in(4));
    all.extend(machine("nva", "hub/s0", "10.0.0.9", None, &more));
    all.extend(balancers(dice));
    all.extend(links(dice));
    all.extend(zones(dice));
    all.push(resource(
        "service/apim",
        json!({
            "virtualNetworkType": "Internal",
            "virtualNetworkConfiguration": { "subnetResourceId": id("virtualNetworks/two/subnets/s1") },
            "privateIPAddresses": ["10.2.1.99"],
        }),
    ));
    let mode = dice.pick(&["None", "External"]);
    all.push(resource(
        "service/open",
        json!({
            "virtualNetworkType": mode,
            "virtualNetworkConfiguration": { "subnetResourceId": id("virtualNetworks/two/subnets/s1") },
            "publicNetworkAccess": dice.pick(&["Enabled", "Enabled", "Disabled"]),
        }),
    ));
    if dice.one_in(12) {
        let at = dice.below(all.len());
        all.remove(at);
    }
    let mut topology = super::build::topology(all);
    for (name, place, address) in [
        ("testvm", "far", "10.1.0.30"),
        ("other", "one", "10.1.0.31"),
    ] {
        let mut hosts = BTreeMap::new();
        if dice.one_in(3) {
            let to = dice.pick(&["10.2.1.99", "10.1.0.4", "10.0.1.5"]);
            hosts.insert("apim.azure-api.net".to_owned(), to.parse().unwrap());
        }
        topology.clients.insert(
            name.to_owned(),
            Client {
                name: name.to_owned(),
                subnet: id(&format!("virtualNetworks/{place}/subnets/s0"))
                    .parse()
                    .unwrap(),
                private_ip_address: Some(address.parse().unwrap()),
                hosts,
                span: None,
            },
        );
    }
    topology
}
