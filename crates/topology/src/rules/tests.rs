//! Each rule with the smallest change to the example that breaks it.

use super::*;
use crate::{manifest, resolve, source::LineIndex};
use std::collections::BTreeSet;

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");
const TUTORIAL: &str = include_str!("../../../../examples/tutorial-as-published.yaml");

fn findings(text: &str) -> Vec<Finding> {
    let (manifest, mut findings) = manifest::parse(text);
    let resolved = resolve::resolve(&manifest);
    findings.extend(resolved.findings);
    findings.extend(check(&resolved.topology));
    findings
}

/// Code, what to replace, by what.
const BAD: &[(&str, &str, &str)] = &[
    (
        "NET001",
        "addressPrefix: 192.168.0.0/24",
        "addressPrefix: 192.169.0.0/24",
    ),
    (
        "NET002",
        "addressPrefix: 10.0.2.0/24",
        "addressPrefix: 10.0.1.128/25",
    ),
    (
        "NET003",
        "addressPrefix: 10.0.2.0/24",
        "addressPrefix: 10.0.2.1/24",
    ),
    (
        "NET004",
        "addressPrefix: 10.0.2.0/24",
        "addressPrefix: 10.0.2.0/30",
    ),
    (
        "NET005",
        "addressPrefixes: [192.168.0.0/16]",
        "addressPrefixes: [192.168.0.0/16, 169.254.0.0/16]",
    ),
    (
        "NET006",
        "privateIPAddress: 10.0.1.5",
        "privateIPAddress: 10.0.1.3",
    ),
    (
        "NET007",
        "privateIPAddress: 10.0.1.5",
        "privateIPAddress: 10.0.3.5",
    ),
    (
        "NET008",
        "clients:\n",
        "clients:\n  other: { subnet: External/default, privateIPAddress: 192.168.0.4 }\n",
    ),
    ("LB001", "backend: fwd }", "backend: fwd, sku: Basic }"),
    (
        "LB007",
        "backend: fwd }",
        "backend: fwd, rules: [ { frontendPort: 443, probe: false } ] }",
    ),
    (
        "LB008",
        "backend: fwd }",
        "backend: fwd, rules: [ { frontendPort: 443, probe: false } ] }",
    ),
    (
        "LB009",
        "backend: fwd }",
        "backend: fwd, probe: { intervalInSeconds: 360 } }",
    ),
    (
        "LB010",
        "backend: fwd }",
        "backend: fwd, probe: { intervalInSeconds: 2 } }",
    ),
    (
        "LB014",
        "backend: fwd }",
        "backend: fwd, probe: { protocol: Tcp, port: 443 } }",
    ),
    (
        "LB020",
        "backend: fwd }",
        "backend: fwd, rules: [ { frontendPort: 443, idleTimeoutInMinutes: 15 } ] }",
    ),
    ("FWD001", "instances: 2", "instances: 1"),
    (
        "FWD003",
        "instances: 2",
        "instances: 2, enableIPForwarding: true",
    ),
    ("FWD005", "to: apim1449", "to: 10.0.2.5:443"),
    (
        "FWD007",
        "instances: 2, relay: [ { listen: 443",
        "instances: 1, privateIPAllocationMethod: Dynamic, relay: [ { listen: 10.0.1.4:443",
    ),
    (
        "FWD006",
        "backend: fwd }",
        "backend: fwd, rules: [ { frontendPort: 443, backendPort: 8443 } ] }",
    ),
    ("FWD009", "to: apim1449", "to: 10.0.1.5:443"),
    (
        "FWD018",
        "relay: [ { listen: 443, to: apim1449 } ]",
        "relay: []",
    ),
    (
        "PLS001",
        "networkSecurityGroup: NSG-PLS",
        "networkSecurityGroup: NSG-PLS, privateLinkServiceNetworkPolicies: Enabled",
    ),
    ("PLS003", "backend: fwd }", "backend: fwd, sku: Basic }"),
    ("PLS014", "visibility: [partner]", "visibility: []"),
    ("PLS015", "visibility: [partner]", "visibility: [\"*\"]"),
    (
        "PLS017",
        "visibility: [partner], autoApproval: [partner]",
        "visibility: [], autoApproval: []",
    ),
    (
        "DNS008",
        "privateIPAddress: 192.168.0.4 }",
        "privateIPAddress: 192.168.0.4, hosts: { apim1449.azure-api.net: 192.168.0.5 } }",
    ),
    ("APIM001", "sku: Developer", "sku: Basic"),
    (
        "APIM004",
        "addressPrefix: 10.0.2.0/24, networkSecurityGroup: NSG-APIM",
        "addressPrefix: 10.0.2.0/24",
    ),
];

/// Rules about security groups need a group that is written out.
const GROUPS: &[(&str, &str)] = &[
    (
        "NSG001",
        "A: { priority: 100, direction: Inbound, access: Allow }\n      B: { priority: 100, direction: Inbound, access: Allow }",
    ),
    (
        "NSG007",
        "A: { priority: 100, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: AzureLoadBalancer, destinationAddressPrefix: \"*\", destinationPortRange: 8080 }",
    ),
    (
        "NSG008",
        "A: { priority: 100, direction: Inbound, access: Deny, protocol: Tcp, sourceAddressPrefix: \"*\", destinationAddressPrefix: \"*\", destinationPortRange: 443 }",
    ),
    (
        "NSG015",
        "A: { priority: 100, direction: Inbound, access: Allow, protocol: Tcp, sourceAddressPrefix: VirtualNetwork, destinationAddressPrefix: VirtualNetwork, destinationPortRange: 443 }",
    ),
];

/// Rules that a manifest cannot break, because it does not say so much or `resolve` refuses it
/// first. They are for what is read from ARM; `from_arm` breaks them.
const FROM_ARM: &[&str] = &[
    "LB002", "LB005", "LB012", "FWD002", "FWD008", "PLS007", "PLS008", "PLS009", "PLS013", "PE001",
    "PE004", "PE005", "PE006", "DNS001", "DNS002", "DNS003", "APIM002", "NSG002",
];

fn expect(code: &str, text: &str) {
    let found = findings(text);
    let finding = found.iter().find(|finding| finding.code == code);
    let codes: Vec<_> = found
        .iter()
        .map(|finding| (finding.code, &finding.message))
        .collect();
    let span = finding
        .unwrap_or_else(|| panic!("{code} is not found, but {codes:?}"))
        .span
        .unwrap_or_else(|| panic!("{code} has no place"));
    assert!(LineIndex::new(text).position(span.start).line > 1, "{code}");
}

#[test]
fn each_rule_is_broken_by_one_change() {
    for (code, from, to) in BAD {
        assert!(
            EXAMPLE.contains(from),
            "{code}: `{from}` is not in the example"
        );
        expect(code, &EXAMPLE.replacen(from, to, 1));
    }
    for (code, rules) in GROUPS {
        let group = format!(
            "networkSecurityGroups:\n  NSG-PLS:\n    resourceGroup: PrivateAPIM\n    securityRules:\n      {rules}\n\nvirtualNetworks:\n"
        );
        expect(code, &EXAMPLE.replacen("virtualNetworks:\n", &group, 1));
    }
}

#[test]
fn the_example_is_clean() {
    let found = findings(EXAMPLE);
    assert!(found.is_empty(), "{found:#?}");
}

#[test]
fn the_tutorial_as_published_has_its_known_mistakes() {
    let found = findings(TUTORIAL);
    let lines = LineIndex::new(TUTORIAL);
    for code in [
        "PLS001", "LB007", "LB009", "LB014", "LB020", "FWD001", "FWD003", "FWD005", "FWD007",
        "DNS008", "NSG015",
    ] {
        let finding = found
            .iter()
            .find(|finding| finding.code == code)
            .unwrap_or_else(|| panic!("{code}"));
        assert!(
            lines
                .position(
                    finding
                        .span
                        .unwrap_or_else(|| panic!("{code} has no place"))
                        .start
                )
                .line
                > 1,
            "{code}"
        );
    }
}

#[test]
fn every_rule_is_explained_and_tried() {
    let mut codes = BTreeSet::new();
    for rule in all() {
        assert!(codes.insert(rule.code), "{} is there twice", rule.code);
        assert!(
            rule.source.starts_with("https://learn.microsoft.com/"),
            "{}",
            rule.code
        );
        assert!(
            !rule.why.is_empty() && !rule.mend.is_empty() && !rule.title.is_empty(),
            "{}",
            rule.code
        );
        let is_tried = BAD.iter().any(|(code, _, _)| *code == rule.code)
            || GROUPS.iter().any(|(code, _)| *code == rule.code)
            || FROM_ARM.contains(&rule.code);
        assert!(is_tried, "{} is not tried", rule.code);
    }
}

/// A part of the example's resources that is changed, by short id and JSON pointer.
fn from_arm(short: &str, change: impl Fn(&mut serde_json::Value)) -> Vec<&'static str> {
    let (manifest, _) = manifest::parse(EXAMPLE);
    let topology = resolve::resolve(&manifest).topology;
    let mut values: Vec<_> = topology
        .resources
        .values()
        .map(|resource| crate::arm::export(resource).unwrap())
        .collect();
    let mut is_changed = false;
    for value in &mut values {
        let id: ResourceId = value["id"].as_str().unwrap().parse().unwrap();
        if id.short() == short {
            change(value);
            is_changed = true;
        }
    }
    assert!(is_changed, "{short} is not there");
    let (mut changed, errors) = crate::arm::import(&values);
    assert!(errors.is_empty(), "{errors:?}");
    changed.clients = topology.clients;
    check(&changed)
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn rules_about_what_only_arm_can_say() {
    use serde_json::json;
    let cases: Vec<(&str, Vec<&'static str>)> = vec![
        ("LB002", from_arm("loadBalancers/PrivateLinkServiceLB", |v| { v["properties"]["frontendIPConfigurations"][0]["properties"].as_object_mut().unwrap().remove("subnet"); })),
        ("LB005", from_arm("loadBalancers/PrivateLinkServiceLB", |v| v["properties"]["probes"] = json!([]))),
        ("LB012", from_arm("loadBalancers/PrivateLinkServiceLB", |v| { v["properties"]["probes"][0]["properties"].as_object_mut().unwrap().remove("requestPath"); })),
        ("FWD002", from_arm("loadBalancers/PrivateLinkServiceLB", |v| {
            let pool = v["properties"]["loadBalancingRules"][0]["properties"]["backendAddressPool"]["id"].as_str().unwrap().replace("/backend", "/other");
            v["properties"]["loadBalancingRules"][0]["properties"]["backendAddressPool"]["id"] = json!(pool);
        })),
        ("FWD008", from_arm("virtualMachines/fwd-0", |v| {
            let relay = json!({ "version": 1, "listeners": [{ "listen": "0.0.0.0:443", "to": ["apim1449.azure-api.net:443"] }] });
            v["properties"]["userData"] = json!(base64::Engine::encode(&base64::engine::general_purpose::STANDARD, relay.to_string()));
        }).into_iter().chain(without_links()).collect()),
        ("PLS007", from_arm("privateLinkServices/APIM-PLS", |v| v["properties"]["ipConfigurations"] = json!([]))),
        ("PLS008", from_arm("privateLinkServices/APIM-PLS", |v| v["properties"]["ipConfigurations"][0]["properties"]["primary"] = json!(false))),
        ("PLS009", from_arm("privateLinkServices/APIM-PLS", |v| {
            let other = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers/Microsoft.Network/virtualNetworks/External/subnets/default";
            v["properties"]["ipConfigurations"][0]["properties"]["subnet"]["id"] = json!(other);
        })),
        ("PLS013", from_arm("loadBalancers/PrivateLinkServiceLB", |v| v["properties"]["loadBalancingRules"] = json!([]))),
        ("PE001", from_arm("privateEndpoints/APIM-PE", |v| v["location"] = json!("uksouth"))),
        ("PE004", from_arm("privateEndpoints/APIM-PE", |v| v["properties"]["privateLinkServiceConnections"][0]["properties"]["privateLinkServiceId"] = json!("nothing"))),
        ("PE005", from_arm("privateEndpoints/APIM-PE", |v| v["properties"]["privateLinkServiceConnections"][0]["properties"]["groupIds"] = json!(["x"]))),
        ("PE006", from_arm("privateEndpoints/APIM-PE", |v| v["properties"]["privateLinkServiceConnections"] = json!([]))),
        ("DNS001", without_links()),
        ("DNS003", from_arm("privateDnsZones/apim1449.azure-api.net", |v| {
            let id = v["id"].as_str().unwrap().replace("apim1449.azure-api.net", "azure-api.net");
            v["id"] = json!(id);
        })),
        ("APIM002", from_arm("service/apim1449", |v| { v["properties"].as_object_mut().unwrap().remove("virtualNetworkConfiguration"); })),
        ("NSG002", from_arm("networkSecurityGroups/NSG-PLS", |v| v["properties"]["securityRules"][0]["properties"]["priority"] = json!(5000))),
    ];
    for (code, found) in cases {
        assert!(found.contains(&code), "{code} is not among {found:?}");
    }
}

/// What is found when no zone is linked anywhere.
fn without_links() -> Vec<&'static str> {
    let (manifest, _) = manifest::parse(EXAMPLE);
    let mut topology = resolve::resolve(&manifest).topology;
    topology
        .resources
        .retain(|id, _| !id.is_type("Microsoft.Network/privateDnsZones/virtualNetworkLinks"));
    check(&topology)
        .into_iter()
        .map(|finding| finding.code)
        .collect()
}
