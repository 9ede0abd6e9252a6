//! Inputs that are made to hurt: each ends in a finding.
//!
//! No time or memory is asserted here; `tests/it/command_line.rs` gives the program a file of 150 MB,
//! which it refuses by its size.

use crate::targets::{check_manifest, check_template};
use topology::{Severity, diagnose, finding::Finding, source::SourceMap};

fn findings(text: &str) -> Vec<Finding> {
    diagnose(&SourceMap::of("hostile.yaml", text)).findings
}

#[track_caller]
fn check_is_an_error(text: &str) {
    let findings = findings(text);
    assert!(
        findings
            .iter()
            .any(|finding| finding.severity == Severity::Error),
        "no error for {:?}…",
        text.chars().take(80).collect::<String>()
    );
    assert!(findings.len() <= 1_000, "{} findings", findings.len());
    check_manifest(text.as_bytes());
}

#[test]
fn deep_nesting_is_an_error() {
    for (open, close) in [("[", "]"), ("{a: ", "}"), ("- ", "")] {
        check_is_an_error(&format!(
            "a: {}{}",
            open.repeat(20_000),
            close.repeat(20_000)
        ));
    }
    let block: String = (0..2_000)
        .map(|depth| format!("{}a:\n", " ".repeat(depth)))
        .collect();
    check_is_an_error(&block);
    check_template(format!("{}1{}", "[".repeat(50_000), "]".repeat(50_000)).as_bytes());
    check_template(format!("{}1{}", "{\"a\":".repeat(50_000), "}".repeat(50_000)).as_bytes());
}

#[test]
fn aliases_that_grow_are_an_error() {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let list = vec![format!("*a{}", level - 1); 10].join(", ");
        text.push_str(&format!("a{level}: &a{level} [{list}]\n"));
    }
    check_is_an_error(&text);
    check_is_an_error("a: &a [*a]\n");
    check_is_an_error("a: &a { b: *a }\n");
}

#[test]
fn huge_numbers_are_an_error_at_their_place() {
    let text = |port: &str| {
        format!(
            "linkspan: v1\nname: x\nsubscriptions: {{ p: {{ id: 22222222-2222-2222-2222-222222222222 }} }}\nresourceGroups: {{ G: {{ subscription: p, location: uksouth }} }}\nnetworkSecurityGroups: {{ N: {{ resourceGroup: G, securityRules: {{ r: {{ priority: {port}, direction: Inbound, access: Allow, sourceAddressPrefix: '*', destinationAddressPrefix: '*', destinationPortRange: '*' }} }} }} }}\n"
        )
    };
    for number in [
        "99999999999999999999999999",
        "-1",
        "1e400",
        "0x7fffffffffffffff",
        "1.5",
    ] {
        let text = text(number);
        let at = text.find("priority: ").unwrap() + "priority: ".len();
        let findings = findings(&text);
        assert!(
            findings
                .iter()
                .any(|finding| finding.span.is_some_and(|span| span.start == at)),
            "{number}: {findings:?}"
        );
    }
    check_template(br#"{"resources":[{"type":"Microsoft.Network/networkSecurityGroups","name":"n","properties":{"securityRules":[{"name":"r","properties":{"priority":1e999}}]}}]}"#);
}

#[test]
fn odd_encodings_are_an_error_or_read_as_they_are() {
    let utf16: Vec<u8> = "linkspan: v1\nname: x\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    check_manifest(&utf16);
    check_manifest(b"linkspan: v1\nname: caf\xe9\n");
    check_manifest(b"\xff\xfe\x00\x00");
    for text in [
        "linkspan: v1\nname: a\u{0}b\n",
        "\u{0}",
        "name: \u{7f}\u{85}\u{2028}x\n\t- y",
    ] {
        check_manifest(text.as_bytes());
    }
    // A byte order mark in front is no part of the text.
    assert_eq!(findings("\u{feff}linkspan: v1\nname: x\n"), []);
}

#[test]
fn one_line_without_end_is_read_in_time() {
    // As many values in one line as the reader takes: places in it must not be counted anew each.
    let text = format!("a: [{}]\n", "é, ".repeat(150_000));
    let _findings = findings(&text);
    check_template(format!("[{}0]", "1,".repeat(300_000)).as_bytes());
}

#[test]
fn what_is_too_large_is_an_error() {
    check_is_an_error(&"# a comment\n".repeat(500_000));
}
