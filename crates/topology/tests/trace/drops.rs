//! Walks that end early, with the reason and the mend.

use super::{EXAMPLE, change, flow, live, of, topology};
use serde_json::json;
use topology::{
    Topology,
    model::{Body, dns::RecordAddress, id::ResourceId, network::SubResource},
    trace::{HopKind, Outcome, Trace, Verdict, trace},
};

fn broken(name: &str, how: impl FnMut(&mut Body) -> bool) -> Topology {
    let mut topology = topology(EXAMPLE);
    change(&mut topology, name, how);
    topology
}

/// A deny rule at the front of a group.
fn deny(group: &str, direction: &str, source: &str, port: &str) -> Topology {
    broken(group, |body| {
        let Body::NetworkSecurityGroup(group) = body else {
            return false;
        };
        let rule = json!({ "name": "no-entry", "properties": {
            "priority": 100, "direction": direction, "access": "Deny", "protocol": "Tcp",
            "sourceAddressPrefix": source, "sourcePortRange": "*",
            "destinationAddressPrefix": "*", "destinationPortRange": port,
        }});
        group
            .security_rules
            .insert(0, serde_json::from_value(rule).unwrap());
        true
    })
}

#[track_caller]
fn ends(trace: &Trace, outcome: Outcome, kind: HopKind, words: &[&str]) {
    let last = trace.hops.last().unwrap();
    assert_eq!(
        (trace.outcome, last.kind),
        (outcome, kind),
        "{}",
        trace.because
    );
    let verdict = if outcome == Outcome::Dropped {
        Verdict::Drop
    } else {
        Verdict::Unknown
    };
    assert_eq!(last.verdict, verdict);
    for word in words {
        assert!(
            trace.because.contains(word),
            "`{word}` is not in: {}",
            trace.because
        );
    }
    assert!(trace.back.is_empty());
    assert_eq!(trace.idle_timeout_seconds, None);
}

#[track_caller]
fn drops(topology: &Topology, kind: HopKind, words: &[&str]) {
    ends(&of(topology), Outcome::Dropped, kind, words);
}

#[test]
fn a_denying_rule_is_named_with_its_mend() {
    let topology = deny("NSG-PLS", "Inbound", "10.0.1.7", "443");
    let words = [
        "rule `no-entry`",
        "`NSG-PLS`",
        "priority below 100",
        "from 10.0.1.7 to 10.0.1.4 port 443",
    ];
    drops(&topology, HopKind::NetworkInterface, &words);
}

#[test]
fn a_service_that_the_relays_may_not_reach_fails_their_probes() {
    let words = [
        "no member is healthy",
        "probe `health` (Http port 8080 /healthz)",
        "`no-entry`",
        "`NSG-APIM`",
    ];
    drops(
        &deny("NSG-APIM", "Inbound", "*", "443"),
        HopKind::LoadBalancer,
        &words,
    );
    let words = ["`fwd-0`", "`no-entry`", "`NSG-PLS`", "outbound"];
    drops(
        &deny("NSG-PLS", "Outbound", "*", "443"),
        HopKind::LoadBalancer,
        &words,
    );
}

#[test]
fn a_probe_that_is_not_let_in_leaves_no_member() {
    let words = [
        "no member is healthy",
        "probe `health`",
        "`no-entry`",
        "168.63.129.16",
    ];
    drops(
        &deny("NSG-PLS", "Inbound", "AzureLoadBalancer", "8080"),
        HopKind::LoadBalancer,
        &words,
    );
}

#[test]
fn a_pending_connection_takes_no_packet() {
    let topology = broken("APIM-PLS", |body| {
        let Body::PrivateLinkService(pls) = body else {
            return false;
        };
        pls.auto_approval = None;
        true
    });
    drops(
        &topology,
        HopKind::PrivateEndpoint,
        &[
            "Pending",
            "autoApproval",
            "approve it at `privateLinkServices/APIM-PLS`",
        ],
    );
}

#[test]
fn a_request_by_hand_is_approved_at_once_where_the_subscription_is_listed() {
    let by_hand = EXAMPLE.replace("service: APIM-PLS }", "service: APIM-PLS, manual: true }");
    assert_ne!(by_hand, EXAMPLE);
    assert_eq!(of(&topology(&by_hand)).outcome, Outcome::Delivered);
    let unlisted = by_hand.replace("autoApproval: [partner]", "autoApproval: [provider]");
    let words = [
        "Pending",
        "asked for by hand",
        "does not have subscription 1111",
    ];
    drops(&topology(&unlisted), HopKind::PrivateEndpoint, &words);
}

#[test]
fn relay_and_service_agree_on_the_proxy_header_or_nothing_arrives() {
    // What the relay takes, whether the service sends, and the reason for a drop.
    let cases = [
        ("off", false, None),
        ("optional", false, None),
        (
            "required",
            false,
            Some("waits at port 443 for a PROXY protocol header"),
        ),
        (
            "off",
            true,
            Some(
                "`privateLinkServices/APIM-PLS` puts a PROXY protocol header before each connection",
            ),
        ),
        ("optional", true, None),
        ("required", true, None),
    ];
    for (takes, sends, because) in cases {
        let text = EXAMPLE
            .replace(
                "to: apim1449 }",
                &format!("to: apim1449, proxyProtocol: {takes} }}"),
            )
            .replace(
                "visibility: [partner]",
                &format!("visibility: [partner], enableProxyProtocol: {sends}"),
            );
        let topology = topology(&text);
        match because {
            None => assert_eq!(of(&topology).outcome, Outcome::Delivered, "{takes} {sends}"),
            Some(words) => drops(&topology, HopKind::NetworkInterface, &[words]),
        }
    }
}

#[test]
fn what_was_observed_of_a_connection_counts() {
    let mut endpoint = String::new();
    let topology = topology(EXAMPLE);
    for (resource, _) in topology.private_endpoints() {
        resource.id.as_str().clone_into(&mut endpoint);
    }
    let rejected = broken("APIM-PLS", |body| {
        let Body::PrivateLinkService(pls) = body else {
            return false;
        };
        let connection = json!({ "name": "c", "properties": {
            "privateEndpoint": { "id": endpoint },
            "privateLinkServiceConnectionState": { "status": "Rejected" },
        }});
        pls.private_endpoint_connections
            .push(serde_json::from_value(connection).unwrap());
        true
    });
    drops(
        &rejected,
        HopKind::PrivateEndpoint,
        &["Rejected, not Approved", "anew"],
    );
}

#[test]
fn a_connection_that_the_provider_deleted_cannot_be_approved_again() {
    for (status, is_mended) in [
        ("Pending", true),
        ("Rejected", true),
        ("Disconnected", false),
    ] {
        let seen = broken("APIM-PE", |body| {
            let Body::PrivateEndpoint(endpoint) = body else {
                return false;
            };
            let state = json!({ "status": status });
            endpoint.private_link_service_connections[0]
                .properties
                .private_link_service_connection_state = serde_json::from_value(state).unwrap();
            true
        });
        let trace = of(&seen);
        assert_eq!(trace.outcome, Outcome::Dropped, "{status}");
        assert_eq!(
            trace.mend.is_some(),
            is_mended,
            "{status}: {:?}",
            trace.mend
        );
    }
}

#[test]
fn a_zone_that_gives_others_another_address_is_left_as_it_is() {
    let mut topology = unlinked("APIM");
    for resource in topology.resources.values_mut() {
        if let (Body::ARecordSet(set), "APIM") = (&mut resource.body, resource.id.resource_group())
        {
            let other = "10.9.9.9".parse().unwrap();
            set.a_records[0].ipv4_address = RecordAddress::Literal(other);
        }
    }
    let trace = of(&topology);
    assert_eq!(trace.outcome, Outcome::Dropped);
    assert_eq!(trace.mend, None);
}

#[test]
fn a_port_without_a_rule_is_dropped_by_the_load_balancer() {
    let trace = trace(
        &topology(EXAMPLE),
        &flow("testvm", "apim1449.azure-api.net:8443"),
    );
    ends(
        &trace,
        Outcome::Dropped,
        HopKind::LoadBalancer,
        &["no rule for TCP port 8443", "frontendPort 8443"],
    );
}

#[test]
fn observed_health_decides_who_is_chosen() {
    let topology = topology(EXAMPLE);
    let none = live(&topology, &["fwd-0-nic", "fwd-1-nic"]);
    ends(
        &none,
        Outcome::Dropped,
        HopKind::LoadBalancer,
        &[
            "no member is healthy",
            "probe `health`",
            "`fwd-0-nic`, `fwd-1-nic`",
        ],
    );
    let one = live(&topology, &["fwd-0-nic"]);
    assert_eq!(one.outcome, Outcome::Delivered);
    let balanced = one
        .hops
        .iter()
        .find(|hop| hop.kind == HopKind::LoadBalancer)
        .unwrap();
    assert_eq!(
        (
            balanced.destination.as_str(),
            balanced.destination_any_of.len()
        ),
        ("10.0.1.6:443", 0)
    );
    assert!(
        balanced.because.contains("1 of 2 members"),
        "{}",
        balanced.because
    );
}

#[test]
fn observed_failure_is_explained_by_the_rules_if_they_explain_it() {
    let trace = live(
        &deny("NSG-PLS", "Inbound", "AzureLoadBalancer", "*"),
        &["fwd-0-nic", "fwd-1-nic"],
    );
    ends(
        &trace,
        Outcome::Dropped,
        HopKind::LoadBalancer,
        &["`no-entry`"],
    );
}

/// Without the links of private DNS zones in this resource group.
fn unlinked(group: &str) -> Topology {
    let mut topology = topology(EXAMPLE);
    topology.resources.retain(|id, resource| {
        id.resource_group() != group || !matches!(resource.body, Body::VirtualNetworkLink(_))
    });
    topology
}

#[test]
fn a_name_without_a_linked_zone_is_not_resolved() {
    drops(
        &unlinked("APIM"),
        HopKind::Resolve,
        &[
            "`apim1449.azure-api.net` is not resolved in `External`",
            "link it to `External`",
        ],
    );
    drops(
        &unlinked("PrivateAPIM"),
        HopKind::LoadBalancer,
        &["no member is healthy", "link it to `MainNet`"],
    );
}

#[test]
fn a_record_set_that_is_missing_is_no_name() {
    let mut topology = topology(EXAMPLE);
    topology.resources.retain(|id, resource| {
        id.resource_group() != "APIM" || !matches!(resource.body, Body::ARecordSet(_))
    });
    drops(&topology, HopKind::Resolve, &["NXDOMAIN", "add record `@`"]);
}

#[test]
fn a_relay_that_listens_elsewhere_takes_nothing() {
    let topology = broken("PrivateLinkServiceLB", |body| {
        let Body::LoadBalancer(balancer) = body else {
            return false;
        };
        for rule in &mut balancer.load_balancing_rules {
            rule.properties.backend_port = Some(8443);
        }
        true
    });
    let mut topology = topology;
    change(&mut topology, "NSG-PLS", |body| {
        let Body::NetworkSecurityGroup(group) = body else {
            return false;
        };
        group.security_rules.clear();
        true
    });
    drops(
        &topology,
        HopKind::NetworkInterface,
        &["nothing listens on port 8443 of `fwd-0`", "listens on 443"],
    );
}

#[test]
fn a_route_to_nowhere_is_named() {
    let mut topology = topology(EXAMPLE);
    let id: ResourceId = format!(
        "{}/providers/Microsoft.Network/routeTables/blackhole",
        "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM"
    )
    .parse()
    .unwrap();
    let mut table = topology
        .resources
        .values()
        .find(|resource| matches!(resource.body, Body::VirtualNetwork(_)))
        .unwrap()
        .clone();
    table.id = id.clone();
    let routes = json!({ "routes": [{ "name": "nowhere", "properties": { "addressPrefix": "10.0.2.0/24", "nextHopType": "None" } }] });
    table.body = Body::RouteTable(serde_json::from_value(routes).unwrap());
    topology.resources.insert(id.clone(), table);
    change(&mut topology, "MainNet", |body| {
        let Body::VirtualNetwork(network) = body else {
            return false;
        };
        let subnet = network
            .subnets
            .iter_mut()
            .find(|subnet| subnet.name == "plsSubnet")
            .unwrap();
        subnet.properties.route_table = Some(SubResource::to(&id));
        true
    });
    drops(
        &topology,
        HopKind::LoadBalancer,
        &[
            "route `nowhere`",
            "10.0.2.0/24",
            "`blackhole`",
            "next hop `None`",
        ],
    );
}

#[test]
fn nothing_missing_makes_the_tracer_guess_or_stop() {
    let whole = topology(EXAMPLE);
    for (id, _) in &whole.resources {
        let mut topology = whole.clone();
        topology.resources.shift_remove(id);
        let trace = of(&topology);
        let needed = !matches!(
            whole.resources[id].body,
            Body::ResourceGroup(_) | Body::PrivateDnsZone(_)
        );
        let spare = id.name().starts_with("fwd-");
        assert_eq!(
            trace.outcome == Outcome::Delivered,
            !needed || spare,
            "without {id}: {}",
            trace.because
        );
        assert!(!trace.because.is_empty());
    }
    assert_eq!(
        trace(&whole, &flow("nobody", "https://a.b")).outcome,
        Outcome::Unknown
    );
    assert_eq!(
        trace(&whole, &flow("testvm", "https://example.com")).outcome,
        Outcome::Unknown
    );
    assert_eq!(
        trace(&whole, &flow("testvm", "10.0.1.5:443")).outcome,
        Outcome::Dropped
    );
    assert_eq!(
        trace(&whole, &flow("testvm", "192.168.0.77:443")).outcome,
        Outcome::Dropped
    );
}

#[test]
fn a_relay_that_leads_to_its_own_load_balancer_is_a_loop() {
    let mut topology = topology(EXAMPLE);
    for name in ["fwd-0", "fwd-1"] {
        change(&mut topology, name, |body| {
            let Body::VirtualMachine(machine) = body else {
                return false;
            };
            let mut relay = machine.relay().unwrap();
            relay.listeners[0].to = vec!["10.0.1.5:443".to_owned()];
            machine.set_relay(&relay).unwrap();
            true
        });
    }
    drops(&topology, HopKind::LoadBalancer, &["loop"]);
}
