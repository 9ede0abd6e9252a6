//! Private Link: overlapping consumers, approval, network policies.

use crate::{Bench, CLIENT, ENDPOINT, EXAMPLE, add_rule, at, edit, ip};
use fabric::packet::{icmp_echo_request, tcp, tcp_flags, tcp_syn};
use topology::model::{
    Body,
    network::{Child, ConnectionState, PrivateEndpointConnection, SubResource},
};

/// The example with a second consumer that has the same addresses as the first.
fn two_consumers() -> String {
    EXAMPLE
        .replace("resourceGroups:\n", "resourceGroups:\n  TWIN: { subscription: partner, location: eastus }\n")
        .replace(
            "    subnets: { default: { addressPrefix: 192.168.0.0/24 } }\n",
            "    subnets: { default: { addressPrefix: 192.168.0.0/24 } }\n  Twin:\n    resourceGroup: TWIN\n    \
             addressPrefixes: [192.168.0.0/16]\n    subnets: { default: { addressPrefix: 192.168.0.0/24 } }\n",
        )
        .replace(
            "privateEndpoints:\n",
            "privateEndpoints:\n  APIM-PE2: { subnet: Twin/default, service: APIM-PLS }\n",
        )
        .replace("clients:\n", "clients:\n  twinvm: { subnet: Twin/default, privateIPAddress: 192.168.0.4 }\n")
}

#[test]
fn consumers_with_the_same_addresses_are_told_apart() {
    let mut bench = Bench::new(&two_consumers());
    bench.set_healthy("fwd-1-nic", false);
    let (one, two) = (bench.client("testvm"), bench.client("twinvm"));
    assert_eq!(bench.fabric.addresses(one), bench.fabric.addresses(two));
    assert_ne!(bench.fabric.host_alias(one), bench.fabric.host_alias(two));
    let syn = || tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1);
    let (member, nat_one, local) = bench.send(one, syn());
    let (also, nat_two, _) = bench.send(two, syn());
    assert_eq!(member, also);
    assert_eq!(
        (nat_one, nat_two),
        (at("10.0.1.7", 1024), at("10.0.1.7", 1025))
    );
    for (nat, to) in [(nat_two, two), (nat_one, one)] {
        let answer = tcp(local, nat, 1, 2, tcp_flags::SYN | tcp_flags::ACK, &[]);
        assert_eq!(
            bench.send(member, answer),
            (to, at(ENDPOINT, 443), at(CLIENT, 50000))
        );
    }
}

fn observe(bench: &mut Bench, status: &str) {
    let endpoint = bench.id("privateEndpoints/APIM-PE");
    bench.change(|topology| {
        edit(topology, "privateLinkServices/APIM-PLS", |body| {
            let Body::PrivateLinkService(pls) = body else {
                panic!()
            };
            let state = ConnectionState {
                status: Some(status.to_owned()),
                ..ConnectionState::default()
            };
            pls.private_endpoint_connections = vec![Child::new(
                "c",
                PrivateEndpointConnection {
                    private_endpoint: Some(SubResource::to(&endpoint)),
                    private_link_service_connection_state: Some(state),
                    ..PrivateEndpointConnection::default()
                },
            )];
        });
    });
}

#[test]
fn a_connection_that_is_not_approved_carries_nothing() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    let before = bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    observe(&mut bench, "Rejected");
    let because = bench.refuse(testvm, tcp_syn(at(CLIENT, 50001), at(ENDPOINT, 443), 1));
    assert_eq!(because, "its connection is Rejected, not Approved");
    bench.assert_dropped_at("/APIM-PE", "Rejected");
    // What ran before ends too.
    let data = || {
        tcp(
            at(CLIENT, 50000),
            at(ENDPOINT, 443),
            2,
            2,
            tcp_flags::ACK,
            b"x",
        )
    };
    assert!(bench.refuse(testvm, data()).contains("Rejected"));
    observe(&mut bench, "Approved");
    assert!(
        bench
            .refuse(testvm, data())
            .starts_with("no connection is known")
    );
    let after = bench.send(testvm, tcp_syn(at(CLIENT, 50002), at(ENDPOINT, 443), 1));
    assert_eq!(after.1.ip(), before.1.ip());
}

#[test]
fn approval_is_automatic_only_for_subscriptions_that_are_listed() {
    let mut bench =
        Bench::new(&EXAMPLE.replace("autoApproval: [partner]", "autoApproval: [provider]"));
    let testvm = bench.client("testvm");
    assert!(
        bench
            .refuse(testvm, tcp_syn(at(CLIENT, 1), at(ENDPOINT, 443), 1))
            .contains("Pending")
    );
    bench.assert_dropped_at("/APIM-PE", "Pending");
}

#[test]
fn a_request_by_hand_is_approved_at_once_where_the_subscription_is_listed() {
    let by_hand = EXAMPLE.replace("service: APIM-PLS }", "service: APIM-PLS, manual: true }");
    assert_ne!(by_hand, EXAMPLE);
    let mut bench = Bench::new(&by_hand);
    let testvm = bench.client("testvm");
    bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    let mut bench =
        Bench::new(&by_hand.replace("autoApproval: [partner]", "autoApproval: [provider]"));
    let testvm = bench.client("testvm");
    let because = bench.refuse(testvm, tcp_syn(at(CLIENT, 1), at(ENDPOINT, 443), 1));
    assert!(because.contains("Pending"), "{because}");
}

#[test]
fn rules_act_on_a_private_endpoint_only_where_policies_say_so() {
    let mut bench = Bench::new(&EXAMPLE.replace(
        "192.168.0.0/24 }",
        "192.168.0.0/24, networkSecurityGroup: NSG-C }",
    ));
    bench.change(|topology| add_rule(topology, "NSG-C", "Inbound", "Deny", "*", "443"));
    let testvm = bench.client("testvm");
    bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    bench.change(|topology| {
        edit(topology, "virtualNetworks/External", |body| {
            let Body::VirtualNetwork(vnet) = body else {
                panic!()
            };
            vnet.subnets[0].properties.private_endpoint_network_policies =
                Some("Enabled".to_owned());
        });
    });
    bench.refuse(testvm, tcp_syn(at(CLIENT, 50001), at(ENDPOINT, 443), 1));
    bench.assert_dropped_at(
        "/APIM-PE",
        "NSG-C denies it inbound by rule Mine (priority 99)",
    );
}

#[test]
fn other_ports_other_protocols_and_nat_addresses_lead_nowhere() {
    let mut bench = Bench::new(EXAMPLE);
    let testvm = bench.client("testvm");
    bench.refuse(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 80), 1));
    bench.assert_dropped_at(
        "/PrivateLinkServiceLB",
        "no load-balancing rule for TCP port 80",
    );
    bench.refuse(
        testvm,
        icmp_echo_request(ip(CLIENT), ip(ENDPOINT), 1, 1, &[]),
    );
    bench.assert_dropped_at("/APIM-PE", "TCP and UDP only");
    let relay = bench.nic("fwd-0-nic");
    bench.refuse(
        relay,
        tcp_syn(at("10.0.1.4", 50000), at("10.0.1.7", 443), 1),
    );
    bench.assert_dropped_at("/fwd-0-nic", "takes no connections");
    bench.refuse(
        relay,
        tcp_syn(at("10.0.1.4", 50000), at("10.0.1.5", 443), 1),
    );
    bench.assert_dropped_at("/PrivateLinkServiceLB", "hairpin");
}

#[test]
fn a_member_that_leaves_the_pool_loses_its_connections() {
    let mut bench = Bench::new(EXAMPLE);
    bench.set_healthy("fwd-1-nic", false);
    let testvm = bench.client("testvm");
    bench.send(testvm, tcp_syn(at(CLIENT, 50000), at(ENDPOINT, 443), 1));
    bench.change(|topology| {
        edit(topology, "networkInterfaces/fwd-0-nic", |body| {
            let Body::NetworkInterface(nic) = body else {
                panic!()
            };
            nic.ip_configurations[0]
                .properties
                .load_balancer_backend_address_pools
                .clear();
        });
    });
    let because = bench.refuse(
        testvm,
        tcp(
            at(CLIENT, 50000),
            at(ENDPOINT, 443),
            2,
            2,
            tcp_flags::ACK,
            &[],
        ),
    );
    assert!(because.contains("left pool"), "{because}");
}
