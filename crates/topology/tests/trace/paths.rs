//! Comparison with what was seen.

use super::{EXAMPLE, of, topology};
use topology::trace::{HopKind, ObservedHop, same_path};

const CONSUMER: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers";
const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";

fn seen(at: &str, kind: HopKind, source: &str, destination: &str) -> ObservedHop {
    ObservedHop {
        at: at.to_owned(),
        kind,
        source: source.parse().unwrap(),
        destination: destination.parse().unwrap(),
    }
}

/// The example's path through the forwarder of this number and address.
fn path(number: u8, member: &str) -> Vec<ObservedHop> {
    let network = |kind: &str, name: &str| format!("{PROVIDER}/Microsoft.Network/{kind}/{name}");
    let nic = network("networkInterfaces", &format!("fwd-{number}-nic"));
    let endpoint = format!("{CONSUMER}/Microsoft.Network/privateEndpoints/APIM-PE");
    vec![
        seen(
            "client/testvm",
            HopKind::Client,
            "192.168.0.4",
            "192.168.0.5:443",
        ),
        seen(
            &endpoint,
            HopKind::PrivateEndpoint,
            "192.168.0.4",
            "192.168.0.5:443",
        ),
        seen(
            &network("privateLinkServices", "APIM-PLS"),
            HopKind::PrivateLinkService,
            "10.0.1.7",
            "10.0.1.5:443",
        ),
        seen(
            &network("loadBalancers", "PrivateLinkServiceLB"),
            HopKind::LoadBalancer,
            "10.0.1.7",
            &format!("{member}:443"),
        ),
        seen(
            &nic,
            HopKind::NetworkInterface,
            "10.0.1.7",
            &format!("{member}:443"),
        ),
        seen(&nic, HopKind::Relay, member, "10.0.2.5:443"),
        seen(
            &format!("{PROVIDER}/Microsoft.ApiManagement/service/apim1449"),
            HopKind::Service,
            member,
            "10.0.2.5:443",
        ),
    ]
}

#[track_caller]
fn check(observed: &[ObservedHop], want: &str) {
    let said = match same_path(&of(&topology(EXAMPLE)), observed) {
        Ok(()) => "same".to_owned(),
        Err(mismatch) => mismatch
            .to_string()
            .replace(CONSUMER, "")
            .replace(PROVIDER, ""),
    };
    assert_eq!(said, want);
}

#[test]
fn any_member_will_do() {
    check(&path(0, "10.0.1.4"), "same");
    check(&path(1, "10.0.1.6"), "same");
}

#[test]
fn names_are_compared_without_case() {
    let mut observed = path(0, "10.0.1.4");
    observed[2].at = observed[2].at.to_ascii_uppercase();
    check(&observed, "same");
}

#[test]
fn another_nat_address_is_told() {
    let mut observed = path(0, "10.0.1.4");
    observed[2].source = [10, 0, 1, 8].into();
    check(
        &observed,
        "hop 3: source predicted 10.0.1.7, observed 10.0.1.8",
    );
}

#[test]
fn a_choice_is_kept_by_the_hops_behind_it() {
    let mut observed = path(0, "10.0.1.4");
    observed[3].destination = "10.0.1.6:443".parse().unwrap();
    check(
        &observed,
        "hop 5: destination predicted 10.0.1.6:443, observed 10.0.1.4:443",
    );

    let mut observed = path(0, "10.0.1.4");
    observed.splice(5.., path(1, "10.0.1.6").split_off(5));
    let want = "hop 6: at predicted /Microsoft.Network/networkInterfaces/fwd-0-nic, observed /Microsoft.Network/networkInterfaces/fwd-1-nic";
    check(&observed, want);
}

#[test]
fn an_address_belongs_to_its_own_machine() {
    let mut observed = path(0, "10.0.1.4");
    observed[3].destination = "10.0.1.6:443".parse().unwrap();
    observed[4].destination = "10.0.1.6:443".parse().unwrap();
    check(
        &observed,
        "hop 5: destination predicted 10.0.1.4:443, observed 10.0.1.6:443",
    );
}

#[test]
fn an_unforeseen_port_or_member_is_told_with_all_that_was_possible() {
    let mut observed = path(0, "10.0.1.4");
    observed[3].destination = "10.0.1.9:443".parse().unwrap();
    check(
        &observed,
        "hop 4: destination predicted one of 10.0.1.4:443, 10.0.1.6:443, observed 10.0.1.9:443",
    );
    let mut observed = path(0, "10.0.1.4");
    observed[6].destination = "10.0.2.5:80".parse().unwrap();
    check(
        &observed,
        "hop 7: destination predicted 10.0.2.5:443, observed 10.0.2.5:80",
    );
}

#[test]
fn order_and_number_of_hops_matter() {
    let mut observed = path(0, "10.0.1.4");
    observed.swap(2, 3);
    check(
        &observed,
        "hop 3: kind predicted PrivateLinkService, observed LoadBalancer",
    );

    let mut observed = path(0, "10.0.1.4");
    observed.pop();
    check(
        &observed,
        "hop 7: hop predicted /Microsoft.ApiManagement/service/apim1449, observed none",
    );

    let mut observed = path(0, "10.0.1.4");
    observed.push(observed[6].clone());
    check(
        &observed,
        "hop 8: hop predicted none, observed /Microsoft.ApiManagement/service/apim1449",
    );
}
