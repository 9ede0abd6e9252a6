//! Verdicts of groups, and what becomes of a rule among the others.

use super::{
    cover::{Standing, standings},
    *,
};
use crate::{model::network::VirtualNetwork, rules::facts::Subject};
use serde_json::{Value, json};

const BASE: &str = "/subscriptions/S/resourceGroups/G/providers/Microsoft.Network";

/// `10.0.0.0/16` with `default` (10.0.1.0/24) and the group `nsg`, peered with `10.7.0.0/16`; two
/// NICs, the first of them a member of the application security group `web`.
fn topology(rules: &[Value]) -> Topology {
    let nic = |name: &str, address: &str, groups: Value| {
        json!({
            "id": format!("{BASE}/networkInterfaces/{name}"),
            "properties": { "ipConfigurations": [{ "name": "one", "properties": {
                "privateIPAllocationMethod": "Static",
                "privateIPAddress": address,
                "subnet": { "id": format!("{BASE}/virtualNetworks/net/subnets/default") },
                "applicationSecurityGroups": groups,
            } }] },
        })
    };
    let peering = |remote: &str| {
        json!([{ "name": "peer", "properties": {
            "remoteVirtualNetwork": { "id": format!("{BASE}/virtualNetworks/{remote}") },
        } }])
    };
    let web = json!({ "id": format!("{BASE}/applicationSecurityGroups/web") });
    let values = [
        json!({ "id": format!("{BASE}/networkSecurityGroups/nsg"), "properties": { "securityRules": rules } }),
        json!({ "id": format!("{BASE}/applicationSecurityGroups/web"), "properties": {} }),
        json!({ "id": format!("{BASE}/virtualNetworks/net"), "properties": {
            "addressSpace": { "addressPrefixes": ["10.0.0.0/16"] },
            "subnets": [{ "name": "default", "properties": {
                "addressPrefix": "10.0.1.0/24",
                "networkSecurityGroup": { "id": format!("{BASE}/networkSecurityGroups/nsg") },
            } }],
            "virtualNetworkPeerings": peering("far"),
        } }),
        json!({ "id": format!("{BASE}/virtualNetworks/far"), "properties": {
            "addressSpace": { "addressPrefixes": ["10.7.0.0/16"] },
            "virtualNetworkPeerings": peering("net"),
        } }),
        nic("first", "10.0.1.10", json!([web])),
        nic("second", "10.0.1.11", json!([])),
    ];
    let (topology, findings) = crate::arm::import(&values);
    assert!(findings.is_empty(), "{findings:#?}");
    topology
}

/// A rule in words: `100 in allow tcp 10.0.0.0/8 > * : 443`; lists with commas, `@name` is an
/// application security group.
fn rule(text: &str) -> Value {
    let words: Vec<&str> = text.split_whitespace().collect();
    let [
        priority,
        direction,
        access,
        protocol,
        from,
        ">",
        to,
        ":",
        ports,
    ] = words.as_slice()
    else {
        panic!("{text}");
    };
    let mut properties = json!({
        "priority": priority.parse::<u16>().unwrap(),
        "direction": if *direction == "in" { "Inbound" } else { "Outbound" },
        "access": access,
        "protocol": protocol,
        "sourcePortRange": "*",
        "destinationPortRanges": ports.split(',').collect::<Vec<_>>(),
    });
    for (word, side) in [("source", from), ("destination", to)] {
        let members = properties.as_object_mut().unwrap();
        match side.strip_prefix('@') {
            Some(name) => members.insert(
                format!("{word}ApplicationSecurityGroups"),
                json!([{ "id": format!("{BASE}/applicationSecurityGroups/{name}") }]),
            ),
            None => members.insert(
                format!("{word}AddressPrefixes"),
                json!(side.split(',').collect::<Vec<_>>()),
            ),
        };
    }
    json!({ "name": format!("r{priority}"), "properties": properties })
}

fn asked(rules: &[&str], direction: Direction, flow: &str) -> Verdict {
    let rules: Vec<Value> = rules.iter().map(|text| rule(text)).collect();
    let topology = topology(&rules);
    let subject = Subject::of(&topology);
    let (from, to) = flow.split_once(" > ").unwrap();
    let (to, port) = to.split_once(':').unwrap();
    let flow = Flow {
        from: from.parse().unwrap(),
        to: to.parse().unwrap(),
        port: port.parse().unwrap(),
    };
    let network = format!("{BASE}/virtualNetworks/net").parse().unwrap();
    let inside = subject.networks.inside(&network);
    subject
        .groups
        .verdict(&subject.groups.all[0], inside, direction, flow)
}

use Direction::{Inbound, Outbound};
use Verdict::{Allowed, Denied, Unknown};

#[track_caller]
fn check(cases: &[(&[&str], Direction, &str, Verdict)]) {
    for (rules, direction, flow, verdict) in cases {
        assert_eq!(asked(rules, *direction, flow), *verdict, "{rules:?} {flow}");
    }
}

#[test]
fn default_rules_decide_last() {
    check(&[
        (&[], Inbound, "10.0.2.4 > 10.0.1.10:443", Allowed),
        (&[], Inbound, "10.7.2.4 > 10.0.1.10:443", Allowed),
        (&[], Inbound, "168.63.129.16 > 10.0.1.10:443", Allowed),
        (&[], Inbound, "203.0.113.1 > 10.0.1.10:443", Denied(None)),
        (&[], Inbound, "192.168.0.1 > 10.0.1.10:443", Denied(None)),
        (&[], Outbound, "10.0.1.10 > 10.7.0.9:443", Allowed),
        (&[], Outbound, "10.0.1.10 > 203.0.113.1:443", Allowed),
        (&[], Outbound, "10.0.1.10 > 192.168.0.1:443", Denied(None)),
    ]);
}

#[test]
fn the_first_match_by_priority_decides() {
    let rules: &[&str] = &[
        "300 in deny * * > * : *",
        "200 in allow tcp 10.0.2.0/24,10.0.3.7 > 10.0.1.0/24 : 443,8000-8010",
        "100 in deny udp * > * : 443",
    ];
    check(&[
        (rules, Inbound, "10.0.2.4 > 10.0.1.10:443", Allowed),
        (rules, Inbound, "10.0.3.7 > 10.0.1.10:8005", Allowed),
        (rules, Inbound, "10.0.3.8 > 10.0.1.10:8005", Denied(Some(0))),
        (rules, Inbound, "10.0.2.4 > 10.0.1.10:8011", Denied(Some(0))),
        (
            rules,
            Inbound,
            "168.63.129.16 > 10.0.1.10:443",
            Denied(Some(0)),
        ),
        // The other direction has rules of its own.
        (rules, Outbound, "10.0.1.10 > 10.0.2.4:443", Allowed),
    ]);
}

#[test]
fn tags_stand_for_addresses() {
    let internet: &[&str] = &["100 out deny * * > Internet : *"];
    let network: &[&str] = &["100 in deny * VirtualNetwork > * : *"];
    let storage: &[&str] = &["100 out deny tcp * > Storage.WestEurope : 443"];
    let balancer: &[&str] = &["100 in deny * AzureLoadBalancer > * : 8080"];
    check(&[
        (
            internet,
            Outbound,
            "10.0.1.10 > 203.0.113.1:443",
            Denied(Some(0)),
        ),
        (internet, Outbound, "10.0.1.10 > 10.0.2.4:443", Allowed),
        (
            internet,
            Outbound,
            "10.0.1.10 > 192.168.0.1:443",
            Denied(None),
        ),
        (
            network,
            Inbound,
            "10.7.0.9 > 10.0.1.10:443",
            Denied(Some(0)),
        ),
        (
            network,
            Inbound,
            "168.63.129.16 > 10.0.1.10:443",
            Denied(Some(0)),
        ),
        // Whether a public address is of a service nobody here knows.
        (storage, Outbound, "10.0.1.10 > 203.0.113.1:443", Unknown),
        (storage, Outbound, "10.0.1.10 > 203.0.113.1:80", Allowed),
        (storage, Outbound, "10.0.1.10 > 10.0.2.4:443", Allowed),
        (
            balancer,
            Inbound,
            "168.63.129.16 > 10.0.1.10:8080",
            Denied(Some(0)),
        ),
        (balancer, Inbound, "10.0.2.4 > 10.0.1.10:8080", Allowed),
    ]);
}

#[test]
fn application_security_groups_stand_for_their_members() {
    let web: &[&str] = &["100 in deny tcp * > @web : 443"];
    let other: &[&str] = &["100 in deny tcp @unknown > * : 443"];
    check(&[
        (web, Inbound, "10.0.2.4 > 10.0.1.10:443", Denied(Some(0))),
        (web, Inbound, "10.0.2.4 > 10.0.1.11:443", Allowed),
        (other, Inbound, "10.0.2.4 > 10.0.1.11:443", Unknown),
    ]);
}

#[test]
fn what_cannot_be_read_decides_nothing() {
    let broken: &[&str] = &["100 in deny tcp 10.0.0.0/99 > * : 443"];
    let beside: &[&str] = &[
        "100 in allow tcp 10.0.0.0/99 > * : 443",
        "200 in allow tcp * > * : 443",
    ];
    check(&[
        (broken, Inbound, "10.0.2.4 > 10.0.1.10:443", Unknown),
        (beside, Inbound, "10.0.2.4 > 10.0.1.10:443", Allowed),
    ]);
}

#[test]
fn a_gateway_makes_private_addresses_unknown() {
    let topology = topology(&[]);
    let mut changed = topology.clone();
    let id = format!("{BASE}/virtualNetworks/net").parse().unwrap();
    let Body::VirtualNetwork(VirtualNetwork { subnets, .. }) =
        &mut changed.resources.get_mut(&id).unwrap().body
    else {
        panic!("no network");
    };
    subnets[0].name = "GatewaySubnet".to_owned();
    let flow = Flow {
        from: "192.168.0.1".parse().unwrap(),
        to: "10.0.1.10".parse().unwrap(),
        port: 443,
    };
    for (topology, verdict) in [(&topology, Denied(None)), (&changed, Unknown)] {
        let subject = Subject::of(topology);
        let inside = subject.networks.inside(&id);
        let group = &subject.groups.all[0];
        let answer = subject.groups.verdict(group, inside, Inbound, flow);
        assert_eq!(answer, verdict);
    }
}

fn stand(rules: &[&str]) -> Vec<Standing> {
    let rules: Vec<Value> = rules.iter().map(|text| rule(text)).collect();
    let topology = topology(&rules);
    let subject = Subject::of(&topology);
    standings(&subject.groups.all[0], &subject.networks, Inbound)
}

#[test]
fn rules_are_shadowed_by_one_or_by_several() {
    use Standing::{AddsNothing, Decides, Shadowed};
    let cases: &[(&[&str], &[Standing])] = &[
        (
            &[
                "1 in deny * * > * : 22",
                "2 in allow tcp Storage > @web : 22",
            ],
            &[Decides, Shadowed(vec![0])],
        ),
        (
            &[
                "1 in deny tcp 10.0.0.0/25 > * : *",
                "2 in deny tcp 10.0.0.128/25 > * : 1-500",
                "3 in allow tcp 10.0.0.0/24 > * : 443",
                "4 in allow tcp 10.0.0.0/24 > 10.0.1.0/24 : 501",
            ],
            &[Decides, Decides, Shadowed(vec![0, 1]), AddsNothing(None)],
        ),
        (
            &[
                "1 in deny * VirtualNetwork > * : *",
                "2 in allow tcp 10.7.0.0/24 > * : 443",
            ],
            &[Decides, Shadowed(vec![0])],
        ),
        (
            &[
                "1 in deny * Internet > * : *",
                "2 in allow tcp 203.0.113.0/24 > * : 443",
            ],
            &[Decides, Shadowed(vec![0])],
        ),
        (
            &[
                "1 in deny * Storage > * : *",
                "2 in allow tcp Storage.WestEurope > * : 443",
            ],
            &[Decides, Shadowed(vec![0])],
        ),
        (
            &[
                "1 in deny * Storage.WestEurope > * : *",
                "2 in allow tcp Storage > * : 443",
            ],
            &[Decides, Decides],
        ),
        // What an appliance forwards may be for somebody outside, whom the default rule excludes.
        (&["1 in allow tcp 10.0.2.0/24 > * : 443"], &[Decides]),
        // Two of one priority have no order.
        (
            &[
                "1 in deny * * > * : 443",
                "1 in allow tcp 10.0.2.0/24 > VirtualNetwork : 443",
            ],
            &[Decides, AddsNothing(None)],
        ),
        (
            &[
                "1 in allow tcp 10.0.2.0/24 > * : 443",
                "2 in deny tcp 10.0.2.7 > * : 443",
            ],
            &[Decides, Shadowed(vec![0])],
        ),
        (
            &[
                "1 in allow tcp 10.0.2.0/24 > 10.0.1.0/24 : 443",
                "2 in deny tcp * > * : 1-442",
            ],
            &[AddsNothing(None), Decides],
        ),
        (
            &[
                "1 in allow tcp Internet > * : 443",
                "2 in allow tcp * > * : 400-500",
            ],
            &[AddsNothing(Some(1)), Decides],
        ),
    ];
    for (rules, wanted) in cases {
        assert_eq!(stand(rules), *wanted, "{rules:?}");
    }
}

/// Numbers without a source of chance: the same every time.
struct Lot(u64);

impl Lot {
    fn draw<T: Copy>(&mut self, from: &[T]) -> T {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        from[usize::try_from(self.0 >> 33).unwrap() % from.len()]
    }
}

#[test]
fn what_is_called_inert_changes_no_verdict() {
    let mut lot = Lot(7);
    let sides = [
        "*",
        "10.0.0.0/16",
        "10.0.1.0/24",
        "10.0.1.8/29",
        "10.7.0.0/16",
        "203.0.113.0/24",
        "VirtualNetwork",
        "Internet",
        "AzureLoadBalancer",
        "10.0.1.10,203.0.113.5",
    ];
    let ports = ["*", "443", "1-500", "400-600", "22,443", "501-65535"];
    let addresses = [
        "10.0.1.10",
        "10.0.1.200",
        "10.0.200.1",
        "10.7.3.4",
        "203.0.113.5",
        "198.51.100.1",
        "168.63.129.16",
    ];
    let mut inert = 0;
    for _ in 0..600 {
        let texts: Vec<String> = (1..6)
            .map(|priority| {
                format!(
                    "{priority}00 in {} {} {} > {} : {}",
                    lot.draw(&["allow", "deny"]),
                    lot.draw(&["*", "tcp"]),
                    lot.draw(&sides),
                    lot.draw(&sides),
                    lot.draw(&ports)
                )
            })
            .collect();
        let rules: Vec<&str> = texts.iter().map(String::as_str).collect();
        let whole = topology(&rules.iter().map(|text| rule(text)).collect::<Vec<_>>());
        let subject = Subject::of(&whole);
        let group = &subject.groups.all[0];
        let network = format!("{BASE}/virtualNetworks/net").parse().unwrap();
        let inside = subject.networks.inside(&network);
        for (at, standing) in standings(group, &subject.networks, Inbound)
            .iter()
            .enumerate()
        {
            if *standing == Standing::Decides {
                continue;
            }
            inert += 1;
            let mut fewer = group.clone();
            fewer.inbound.remove(at);
            for from in addresses {
                for port in [22, 443, 500, 501, 8080] {
                    let flow = Flow {
                        from: from.parse().unwrap(),
                        to: lot.draw(&addresses).parse().unwrap(),
                        port,
                    };
                    let ask = |group: &Group<'_>| match subject
                        .groups
                        .verdict(group, inside, Inbound, flow)
                    {
                        Denied(_) => false,
                        Allowed => true,
                        Unknown => panic!("{rules:?} {flow:?}"),
                    };
                    assert_eq!(ask(group), ask(&fewer), "{rules:?} without {at}: {flow:?}");
                }
            }
        }
    }
    assert!(inert > 200, "only {inert} were inert");
}

#[test]
fn free_priorities_lie_before_the_denial() {
    let rules = [
        "100 in allow tcp * > * : 1",
        "102 in allow tcp * > * : 2",
        "103 in deny tcp * > * : *",
    ];
    let whole = topology(&rules.map(rule));
    let subject = Subject::of(&whole);
    let group = &subject.groups.all[0];
    assert_eq!(group.free_priority(Inbound, Some(103), 0), Some(101));
    assert_eq!(group.free_priority(Inbound, Some(103), 1), None);
    assert_eq!(group.free_priority(Inbound, None, 0), Some(4096));
    assert_eq!(group.free_priority(Outbound, Some(103), 2), Some(100));
}
