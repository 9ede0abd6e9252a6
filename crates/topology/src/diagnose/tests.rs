//! Suppressions and expectations of whole manifests.

use super::*;

const TUTORIAL: &str = include_str!("../../../../examples/tutorial-as-published.yaml");

fn read(more: &str) -> (Diagnosis, SourceMap) {
    let mut sources = SourceMap::of("tutorial.yaml", TUTORIAL);
    sources.add("more.yaml", more);
    (diagnose(&sources), sources)
}

fn codes(diagnosis: &Diagnosis) -> Vec<&str> {
    diagnosis
        .findings
        .iter()
        .map(|finding| finding.code)
        .collect()
}

#[test]
fn what_is_suppressed_is_set_aside_with_its_reason() {
    let (before, _) = read("name: x");
    assert!(codes(&before).contains(&"FWD001") && codes(&before).contains(&"PLS001"));
    let (after, _) = read(
        "suppress:\n- { code: fwd001, at: forwarders/none, reason: a test }\n- { code: FWD001, reason: a test }\n- { code: PLS001, at: privateLinkServices/APIM-PLS, reason: later }\n",
    );
    assert!(
        !codes(&after).contains(&"FWD001") && !codes(&after).contains(&"PLS001"),
        "{:#?}",
        after.findings
    );
    let mut set_aside: Vec<(&str, &str)> = after
        .suppressed
        .iter()
        .map(|known| (known.finding.code, known.reason.as_str()))
        .collect();
    set_aside.dedup();
    set_aside.sort_unstable();
    assert_eq!(set_aside, [("FWD001", "a test"), ("PLS001", "later")]);
    // The first one is at a place where nothing is.
    assert_eq!(
        after
            .findings
            .iter()
            .filter(|finding| finding.code == "MAN020")
            .count(),
        1
    );
}

#[test]
fn a_suppressed_error_still_blocks() {
    let text = include_str!("../../../../examples/internal-apim.yaml");
    let broken = "virtualNetworks: { MainNet: { subnets: { plsSubnet: { privateLinkServiceNetworkPolicies: Enabled } } } }\nsuppress: [ { code: PLS001, reason: known } ]\n";
    let mut sources = SourceMap::of("a", text);
    sources.add("b", broken);
    let diagnosis = diagnose(&sources);
    assert!(!diagnosis.has(Severity::Error), "{:?}", diagnosis.findings);
    assert!(diagnosis.is_blocked() && diagnosis.checked().is_none());
}

#[test]
fn unknown_codes_and_missing_reasons_are_found() {
    let (diagnosis, sources) = read("suppress:\n- { code: FWD0001, reason: x }\n");
    let finding = diagnosis
        .findings
        .iter()
        .find(|finding| finding.code == "MAN021")
        .unwrap();
    assert_eq!(sources.location(finding.span.unwrap()).line, 2);
    assert_eq!(finding.help, "did you mean `FWD001`?");
    let (diagnosis, _) = read("suppress:\n- { code: FWD001 }\n");
    let codes = codes(&diagnosis);
    assert!(
        codes.contains(&"MAN003") && codes.contains(&"LB007"),
        "{codes:?}"
    );
    assert!(!codes.contains(&"FWD001"), "{codes:?}");
}

#[test]
fn expectations_are_read() {
    let (diagnosis, _) = read(
        "expect:\n- { allow: testvm, to: \"https://apim1449.azure-api.net\" }\n- { deny: External, to: MainNet, ports: [22, 8000-9000], because: \"only 443\", name: no ssh }\n",
    );
    let [allow, deny] = diagnosis.topology.expectations.as_slice() else {
        panic!("{:?}", diagnosis.topology.expectations);
    };
    assert_eq!(
        (allow.effect.to_string(), allow.from.text.as_str()),
        ("allow".to_owned(), "testvm")
    );
    assert_eq!(allow.to.port, Some(443));
    assert_eq!(deny.ports.len(), 2);
    assert_eq!(deny.because.as_deref(), Some("only 443"));
    assert!(deny.span.is_some());
    let (diagnosis, _) = read(
        "expect:\n- { to: MainNet }\n- { allow: a, deny: b, to: c }\n- { allow: a, to: \"ftp://x\" }\n",
    );
    let about_text = codes(&diagnosis)
        .into_iter()
        .filter(|code| code.starts_with("MAN"));
    assert_eq!(
        about_text.collect::<Vec<_>>(),
        ["MAN003", "MAN003", "MAN005"]
    );
    let (diagnosis, _) = read("expect:\n- { to: MainNet }\n- { allow: a, deny: b, to: c }\n");
    assert_eq!(
        codes(&diagnosis)
            .iter()
            .filter(|code| **code == "MAN003")
            .count(),
        2
    );
}
