//! Stated zones, and how derived ones give way to them.

use crate::{
    arm, manifest,
    model::id::ResourceId,
    resolve::{Resolved, resolve},
    source::SourceMap,
};
use serde_json::{Value, json};

const EXAMPLE: &str = include_str!("../../../../../examples/internal-apim.yaml");
const PROVIDER: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/PrivateAPIM/providers";
const PARTNER: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/APIM/providers";

fn findings(text: &str, resolved: &Resolved) -> Vec<String> {
    let sources = SourceMap::of("", text);
    let shown = resolved.findings.iter().map(|finding| {
        let span = finding.span.unwrap();
        let at = sources.text(span.source).get(span.start..span.end).unwrap();
        let help = finding.help.split_inclusive('?').next().unwrap();
        format!("{} at {at}: {}; {help}", finding.code, finding.message)
    });
    shown.collect()
}

#[track_caller]
fn read(zones: &str) -> (String, Resolved) {
    let text = format!("{EXAMPLE}{zones}");
    let (parsed, found) = manifest::parse(&text);
    assert_eq!(found, []);
    let resolved = resolve(&parsed);
    (text, resolved)
}

/// What is left of the DNS of the example beside a stated section, as `GROUP/ZONE/…`.
#[track_caller]
fn names(zones: &str) -> Vec<String> {
    let (text, resolved) = read(zones);
    assert_eq!(findings(&text, &resolved), [""; 0]);
    let of = |id: &ResourceId| {
        let rest = id.as_str().split_once("/privateDnsZones/")?.1;
        Some(format!("{}/{rest}", id.resource_group()))
    };
    resolved.topology.resources.keys().filter_map(of).collect()
}

#[track_caller]
fn check_records(records: &str, wanted: &[(&str, Value)]) {
    let (text, resolved) = read(&format!(
        "privateDnsZones: {{ example.org: {{ resourceGroup: PrivateAPIM, records: {records} }} }}\n"
    ));
    assert_eq!(findings(&text, &resolved), [""; 0]);
    let base = format!("{PROVIDER}/Microsoft.Network/privateDnsZones/example.org");
    let mut found: Vec<(String, Value)> = Vec::new();
    for (id, resource) in &resolved.topology.resources {
        if let Some(rest) = id.as_str().strip_prefix(&format!("{base}/")) {
            let value = arm::export(resource).unwrap();
            assert_eq!(value.get("tags"), None, "{id}");
            found.push((rest.to_owned(), value["properties"].clone()));
        }
    }
    let found: Vec<(&str, Value)> = found
        .iter()
        .map(|(name, value)| (name.as_str(), value.clone()))
        .collect();
    assert_eq!(found, wanted);
}

#[test]
fn each_type_of_record_is_a_set_of_its_own() {
    check_records(
        "{ '@': { aRecords: 10.0.2.5, mxRecords: [ { preference: 10, exchange: mail.example.org } ], txtRecords: 'v=spf1 -all' } }",
        &[
            (
                "A/@",
                json!({ "ttl": 3600, "aRecords": [ { "ipv4Address": "10.0.2.5" } ] }),
            ),
            (
                "MX/@",
                json!({ "ttl": 3600, "mxRecords": [ { "preference": 10, "exchange": "mail.example.org" } ] }),
            ),
            (
                "TXT/@",
                json!({ "ttl": 3600, "txtRecords": [ { "value": ["v=spf1 -all"] } ] }),
            ),
        ],
    );
    check_records(
        "{ www: { ttl: 60, cnameRecord: apim1449.azure-api.net }, '*.apps': { aaaaRecords: ['fd00::4', 'fd00::5'] }, _sip._tcp: { srvRecords: [ { priority: 1, weight: 2, port: 5060, target: sip.example.org } ] }, '4': { ptrRecords: host.example.org } }",
        &[
            (
                "CNAME/www",
                json!({ "ttl": 60, "cnameRecord": { "cname": "apim1449.azure-api.net" } }),
            ),
            (
                "AAAA/*.apps",
                json!({ "ttl": 3600, "aaaaRecords": [ { "ipv6Address": "fd00::4" }, { "ipv6Address": "fd00::5" } ] }),
            ),
            (
                "SRV/_sip._tcp",
                json!({ "ttl": 3600, "srvRecords": [ { "priority": 1, "weight": 2, "port": 5060, "target": "sip.example.org" } ] }),
            ),
            (
                "PTR/4",
                json!({ "ttl": 3600, "ptrRecords": [ { "ptrdname": "host.example.org" } ] }),
            ),
        ],
    );
}

#[test]
fn an_address_may_be_that_of_a_thing() {
    let service = format!("{PROVIDER}/Microsoft.ApiManagement/service/apim1449");
    let endpoint = format!("{PARTNER}/Microsoft.Network/privateEndpoints/APIM-PE");
    check_records(
        &format!(
            "{{ a: {{ aRecords: [apim1449, 10.0.2.9] }}, b: {{ aRecords: {endpoint} }}, c: {{ aRecords: apim-pe, ttl: 300 }} }}"
        ),
        &[
            (
                "A/a",
                json!({ "ttl": 10, "aRecords": [ { "ipv4Address": format!("addressOf({service})") }, { "ipv4Address": "10.0.2.9" } ] }),
            ),
            (
                "A/b",
                json!({ "ttl": 10, "aRecords": [ { "ipv4Address": format!("addressOf({endpoint})") } ] }),
            ),
            (
                "A/c",
                json!({ "ttl": 300, "aRecords": [ { "ipv4Address": format!("addressOf({endpoint})") } ] }),
            ),
        ],
    );
}

#[test]
fn wrong_names_are_found_where_they_stand() {
    let zone = |rest: &str| {
        format!("privateDnsZones: {{ example.org: {{ resourceGroup: PrivateAPIM, {rest} }} }}\n")
    };
    for (zones, wanted) in [
        (
            zone("virtualNetworkLinks: { MainNt: {} }"),
            "MAN007 at MainNt: there is no virtual network `MainNt`; did you mean `MainNet`?",
        ),
        (
            zone("virtualNetworkLinks: { l: { virtualNetwork: Externl } }"),
            "MAN007 at Externl: there is no virtual network `Externl`; did you mean `External`?",
        ),
        (
            zone("records: { a: { aRecords: apim144 } }"),
            "MAN007 at apim144: there is no address, private endpoint or API Management service `apim144`; did you mean `apim1449`?",
        ),
    ] {
        let (text, resolved) = read(&zones);
        assert_eq!(findings(&text, &resolved), [wanted]);
    }
    for bad in ["'a b'", "'**'", "'a.*'", "'@.a'", "'*.'", "a..b"] {
        let (_, found) = manifest::parse(&format!(
            "{EXAMPLE}{}",
            zone(&format!("records: {{ {bad}: {{ aRecords: 10.0.0.4 }} }}"))
        ));
        let codes: Vec<_> = found.iter().map(|finding| finding.code).collect();
        assert_eq!(codes, ["MAN006"], "{bad}");
    }
}

const HOST: &str = "apim1449.azure-api.net";
const PARTNERS: [&str; 3] = [
    "APIM/apim1449.azure-api.net",
    "APIM/apim1449.azure-api.net/A/@",
    "APIM/apim1449.azure-api.net/virtualNetworkLinks/External",
];

/// What the example has on its provider's side beside a stated section.
#[track_caller]
fn at_provider(zones: &str) -> Vec<String> {
    let mut names = names(zones);
    for partners in PARTNERS {
        let before = names.len();
        names.retain(|name| name != partners);
        assert_eq!(names.len(), before - 1, "{partners}");
    }
    names
}

#[test]
fn a_stated_zone_that_answers_is_all_there_is() {
    assert_eq!(
        at_provider(&format!(
            "privateDnsZones: {{ {HOST}: {{ resourceGroup: PrivateAPIM, virtualNetworkLinks: {{ main: {{ virtualNetwork: MainNet }} }}, records: {{ '@': {{ aRecords: apim1449 }} }} }} }}\n"
        )),
        [
            "PrivateAPIM/apim1449.azure-api.net",
            "PrivateAPIM/apim1449.azure-api.net/virtualNetworkLinks/main",
            "PrivateAPIM/apim1449.azure-api.net/A/@",
        ]
    );
}

#[test]
fn the_record_of_a_stated_zone_in_another_group_is_derived_in_it() {
    assert_eq!(
        at_provider(&format!(
            "privateDnsZones: {{ {HOST}: {{ resourceGroup: /subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/Names, virtualNetworkLinks: {{ MainNet: {{}} }} }} }}\n"
        )),
        [
            "Names/apim1449.azure-api.net",
            "Names/apim1449.azure-api.net/virtualNetworkLinks/MainNet",
            "Names/apim1449.azure-api.net/A/@",
        ]
    );
}

#[test]
fn record_and_link_are_added_to_a_stated_zone_of_the_same_id() {
    assert_eq!(
        at_provider(&format!(
            "privateDnsZones: {{ {HOST}: {{ resourceGroup: PrivateAPIM }} }}\n"
        )),
        [
            "PrivateAPIM/apim1449.azure-api.net",
            "PrivateAPIM/apim1449.azure-api.net/A/@",
            "PrivateAPIM/apim1449.azure-api.net/virtualNetworkLinks/MainNet",
        ]
    );
}

#[test]
fn nothing_is_added_to_a_zone_that_exists() {
    assert_eq!(
        at_provider(&format!(
            "privateDnsZones: {{ {HOST}: {{ resourceGroup: PrivateAPIM, existing: true }} }}\n"
        )),
        ["PrivateAPIM/apim1449.azure-api.net"]
    );
}

#[test]
fn a_record_in_a_zone_above_answers_and_another_one_does_not() {
    let above = |record: &str, networks: &str| {
        format!(
            "privateDnsZones: {{ azure-api.net: {{ resourceGroup: PrivateAPIM, virtualNetworkLinks: {{ {networks}: {{}} }}, records: {{ {record}: {{ aRecords: apim1449 }} }} }} }}\n"
        )
    };
    for record in ["apim1449", "'*'"] {
        let found = at_provider(&above(record, "MainNet"));
        assert!(
            found
                .iter()
                .all(|name| name.starts_with("PrivateAPIM/azure-api.net")),
            "{found:?}"
        );
    }
    for (record, network) in [
        ("other", "MainNet"),
        ("apim1449", "External"),
        ("'*.apim1449'", "MainNet"),
    ] {
        let found = names(&above(record, network));
        let own = format!("PrivateAPIM/{HOST}/A/@");
        assert!(found.contains(&own), "{record}: {found:?}");
    }
}

#[test]
fn two_answers_in_a_stated_zone_are_told() {
    let (text, resolved) = read(&format!(
        "privateDnsZones: {{ {HOST}: {{ resourceGroup: PrivateAPIM, virtualNetworkLinks: {{ MainNet: {{}}, External: {{}} }} }} }}\n"
    ));
    assert_eq!(
        findings(&text, &resolved),
        [
            "MAN013 at APIM-PE: `apim1449.azure-api.net` would need two answers in one zone; link only one of the networks to this zone"
        ]
    );
}
