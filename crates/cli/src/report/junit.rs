//! JUnit XML: every rule that was asked is a test, and fails with its findings.

use super::{location, whole};
use crate::input::Read;
use anyhow::{Context as _, Result};
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};
use std::collections::BTreeMap;
use topology::{Finding, Severity, rules};

/// A suite of the rules that `wanted` names, and of whatever else was found; findings below
/// `level` are told, but fail nothing.
pub(crate) fn junit(read: &Read, level: Severity, wanted: impl Fn(&str) -> bool) -> Result<String> {
    let mut by_code: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for rule in rules::all().filter(|rule| wanted(rule.code)) {
        by_code.insert(rule.code, Vec::new());
    }
    for finding in &read.findings {
        by_code.entry(finding.code).or_default().push(finding);
    }
    let mut suite = TestSuite::new(read.name());
    for (code, findings) in by_code {
        let title = rules::explain(code).map_or("the text", |rule| rule.title);
        let (failing, told): (Vec<&Finding>, Vec<&Finding>) = findings
            .into_iter()
            .partition(|finding| finding.severity >= level);
        let mut status = if failing.is_empty() {
            TestCaseStatus::success()
        } else {
            TestCaseStatus::non_success(NonSuccessKind::Failure)
        };
        if let Some(first) = failing.first() {
            status.set_message(first.message.as_str());
            status.set_type(code);
            status.set_description(shown(read, &failing));
        }
        let mut case = TestCase::new(format!("{code} {title}"), status);
        case.set_classname(read.name());
        if !told.is_empty() {
            case.set_system_out(shown(read, &told));
        }
        suite.add_test_case(case);
    }
    let mut report = Report::new("linkspan check");
    report.add_test_suite(suite);
    report
        .to_string()
        .context("the JUnit report cannot be written")
}

fn shown(read: &Read, findings: &[&Finding]) -> String {
    let lines: Vec<String> = findings
        .iter()
        .map(|finding| {
            let at = location(finding, &read.sources);
            format!("{}:{}:{}: {}", at.file, at.line, at.column, whole(finding))
        })
        .collect();
    lines.join("\n\n")
}
