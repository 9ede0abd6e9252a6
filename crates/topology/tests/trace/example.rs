//! Walks that arrive.

use super::{EXAMPLE, change, flow, lines, of, topology};
use serde_json::Value;
use topology::{
    Topology,
    model::Body,
    trace::{Outcome, trace},
};

const EXPECTED: &str = include_str!("internal-apim.json");

/// Whether everything of the contract stands in what is written: members may be added, none may
/// change or go.
#[track_caller]
fn holds(contract: &Value, written: &Value, at: &str) {
    match (contract, written) {
        (Value::Object(wanted), Value::Object(have)) => {
            for (key, value) in wanted {
                holds(
                    value,
                    have.get(key).unwrap_or(&Value::Null),
                    &format!("{at}/{key}"),
                );
            }
        }
        (Value::Array(wanted), Value::Array(have)) => {
            assert_eq!(wanted.len(), have.len(), "{at}");
            for (index, (wanted, have)) in wanted.iter().zip(have).enumerate() {
                holds(wanted, have, &format!("{at}/{index}"));
            }
        }
        _ => assert_eq!(contract, written, "{at}"),
    }
}

#[test]
fn the_example_is_written_as_version_1_of_the_contract_says() {
    let trace = serde_json::to_value(of(&topology(EXAMPLE))).unwrap();
    holds(&serde_json::from_str(EXPECTED).unwrap(), &trace, "");
}

#[test]
fn every_hop_there_says_what_decided_and_where_it_is_written() {
    let trace = of(&topology(EXAMPLE));
    for hop in &trace.hops {
        assert!(!hop.decided_by.is_empty(), "{hop:?}");
        for by in hop.decided_by.iter().filter(|by| by.id.is_some()) {
            let span = by.span.unwrap_or_else(|| panic!("no span: {by:?}"));
            assert!(span.end <= EXAMPLE.len());
        }
    }
    let text = |hop: usize| {
        let span = trace.hops[hop].decided_by[0].span.unwrap();
        &EXAMPLE[span.start..span.end]
    };
    assert_eq!(
        (text(2), text(3), text(5)),
        ("[partner]", "APIM-PLS", "NSG-PLS")
    );
}

#[test]
fn translations_and_idle_limits_name_their_hop() {
    let trace = of(&topology(EXAMPLE));
    let changes: Vec<_> = trace
        .hops
        .iter()
        .flat_map(|hop| &hop.translations)
        .map(|one| {
            format!(
                "{} {} -> {}",
                one.side,
                one.from.join("|"),
                one.to.join("|")
            )
        })
        .collect();
    assert_eq!(
        changes,
        [
            "source 192.168.0.4 -> 10.0.1.7",
            "destination 192.168.0.5:443 -> 10.0.1.5:443",
            "destination 10.0.1.5:443 -> 10.0.1.4:443|10.0.1.6:443",
        ]
    );
    let limits: Vec<_> = trace
        .idle_timeouts
        .iter()
        .map(|idle| (idle.hop, idle.seconds))
        .collect();
    assert_eq!(limits, [(3, 300), (5, 240)]);
    assert_eq!(trace.mtu.unwrap().bytes, 1500);
}

#[test]
fn the_example_there_and_back_in_short() {
    let trace = of(&topology(EXAMPLE));
    let there = "\
Resolve testvm  -> 192.168.0.5 Pass
Client testvm 192.168.0.4 -> 192.168.0.5:443 Pass
PrivateEndpoint APIM-PE 192.168.0.4 -> 192.168.0.5:443 Pass
PrivateLinkService APIM-PLS 10.0.1.7 -> 10.0.1.5:443 Pass
LoadBalancer PrivateLinkServiceLB 10.0.1.7 -> 10.0.1.4:443|10.0.1.6:443 Pass
NetworkInterface fwd-0-nic|fwd-1-nic 10.0.1.7 -> 10.0.1.4:443|10.0.1.6:443 Pass
Resolve fwd-0-nic|fwd-1-nic  -> 10.0.2.5 Pass
Relay fwd-0-nic|fwd-1-nic 10.0.1.4|10.0.1.6 -> 10.0.2.5:443 Pass
Service apim1449 10.0.1.4|10.0.1.6 -> 10.0.2.5:443 Pass";
    let back = "\
Service apim1449 10.0.2.5:443 -> 10.0.1.4|10.0.1.6 Pass
Relay fwd-0-nic|fwd-1-nic 10.0.1.4:443|10.0.1.6:443 -> 10.0.1.7 Pass
NetworkInterface fwd-0-nic|fwd-1-nic 10.0.1.4:443|10.0.1.6:443 -> 10.0.1.7 Pass
LoadBalancer PrivateLinkServiceLB 10.0.1.5:443 -> 10.0.1.7 Pass
PrivateLinkService APIM-PLS 192.168.0.5:443 -> 192.168.0.4 Pass
PrivateEndpoint APIM-PE 192.168.0.5:443 -> 192.168.0.4 Pass
Client testvm 192.168.0.5:443 -> 192.168.0.4 Pass";
    assert_eq!(lines(&trace.hops), there);
    assert_eq!(lines(&trace.back), back);
}

/// The example with a second client in the provider's network.
fn with_inside() -> Topology {
    topology(&EXAMPLE.replace(
        "clients:\n",
        "clients:\n  inside: { subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.9 }\n",
    ))
}

#[track_caller]
fn check(topology: &Topology, from: &str, to: &str, want: &str) {
    let trace = trace(topology, &flow(from, to));
    assert_eq!(
        (trace.outcome, lines(&trace.hops).as_str()),
        (Outcome::Delivered, want),
        "{}",
        trace.because
    );
}

#[test]
fn a_client_in_the_network_reaches_the_virtual_ip() {
    let want = "\
Resolve inside  -> 10.0.2.5 Pass
Client inside 10.0.1.9 -> 10.0.2.5:443 Pass
Service apim1449 10.0.1.9 -> 10.0.2.5:443 Pass";
    check(
        &with_inside(),
        "inside",
        "https://apim1449.azure-api.net",
        want,
    );
}

#[test]
fn a_machine_is_named_as_a_sender() {
    let want = "\
Client fwd-0-nic 10.0.1.4 -> 10.0.2.5:443 Pass
Service apim1449 10.0.1.4 -> 10.0.2.5:443 Pass";
    check(&topology(EXAMPLE), "fwd-0", "10.0.2.5:443", want);
}

#[test]
fn a_client_in_the_network_reaches_a_machine() {
    let mut topology = with_inside();
    // The derived rules admit the NAT address only.
    change(&mut topology, "NSG-PLS", |body| {
        let Body::NetworkSecurityGroup(group) = body else {
            return false;
        };
        group.security_rules.clear();
        true
    });
    let want = "\
Client inside 10.0.1.9 -> 10.0.1.6:443 Pass
NetworkInterface fwd-1-nic 10.0.1.9 -> 10.0.1.6:443 Pass
Resolve fwd-1-nic  -> 10.0.2.5 Pass
Relay fwd-1-nic 10.0.1.6 -> 10.0.2.5:443 Pass
Service apim1449 10.0.1.6 -> 10.0.2.5:443 Pass";
    check(&topology, "client/inside", "10.0.1.6:443", want);
}

#[test]
fn direct_connect_needs_no_load_balancer() {
    let mut topology = topology(EXAMPLE);
    change(&mut topology, "APIM-PLS", |body| {
        let Body::PrivateLinkService(pls) = body else {
            return false;
        };
        pls.load_balancer_frontend_ip_configurations.clear();
        pls.destination_ip_address = Some([10, 0, 2, 5].into());
        true
    });
    let want = "\
Resolve testvm  -> 192.168.0.5 Pass
Client testvm 192.168.0.4 -> 192.168.0.5:443 Pass
PrivateEndpoint APIM-PE 192.168.0.4 -> 192.168.0.5:443 Pass
PrivateLinkService APIM-PLS 10.0.1.7 -> 10.0.2.5:443 Pass
Service apim1449 10.0.1.7 -> 10.0.2.5:443 Pass";
    check(&topology, "testvm", "https://apim1449.azure-api.net", want);
}
