//! One finding per cause: mistakes hide nothing but what follows from them, and add nothing.
#![cfg(test)]

mod slips;

use std::collections::BTreeMap;
use topology::{Severity, diagnose, source::SourceMap};

const HUNDRED: &str = include_str!("hundred.yaml");
const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

/// Lines and codes of all warnings and errors.
fn found(text: &str) -> Vec<(usize, String)> {
    let sources = SourceMap::of("x.yaml", text);
    let mut found: Vec<(usize, String)> = diagnose(&sources)
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Warning)
        .map(|finding| {
            let line = finding.span.map_or(0, |span| sources.position(span).line);
            (line, finding.code.to_owned())
        })
        .collect();
    found.sort();
    found
}

/// What the text says it should get.
fn wanted(text: &str) -> Vec<(usize, String)> {
    text.lines()
        .enumerate()
        .filter_map(|(at, line)| Some((at + 1, line.split_once("#! ")?.1.to_owned())))
        .collect()
}

#[test]
fn a_hundred_mistakes_are_a_hundred_findings_each_at_its_line() {
    let (found, wanted) = (found(HUNDRED), wanted(HUNDRED));
    let mut sums: BTreeMap<&(usize, String), i32> = BTreeMap::new();
    for one in &found {
        *sums.entry(one).or_default() += 1;
    }
    for one in &wanted {
        *sums.entry(one).or_default() -= 1;
    }
    let lines: Vec<&str> = HUNDRED.lines().collect();
    let differing: Vec<String> = sums
        .iter()
        .filter(|(_, sum)| **sum != 0)
        .map(|((line, code), sum)| format!("{sum:+} {line}: {code}: {}", lines[line - 1].trim()))
        .collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(found.len(), 100);
}

/// The example with one text replaced, and all that is found then.
#[track_caller]
fn check(old: &str, new: &str, wanted: &[&str]) {
    assert_eq!(EXAMPLE.matches(old).count(), 1, "`{old}` stands there once");
    let codes: Vec<String> = found(&EXAMPLE.replace(old, new))
        .into_iter()
        .map(|(_, code)| code)
        .collect();
    assert_eq!(codes, wanted, "{old} -> {new}");
}

#[test]
fn what_all_depends_on_is_one_finding_when_it_is_broken() {
    // The subscription of everything, its id and its name.
    check(
        "id: 22222222-2222-2222-2222-222222222222",
        "id: 2222",
        &["MAN005"],
    );
    check("id: 22222222-2222-2222-2222-222222222222", "", &["MAN003"]);
    check(
        "{ id: 22222222-2222-2222-2222-222222222222 }",
        "[]",
        &["MAN004"],
    );
    check("  provider: {", "  povider: {", &["MAN007"]);
    check(
        "subscription: provider",
        "subscription: provder",
        &["MAN007"],
    );
    // The resource group of everything, and where it is.
    check(
        "  PrivateAPIM: {",
        "  \"private/apim\": {",
        &["MAN006", "MAN007"],
    );
    check("  PrivateAPIM: {", "  PrivateAPI: {", &["MAN007"]);
    check(
        "{ subscription: provider, location: uksouth }",
        "none",
        &["MAN004"],
    );
    // The network of everything.
    check(
        "addressPrefixes: [10.0.0.0/16]",
        "addressPrefixes: [10.0.0.0/160]",
        &["MAN005"],
    );
    check(
        "addressPrefixes: [10.0.0.0/16]",
        "addressPrefixes: 10.0.0.0/16",
        &["MAN004"],
    );
    check("    addressPrefixes: [10.0.0.0/16]\n", "", &["MAN003"]);
    check("  MainNet:\n", "  MainNet1:\n", &["MAN007"]);
    // The subnet of relays, load balancer and Private Link Service.
    check(
        "plsSubnet:  { addressPrefix: 10.0.1.0/24",
        "plsSubnet:  { addressPrefix: 10.0.1.0/244",
        &["MAN005"],
    );
    check(
        "plsSubnet:  { addressPrefix: 10.0.1.0/24",
        "plsSubnt: { addressPrefix: 10.0.1.0/24",
        &["MAN007"],
    );
    check(
        "plsSubnet:  { addressPrefix: 10.0.1.0/24",
        "plsSubnet: { addresPrefix: 10.0.1.0/24",
        &["MAN002"],
    );
}

#[test]
fn more_mistakes_than_anybody_reads_are_counted() {
    let mut text = EXAMPLE.to_owned();
    text.push_str("expect:\n");
    for _ in 0..700 {
        text.push_str("- { allow: testvm, to: \"ftp://x\" }\n");
    }
    let diagnosis = diagnose(&SourceMap::of("x.yaml", text));
    let last = diagnosis
        .findings
        .iter()
        .find(|finding| finding.code == "YAML009");
    let message = last.map(|finding| finding.message.as_str());
    assert_eq!(message, Some("200 more mistakes like these are not listed"));
    assert_eq!(diagnosis.findings.len(), 501);
}

#[test]
fn a_value_of_arm_that_does_not_fit_is_one_finding() {
    let text = |priority: &str, ports: &str| {
        format!(
            "linkspan: v1
name: raw
subscriptions: {{ s: {{ id: 22222222-2222-2222-2222-222222222222 }} }}
resourceGroups: {{ group: {{ subscription: s, location: uksouth }} }}
virtualNetworks:
  net: {{ resourceGroup: group, addressPrefixes: [10.0.0.0/16], subnets: {{ sub: {{ addressPrefix: 10.0.0.0/24, networkSecurityGroup: nsg }} }} }}
networkSecurityGroups:
  nsg: {{ resourceGroup: group, securityRules: {{}} }}
resources:
  - type: Microsoft.Network/networkSecurityGroups/securityRules
    name: nsg/rule
    resourceGroup: group
    properties:
      priority: {priority}
      direction: Inbound
      access: Allow
      protocol: Tcp
      sourceAddressPrefix: 10.9.0.0/16
      sourcePortRange: '*'
      destinationAddressPrefix: 10.0.0.0/24
      destinationPortRange: {ports}
"
        )
    };
    let good = found(&text("200", "'443'"));
    for (priority, ports, lines) in [
        ("[200]", "'443'", &[14][..]),
        ("yes please", "'443'", &[14]),
        ("200", "{ from: 443 }", &[21]),
        ("{}", "[443]", &[14, 21]),
    ] {
        let mut wanted = good.clone();
        wanted.extend(lines.iter().map(|line| (*line, "ARM002".to_owned())));
        wanted.sort();
        assert_eq!(found(&text(priority, ports)), wanted, "{priority} {ports}");
    }
}
