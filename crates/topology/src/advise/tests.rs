//! Needs and the order of ways that they get; every alternative's manifest, checked.

use super::*;
use crate::{Finding, Severity, Topology, trace};

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");
const TUTORIAL: &str = include_str!("../../../../examples/tutorial-as-published.yaml");

const RELAY: &str = "relay: [ { listen: 443, to: apim1449 } ]";
const NETWORK: &str = "addressPrefixes: [192.168.0.0/16]";
const DEFAULT: &str = "default: { addressPrefix: 192.168.0.0/24 }";

fn topology(text: &str) -> (Topology, Vec<Finding>) {
    let diagnosis = crate::diagnose(&crate::source::SourceMap::of("advice.yaml", text));
    (diagnosis.topology, diagnosis.findings)
}

/// The example with texts replaced; each must be there.
#[track_caller]
fn changed(changes: &[(&str, &str)]) -> String {
    changes.iter().fold(EXAMPLE.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "the example has no `{from}`");
        text.replace(from, to)
    })
}

fn in_eastus2(more: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("location: uksouth", "location: eastus2"),
        ("location: eastus }", "location: eastus2 }"),
    ];
    all.extend_from_slice(more);
    changed(&all)
}

fn overlapping() -> String {
    changed(&[
        (NETWORK, "addressPrefixes: [10.0.0.0/16]"),
        (DEFAULT, "default: { addressPrefix: 10.0.9.0/24 }"),
        ("192.168.0.4", "10.0.9.4"),
    ])
}

fn need_of(text: &str) -> Need {
    let (topology, _) = topology(text);
    Need::of(&topology).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

fn advice_on(text: &str) -> Advice {
    advise(&need_of(text), &Prices::snapshot(), &Usage::default())
}

/// Every alternative's manifest is clean at the default level.
#[track_caller]
fn check_manifests(advice: &Advice) {
    for alternative in &advice.alternatives {
        let (topology, findings) = topology(&alternative.manifest);
        let bad: Vec<String> = findings
            .iter()
            .filter(|finding| finding.severity >= Severity::Warning)
            .map(|finding| {
                let place = finding
                    .place
                    .as_ref()
                    .map(|place| (place.id.short(), place.pointer.as_str()));
                format!("{} {} {place:?}", finding.code, finding.message)
            })
            .collect();
        assert!(
            bad.is_empty(),
            "{}: {bad:#?}\n{}",
            alternative.id,
            alternative.manifest
        );
        assert!(!topology.resources.is_empty(), "{}", alternative.id);
    }
}

/// The order, `!` marking what is merely possible and `x` what does not fit.
fn order(advice: &Advice) -> Vec<String> {
    let mark = |alternative: &Alternative| match alternative.verdict {
        Verdict::Fits => "",
        Verdict::Possible => "!",
        Verdict::DoesNotFit => "x",
    };
    advice
        .alternatives
        .iter()
        .map(|alternative| format!("{}{}", mark(alternative), alternative.id))
        .collect()
}

#[track_caller]
fn check_order(advice: &Advice, expected: &str) {
    assert_eq!(order(advice).join(" "), expected);
    check_manifests(advice);
}

#[test]
fn the_example_needs_the_relay() {
    let advice = advice_on(EXAMPLE);
    check_order(
        &advice,
        "relay !api-management-endpoint !peering !application-gateway !vpn xown-load-balancer xdirect-connect",
    );
    assert!(advice.relay_needed);
    assert_eq!(
        advice.summary,
        "Linkspan's relay is what fits as things are. It is not needed if you accept what these ask for: \
         `api-management-endpoint`, `peering`, `application-gateway`, `vpn`."
    );
}

#[test]
fn the_published_tutorial_gets_the_same_advice_and_a_second_relay() {
    let advice = advice_on(TUTORIAL);
    check_order(
        &advice,
        "relay !api-management-endpoint !peering !application-gateway !vpn xown-load-balancer xdirect-connect",
    );
    let relay = advice
        .alternatives
        .iter()
        .find(|alternative| alternative.id == "relay")
        .unwrap();
    assert!(
        relay
            .changes
            .iter()
            .any(|change| change.starts_with("run a second relay"))
    );
    assert!(relay.manifest.contains("instances: 2"));
}

#[test]
fn an_instance_outside_networks_needs_no_relay() {
    let text = changed(&[(
        "subnet: MainNet/apimSubnet, sku: Developer, virtualNetworkType: Internal",
        "resourceGroup: PrivateAPIM, sku: StandardV2, virtualNetworkType: None",
    )]);
    let advice = advice_on(&text);
    check_order(
        &advice,
        "api-management-endpoint relay !application-gateway xown-load-balancer xpeering xdirect-connect xvpn",
    );
    assert!(!advice.relay_needed);
    assert!(
        advice
            .summary
            .starts_with("Linkspan's relay is not needed: API Management's own private endpoint")
    );
}

#[test]
fn a_static_address_in_a_preview_region_needs_no_relay() {
    let text = in_eastus2(&[(RELAY, "relay: [ { listen: 1433, to: 10.0.9.9:1433 } ]")]);
    let advice = advice_on(&text);
    check_order(
        &advice,
        "relay direct-connect !peering !vpn xapplication-gateway xown-load-balancer xapi-management-endpoint",
    );
    assert!(
        !advice.relay_needed,
        "the cheaper relay stands first, and still is not needed"
    );
    assert!(
        advice.summary.contains("With relays it is"),
        "{}",
        advice.summary
    );

    let mut need = need_of(&text);
    need.wishes.preview = false;
    let without = advise(&need, &Prices::snapshot(), &Usage::default());
    assert!(order(&without).contains(&"!direct-connect".to_owned()));
    need.wishes.filter_consumers = true;
    let filtered = advise(&need, &Prices::snapshot(), &Usage::default());
    assert!(order(&filtered).contains(&"xdirect-connect".to_owned()));
}

#[test]
fn overlapping_networks_cannot_be_peered_but_translated() {
    let advice = advice_on(&overlapping());
    check_order(
        &advice,
        "relay !api-management-endpoint !application-gateway !vpn xpeering xown-load-balancer xdirect-connect",
    );
    let vpn = advice
        .alternatives
        .iter()
        .find(|alternative| alternative.id == "vpn")
        .unwrap();
    assert!(vpn.manifest.contains("EgressSnat"));
    // apim1449 at 10.0.2.5 is seen at the same place of the range that the provider shows.
    assert!(vpn.manifest.contains("172.16.2.5"), "{}", vpn.manifest);
}

#[test]
fn several_targets_names_and_tenants() {
    let several = changed(&[(
        RELAY,
        "relay: [ { listen: 443, to: apim1449 }, { listen: 5432, to: db.internal.example:5432 } ]",
    )]);
    let advice = advice_on(&several);
    check_order(
        &advice,
        "relay !peering !vpn xapi-management-endpoint xapplication-gateway xown-load-balancer xdirect-connect",
    );

    let tenants = changed(&[(
        "id: 11111111-1111-1111-1111-111111111111",
        "id: 11111111-1111-1111-1111-111111111111, tenant: 44444444-4444-4444-4444-444444444444",
    )]);
    let advice = advice_on(&tenants);
    check_manifests(&advice);
    for alternative in &advice.alternatives {
        let (topology, _) = topology(&alternative.manifest);
        for (_, endpoint) in topology.private_endpoints() {
            assert!(
                endpoint.private_link_service_connections.is_empty(),
                "{}: an endpoint in another tenant asks by hand",
                alternative.id
            );
        }
    }
}

#[test]
fn many_connections_take_more_relays_and_addresses() {
    let mut need = need_of(EXAMPLE);
    need.wishes.connections = 150_000;
    let advice = advise(&need, &Prices::snapshot(), &Usage::default());
    check_manifests(&advice);
    let relay = advice
        .alternatives
        .iter()
        .find(|alternative| alternative.id == "relay")
        .unwrap();
    let (topology, _) = topology(&relay.manifest);
    assert_eq!(topology.virtual_machines().count(), 6);
    let nats = topology
        .private_link_services()
        .map(|(_, service)| service.ip_configurations.len());
    assert_eq!(nats.collect::<Vec<_>>(), [3]);
}

/// An alternative's manifest is a topology like any other: advice on it finds that it is there.
#[test]
fn each_alternative_is_recognized_when_it_is_there() {
    for (id, expected) in [
        ("relay", Verdict::Fits),
        ("api-management-endpoint", Verdict::Fits),
        ("application-gateway", Verdict::Fits),
        ("own-load-balancer", Verdict::Fits),
        ("direct-connect", Verdict::Possible),
    ] {
        let first = advice_on(EXAMPLE);
        let manifest = first
            .alternatives
            .iter()
            .find(|alternative| alternative.id == id)
            .unwrap();
        let again = advice_on(&manifest.manifest);
        let found = again
            .alternatives
            .iter()
            .find(|alternative| alternative.id == id)
            .unwrap();
        assert_eq!(
            found.verdict, expected,
            "{id}: {:#?}\n{}",
            found.reasons, manifest.manifest
        );
        check_manifests(&again);
    }
}

#[test]
fn the_relay_alternative_carries_a_connection() {
    let advice = advice_on(EXAMPLE);
    let relay = advice
        .alternatives
        .iter()
        .find(|alternative| alternative.id == "relay")
        .unwrap();
    let (topology, _) = topology(&relay.manifest);
    let flow = trace::Flow {
        from: "testvm".to_owned(),
        to: "https://apim1449.azure-api.net".parse().unwrap(),
    };
    let trace = trace::trace(&topology, &flow);
    assert_eq!(
        trace.outcome,
        trace::Outcome::Delivered,
        "{}",
        trace.because
    );
}

#[test]
fn reasons_have_sources_and_limits_too() {
    for text in [EXAMPLE, TUTORIAL, &overlapping()] {
        for alternative in advice_on(text).alternatives {
            assert!(!alternative.reasons.is_empty() && !alternative.runs.is_empty());
            assert!(
                alternative
                    .limits
                    .iter()
                    .all(|limit| limit.source.starts_with("https://"))
            );
            if alternative.verdict != Verdict::Fits {
                assert!(
                    !alternative.changes.is_empty(),
                    "{} does not say what would have to change",
                    alternative.id
                );
                let decides =
                    |reason: &&Reason| matches!(reason.points, Points::Blocks | Points::Hinders);
                assert!(
                    alternative
                        .reasons
                        .iter()
                        .filter(decides)
                        .all(|reason| reason.source.starts_with("https://"))
                );
            }
        }
    }
}

#[test]
fn the_same_need_gives_the_same_bytes() {
    let json = |advice: &Advice| serde_json::to_string(advice).unwrap();
    assert_eq!(json(&advice_on(EXAMPLE)), json(&advice_on(EXAMPLE)));
    assert_eq!(text(&advice_on(TUTORIAL)), text(&advice_on(TUTORIAL)));
}

#[test]
fn a_topology_without_a_service_or_a_consumer_says_so() {
    assert_eq!(Need::of(&Topology::default()), Err(NeedError::NoService));
    let alone = "linkspan: v1\nname: x\nsubscriptions: { p: { id: 22222222-2222-2222-2222-222222222222 } }\nresourceGroups: { G: { subscription: p, location: uksouth } }\nvirtualNetworks: { V: { resourceGroup: G, addressPrefixes: [10.0.0.0/16], subnets: { a: { addressPrefix: 10.0.0.0/24, networkSecurityGroup: N } } } }\napiManagement: { x1: { subnet: V/a, sku: Developer, virtualNetworkType: Internal, publisherEmail: a@b.c } }\n";
    assert_eq!(Need::of(&topology(alone).0), Err(NeedError::NoConsumer));
}

#[test]
fn what_is_on_premises_may_have_the_consumers_addresses() {
    let sql = include_str!("../../../../examples/sql-on-premises.yaml");
    let advice = advice_on(sql);
    check_order(
        &advice,
        "relay xpeering xapplication-gateway xown-load-balancer xdirect-connect xapi-management-endpoint xvpn",
    );
    let apart = sql.replace("10.9.0.10, 10.9.0.11", "10.10.0.10, 10.10.0.11");
    assert_ne!(apart, sql);
    let order = order(&advice_on(&apart));
    for way in ["!peering", "!vpn"] {
        assert!(order.contains(&way.to_owned()), "{order:?}");
    }
}
