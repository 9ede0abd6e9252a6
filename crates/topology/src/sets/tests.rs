//! The algebra of sets, held against sets of single points.

use super::*;
use proptest::prelude::*;
use std::collections::BTreeSet;

fn ranges() -> impl Strategy<Value = Ranges> {
    proptest::collection::vec((0_u32..24, 0_u32..6), 0..6).prop_map(|parts| {
        parts
            .into_iter()
            .map(|(at, more)| (at, at + more))
            .collect()
    })
}

fn flows() -> impl Strategy<Value = Flows> {
    proptest::collection::vec((ranges(), ranges()), 0..4).prop_map(|blocks| {
        blocks.iter().fold(Flows::EMPTY, |all, (sources, ports)| {
            all.or(&Flows::of(sources, ports))
        })
    })
}

fn numbers(set: &Ranges) -> BTreeSet<u32> {
    (0..40).filter(|number| set.contains(*number)).collect()
}

fn points(set: &Flows) -> BTreeSet<(u32, u16)> {
    (0..40)
        .flat_map(|source| (0..40).map(move |port| (source, port)))
        .filter(|(source, port)| set.contains(Ipv4Addr::from_bits(*source), *port))
        .collect()
}

proptest! {
    #[test]
    fn ranges_are_what_their_numbers_are(a in ranges(), b in ranges()) {
        prop_assert_eq!(numbers(&a.and(&b)), &numbers(&a) & &numbers(&b));
        prop_assert_eq!(numbers(&a.or(&b)), &numbers(&a) | &numbers(&b));
        prop_assert_eq!(numbers(&a.minus(&b)), &numbers(&a) - &numbers(&b));
        prop_assert_eq!(a == b, numbers(&a) == numbers(&b));
        prop_assert_eq!(a.count(), u64::try_from(numbers(&a).len()).unwrap());
        prop_assert_eq!(Ranges::cidrs(a.to_cidrs()), a);
    }

    #[test]
    fn flows_are_what_their_points_are(a in flows(), b in flows()) {
        prop_assert_eq!(points(&a.and(&b)), &points(&a) & &points(&b));
        prop_assert_eq!(points(&a.or(&b)), &points(&a) | &points(&b));
        prop_assert_eq!(points(&a.minus(&b)), &points(&a) - &points(&b));
        prop_assert_eq!(a == b, points(&a) == points(&b));
        let again = a.blocks().iter().fold(Flows::EMPTY, |all, (sources, ports)| {
            all.or(&Flows::of(sources, ports))
        });
        prop_assert_eq!(&again, &a);
        match a.witness() {
            Some((source, port)) => prop_assert!(a.contains(source, port)),
            None => prop_assert!(a.is_empty()),
        }
    }
}

#[test]
fn the_ends_of_the_address_space_are_no_exception() {
    let all = Ranges::all_addresses();
    let upper = Ranges::of(0x8000_0000, u32::MAX);
    assert_eq!(all.minus(&upper), Ranges::of(0, 0x7fff_ffff));
    assert_eq!(all.minus(&upper).or(&upper), all);
    assert_eq!(all.minus(&all), Ranges::EMPTY);
    assert_eq!(all.to_cidrs(), ["0.0.0.0/0".parse().unwrap()]);
    let ports = Ranges::all_ports();
    let most = Flows::of(&all, &ports).minus(&Flows::of(&upper, &Ranges::port(443)));
    assert!(!most.contains(Ipv4Addr::BROADCAST, 443));
    assert!(most.contains(Ipv4Addr::BROADCAST, 444));
    assert!(most.contains(Ipv4Addr::new(10, 0, 0, 1), 443));
    assert_eq!(
        most.or(&Flows::of(&upper, &Ranges::port(443))),
        Flows::of(&all, &ports)
    );
}

#[test]
fn sets_are_written_for_people() {
    let set = Ranges::cidrs([
        "10.0.0.0/24".parse().unwrap(),
        "10.0.1.7/32".parse().unwrap(),
    ]);
    assert_eq!(set.addresses_text(), "10.0.0.0/24, 10.0.1.7");
    assert_eq!(Ranges::all_ports().ports_text(), "*");
    assert_eq!(Ranges::EMPTY.ports_text(), "none");
}
