//! Backends that are no resources, and the records that Azure keeps for zone groups.

use crate::{change, flow, topology};
use topology::{
    model::Body,
    trace::{Outcome, Trace, trace},
};

const SQL: &str = include_str!("../../../../examples/sql-on-premises.yaml");
const STORAGE: &str = include_str!("../../../../examples/storage-endpoint.yaml");

/// The trace from the relays' side to the database, in the example with one text replaced.
#[track_caller]
fn check(from: &str, to: &str, port: u16, outcome: Outcome, because: &str) {
    assert!(SQL.contains(from), "{from}");
    let topology = topology(&SQL.replacen(from, to, 1));
    let found = trace(&topology, &flow("relay-0", &format!("10.9.0.10:{port}")));
    assert_eq!(found.outcome, outcome, "{}", found.because);
    assert!(found.because.contains(because), "{}", found.because);
}

#[test]
fn a_backend_is_the_end_of_the_way_through_its_gateway() {
    let same = "name: sql-on-premises";
    check(
        same,
        same,
        1433,
        Outcome::Delivered,
        "backend `sql` answers",
    );
    check(same, same, 1434, Outcome::Dropped, "use 1433");
    check(
        ", ports: 1433 }",
        " }",
        1433,
        Outcome::Unknown,
        "add `ports` to it",
    );
    // Without a gateway it is no part of `VirtualNetwork` either.
    check(
        "GatewaySubnet: ",
        "Other: ",
        1433,
        Outcome::Dropped,
        "DenyAllOutBound",
    );
    // What belongs to another network is not behind this gateway.
    let other = "virtualNetwork: reporting-vnet, addresses";
    check(
        "virtualNetwork: hub-vnet, addresses",
        other,
        1433,
        Outcome::Unknown,
        "",
    );
}

fn blob(topology: &topology::Topology) -> Trace {
    trace(
        topology,
        &flow("worker", "https://contosoreports.blob.core.windows.net"),
    )
}

#[test]
fn a_zone_group_keeps_the_record_of_its_endpoint() {
    let mut topology = topology(STORAGE);
    let found = blob(&topology);
    assert_eq!(found.outcome, Outcome::Delivered, "{}", found.because);
    // The static address, not the lowest free one.
    assert_eq!(found.hops[0].destination, "10.30.1.10");
    change(&mut topology, "default", |body| match body {
        Body::PrivateDnsZoneGroup(group) => {
            group.private_dns_zone_configs.clear();
            true
        }
        _ => false,
    });
    let found = blob(&topology);
    assert_eq!(found.outcome, Outcome::Dropped, "{}", found.because);
    assert!(found.because.contains("NXDOMAIN"), "{}", found.because);
}
