//! Every value and every key of the example, broken in several ways, one at a time.

use super::{EXAMPLE, found};

/// What may be written instead of a value.
const VALUES: [&str; 4] = ["{ a: b }", "\"no such / thing\"", "$(nothing)", "''"];

/// A key, and where it and its value stand.
struct Member<'t> {
    key: &'t str,
    start: usize,
    colon: usize,
    end: usize,
}

fn members(text: &str) -> Vec<Member<'_>> {
    let mut found = Vec::new();
    for (colon, _) in text.match_indices(": ") {
        let line = text[..colon].rfind('\n').map_or(0, |at| at + 1);
        let is_part = |c: char| c.is_alphanumeric() || "-_.$".contains(c);
        let start = text[..colon].rfind(|c| !is_part(c)).map_or(0, |at| at + 1);
        if text[line..colon].contains('#') || start == colon {
            continue;
        }
        let rest = &text[colon + 2..];
        let length = if rest.starts_with(['{', '[']) {
            let mut depth = 0;
            rest.find(|c| {
                depth += i32::from("{[".contains(c)) - i32::from("}]".contains(c));
                depth == 0
            })
            .map_or(rest.len(), |at| at + 1)
        } else {
            rest.find([',', '}', ']', '\n']).unwrap_or(rest.len())
        };
        let end = colon + 2 + length;
        let key = &text[start..colon];
        found.push(Member {
            key,
            start,
            colon,
            end,
        });
    }
    found
}

/// Whether more than one mistake is made by writing this there: an entry that has neither of two
/// keys that it needs.
fn is_more_than_one(key: &str, instead: &str) -> bool {
    let has_several_needs = [
        "subnets",
        "provider",
        "partner",
        "PrivateAPIM",
        "APIM",
        "apimSubnet",
        "plsSubnet",
        "default",
        "apim1449",
        "fwd",
        "PrivateLinkServiceLB",
        "APIM-PLS",
        "APIM-PE",
        "testvm",
    ];
    instead == "{ a: b }" && has_several_needs.contains(&key)
}

/// What a suppression without a code was to silence is said, so its value is left alone here.
const SUPPRESSING: &str = "code";

/// Free texts, in which anything may be written.
const FREE: [&str; 4] = ["name", "location", "publisherEmail", "reason"];

#[test]
fn a_value_that_cannot_be_read_is_one_finding() {
    let mut wrong = Vec::new();
    for member in members(EXAMPLE) {
        for instead in VALUES {
            if member.key == SUPPRESSING
                || is_more_than_one(member.key, instead)
                || (FREE.contains(&member.key) && instead.starts_with('"'))
            {
                continue;
            }
            let before = &EXAMPLE[..member.colon + 2];
            let text = format!("{before}{instead}{}", &EXAMPLE[member.end..]);
            let found = found(&text);
            if found.len() != 1 {
                wrong.push(format!("{}: {instead}: {found:?}", member.key));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn a_key_with_a_letter_too_many_is_one_finding() {
    let mut wrong = Vec::new();
    for member in members(EXAMPLE) {
        // Nothing refers to these, so they may be called anything.
        if ["APIM-PE", "testvm"].contains(&member.key) {
            continue;
        }
        let (before, after) = EXAMPLE.split_at(member.colon);
        let found = found(&format!("{before}x{after}"));
        if found.len() != 1 {
            wrong.push(format!("{} at {}: {found:?}", member.key, member.start));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}
