//! Walks that arrive.

use super::{EXAMPLE, change, flow, lines, of, topology};
use topology::{
    Topology,
    model::Body,
    trace::{Outcome, trace},
};

const EXPECTED: &str = include_str!("internal-apim.json");

#[test]
fn the_example_is_walked_hop_by_hop() {
    let trace = of(&topology(EXAMPLE));
    assert_eq!(
        serde_json::to_string_pretty(&trace).unwrap(),
        EXPECTED.trim_end()
    );
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
    topology(&format!(
        "{EXAMPLE}  inside: {{ subnet: MainNet/plsSubnet, privateIPAddress: 10.0.1.9 }}\n"
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
