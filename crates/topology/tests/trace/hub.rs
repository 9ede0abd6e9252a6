//! The example of a hub: through Private Link into the hub, by the stated zone's answer over the
//! peering into the spoke.

use super::{flow, lines, topology};
use expect_test::expect;
use topology::trace::{Outcome, trace};

const HUB: &str = include_str!("../../../../examples/hub-and-spoke.yaml");

#[test]
fn the_partner_reaches_the_spoke_through_the_hub() {
    let trace = trace(
        &topology(HUB),
        &flow("buyer", "https://api1449.azure-api.net"),
    );
    assert_eq!(trace.outcome, Outcome::Delivered);
    expect![[r"
        Resolve buyer  -> 10.0.0.5 Pass
        Client buyer 10.0.0.4 -> 10.0.0.5:443 Pass
        PrivateEndpoint Api-PE 10.0.0.4 -> 10.0.0.5:443 Pass
        PrivateLinkService Api-PLS 10.0.1.7 -> 10.0.1.4:443 Pass
        LoadBalancer AccessLB 10.0.1.7 -> 10.0.1.5:443|10.0.1.6:443 Pass
        NetworkInterface relay-0-nic|relay-1-nic 10.0.1.7 -> 10.0.1.5:443|10.0.1.6:443 Pass
        Resolve relay-0-nic|relay-1-nic  -> 10.1.1.5 Pass
        Relay relay-0-nic|relay-1-nic 10.0.1.5|10.0.1.6 -> 10.1.1.5:443 Pass
        Service api1449 10.0.1.5|10.0.1.6 -> 10.1.1.5:443 Pass"]]
    .assert_eq(&lines(&trace.hops));
}

#[test]
fn without_its_record_the_stated_zone_gets_the_derived_one() {
    let text = HUB.replace("    records:\n      \"@\": { aRecords: [api1449] }\n", "");
    assert_ne!(text, HUB);
    let trace = trace(
        &topology(&text),
        &flow("buyer", "https://api1449.azure-api.net"),
    );
    assert_eq!(trace.outcome, Outcome::Delivered);
}
