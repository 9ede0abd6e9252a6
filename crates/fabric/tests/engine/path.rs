//! The main job: a client reaches API Management in a network that it knows nothing of.

use crate::{Bench, CLIENT, ENDPOINT, EXAMPLE, at, ip};
use fabric::{
    Checksum, Fault, FlowOutcome, PortName, Time,
    packet::{self, TcpSegment, tcp, tcp_flags, tcp_syn},
};

#[test]
fn a_handshake_goes_there_and_back_through_both_translations() {
    let mut bench = Bench::new(EXAMPLE);
    let (client, endpoint) = (at(CLIENT, 50000), at(ENDPOINT, 443));
    let testvm = bench.client("testvm");
    let (member, nat, local) = bench.send(testvm, tcp_syn(client, endpoint, 7));
    assert_eq!(nat, at("10.0.1.7", 1024));
    let name = match bench.fabric.name(member) {
        Some(PortName::Nic(id)) => id.name().to_owned(),
        other => panic!("{other:?}"),
    };
    let address = bench.fabric.addresses(member)[0];
    assert_eq!(local, std::net::SocketAddrV4::new(address, 443));
    assert_eq!(
        bench.hops(),
        [
            "Client testvm 192.168.0.4:50000 -> 192.168.0.5:443".to_owned(),
            "PrivateEndpoint APIM-PE 192.168.0.4:50000 -> 192.168.0.5:443".to_owned(),
            "PrivateLinkService APIM-PLS 10.0.1.7:1024 -> 10.0.1.5:443".to_owned(),
            format!("LoadBalancer PrivateLinkServiceLB 10.0.1.7:1024 -> {address}:443"),
            format!("NetworkInterface {name} 10.0.1.7:1024 -> {address}:443"),
        ]
    );
    let record = bench.last();
    assert_eq!((record.from, record.to), (testvm, Some(member)));
    assert!(
        record.hops[0].at.starts_with("client/")
            && record.hops[1].at.starts_with("/subscriptions/")
    );
    assert!(
        record.hops.iter().all(|hop| !hop.because.is_empty()),
        "{record:?}"
    );

    let answer = tcp(local, nat, 900, 8, tcp_flags::SYN | tcp_flags::ACK, &[]);
    assert_eq!(bench.send(member, answer), (testvm, endpoint, client));
    let data = tcp(
        client,
        endpoint,
        8,
        901,
        tcp_flags::ACK | tcp_flags::PSH,
        b"GET / HTTP/1.1\r\n\r\n",
    );
    assert_eq!(bench.send(testvm, data), (member, nat, local));
    assert_eq!(
        (bench.last().packets, bench.last().bytes),
        (3, 40 + 40 + 58)
    );
    assert_eq!(bench.last().outcome, FlowOutcome::Delivered);
    assert_eq!(bench.fabric.flows().count(), 1);

    // The relay's own connection, from its NIC to the VIP.
    let (relay, vip) = (
        std::net::SocketAddrV4::new(address, 40000),
        at("10.0.2.5", 443),
    );
    let unit = bench.unit();
    assert_eq!(
        bench.fabric.addresses(unit),
        [ip("10.0.2.4"), ip("10.0.2.5")]
    );
    assert_eq!(
        bench.send(member, tcp_syn(relay, vip, 1)),
        (unit, relay, vip),
        "the VIP is the unit's own"
    );
    assert_eq!(
        bench.hops(),
        [
            format!("Relay {name} {address}:40000 -> 10.0.2.5:443"),
            format!("Service apim1449 {address}:40000 -> 10.0.2.5:443"),
        ]
    );
    let answer = tcp(vip, relay, 1, 2, tcp_flags::SYN | tcp_flags::ACK, &[]);
    assert_eq!(bench.send(unit, answer), (member, vip, relay));
}

#[test]
fn connections_are_spread_over_healthy_members_only() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let count = |bench: &mut Bench, first: u16| {
        let mut hits = [0, 0];
        for port in first..first + 200 {
            let (to, ..) = bench.send(testvm, tcp_syn(at(CLIENT, port), at(ENDPOINT, 443), 1));
            hits[usize::from(to == bench.nic("fwd-1-nic"))] += 1;
        }
        hits
    };
    let even = count(&mut bench, 20000);
    assert!(even.iter().all(|hits| *hits > 60), "{even:?}");
    bench.set_healthy("fwd-0-nic", false);
    assert_eq!(count(&mut bench, 30000), [0, 200]);
    bench.set_healthy("fwd-1-nic", false);
    let because = bench.refuse(testvm, tcp_syn(at(CLIENT, 40000), at(ENDPOINT, 443), 1));
    assert!(
        because.starts_with("no healthy member in pool "),
        "{because}"
    );
    bench.assert_dropped_at("/PrivateLinkServiceLB", "probe");
}

#[test]
fn a_connection_stays_with_a_member_that_fails() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let before = bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    bench.set_healthy("fwd-0-nic", false);
    bench.set_healthy("fwd-1-nic", false);
    bench.change(|_| {});
    let data = tcp(
        at(CLIENT, 50000),
        at(ENDPOINT, 443),
        2,
        2,
        tcp_flags::ACK,
        b"x",
    );
    assert_eq!(bench.send(testvm, data), before);
}

#[test]
fn mistakes_on_purpose_are_in_the_packets_and_in_the_records() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    bench
        .fabric
        .set_fault(Some(Fault::NatSource(ip("10.0.1.99"))));
    let (member, nat, local) = bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    assert_eq!(nat, at("10.0.1.99", 1024));
    assert!(
        bench.last().hops[2..]
            .iter()
            .all(|hop| hop.source == ip("10.0.1.99"))
    );
    let answer = tcp(local, nat, 1, 2, tcp_flags::SYN | tcp_flags::ACK, &[]);
    assert_eq!(
        bench.send(member, answer),
        (testvm, at(ENDPOINT, 443), at(CLIENT, 50000))
    );

    bench
        .fabric
        .set_fault(Some(Fault::LbDestination(ip("10.0.1.77"))));
    let (_, nat, local) = bench.send(testvm, tcp_syn(at(CLIENT, 50001), at(ENDPOINT, 443), 1));
    assert_eq!((*nat.ip(), local), (ip("10.0.1.7"), at("10.0.1.77", 443)));
    assert_eq!(bench.last().hops[3].destination, at("10.0.1.77", 443));

    bench.fabric.set_fault(None);
    let (.., local) = bench.send(testvm, tcp_syn(at(CLIENT, 50002), at(ENDPOINT, 443), 1));
    assert_ne!(local, at("10.0.1.77", 443));
}

#[test]
fn silence_ends_a_connection_and_resets_tell_both_sides() {
    let text = EXAMPLE.to_owned();
    let mut bench = Bench::new(&text);
    bench.change(|topology| {
        crate::edit(topology, "loadBalancers/PrivateLinkServiceLB", |body| {
            let topology::model::Body::LoadBalancer(lb) = body else {
                panic!()
            };
            lb.load_balancing_rules[0].properties.enable_tcp_reset = Some(true);
            lb.load_balancing_rules[0]
                .properties
                .idle_timeout_in_minutes = Some(4);
        });
    });
    let testvm = bench.client("testvm");
    let (client, endpoint) = (at(CLIENT, 50000), at(ENDPOINT, 443));
    let (member, nat, local) = bench.send(testvm, tcp_syn(client, endpoint, 100));
    bench.send(
        member,
        tcp(local, nat, 5000, 101, tcp_flags::SYN | tcp_flags::ACK, &[]),
    );
    bench.send(
        testvm,
        tcp(client, endpoint, 101, 5001, tcp_flags::ACK, b"hello"),
    );
    bench.send(member, tcp(local, nat, 5001, 106, tcp_flags::ACK, &[]));

    bench.now += Time::from_secs(239);
    assert_eq!(bench.fabric.expire(bench.now), []);
    bench.now += Time::from_secs(1);
    let resets = bench.fabric.expire(bench.now);
    let read = |index: usize| {
        let (to, packet) = &resets[index];
        packet::verify(packet).unwrap();
        let read = packet::parse(&packet.bytes).unwrap();
        let packet::Transport::Tcp {
            sequence, flags, ..
        } = read.transport
        else {
            panic!("{read:?}")
        };
        assert_eq!(flags, tcp_flags::RST | tcp_flags::ACK);
        (*to, read.from(), read.to(), sequence)
    };
    assert_eq!(resets.len(), 2);
    assert_eq!(
        read(0),
        (member, nat, local, 106),
        "at the number that the member waits for"
    );
    assert_eq!(
        read(1),
        (testvm, endpoint, client, 5001),
        "at the number that the client waits for"
    );
    let late = tcp(client, endpoint, 106, 5001, tcp_flags::ACK, b"more");
    assert!(
        bench
            .refuse(testvm, late)
            .starts_with("no connection is known")
    );
}

#[test]
fn a_late_packet_is_answered_with_resets_where_nobody_swept() {
    let mut bench = Bench::new(EXAMPLE);
    bench.change(|topology| {
        crate::edit(topology, "loadBalancers/PrivateLinkServiceLB", |body| {
            let topology::model::Body::LoadBalancer(lb) = body else {
                panic!()
            };
            lb.load_balancing_rules[0].properties.enable_tcp_reset = Some(true);
            lb.load_balancing_rules[0]
                .properties
                .idle_timeout_in_minutes = Some(30);
        });
    });
    // Private Link's five minutes are shorter than the rule's thirty, and end in silence.
    let testvm = bench.client("testvm");
    bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    bench.now += Time::from_mins(5);
    assert_eq!(bench.fabric.expire(bench.now), []);
    // The rule's own time-out, from inside the network.
    let mut bench = Bench {
        now: Time::ZERO,
        ..bench
    };
    bench.change(|topology| {
        let subnet = topology
            .virtual_networks()
            .next()
            .unwrap()
            .0
            .id
            .child("subnets", "apimSubnet");
        topology.clients.insert(
            "inside".to_owned(),
            topology::model::Client {
                name: "inside".to_owned(),
                subnet,
                private_ip_address: Some(ip("10.0.2.50")),
                hosts: std::collections::BTreeMap::new(),
                span: None,
            },
        );
        crate::add_rule(topology, "NSG-PLS", "Inbound", "Allow", "10.0.2.50", "443");
    });
    let inside = bench.client("inside");
    let (member, from, to) = bench.send(
        inside,
        tcp_syn(at("10.0.2.50", 50000), at("10.0.1.5", 443), 1),
    );
    assert_eq!(
        from,
        at("10.0.2.50", 50000),
        "a load balancer keeps the source"
    );
    bench.now += Time::from_mins(30);
    let (disposition, out) = bench.inject(
        inside,
        tcp(
            at("10.0.2.50", 50000),
            at("10.0.1.5", 443),
            2,
            1,
            tcp_flags::ACK,
            b"x",
        ),
    );
    assert_eq!(disposition, fabric::Disposition::Answered);
    assert_eq!(
        out.iter().map(|(port, _)| *port).collect::<Vec<_>>(),
        [member, inside]
    );
    assert_eq!(packet::parse(&out[0].1.bytes).unwrap().to(), to);
}

#[test]
fn a_closed_connection_makes_room_for_one_with_the_same_ports() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let (client, endpoint) = (at(CLIENT, 50000), at(ENDPOINT, 443));
    let (member, nat, local) = bench.send(testvm, tcp_syn(client, endpoint, 1));
    bench.send(
        member,
        tcp(local, nat, 1, 2, tcp_flags::RST | tcp_flags::ACK, &[]),
    );
    let (_, second, _) = bench.send(testvm, tcp_syn(client, endpoint, 9));
    assert_eq!(
        (second, bench.fabric.flows().count()),
        (at("10.0.1.7", 1025), 2)
    );
}

#[test]
fn a_segment_of_64_kib_with_a_partial_checksum_passes_as_one_packet() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let (source, destination) = (at(CLIENT, 50000), at(ENDPOINT, 443));
    bench.send(testvm, tcp_syn(source, destination, 1));
    let payload = vec![0xa5; 65_000];
    let segment = TcpSegment {
        source,
        destination,
        sequence: 2,
        acknowledgment: 1,
        flags: tcp_flags::ACK,
        payload: &payload,
    };
    let (_, out) = bench.inject(testvm, segment.packet(Checksum::Partial));
    assert_eq!(
        (out.len(), out[0].1.checksum, out[0].1.bytes.len()),
        (1, Checksum::Partial, 65_040)
    );
}
