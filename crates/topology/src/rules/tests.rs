//! Every rule with its examples and its fix, and the laws that hold for all of them.

use super::*;
use std::collections::{BTreeMap, BTreeSet};

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "reads the folder that the table names"
)]
fn the_table_and_the_folder_name_the_same_files() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src/rules");
    let named: BTreeSet<String> = FILES
        .iter()
        .map(|(area, name)| format!("{area}/{name}.rs"))
        .collect();
    let mut there = BTreeSet::new();
    for area in std::fs::read_dir(&folder).unwrap() {
        let area = area.unwrap();
        let name = area.file_name().into_string().unwrap();
        if area.file_type().unwrap().is_dir() && name != "facts" {
            for file in std::fs::read_dir(area.path()).unwrap() {
                let file = file.unwrap().file_name().into_string().unwrap();
                there.insert(format!("{name}/{file}"));
            }
        }
    }
    assert_eq!(named, there);
}

#[test]
fn every_rule_is_explained() {
    let mut codes = BTreeSet::new();
    for rule in all() {
        assert!(codes.insert(rule.code), "{} is there twice", rule.code);
        assert!(
            !RETIRED.iter().any(|(retired, _)| *retired == rule.code),
            "{} was used before",
            rule.code
        );
        assert!(rule.source.starts_with("https://"), "{}", rule.code);
        for text in [rule.title, rule.why, rule.mend] {
            assert!(
                !text.is_empty() && !text.ends_with('.'),
                "{}: {text}",
                rule.code
            );
        }
    }
    for rule in all() {
        for other in rule.after.iter().chain(rule.also) {
            assert!(
                codes.contains(other) || other.starts_with("MAN") || other.starts_with("EXP"),
                "{} names {other}",
                rule.code
            );
        }
    }
}

#[test]
fn codes_by_area_count_up() {
    let mut by_area: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (rule, (area, _)) in all().zip(FILES) {
        by_area.entry(area).or_default().push(rule.code);
    }
    for (area, codes) in by_area {
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        assert_eq!(
            codes, sorted,
            "{area}: keep the table in the order of codes"
        );
    }
}
