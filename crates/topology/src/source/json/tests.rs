//! Tests of the JSON reader.

use super::*;
use crate::{
    finding::Finding,
    source::{LineIndex, SourceId},
};
use proptest::prelude::*;

fn parsed(text: &str) -> (Option<Node>, Vec<Finding>) {
    let mut findings = Vec::new();
    let node = read(text, SourceId::default(), &mut findings);
    (node, findings)
}

#[track_caller]
fn check_finding(text: &str, code: &str, line: usize, column: usize, marked: &str) {
    let (_, findings) = parsed(text);
    let finding = findings.first().expect("a finding");
    assert_eq!(finding.code, code, "{finding:?}");
    let span = finding.span.unwrap();
    let position = LineIndex::new(text).position(span.start);
    assert_eq!(
        (position.line, position.column),
        (line, column),
        "{finding:?}"
    );
    assert_eq!(&text[span.start..span.end], marked);
    assert!(!finding.help.is_empty());
}

#[test]
fn every_value_knows_its_place() {
    let text = "{ // a comment\n  \"a\": [1, \"x\\ty\", null, true], /* more */ 'b': {\"c\": -1.50e3}\n}\n";
    let (node, findings) = parsed(text);
    assert_eq!(findings, []);
    let node = node.unwrap();
    let shown = |node: &Node| text[node.span.start..node.span.end].to_owned();
    let items = node.get("a").unwrap().elements().unwrap();
    assert_eq!(shown(&items[0]), "1");
    assert_eq!(shown(&items[1]), "\"x\\ty\"");
    assert_eq!(items[1].as_str(), Some("x\ty"));
    assert_eq!(shown(node.at(&["b", "c"]).unwrap()), "-1.50e3");
    assert_eq!(
        node.at(&["b", "c"]).unwrap().value,
        Value::Number("-1.50e3".into())
    );
    assert_eq!(
        node.to_json(),
        serde_json::json!({"a": [1, "x\ty", null, true], "b": {"c": -1500.0}})
    );
}

#[test]
fn members_are_found_without_case_but_the_exact_key_first() {
    let (node, _) = parsed(r#"{"Name": 1, "name": 2, "SKU": 3}"#);
    let node = node.unwrap();
    assert_eq!(node.get("name").unwrap().to_json(), 2);
    assert_eq!(node.get("sku").unwrap().to_json(), 3);
    assert_eq!(node.get("none"), None);
}

#[test]
fn long_numbers_keep_their_digits() {
    let (node, _) = parsed("[12345678901234567890123, 18446744073709551615, 0.1]");
    let node = node.unwrap();
    let items = node.elements().unwrap();
    assert_eq!(
        items[0].value,
        Value::Number("12345678901234567890123".into())
    );
    assert_eq!(items[1].to_json(), serde_json::json!(u64::MAX));
}

#[test]
fn a_byte_order_mark_is_skipped_and_counted() {
    let (node, findings) = parsed("\u{feff}{\"a\": 1}");
    assert_eq!(findings, []);
    assert_eq!(node.unwrap().span, Span::new(3, 11));
}

#[test]
fn strings_go_over_several_lines_and_escapes_are_resolved() {
    let (node, findings) = parsed("\"a\n b\\u00e9\\ud83d\\ude00\\'\\ufffd\"");
    assert_eq!(findings, []);
    assert_eq!(node.unwrap().as_str(), Some("a\n bé😀'\u{fffd}"));
}

#[test]
fn places_inside_strings_count_escapes() {
    let text = r#"["a\\bé\u00e9cd"]"#;
    let (node, _) = parsed(text);
    let node = node.unwrap();
    let item = &node.elements().unwrap()[0];
    let value = item.as_str().unwrap();
    let at = value.find("cd").unwrap();
    let span = within_string(text, item.span, at..at + 2);
    assert_eq!(&text[span.start..span.end], "cd");
    let end = within_string(text, item.span, value.len()..value.len() + 9);
    assert_eq!(&text[end.start..], "\"]");
}

#[test]
fn what_is_malformed_is_found_with_its_place() {
    check_finding("{\n  \"a\" 1}", "JSON001", 2, 7, "1");
    check_finding("[1 2]", "JSON001", 1, 4, "2");
    check_finding("[1,\n", "JSON001", 2, 1, "");
    check_finding("{a: 1}", "JSON001", 1, 2, "a");
    check_finding("[yes]", "JSON001", 1, 2, "yes");
    check_finding("[1.2.3]", "JSON001", 1, 2, "1.2.3");
    check_finding("[\"a\\q\"]", "JSON001", 1, 4, "\\q");
    check_finding("[\"abc\n", "JSON001", 1, 2, "\"abc");
    check_finding("[1] /* x", "JSON001", 1, 5, "/*");
    check_finding("  // nothing\n", "JSON002", 2, 1, "");
    check_finding("\"a\0b\"", "JSON003", 1, 3, "\0");
    check_finding("{} {}", "JSON005", 1, 4, "{");
    check_finding("{\"a\": 1,\n\"a\": 2}", "JSON006", 2, 1, "\"a\"");
    check_finding("[1, ]", "JSON007", 1, 3, ",");
    check_finding("[\"\\ud83d\"]", "JSON008", 1, 3, "\\ud83d");
}

#[test]
fn the_last_of_equal_keys_counts() {
    let many: String = (0..40).map(|n| format!("\"k{n}\": {n}, ")).collect();
    let (node, findings) = parsed(&format!("{{{many}\"k3\": 99}}"));
    assert_eq!(findings.len(), 1);
    assert_eq!(node.unwrap().get("k3").unwrap().to_json(), 99);
}

#[test]
fn size_depth_and_count_are_bounded() {
    let deep = "[".repeat(100_000);
    check_finding(&deep, "JSON004", 1, Limits::EXPORT.depth + 1, "[");
    let limits = Limits {
        bytes: 20,
        nodes: 3,
        depth: 9,
    };
    for text in ["[1, 2, 3]", "\"                             \""] {
        let mut findings = Vec::new();
        assert_eq!(
            read_within(text, SourceId::default(), limits, &mut findings),
            None
        );
        assert_eq!(findings[0].code, "JSON004");
    }
}

proptest! {
    #[test]
    fn reading_never_panics(text in "[\\[\\]{}\",:'\\\\a-f0-9ud /*.\n-]{0,60}") {
        let (node, findings) = parsed(&text);
        prop_assert!(node.is_some() || !findings.is_empty());
    }

    #[test]
    fn what_serde_writes_is_read_equal(value in json()) {
        let text = serde_json::to_string_pretty(&value).unwrap();
        let (node, findings) = parsed(&text);
        prop_assert_eq!(findings, vec![]);
        prop_assert_eq!(node.unwrap().to_json(), value);
    }
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        any::<u64>().prop_map(Into::into),
        "\\PC{0,8}".prop_map(Into::into),
    ];
    leaf.prop_recursive(4, 32, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            prop::collection::hash_map("[a-z\\n\"]{0,4}", inner, 0..5)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The span of an unknown escape once ended inside a character, which cannot be shown.
#[test]
fn an_escape_of_a_long_character_is_marked_whole() {
    check_finding("{\"a\\é\": 1}", "JSON001", 1, 4, "\\é");
}
