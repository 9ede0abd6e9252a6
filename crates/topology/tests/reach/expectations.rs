//! Expectations: which hold, which fail and with what counterexample.

use super::{
    build::{group, machine, network, reference, resource, rule, topology},
    generate::{self, Dice},
};
use serde_json::json;
use topology::{
    Finding, Topology,
    reach::{Effect, Expectation, PortRange, check_expectations},
    trace::{HopKind, Outcome, Verdict, World},
};

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

fn example() -> Topology {
    let (manifest, findings) = topology::manifest::parse(EXAMPLE);
    assert!(findings.is_empty(), "{findings:?}");
    topology::resolve::resolve(&manifest).topology
}

/// `allow testvm https://a.b` with ports after it.
fn expectation(text: &str) -> Expectation {
    let words: Vec<&str> = text.split_whitespace().collect();
    Expectation {
        name: None,
        effect: if words[0] == "allow" {
            Effect::Allow
        } else {
            Effect::Deny
        },
        from: words[1].parse().unwrap(),
        to: words[2].parse().unwrap(),
        ports: words[3..]
            .iter()
            .map(|port| port.parse().unwrap())
            .collect(),
        because: None,
        span: None,
    }
}

fn check(topology: &Topology, text: &str) -> Option<Finding> {
    let mut findings = check_expectations(topology, &[expectation(text)]);
    assert!(findings.len() < 2, "{findings:?}");
    findings.pop()
}

#[track_caller]
fn holds(topology: &Topology, text: &str) {
    if let Some(finding) = check(topology, text) {
        panic!(
            "{text}: {} {}\n{}",
            finding.code, finding.message, finding.note
        );
    }
}

#[track_caller]
fn fails(topology: &Topology, text: &str, code: &str, words: &[&str]) -> Finding {
    let finding = check(topology, text).unwrap_or_else(|| panic!("it holds: {text}"));
    assert_eq!(finding.code, code, "{}", finding.note);
    for word in words {
        assert!(
            finding.note.contains(word),
            "`{word}` is not in: {}",
            finding.note
        );
    }
    finding
}

#[test]
fn what_the_example_promises_holds() {
    let topology = example();
    for text in [
        "allow testvm https://apim1449.azure-api.net",
        "allow External https://apim1449.azure-api.net",
        "allow partner apim1449",
        "allow testvm privateEndpoints/APIM-PE",
        "allow fwd-0 apim1449",
        "deny External MainNet 22 3389 8000-9000",
        "deny External MainNet/apimSubnet",
        "deny internet MainNet",
        "deny internet https://apim1449.azure-api.net",
        "deny MainNet testvm",
        "deny any fwd-0 22",
    ] {
        holds(&topology, text);
    }
}

#[test]
fn what_must_not_be_reachable_and_is_names_the_way_and_the_rule() {
    let topology = example();
    let finding = fails(
        &topology,
        "deny External MainNet 443",
        "EXP002",
        &[
            "192.168.0.4 → 192.168.0.5:443",
            "`APIM-PLS`",
            "AllowPrivateLink-443",
        ],
    );
    assert_eq!(
        finding.message,
        "`External` can reach `MainNet` on port 443"
    );
    assert_eq!(
        finding.related[0].place.pointer,
        "/properties/securityRules/0"
    );
    assert!(finding.related[0].span.is_some());
    fails(
        &topology,
        "deny fwd-0 MainNet/apimSubnet",
        "EXP002",
        &["AllowVnetInBound"],
    );
}

#[test]
fn what_must_be_reachable_and_is_not_comes_with_its_mend() {
    let topology = example();
    let text = "allow testvm https://apim1449.azure-api.net:8443";
    let finding = fails(
        &topology,
        text,
        "EXP001",
        &[
            "192.168.0.4",
            "no rule for TCP port 8443",
            "at `PrivateLinkServiceLB`",
        ],
    );
    let fix = finding.fix.unwrap();
    let changed = topology::fix::apply(&topology, &fix.changes).unwrap();
    let next = fails(&changed, text, "EXP001", &[]);
    assert!(!next.note.contains("no rule for TCP port"), "{}", next.note);
    fails(
        &topology,
        "allow testvm MainNet/apimSubnet 444",
        "EXP001",
        &["nothing of `MainNet/apimSubnet` is in sight"],
    );
}

#[test]
fn every_address_of_a_range_counts() {
    let subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
    let mut all = vec![
        network(
            "one",
            "10.1.0.0/16",
            &[
                ("s", "10.1.0.0/24", json!({})),
                ("t", "10.1.1.0/24", subnet),
            ],
            &[],
        ),
        group("n", &[rule(100, "Deny Inbound 10.1.0.192/26 * 22")]),
    ];
    all.extend(machine("b", "one/t", "10.1.1.4", None, &json!({})));
    let topology = topology(all);
    holds(&topology, "allow one/10.1.0.0/25 b 22");
    let finding = fails(
        &topology,
        "allow one/s b 22",
        "EXP001",
        &["10.1.0.192 → 10.1.1.4:22", "rule `r100`"],
    );
    let changed = topology::fix::apply(&topology, &finding.fix.unwrap().changes).unwrap();
    fails(&changed, "allow one/s b 22", "EXP001", &["10.1.0.193"]);
    fails(
        &topology,
        "deny one/s b 20-30",
        "EXP002",
        &["10.1.0.4 → 10.1.1.4:20"],
    );
    holds(&topology, "deny one/10.1.0.192/26 b 22");
    fails(
        &topology,
        "deny one/10.1.0.192/26 b 22-23",
        "EXP002",
        &["10.1.0.192 → 10.1.1.4:23"],
    );
}

#[test]
fn the_internet_is_all_public_addresses() {
    let subnet = json!({ "networkSecurityGroup": reference("networkSecurityGroups/n") });
    let world = |rules: &[serde_json::Value]| {
        let mut all = vec![
            network(
                "one",
                "10.1.0.0/16",
                &[("s", "10.1.0.0/24", subnet.clone())],
                &[],
            ),
            group("n", rules),
            resource("publicIPAddresses/own", json!({ "ipAddress": "20.0.0.1" })),
        ];
        let config = json!({ "publicIPAddress": reference("publicIPAddresses/own") });
        all.extend(machine("a", "one/s", "10.1.0.4", None, &config));
        topology(all)
    };
    let open = world(&[]);
    holds(&open, "deny internet a");
    holds(&open, "deny internet one");
    fails(
        &open,
        "deny a internet",
        "EXP002",
        &["AllowInternetOutBound"],
    );
    let shut = [rule(200, "Deny Outbound * Internet *")];
    holds(&world(&shut), "deny a internet");
    let hole = [
        rule(100, "Allow Outbound * 52.0.0.0/8 443"),
        rule(200, "Deny Outbound * Internet *"),
    ];
    fails(
        &world(&hole),
        "deny a internet",
        "EXP002",
        &["→ 52.0.0.0:443", "rule `r100`"],
    );
    holds(&world(&hole), "deny a internet 80");
    let inward = [rule(100, "Allow Inbound 20.7.0.0/16 * 22")];
    fails(
        &world(&inward),
        "deny internet a",
        "EXP002",
        &["20.7.0.0 → 20.0.0.1:22"],
    );
    let tag = [
        rule(100, "Allow Outbound * Storage 443"),
        rule(200, "Deny Outbound * Internet *"),
    ];
    fails(
        &world(&tag),
        "deny a internet",
        "EXP004",
        &["rule `r100`", "may match"],
    );
}

#[test]
fn what_names_nothing_or_cannot_be_known_says_so() {
    let topology = example();
    fails(
        &topology,
        "allow nobody apim1449",
        "EXP003",
        &["no client, machine, network or subnet `nobody`"],
    );
    fails(
        &topology,
        "deny testvm NSG-PLS",
        "EXP003",
        &["takes no connections"],
    );
    fails(
        &topology,
        "deny testvm 172.16.0.0/12",
        "EXP003",
        &["no virtual network has addresses"],
    );
    fails(
        &topology,
        "allow testvm https://example.com",
        "EXP004",
        &["left to public DNS"],
    );
}

#[test]
fn statements_hold_exactly_if_every_walk_is_as_they_say() {
    let (mut held, mut failed) = (0, 0);
    for number in 0..120 {
        let topology = generate::topology(number);
        let world = World::new(&topology);
        let mut dice = Dice(number ^ 0xbead);
        for _ in 0..6 {
            let from = dice.pick(&["one/s0", "two/s0", "hub/s1", "far/s0", "testvm", "nva-nic"]);
            let to = dice.pick(&[
                "apim",
                "10.0.1.5",
                "b",
                "c",
                "pe",
                "pe1",
                "store",
                "https://acc.blob.core.windows.net",
                "open",
            ]);
            let ports = dice.pick(&["443", "440-450", "1-65535", "8443"]);
            let effect = dice.pick(&["allow", "deny"]);
            let text = format!("{effect} {from} {to} {ports}");
            let finding = check(&topology, &text);
            let sample: Vec<(String, u16)> = (0..10)
                .map(|_| {
                    let last = dice.pick(&[4_u8, 5, 6, 9, 20, 21, 128, 200]);
                    let address = match from {
                        "one/s0" => format!("one/10.1.0.{last}"),
                        "far/s0" => format!("far/10.1.0.{last}"),
                        "two/s0" => format!("two/10.2.0.{last}"),
                        "hub/s1" => format!("hub/10.0.1.{last}"),
                        other => other.to_owned(),
                    };
                    let range: PortRange = ports.parse().unwrap();
                    let port = if dice.one_in(2) {
                        range.first
                    } else {
                        443.clamp(range.first, range.last)
                    };
                    (address, port)
                })
                .collect();
            for (address, port) in sample {
                let Ok(trace) = world.trace_between(
                    &address.parse().unwrap(),
                    &format!("{to}:{port}").parse().unwrap(),
                    None,
                ) else {
                    continue;
                };
                if finding.is_some() {
                    continue;
                }
                let is_against = match effect {
                    "allow" => trace.outcome == Outcome::Dropped,
                    _ => trace.outcome == Outcome::Delivered,
                };
                assert!(
                    !is_against,
                    "topology {number}: {text} holds, and {address} -> {to}:{port}: {:?} {}",
                    trace.outcome, trace.because
                );
            }
            match finding {
                None => held += 1,
                Some(finding) if finding.code == "EXP003" => {}
                Some(finding) => {
                    failed += 1;
                    let Some((source, rest)) = finding.note.split_once(" → ") else {
                        continue;
                    };
                    let (_, port) = rest.split_once(':').unwrap();
                    let port: u16 = port
                        .chars()
                        .take_while(char::is_ascii_digit)
                        .collect::<String>()
                        .parse()
                        .unwrap();
                    let net = match from {
                        "testvm" => "far",
                        "nva-nic" => "hub",
                        other => other.split('/').next().unwrap(),
                    };
                    let trace = world
                        .trace_between(
                            &format!("{net}/{source}").parse().unwrap(),
                            &format!("{to}:{port}").parse().unwrap(),
                            None,
                        )
                        .unwrap();
                    let as_said = match finding.code {
                        "EXP001" => trace.outcome == Outcome::Dropped,
                        // A relay that accepts is reached, wherever it leads.
                        "EXP002" => {
                            trace.outcome != Outcome::Dropped
                                || trace.because.contains("listens")
                                || trace.hops.iter().any(|hop| {
                                    hop.kind == HopKind::NetworkInterface
                                        && hop.verdict == Verdict::Pass
                                })
                        }
                        _ => trace.outcome == Outcome::Unknown,
                    };
                    assert!(
                        as_said,
                        "topology {number}: {text}: {} {}\nwalked: {:?} {}",
                        finding.code, finding.note, trace.outcome, trace.because
                    );
                }
            }
        }
    }
    assert!(held > 50 && failed > 50, "{held} held, {failed} failed");
}
