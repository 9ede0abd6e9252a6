//! Sets against single walks: every sampled connection ends as its set says.

use super::{
    build::{between, group, machine, network, reference, resource, rule, said, topology},
    generate::{self, Dice},
};
use serde_json::json;
use topology::{
    reach::{PortRange, endings},
    trace::{Outcome, World},
};

const DESTINATIONS: [&str; 24] = [
    "apim.azure-api.net",
    "apim.azure-api.net",
    "10.0.1.5",
    "10.0.0.6",
    "10.0.0.9",
    "10.0.1.5",
    "10.0.1.10",
    "10.0.1.20",
    "10.0.1.21",
    "10.1.0.4",
    "10.1.0.5",
    "10.1.0.6",
    "10.1.0.30",
    "10.2.0.6",
    "10.2.1.99",
    "10.2.1.4",
    "10.1.0.77",
    "172.16.0.1",
    "20.0.0.9",
    "20.0.0.1",
    "8.8.8.8",
    "apim.azure-api.net",
    "acc.blob.core.windows.net",
    "open.azure-api.net",
];
const SENDERS: [&str; 11] = [
    "one/s0", "one/s1", "two/s0", "hub/s0", "hub/s1", "far/s0", "testvm", "other", "a-nic",
    "nva-nic", "internet",
];
const PORTS: [u16; 14] = [
    443, 443, 443, 443, 443, 8443, 22, 80, 400, 450, 3443, 445, 1, 65535,
];

/// Which of the numbered topologies.
const NUMBERS: std::ops::Range<u64> = 0..150;

#[test]
fn every_connection_ends_as_its_set_says() {
    let mut counts = [0_u32; 3];
    for number in NUMBERS {
        let topology = generate::topology(number);
        let world = World::new(&topology);
        let mut dice = Dice(number ^ 0x00c0_ffee);
        for _ in 0..16 {
            let from = dice.pick(&SENDERS);
            let to = if from == "internet" {
                dice.pick(&["20.0.0.9", "20.0.0.9", "20.0.0.1", "open.azure-api.net"])
            } else {
                dice.pick(&DESTINATIONS)
            };
            let selector = to.parse().unwrap();
            let Ok(sets) = endings(&world, &from.parse().unwrap(), &selector, &[PortRange::ALL])
            else {
                continue;
            };
            for _ in 0..8 {
                let address = match from {
                    "internet" => dice.pick(&["20.5.5.5", "8.8.4.4", "20.0.0.200"]).to_owned(),
                    "testvm" => "10.1.0.30".to_owned(),
                    "other" => "10.1.0.31".to_owned(),
                    "a-nic" => "10.1.0.6".to_owned(),
                    "nva-nic" => "10.0.0.9".to_owned(),
                    _ => {
                        let (net, subnet) = from.split_once('/').unwrap();
                        let second = match net {
                            "hub" => 0,
                            "two" => 2,
                            _ => 1,
                        };
                        let third = u8::from(subnet == "s1");
                        let last =
                            dice.pick(&[4_u8, 5, 6, 9, 10, 20, 21, 30, 31, 99, 127, 128, 200, 254]);
                        format!("10.{second}.{third}.{last}")
                    }
                };
                let port = dice.pick(&PORTS);
                let one = match from.split_once('/') {
                    Some((net, _)) => format!("{net}/{address}"),
                    None if from == "internet" => address.clone(),
                    None => from.to_owned(),
                };
                let trace = world
                    .trace_between(
                        &one.parse().unwrap(),
                        &format!("{to}:{port}").parse().unwrap(),
                        None,
                    )
                    .unwrap();
                let source = address.parse().unwrap();
                let known: Vec<_> = sets
                    .iter()
                    .filter(|ending| ending.flows.contains(source, port))
                    .collect();
                let [ending] = known.as_slice() else {
                    panic!(
                        "topology {number}: {one} -> {to}:{port} is in {} sets: {known:#?}",
                        known.len()
                    );
                };
                assert_eq!(
                    trace.outcome,
                    ending.outcome,
                    "topology {number}: {one} -> {to}:{port}\n walked: {}\n{:#?}\nset: {}",
                    trace.because,
                    trace
                        .hops
                        .iter()
                        .map(|hop| (&hop.at, hop.kind, &hop.because))
                        .collect::<Vec<_>>(),
                    ending.because
                );
                counts[match trace.outcome {
                    Outcome::Delivered => 0,
                    Outcome::Dropped => 1,
                    Outcome::Unknown => 2,
                }] += 1;
            }
        }
    }
    // The topologies must not be all of one kind.
    assert!(counts.iter().all(|count| *count > 400), "{counts:?}");
}

/// A relay behind a public frontend, and a neighbor, in a network whose group has these rules.
fn behind_a_public_frontend(rules: &[serde_json::Value]) -> topology::Topology {
    let group_of_subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
    let mut all = vec![
        network(
            "one",
            "10.1.0.0/16",
            &[("s", "10.1.0.0/24", group_of_subnet)],
            &[],
        ),
        group("n", rules),
        resource("publicIPAddresses/in", json!({ "ipAddress": "20.0.0.9" })),
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
            }),
        ),
    ];
    let pool = json!({ "loadBalancerBackendAddressPools": [reference("loadBalancers/lb/backendAddressPools/p")] });
    all.extend(machine(
        "a",
        "one/s",
        "10.1.0.4",
        Some((8443, "10.1.0.5:443")),
        &pool,
    ));
    all.extend(machine(
        "b",
        "one/s",
        "10.1.0.5",
        Some((443, "10.1.0.6:1")),
        &json!({}),
    ));
    topology(all)
}

#[test]
fn a_service_tag_may_hold_any_public_address_and_holds_no_private_one() {
    let stopped_by_rules = |said: &str| said.contains("network security group");
    // The rules, and whether the internet and a neighbor are let in; nothing where it depends on
    // what the tag stands for.
    let cases: &[(&[&str], Option<bool>, bool)] = &[
        (&[], Some(false), true),
        (&["Allow Inbound Internet * 8443"], Some(true), true),
        (&["Allow Inbound Storage * 8443"], None, true),
        (
            &["Allow Inbound Storage.WestEurope * *", "Deny Inbound * * *"],
            None,
            false,
        ),
        (
            &["Deny Inbound Storage * *", "Allow Inbound * * *"],
            None,
            true,
        ),
        (&["Deny Inbound Storage * *"], Some(false), true),
        (
            &["Deny Inbound Storage * *", "Deny Inbound * * *"],
            Some(false),
            false,
        ),
    ];
    for (rules, internet, neighbor) in cases {
        let rules: Vec<_> = (100..)
            .zip(*rules)
            .map(|(at, text)| rule(at, text))
            .collect();
        let topology = behind_a_public_frontend(&rules);
        let world = World::new(&topology);
        let near = between(&topology, "b", "a:8443");
        assert_eq!(
            !stopped_by_rules(&said(&near)),
            *neighbor,
            "{rules:?}: {}",
            said(&near)
        );
        for (sender, from, to) in [
            ("internet", "8.8.4.4", "20.0.0.9:443"),
            ("internet", "20.5.5.5", "20.0.0.9:443"),
            ("one/s", "one/10.1.0.99", "a:8443"),
        ] {
            let one = between(&topology, from, to);
            if sender == "internet" {
                match internet {
                    None => assert_eq!(one.outcome, Outcome::Unknown, "{rules:?}: {}", said(&one)),
                    Some(is_in) => {
                        assert_eq!(one.outcome, Outcome::Dropped, "{rules:?}: {}", said(&one));
                        assert_eq!(
                            !stopped_by_rules(&said(&one)),
                            *is_in,
                            "{rules:?}: {}",
                            said(&one)
                        );
                    }
                }
            }
            let (host, port) = to.split_once(':').unwrap();
            let sets = endings(
                &world,
                &sender.parse().unwrap(),
                &host.parse().unwrap(),
                &[PortRange::ALL],
            );
            let address = from.trim_start_matches("one/").parse().unwrap();
            let port = port.parse().unwrap();
            let set = sets.unwrap();
            let set = set
                .iter()
                .find(|ending| ending.flows.contains(address, port));
            assert_eq!(set.unwrap().outcome, one.outcome, "{rules:?}: {from}");
        }
    }
}
