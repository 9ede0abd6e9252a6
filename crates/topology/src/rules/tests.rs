//! Every rule with its examples and its fix, and the laws that hold for all of them.

use super::*;
use crate::{finding::Fix, fix, source::SourceMap};
use std::collections::{BTreeMap, BTreeSet};

const EXAMPLE: &str = include_str!("../../../../examples/internal-apim.yaml");

/// The findings of an example: laid over the example topology, or a manifest of its own.
#[track_caller]
fn diagnosed(example: &str) -> (Topology, Vec<Finding>) {
    let mut sources = SourceMap::default();
    if !example.starts_with("linkspan:") {
        sources.add("internal-apim.yaml", EXAMPLE);
    }
    sources.add("example.yaml", repeated(example));
    let (manifest, mut findings) = crate::manifest::parse_layers(&sources);
    let resolved = crate::resolve::resolve(&manifest);
    findings.extend(resolved.findings);
    assert!(findings.is_empty(), "{example}\nis not read: {findings:#?}");
    findings.extend(check(&resolved.topology));
    (resolved.topology, findings)
}

/// Writes out the lines `#* 100: text` of an example: the text a hundred times, `{n}` counted.
fn repeated(example: &str) -> String {
    let mut text = String::new();
    for line in example.lines() {
        let counted = line
            .strip_prefix("#* ")
            .and_then(|rest| rest.split_once(": "));
        if let Some((count, line)) = counted {
            for n in 0..count.parse::<usize>().unwrap() {
                text.push_str(&line.replace("{n}", &n.to_string()));
                text.push('\n');
            }
        } else {
            text.push_str(line);
            text.push('\n');
        }
    }
    text
}

/// What the example topology shows by itself, and gives its reason for in `suppress`.
const ACCEPTED: &[&str] = &["APIM014"];

/// Codes at warning and above, and the hint that is looked for.
fn codes(findings: &[Finding], code: &str) -> BTreeSet<&'static str> {
    findings
        .iter()
        .filter(|finding| {
            let is_accepted = ACCEPTED.contains(&finding.code);
            finding.code == code || (finding.severity > Severity::Hint && !is_accepted)
        })
        .map(|finding| finding.code)
        .collect()
}

/// What was found, a line a finding.
fn shown(findings: &[Finding]) -> String {
    findings
        .iter()
        .map(|finding| {
            let place = finding.place.as_ref();
            let place = place.map(|place| format!("{}{}", place.id.short(), place.pointer));
            format!(
                "    {} {} at {}\n",
                finding.code,
                finding.message,
                place.unwrap_or_default()
            )
        })
        .collect()
}

/// All failures at once, so that one run shows everything.
#[track_caller]
fn no_failures(failures: &[String]) {
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

#[test]
fn each_bad_example_shows_its_rule_and_nothing_else() {
    let mut failures = Vec::new();
    for rule in all() {
        if rule.bad.is_empty() {
            failures.push(format!("{} has no bad example", rule.code));
        }
        for example in rule.bad {
            let (_, findings) = diagnosed(example);
            let mut wanted: BTreeSet<&str> = rule.also.iter().copied().collect();
            wanted.insert(rule.code);
            let mut own = findings.iter().filter(|finding| finding.code == rule.code);
            if codes(&findings, rule.code) != wanted || own.any(|finding| finding.span.is_none()) {
                failures.push(format!(
                    "{} wants {wanted:?}, each with a place, of\n  {example}\n{}",
                    rule.code,
                    shown(&findings)
                ));
            }
        }
    }
    no_failures(&failures);
}

#[test]
fn each_good_example_is_clean() {
    let mut failures = Vec::new();
    for rule in all() {
        if rule.good.is_empty() {
            failures.push(format!("{} has no good example", rule.code));
        }
        for example in rule.good {
            let (_, findings) = diagnosed(example);
            if !codes(&findings, rule.code).is_empty() {
                failures.push(format!("{}: {example}\n{}", rule.code, shown(&findings)));
            }
        }
    }
    no_failures(&failures);
}

#[test]
fn each_fix_mends_its_finding_and_breaks_nothing() {
    let mut failures = Vec::new();
    for rule in all() {
        let mut is_fixed = false;
        for example in rule.bad {
            let (topology, findings) = diagnosed(example);
            let of_rule = findings.iter().filter(|finding| finding.code == rule.code);
            let fixes: Vec<&Fix> = of_rule.filter_map(|finding| finding.fix.as_ref()).collect();
            if fixes.is_empty() {
                continue;
            }
            is_fixed = true;
            let before = codes(&findings, rule.code);
            let mut mended = topology;
            for one in fixes {
                match fix::apply(&mended, &one.changes) {
                    Ok(changed) => mended = changed,
                    Err(error) => failures.push(format!("{}: {example}\n  {error}", rule.code)),
                }
            }
            let after = check(&mended);
            let left = codes(&after, rule.code);
            if left.contains(rule.code) || !left.is_subset(&before) {
                failures.push(format!(
                    "{} is not mended: {example}\n{}",
                    rule.code,
                    shown(&after)
                ));
            }
        }
        if is_fixed != rule.has_fix {
            failures.push(format!("{}: `has_fix` is {}", rule.code, rule.has_fix));
        }
    }
    no_failures(&failures);
}

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
fn what_is_not_judged_is_no_rule() {
    let mut seen = BTreeSet::new();
    for (code, reason) in NOT_JUDGED {
        assert!(explain(code).is_none(), "{code} is a rule");
        assert!(seen.insert(code), "{code} is there twice");
        assert!(!reason.is_empty() && !reason.ends_with('.'), "{code}");
    }
}

#[test]
fn the_example_is_clean_but_for_what_it_accepts() {
    let (_, findings) = diagnosed("{}");
    let codes: Vec<&str> = findings.iter().map(|finding| finding.code).collect();
    assert_eq!(codes, ACCEPTED, "{findings:#?}");
    let diagnosis = crate::diagnose(&SourceMap::of("internal-apim.yaml", EXAMPLE));
    assert!(diagnosis.findings.is_empty(), "{:#?}", diagnosis.findings);
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

/// The codes of the tutorial's mistakes, in the order in which the published steps make them.
const TUTORIAL_CODES: &[&str] = &[
    "PLS001", "NET010", "PLS025", "LB009", "LB011", "LB014", "LB007", "LB008", "LB020", "FWD001",
    "FWD011", "LB022", "FWD003", "FWD007", "FWD005", "NSG015", "RTE001", "RTE002", "DNS008",
    "DNS004", "APIM014",
];

/// What is known of the tutorial besides, and why its topology does not show it.
const TUTORIAL_ELSEWHERE: &[(&str, &str)] = &[
    (
        "NET008",
        "nobody asks for an address twice: the race for one is NET010",
    ),
    (
        "LB002",
        "the script computes the subnet before it reads the network: the order of a script",
    ),
    (
        "PLS019",
        "whether the application keeps its connections alive is stated nowhere: see LB020",
    ),
    ("OPS006", "FWD001, FWD011 and LB022 say it of each tier"),
    (
        "APIM013",
        "the relay's literal address is the cause: FWD005",
    ),
    (
        "APIM006",
        "the default rules admit the probes; only a denial would stop them",
    ),
    (
        "APIM007",
        "the default rules admit the dependencies; only a denial would stop them",
    ),
    ("NSG017", "nothing is denied"),
    (
        "DNS001",
        "the hosts file answers: DNS008, and wrongly: DNS004",
    ),
    ("PLS014", "the lists are right"),
];

#[test]
fn the_tutorial_as_published_shows_its_mistakes_once_each() {
    let text = include_str!("../../../../examples/tutorial-as-published.yaml");
    let diagnosis = crate::diagnose(&SourceMap::of("tutorial.yaml", text));
    let mut found: Vec<&str> = diagnosis.findings.iter().map(|one| one.code).collect();
    found.sort_unstable();
    let mut wanted = TUTORIAL_CODES.to_vec();
    wanted.sort_unstable();
    assert_eq!(found, wanted, "{}", shown(&diagnosis.findings));
    for (code, reason) in TUTORIAL_ELSEWHERE {
        assert!(
            !TUTORIAL_CODES.contains(code) && !reason.is_empty(),
            "{code}"
        );
    }
    assert!(
        diagnosis
            .findings
            .iter()
            .all(|finding| finding.span.is_some())
    );
}
