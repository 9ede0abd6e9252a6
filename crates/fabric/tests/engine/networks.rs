//! Inside a network: security groups, routes, who may send what.

use crate::{Bench, CLIENT, ENDPOINT, EXAMPLE, add_rule, at, edit, ip};
use fabric::{
    Disposition, PortName,
    packet::{self, Packet, icmp_echo_reply, icmp_echo_request, tcp, tcp_flags, tcp_syn, udp},
};
use topology::model::{
    Body, Extra, Resource,
    id::ResourceId,
    network::{Child, RouteProperties, RouteTable, SubResource},
};

/// Two clients in one network, and a group on their subnet.
const PAIR: &str = "
linkspan: v1
name: pair
subscriptions: { s: { id: 22222222-2222-2222-2222-222222222222 } }
resourceGroups: { G: { subscription: s, location: uksouth } }
virtualNetworks:
  V:
    resourceGroup: G
    addressPrefixes: [10.1.0.0/16]
    subnets:
      a: { addressPrefix: 10.1.1.0/24, networkSecurityGroup: N }
      b: { addressPrefix: 10.1.2.0/24 }
clients:
  one: { subnet: V/a, privateIPAddress: 10.1.1.4 }
  two: { subnet: V/b, privateIPAddress: 10.1.2.4 }
";

fn syn(port: u16) -> Packet {
    tcp_syn(at("10.1.1.4", port), at("10.1.2.4", 443), 1)
}

#[test]
fn neighbours_reach_each_other_untranslated() {
    let mut bench = Bench {
        topology: crate::topology(PAIR),
        fabric: fabric::Fabric::new(&crate::topology(PAIR)),
        now: fabric::Time::ZERO,
    };
    let (one, two) = (bench.client("one"), bench.client("two"));
    assert_eq!(
        bench.send(one, syn(5000)),
        (two, at("10.1.1.4", 5000), at("10.1.2.4", 443))
    );
    assert_eq!(
        bench.hops(),
        [
            "Client one 10.1.1.4:5000 -> 10.1.2.4:443",
            "Client two 10.1.1.4:5000 -> 10.1.2.4:443"
        ]
    );
    let request = icmp_echo_request(ip("10.1.1.4"), ip("10.1.2.4"), 77, 1, b"ping");
    assert_eq!(bench.send(one, request).0, two);
    let reply = icmp_echo_reply(ip("10.1.2.4"), ip("10.1.1.4"), 77, 1, b"ping");
    assert_eq!(bench.send(two, reply).0, one);
    let unasked = icmp_echo_reply(ip("10.1.2.4"), ip("10.1.1.4"), 78, 1, b"ping");
    assert!(bench.refuse(two, unasked).contains("nobody asked"));
}

#[test]
fn a_denial_acts_on_new_connections_and_replies_need_no_rule() {
    let mut bench = Bench {
        topology: crate::topology(PAIR),
        fabric: fabric::Fabric::new(&crate::topology(PAIR)),
        now: fabric::Time::ZERO,
    };
    bench.change(|topology| add_rule(topology, "N", "Inbound", "Deny", "*", "*"));
    let (one, two) = (bench.client("one"), bench.client("two"));
    bench.send(one, syn(5000));
    let answer = tcp(
        at("10.1.2.4", 443),
        at("10.1.1.4", 5000),
        1,
        2,
        tcp_flags::SYN | tcp_flags::ACK,
        &[],
    );
    assert_eq!(
        bench.send(two, answer).0,
        one,
        "inbound is denied, and this is a reply"
    );
    bench.refuse(two, tcp_syn(at("10.1.2.4", 6000), at("10.1.1.4", 22), 1));
    bench.assert_dropped_at("client/one", "N denies it inbound by rule Mine");

    bench.change(|topology| add_rule(topology, "N", "Outbound", "Deny", "10.1.1.0/24", "440-443"));
    bench.refuse(one, syn(5001));
    bench.assert_dropped_at("client/one", "N denies it outbound by rule Mine");
    bench.send(
        one,
        tcp(
            at("10.1.1.4", 5000),
            at("10.1.2.4", 443),
            2,
            2,
            tcp_flags::ACK,
            b"goes on",
        ),
    );
    bench.send(one, tcp_syn(at("10.1.1.4", 5002), at("10.1.2.4", 444), 1));
}

#[test]
fn a_denied_port_at_the_forwarders_is_named() {
    let mut bench = Bench::new(EXAMPLE);
    bench.set_healthy("fwd-1-nic", false);
    bench.change(|topology| add_rule(topology, "NSG-PLS", "Inbound", "Deny", "10.0.1.0/24", "443"));
    let testvm = bench.client("testvm");
    let syn = || tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1);
    let because = bench.refuse(testvm, syn());
    assert_eq!(
        because,
        "NSG-PLS denies it inbound by rule Mine (priority 99)"
    );
    assert!(bench.last().hops[4].at.ends_with("/fwd-0-nic"));
    bench.refuse(testvm, syn());
    assert_eq!((bench.fabric.flows().count(), bench.last().packets), (1, 2));
    bench.change(|topology| {
        add_rule(
            topology,
            "NSG-APIM",
            "Inbound",
            "Deny",
            "VirtualNetwork",
            "443",
        );
    });
    let relay = bench.nic("fwd-0-nic");
    bench.refuse(relay, tcp_syn(at("10.0.1.4", 1), at("10.0.2.5", 443), 1));
    bench.assert_dropped_at("/apim1449", "NSG-APIM denies it inbound");
}

#[test]
fn repeated_drops_are_one_record() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    for _ in 0..3 {
        let because = bench.refuse(testvm, tcp_syn(at(CLIENT, 50000), at("8.8.8.8", 443), 1));
        assert!(because.contains("no route"), "{because}");
    }
    assert_eq!(
        (
            bench.fabric.flows().count(),
            bench.last().packets,
            bench.last().bytes
        ),
        (1, 3, 120)
    );
    bench.refuse(
        testvm,
        tcp_syn(at(CLIENT, 50000), at("192.168.0.200", 443), 1),
    );
    bench.assert_dropped_at(
        "client/testvm",
        "nobody has the address 192.168.0.200 in External",
    );
    for port in 1..=12_000 {
        bench.refuse(testvm, tcp_syn(at(CLIENT, port), at("8.8.8.8", 443), 1));
    }
    assert_eq!(bench.fabric.flows().count(), 10_000);
}

#[test]
fn nobody_sends_in_another_name_and_nothing_broken_passes() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let spoofed = tcp_syn(at("192.168.0.9", 50000), at(ENDPOINT, 443), 1);
    assert_eq!(
        bench.refuse(testvm, spoofed),
        "192.168.0.9 is no address of client/testvm"
    );
    assert_eq!(bench.fabric.flows().count(), 0);
    let mut fragment = udp(at(CLIENT, 1), at(ENDPOINT, 443), b"x");
    fragment.bytes[6] = 0x20;
    assert_eq!(bench.refuse(testvm, fragment), "IP fragment");
    let mut six = udp(at(CLIENT, 1), at(ENDPOINT, 443), b"x");
    six.bytes[0] = 0x65;
    assert_eq!(bench.refuse(testvm, six), "not an IPv4 packet");
    let mut short = udp(at(CLIENT, 1), at(ENDPOINT, 443), b"xyz");
    short.bytes.truncate(24);
    assert_eq!(bench.refuse(testvm, short), "truncated packet");
    assert_eq!(
        bench.refuse(testvm, Packet::complete(Vec::new())),
        "not an IPv4 packet"
    );
    let (disposition, _) = bench.inject(
        fabric::PortId(4000),
        tcp_syn(at(CLIENT, 1), at(ENDPOINT, 443), 1),
    );
    assert!(matches!(disposition, Disposition::Dropped(_)));
    let mut padded = tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1);
    padded.bytes.extend([0; 6]);
    let (_, out) = bench.inject(testvm, padded);
    assert_eq!(out[0].1.bytes.len(), 40, "the link layer's padding is gone");
}

fn route(
    topology: &mut topology::Topology,
    prefix: &str,
    next_hop_type: &str,
    next_hop: Option<&str>,
) {
    let table = ResourceId::new(
        "22222222-2222-2222-2222-222222222222",
        "PrivateAPIM",
        "Microsoft.Network/routeTables",
        "T",
    );
    let properties = RouteProperties {
        address_prefix: prefix.to_owned(),
        next_hop_type: next_hop_type.to_owned(),
        next_hop_ip_address: next_hop.map(|hop| ip(hop).into()),
        ..RouteProperties::default()
    };
    topology.resources.insert(
        table.clone(),
        Resource {
            id: table.clone(),
            location: None,
            tags: std::collections::BTreeMap::new(),
            sku: None,
            zones: Vec::new(),
            body: Body::RouteTable(RouteTable {
                routes: vec![Child::new("r", properties)],
                ..RouteTable::default()
            }),
            extra: Extra::new(),
            existing: false,
        },
    );
    for vnet in ["MainNet", "External"] {
        edit(topology, &format!("virtualNetworks/{vnet}"), |body| {
            let Body::VirtualNetwork(vnet) = body else {
                panic!()
            };
            vnet.subnets[0].properties.route_table = Some(SubResource::to(&table));
        });
    }
}

#[test]
fn written_routes_win_if_they_are_narrow_enough() {
    let mut bench = Bench::new(EXAMPLE);
    let relay = bench.nic("fwd-0-nic");
    let syn = |port| tcp_syn(at("10.0.1.4", port), at("10.0.2.5", 443), 1);
    bench.change(|topology| route(topology, "0.0.0.0/0", "None", None));
    bench.send(relay, syn(1));
    bench.change(|topology| route(topology, "10.0.2.0/24", "None", None));
    bench.refuse(relay, syn(2));
    bench.assert_dropped_at("/fwd-0-nic", "route T/r (10.0.2.0/24) leads nowhere");

    // Through the other forwarder, which does not forward what is not its own, and then does.
    bench.change(|topology| {
        route(
            topology,
            "10.0.2.0/24",
            "VirtualAppliance",
            Some("10.0.1.6"),
        );
    });
    bench.refuse(relay, syn(3));
    bench.assert_dropped_at("/fwd-0-nic", "no enableIPForwarding");
    bench.change(|topology| {
        edit(topology, "networkInterfaces/fwd-1-nic", |body| {
            let Body::NetworkInterface(nic) = body else {
                panic!()
            };
            nic.enable_ip_forwarding = Some(true);
        });
        add_rule(
            topology,
            "NSG-PLS",
            "Inbound",
            "Allow",
            "VirtualNetwork",
            "443",
        );
    });
    let appliance = bench.nic("fwd-1-nic");
    assert_eq!(
        bench.send(relay, syn(3)),
        (appliance, at("10.0.1.4", 3), at("10.0.2.5", 443))
    );
    let unit = bench.unit();
    assert_eq!(
        bench.send(appliance, syn(3)).0,
        unit,
        "an appliance may send for others, and not to itself"
    );

    // An endpoint's own route is not beaten, unless its subnet's policies let it be.
    bench.change(|topology| route(topology, "192.168.0.0/16", "None", None));
    let testvm = bench.client("testvm");
    bench.send(testvm, tcp_syn(at(CLIENT, 1), at(ENDPOINT, 443), 1));
    bench.change(|topology| {
        edit(topology, "virtualNetworks/External", |body| {
            let Body::VirtualNetwork(vnet) = body else {
                panic!()
            };
            vnet.subnets[0].properties.private_endpoint_network_policies =
                Some("RouteTableEnabled".to_owned());
        });
    });
    bench.refuse(testvm, tcp_syn(at(CLIENT, 2), at(ENDPOINT, 443), 1));
    bench.assert_dropped_at("client/testvm", "leads nowhere");
}

#[test]
fn ports_keep_their_numbers_and_go_with_their_names() {
    let mut bench = Bench::new(EXAMPLE);
    let before: Vec<_> = bench.fabric.ports().collect();
    assert_eq!(bench.fabric.name(before[0]), Some(&PortName::Host));
    assert_eq!(before.len(), 5, "host, client, two NICs, a unit");
    let relay = bench.nic("fwd-1-nic");
    bench.change(|topology| {
        topology.clients.clear();
    });
    assert_eq!(
        bench.fabric.port(&PortName::Client("testvm".to_owned())),
        None
    );
    assert_eq!(
        (bench.nic("fwd-1-nic"), bench.fabric.ports().count()),
        (relay, 4)
    );
    let gone = before[1];
    assert_eq!(
        bench.refuse(gone, tcp_syn(at(CLIENT, 1), at(ENDPOINT, 443), 1)),
        "no such port"
    );
}

#[test]
fn an_icmp_error_is_translated_like_the_packet_that_it_quotes() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let (_, out) = bench.inject(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 9));
    let (member, quoted) = &out[0];
    let read = packet::parse(&quoted.bytes).unwrap();
    let mut error = icmp_echo_request(read.destination, read.source, 0, 0, &quoted.bytes[..28]);
    (error.bytes[20], error.bytes[21]) = (3, 3);
    let (_, out) = bench.inject_raw(*member, error);
    let (to, error) = &out[0];
    assert_eq!(*to, testvm);
    packet::verify(error).unwrap();
    let read = packet::parse(&error.bytes).unwrap();
    assert_eq!((read.source, read.destination), (ip(ENDPOINT), ip(CLIENT)));
    let quote = &error.bytes[28..];
    assert_eq!(
        (&quote[12..16], &quote[16..20]),
        (&ip(CLIENT).octets()[..], &ip(ENDPOINT).octets()[..])
    );
    assert_eq!(
        quote[20..24],
        [0xc3, 0x50, 0x01, 0xbb],
        "ports 50000 and 443"
    );
}

impl Bench {
    fn inject_raw(
        &mut self,
        from: fabric::PortId,
        packet: Packet,
    ) -> (Disposition, Vec<(fabric::PortId, Packet)>) {
        let mut out = Vec::new();
        (self.fabric.inject(from, packet, self.now, &mut out), out)
    }
}
