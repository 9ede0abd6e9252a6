//! What names are, as a network sees them.

use super::build::{
    between, id, machine, mended, network, reference, resource, said, says, topology,
};
use serde_json::{Value, json};
use topology::{
    Topology,
    trace::{DecidedKind, HopKind, Outcome},
};

/// A network with `a` and a private endpoint `pe` to storage; zones come with `more`.
fn storage(more: impl IntoIterator<Item = Value>, dns_servers: &[&str]) -> Topology {
    let mut vnet = network(
        "one",
        "10.1.0.0/16",
        &[("s", "10.1.0.0/24", json!({}))],
        &[],
    );
    vnet["properties"]["dhcpOptions"] = json!({ "dnsServers": dns_servers });
    let mut all = vec![
        vnet,
        resource(
            "privateEndpoints/pe",
            json!({
                "subnet": reference("virtualNetworks/one/subnets/s"),
                "privateLinkServiceConnections": [{ "name": "c", "properties": {
                    "privateLinkServiceId": id("storageAccounts/acc"), "groupIds": ["blob"],
                }}],
            }),
        ),
    ];
    all.extend(machine("a", "one/s", "10.1.0.9", None, &json!({})));
    all.extend(more);
    topology(all)
}

fn zone(name: &str, link: Value) -> [Value; 2] {
    let mut properties = json!({ "virtualNetwork": reference("virtualNetworks/one") });
    super::build::merge(&mut properties, &link);
    [
        resource(&format!("privateDnsZones/{name}"), json!({})),
        resource(
            &format!("privateDnsZones/{name}/virtualNetworkLinks/l"),
            properties,
        ),
    ]
}

fn a_record(zone: &str, name: &str, address: &str) -> Value {
    resource(
        &format!("privateDnsZones/{zone}/A/{name}"),
        json!({ "ttl": 60, "aRecords": [{ "ipv4Address": address }] }),
    )
}

fn cname(zone: &str, name: &str, target: &str) -> Value {
    resource(
        &format!("privateDnsZones/{zone}/CNAME/{name}"),
        json!({ "ttl": 60, "cnameRecord": { "cname": target } }),
    )
}

const BLOB: &str = "privatelink.blob.core.windows.net";
const HOST: &str = "https://acc.blob.core.windows.net";

#[test]
fn a_platform_service_is_reached_by_its_private_endpoint() {
    let of = format!("addressOf({})", id("privateEndpoints/pe"));
    let topology = storage(
        zone(BLOB, json!({}))
            .into_iter()
            .chain([a_record(BLOB, "acc", &of)]),
        &[],
    );
    let trace = says(
        &topology,
        "a",
        HOST,
        &["Delivered", "`storageAccounts/acc` answers"],
    );
    let kinds: Vec<HopKind> = trace.hops.iter().map(|hop| hop.kind).collect();
    assert_eq!(
        kinds,
        [
            HopKind::Resolve,
            HopKind::Client,
            HopKind::PrivateEndpoint,
            HopKind::Service
        ]
    );
    let by: Vec<_> = trace.hops[0].decided_by.iter().map(|by| by.kind).collect();
    assert_eq!(by, [DecidedKind::PublicName, DecidedKind::Record]);
    says(
        &topology,
        "a",
        "pe:445",
        &["Dropped", "does not answer on port 445"],
    );
    says(&topology, "a", "pe", &["Delivered"]);
}

#[test]
fn without_the_zone_public_dns_answers_and_is_not_known() {
    says(
        &storage([], &[]),
        "a",
        HOST,
        &["Unknown", "left to public DNS"],
    );
}

#[test]
fn a_zone_shadows_public_names_unless_its_link_redirects() {
    let shadows = storage(zone(BLOB, json!({})), &[]);
    says(
        &shadows,
        "a",
        HOST,
        &["Dropped", "NXDOMAIN", "add record `acc`"],
    );
    let (_, again) = mended(&shadows, "a", HOST);
    assert_eq!(again.outcome, Outcome::Delivered, "{}", said(&again));

    let redirects = storage(
        zone(BLOB, json!({ "resolutionPolicy": "NxDomainRedirect" })),
        &[],
    );
    says(&redirects, "a", HOST, &["Unknown", "left to public DNS"]);
    let other = storage(
        zone(
            "core.windows.net",
            json!({ "resolutionPolicy": "NxDomainRedirect" }),
        ),
        &[],
    );
    says(&other, "a", HOST, &["Dropped", "NXDOMAIN"]);
}

#[test]
fn aliases_are_followed_through_zones_and_never_for_ever() {
    let all = zone("a.test", json!({}))
        .into_iter()
        .chain(zone("b.test", json!({})))
        .chain([
            cname("a.test", "www", "x.b.test."),
            a_record("b.test", "x", "10.1.0.9"),
            cname("a.test", "loop", "loop.a.test"),
        ]);
    let topology = storage(all, &[]);
    let trace = between(&topology, "a", "http://www.a.test");
    assert_eq!(trace.hops[0].destination, "10.1.0.9");
    assert!(trace.hops[0].because.contains("alias of `x.b.test`"));
    says(
        &topology,
        "a",
        "http://loop.a.test",
        &["Dropped", "looks like a loop"],
    );
}

#[test]
fn the_longest_zone_answers_and_wildcards_come_last() {
    let all = zone("test", json!({}))
        .into_iter()
        .chain(zone("sub.test", json!({})))
        .chain([
            a_record("test", "*", "10.1.0.9"),
            a_record("sub.test", "y", "10.1.0.4"),
        ]);
    let topology = storage(all, &[]);
    let answer = |name: &str| {
        between(&topology, "a", &format!("http://{name}")).hops[0]
            .destination
            .clone()
    };
    assert_eq!(answer("any.thing.test"), "10.1.0.9");
    assert_eq!(answer("y.sub.test"), "10.1.0.4");
    says(&topology, "a", "http://z.sub.test", &["NXDOMAIN"]);
}

#[test]
fn a_registering_link_knows_the_machines_of_its_network() {
    let topology = storage(zone("vm.test", json!({ "registrationEnabled": true })), &[]);
    assert_eq!(
        between(&topology, "a", "http://a.vm.test").hops[0].destination,
        "10.1.0.9"
    );
}

#[test]
fn servers_of_its_own_are_not_known_and_azures_address_is_azure() {
    let all = || {
        zone("a.test", json!({}))
            .into_iter()
            .chain([a_record("a.test", "x", "10.1.0.9")])
    };
    says(
        &storage(all(), &["10.1.0.53"]),
        "a",
        "http://x.a.test",
        &["Unknown", "its own DNS servers (10.1.0.53)"],
    );
    assert_eq!(
        between(&storage(all(), &["168.63.129.16"]), "a", "http://x.a.test").hops[0].destination,
        "10.1.0.9"
    );
}

#[test]
fn a_service_in_no_network_answers_at_its_public_address() {
    let service = |more: Value| {
        let mut properties = json!({ "virtualNetworkType": "None" });
        super::build::merge(&mut properties, &more);
        storage([resource("service/apim", properties)], &[])
    };
    let trace = says(&service(json!({})), "a", "apim", &["Delivered"]);
    assert_eq!(
        trace.hops.last().unwrap().destination,
        "apim.azure-api.net:443"
    );
    assert_eq!(trace.hops[2].kind, HopKind::Outbound);
    says(
        &service(json!({ "publicNetworkAccess": "Disabled" })),
        "a",
        "apim",
        &["Dropped", "publicNetworkAccess is Disabled"],
    );
    says(
        &service(json!({})),
        "internet",
        "https://apim.azure-api.net",
        &["Delivered"],
    );
}
