//! The host: DNS, metadata, probes.

use crate::{Bench, CLIENT, EXAMPLE, add_rule, at};
use fabric::{
    PortId,
    packet::{tcp, tcp_flags, tcp_syn, udp},
};
use std::net::SocketAddrV4;

const DNS: &str = "168.63.129.16";
const METADATA: &str = "169.254.169.254";

#[test]
fn the_host_sees_each_port_under_its_own_alias() {
    let mut bench = Bench::new(&EXAMPLE.replace(
        "192.168.0.0/24 }",
        "192.168.0.0/24, networkSecurityGroup: NSG-C }",
    ));
    // Rules do not act on DNS and metadata.
    bench.change(|topology| add_rule(topology, "NSG-C", "Outbound", "Deny", "*", "*"));
    let testvm = bench.client("testvm");
    let alias = bench.fabric.host_alias(testvm);
    assert_eq!(
        alias.octets(),
        [100, 64, 0, u8::try_from(testvm.0).unwrap()]
    );
    let (to, from, server) = bench.send(testvm, udp(at(CLIENT, 3333), at(DNS, 53), b"query"));
    assert_eq!(
        (to, from, server),
        (PortId::HOST, SocketAddrV4::new(alias, 3333), at(DNS, 53))
    );
    assert_eq!(
        bench.send(PortId::HOST, udp(server, from, b"answer")),
        (testvm, at(DNS, 53), at(CLIENT, 3333))
    );
    let (to, from, server) = bench.send(testvm, tcp_syn(at(CLIENT, 3334), at(METADATA, 80), 1));
    assert_eq!(
        (to, from, server),
        (
            PortId::HOST,
            SocketAddrV4::new(alias, 3334),
            at(METADATA, 80)
        )
    );
    let answer = tcp(server, from, 1, 2, tcp_flags::SYN | tcp_flags::ACK, &[]);
    assert_eq!(
        bench.send(PortId::HOST, answer),
        (testvm, at(METADATA, 80), at(CLIENT, 3334))
    );
    // Other ports of the platform are not exempt.
    bench.refuse(testvm, tcp_syn(at(CLIENT, 3335), at(DNS, 80), 1));
    bench.assert_dropped_at("client/testvm", "NSG-C denies it outbound");
}

#[test]
fn probes_come_from_the_platform_and_are_subject_to_rules() {
    let mut bench = Bench::new(EXAMPLE);
    let nic = bench.nic("fwd-0-nic");
    let alias = bench.fabric.host_alias(nic);
    let probe = |port| tcp_syn(at(DNS, port), SocketAddrV4::new(alias, 8080), 1);
    assert_eq!(
        bench.send(PortId::HOST, probe(2000)),
        (nic, at(DNS, 2000), at("10.0.1.4", 8080))
    );
    assert_eq!(
        bench.hops(),
        ["NetworkInterface fwd-0-nic 168.63.129.16:2000 -> 10.0.1.4:8080"]
    );
    let answer = tcp(
        at("10.0.1.4", 8080),
        at(DNS, 2000),
        1,
        2,
        tcp_flags::SYN | tcp_flags::ACK,
        &[],
    );
    assert_eq!(
        bench.send(nic, answer),
        (PortId::HOST, SocketAddrV4::new(alias, 8080), at(DNS, 2000))
    );
    bench.change(|topology| {
        add_rule(
            topology,
            "NSG-PLS",
            "Inbound",
            "Deny",
            "AzureLoadBalancer",
            "8080",
        );
    });
    bench.refuse(PortId::HOST, probe(2001));
    bench.assert_dropped_at("/fwd-0-nic", "NSG-PLS denies it inbound by rule Mine");
    let nobody = tcp_syn(at(DNS, 1), at("100.64.9.9", 8080), 1);
    assert_eq!(
        bench.refuse(PortId::HOST, nobody),
        "100.64.9.9 is no port's alias"
    );
    let wrong = tcp_syn(at("10.0.1.4", 1), SocketAddrV4::new(alias, 8080), 1);
    assert_eq!(
        bench.refuse(PortId::HOST, wrong),
        "10.0.1.4 is no address of the host"
    );
}
