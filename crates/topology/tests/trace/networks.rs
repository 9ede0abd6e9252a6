//! Walks across networks: peering, routes, appliances, the way out.

use super::build::{
    between, group, id, machine, mended, network, reference, resource, rule, said, says, topology,
};
use serde_json::{Value, json};
use topology::{
    Topology,
    trace::{DecidedKind, HopKind, Outcome},
};

fn none() -> Value {
    json!({})
}

/// `hub` 10.0.0.0/16 between `one` 10.1.0.0/16 and `two` 10.2.0.0/16; `a` in one, `b` in two, both
/// reach `nva` in the hub by peering. `b` relays to nowhere in particular.
fn spokes(more: impl IntoIterator<Item = Value>, subnet_of_one: Value) -> Topology {
    let mut all = vec![
        network(
            "hub",
            "10.0.0.0/16",
            &[("s", "10.0.0.0/24", none())],
            &["one", "two"],
        ),
        network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", subnet_of_one)],
            &["hub"],
        ),
        network(
            "two",
            "10.2.0.0/16",
            &[("s", "10.2.0.0/24", none())],
            &["hub"],
        ),
    ];
    all.extend(machine("a", "one/s", "10.1.0.4", None, &none()));
    all.extend(machine("b", "two/s", "10.2.0.4", None, &none()));
    all.extend(machine("c", "hub/s", "10.0.0.5", None, &none()));
    all.extend(more);
    topology(all)
}

fn table(routes: &[(&str, &str, Option<&str>)]) -> Value {
    let routes: Vec<Value> = routes
        .iter()
        .enumerate()
        .map(|(index, (prefix, kind, address))| {
            json!({ "name": format!("route{index}"), "properties": {
                "addressPrefix": prefix, "nextHopType": kind, "nextHopIpAddress": address,
            }})
        })
        .collect();
    resource("routeTables/t", json!({ "routes": routes }))
}

fn with_table() -> Value {
    json!({ "routeTable": reference("routeTables/t") })
}

#[test]
fn a_peered_network_is_reached_and_its_peer_is_not() {
    let topology = spokes([], none());
    let trace = says(&topology, "a", "c:22", &["Unknown", "what listens on `c`"]);
    assert!(
        trace.hops[0]
            .because
            .contains("peering `to-hub` leads to `hub`")
    );
    let by = trace.hops[0].decided_by.last().unwrap();
    assert_eq!(
        (by.kind, by.pointer.as_str()),
        (DecidedKind::Peering, "/properties/virtualNetworkPeerings/0")
    );
    says(
        &topology,
        "a",
        "b:22",
        &["Dropped", "private address outside `one`", "no peering"],
    );
}

#[test]
fn a_peering_needs_both_halves() {
    let all = [
        network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", none())],
            &["two"],
        ),
        network("two", "10.2.0.0/16", &[("s", "10.2.0.0/24", none())], &[]),
    ];
    let machines = machine("a", "one/s", "10.1.0.4", None, &none())
        .into_iter()
        .chain(machine("b", "two/s", "10.2.0.4", None, &none()));
    let topology = topology(all.into_iter().chain(machines));
    says(
        &topology,
        "a",
        "b:22",
        &["Dropped", "`two` has no peering with `one`"],
    );
    let (_, again) = mended(&topology, "a", "b:22");
    assert_eq!(again.outcome, Outcome::Unknown, "{}", said(&again));
    assert!(again.because.contains("what listens on `b`"));
}

#[test]
fn the_tag_virtual_network_takes_peers_in_unless_access_is_off() {
    let guarded = |access: bool| {
        let mut one = network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", none())],
            &["two"],
        );
        one["properties"]["virtualNetworkPeerings"][0]["properties"]["allowVirtualNetworkAccess"] =
            json!(access);
        let subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
        let two = network(
            "two",
            "10.2.0.0/16",
            &[("s", "10.2.0.0/24", subnet)],
            &["one"],
        );
        let mut all = vec![one, two, group("n", &[])];
        all.extend(machine(
            "a",
            "one/s",
            "10.1.0.4",
            Some((22, "10.1.0.4:22")),
            &json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") }),
        ));
        all.extend(machine("b", "two/s", "10.2.0.4", None, &none()));
        topology(all)
    };
    says(
        &guarded(true),
        "b",
        "a:80",
        &["Dropped", "nothing listens on port 80"],
    );
    let off = guarded(false);
    says(
        &off,
        "b",
        "a:22",
        &["Dropped", "default rule `DenyAllInBound`", "`n`"],
    );
    let (_, again) = mended(&off, "b", "a:22");
    assert_ne!(again.hops.last().unwrap().kind, HopKind::Client);
    assert!(
        !again.because.contains("DenyAllInBound"),
        "{}",
        said(&again)
    );
}

#[test]
fn a_route_leads_through_an_appliance_that_forwards() {
    let routed = table(&[("10.2.0.0/16", "VirtualAppliance", Some("10.0.0.9"))]);
    let forwards = json!({ "enableIPForwarding": true });
    let open = |nic: &Value| {
        let mut all: Vec<Value> = vec![routed.clone()];
        all.extend(machine("nva", "hub/s", "10.0.0.9", None, nic));
        spokes(all, with_table())
    };
    let trace = says(
        &open(&forwards),
        "a",
        "b:22",
        &["does not allow forwarded traffic"],
    );
    let kinds: Vec<HopKind> = trace.hops.iter().map(|hop| hop.kind).collect();
    assert_eq!(kinds, [HopKind::Client, HopKind::Appliance]);
    assert_eq!(trace.hops[1].at, id("networkInterfaces/nva-nic"));

    let shut = open(&none());
    says(
        &shut,
        "a",
        "b:22",
        &["Dropped", "enableIPForwarding is off"],
    );
    let (_, again) = mended(&shut, "a", "b:22");
    assert_eq!(again.outcome, Outcome::Unknown);

    let nowhere = spokes(
        [table(&[(
            "10.2.0.0/16",
            "VirtualAppliance",
            Some("10.0.0.77"),
        )])],
        with_table(),
    );
    says(
        &nowhere,
        "a",
        "b:22",
        &[
            "Dropped",
            "nobody that the network reaches has this address",
        ],
    );
}

#[test]
fn forwarded_traffic_passes_where_it_is_allowed() {
    let mut two = network(
        "two",
        "10.2.0.0/16",
        &[("s", "10.2.0.0/24", none())],
        &["hub"],
    );
    two["properties"]["virtualNetworkPeerings"][0]["properties"]["allowForwardedTraffic"] =
        json!(true);
    let mut all = vec![
        network(
            "hub",
            "10.0.0.0/16",
            &[("s", "10.0.0.0/24", none())],
            &["one", "two"],
        ),
        network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", with_table())],
            &["hub"],
        ),
        two,
        // A default route steers private addresses too.
        table(&[("0.0.0.0/0", "VirtualAppliance", Some("10.0.0.9"))]),
    ];
    all.extend(machine("a", "one/s", "10.1.0.4", None, &none()));
    all.extend(machine("b", "two/s", "10.2.0.4", None, &none()));
    all.extend(machine(
        "nva",
        "hub/s",
        "10.0.0.9",
        None,
        &json!({ "enableIPForwarding": true }),
    ));
    let topology = topology(all);
    says(&topology, "a", "b:22", &["Unknown", "what listens on `b`"]);
    let out = between(&topology, "a", "8.8.8.8:443");
    let kinds: Vec<HopKind> = out.hops.iter().map(|hop| hop.kind).collect();
    assert_eq!(
        kinds,
        [HopKind::Client, HopKind::Appliance, HopKind::Outbound]
    );
}

#[test]
fn the_longest_prefix_wins_and_a_user_route_at_equal_length() {
    let both = table(&[
        ("10.0.0.0/16", "None", None),
        ("10.0.0.5/32", "VirtualAppliance", Some("10.0.0.9")),
    ]);
    let topology = spokes([both], with_table());
    says(&topology, "a", "c:22", &["`route1` (10.0.0.5/32)"]);
    says(
        &topology,
        "a",
        "10.0.0.9:22",
        &["Dropped", "`route0` (10.0.0.0/16)", "next hop `None`"],
    );
    let wider = table(&[("10.0.0.0/15", "None", None)]);
    says(
        &spokes([wider], with_table()),
        "a",
        "c:22",
        &["what listens on `c`"],
    );
}

#[test]
fn a_route_that_drops_is_mended_for_this_address_only() {
    let own = table(&[("10.1.0.0/24", "None", None)]);
    let mut all: Vec<Value> = vec![own];
    all.extend(machine("d", "one/s", "10.1.0.8", None, &none()));
    let topology = spokes(all, with_table());
    says(&topology, "a", "d:22", &["Dropped", "next hop `None`"]);
    let (changed, again) = mended(&topology, "a", "d:22");
    assert!(
        again.because.contains("what listens on `d`"),
        "{}",
        said(&again)
    );
    says(&changed, "d", "a:22", &["Dropped", "next hop `None`"]);
}

/// What the hop on the way out says.
fn egress(topology: &Topology) -> (Outcome, String, String) {
    let trace = between(topology, "a", "8.8.8.8:443");
    let hop = trace
        .hops
        .iter()
        .find(|hop| hop.kind == HopKind::Outbound)
        .unwrap();
    (trace.outcome, hop.because.clone(), hop.source.clone())
}

fn public_ip(name: &str, address: &str) -> Value {
    resource(
        &format!("publicIPAddresses/{name}"),
        json!({ "ipAddress": address }),
    )
}

#[test]
fn the_way_out_has_an_order() {
    let subnet = |nat: bool| {
        if nat {
            json!({ "natGateway": reference("natGateways/gw") })
        } else {
            none()
        }
    };
    let world = |nat: bool, own: bool, pool: bool| {
        let mut config = json!({});
        if own {
            config["publicIPAddress"] = reference("publicIPAddresses/own");
        }
        if pool {
            config["loadBalancerBackendAddressPools"] =
                json!([reference("loadBalancers/lb/backendAddressPools/p")]);
        }
        let mut all = vec![
            network(
                "one",
                "10.1.0.0/16",
                &[("s", "10.1.0.0/24", subnet(nat))],
                &[],
            ),
            public_ip("own", "20.0.0.1"),
            public_ip("nat", "20.0.0.2"),
            public_ip("out", "20.0.0.3"),
            resource(
                "natGateways/gw",
                json!({ "publicIpAddresses": [reference("publicIPAddresses/nat")] }),
            ),
            resource(
                "loadBalancers/lb",
                json!({
                    "frontendIPConfigurations": [{ "name": "f", "properties": { "publicIPAddress": reference("publicIPAddresses/out") } }],
                    "backendAddressPools": [{ "name": "p", "properties": {} }],
                    "outboundRules": [{ "name": "o", "properties": {
                        "frontendIPConfigurations": [reference("loadBalancers/lb/frontendIPConfigurations/f")],
                        "backendAddressPool": reference("loadBalancers/lb/backendAddressPools/p"),
                        "protocol": "All",
                    }}],
                }),
            ),
        ];
        all.extend(machine("a", "one/s", "10.1.0.4", None, &config));
        topology(all)
    };
    let source = |nat, own, pool| egress(&world(nat, own, pool)).2;
    assert_eq!(source(true, true, true), "20.0.0.2");
    assert_eq!(source(false, true, true), "20.0.0.1");
    assert_eq!(source(false, false, true), "20.0.0.3");
    let (outcome, because, source) = egress(&world(false, false, false));
    assert_eq!((outcome, source.as_str()), (Outcome::Unknown, "internet"));
    assert!(because.contains("default outbound access"));
}

#[test]
fn a_private_subnet_has_no_way_out() {
    let subnet = json!({ "defaultOutboundAccess": false });
    let mut all = vec![network(
        "one",
        "10.1.0.0/16",
        &[("s", "10.1.0.0/24", subnet)],
        &[],
    )];
    all.extend(machine("a", "one/s", "10.1.0.4", None, &none()));
    says(
        &topology(all),
        "a",
        "8.8.8.8:443",
        &[
            "Dropped",
            "private (defaultOutboundAccess is false)",
            "NAT gateway",
        ],
    );
}

#[test]
fn the_internet_comes_in_at_a_public_frontend() {
    let subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
    let world = |rules: &[Value]| {
        let mut all = vec![
            network(
                "one",
                "10.1.0.0/16",
                &[("s", "10.1.0.0/24", subnet.clone())],
                &[],
            ),
            group("n", rules),
            public_ip("in", "20.0.0.9"),
            resource(
                "loadBalancers/lb",
                json!({
                    "frontendIPConfigurations": [{ "name": "f", "properties": { "publicIPAddress": reference("publicIPAddresses/in") } }],
                    "backendAddressPools": [{ "name": "p", "properties": {} }],
                    "loadBalancingRules": [{ "name": "web", "properties": {
                        "frontendIPConfiguration": reference("loadBalancers/lb/frontendIPConfigurations/f"),
                        "backendAddressPool": reference("loadBalancers/lb/backendAddressPools/p"),
                        "protocol": "Tcp", "frontendPort": 443, "backendPort": 8443,
                    }}],
                    "inboundNatRules": [{ "name": "ssh", "properties": {
                        "frontendIPConfiguration": reference("loadBalancers/lb/frontendIPConfigurations/f"),
                        "protocol": "Tcp", "frontendPort": 2222, "backendPort": 22,
                    }}],
                }),
            ),
        ];
        all.extend(machine("a", "one/s", "10.1.0.4", Some((8443, "10.1.0.5:443")), &json!({
            "loadBalancerBackendAddressPools": [reference("loadBalancers/lb/backendAddressPools/p")],
            "loadBalancerInboundNatRules": [reference("loadBalancers/lb/inboundNatRules/ssh")],
        })));
        topology(all)
    };
    let shut = world(&[]);
    let trace = says(
        &shut,
        "internet",
        "20.0.0.9:443",
        &["Dropped", "default rule `DenyAllInBound`"],
    );
    assert_eq!(trace.hops.last().unwrap().destination, "10.1.0.4:8443");
    let open = world(&[rule(100, "Allow Inbound Internet * 8443")]);
    says(
        &open,
        "internet",
        "lb:443",
        &["nobody in `one` has the address 10.1.0.5"],
    );
    says(
        &open,
        "internet",
        "20.0.0.9:2222",
        &["Dropped", "DenyAllInBound"],
    );
    says(
        &open,
        "internet",
        "20.0.0.9:80",
        &["Dropped", "no rule for TCP port 80"],
    );
    let (_, again) = mended(&open, "internet", "20.0.0.9:80");
    assert!(!again.because.contains("no rule"), "{}", said(&again));
}
