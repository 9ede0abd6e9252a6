//! Identifiers for languages that name resources: unique, stable, and like the resource's name.

use crate::model::id::ResourceId;
use indexmap::IndexMap;
use std::collections::{BTreeMap, BTreeSet};

/// How words are joined.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Style {
    /// `mainNet`.
    Camel,
    /// `main_net`.
    Snake,
}

/// Words that mean something where identifiers stand: literals of Bicep, and the functions that
/// the exporters call.
const RESERVED: &[&str] = &[
    "true",
    "false",
    "null",
    "resourceid",
    "base64",
    "last",
    "split",
    "json",
    "reference",
    "resourcegroup",
    "subscription",
    "if",
    "for",
    "in",
    "resource",
    "module",
    "param",
    "var",
    "output",
    "existing",
    "targetscope",
    "metadata",
    "type",
    "func",
    "import",
    "using",
    "each",
    "count",
    "self",
    "path",
    "data",
    "local",
    "terraform",
    "provider",
    "az",
    "sys",
    "assert",
];

/// The ASCII words of a name; a change from lower to upper case begins one.
fn words(name: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in name.chars() {
        let begins =
            c.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if (!c.is_ascii_alphanumeric() || begins) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if c.is_ascii_alphanumeric() {
            word.push(c);
        }
        before = c;
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn joined(words: &[String], style: Style) -> String {
    let mut text = String::new();
    for (at, word) in words.iter().enumerate() {
        match style {
            Style::Snake => {
                if at > 0 {
                    text.push('_');
                }
                text.push_str(&word.to_ascii_lowercase());
            }
            Style::Camel if at == 0 => text.push_str(&lower_start(word)),
            Style::Camel => {
                let mut letters = word.chars();
                text.extend(letters.next().map(|first| first.to_ascii_uppercase()));
                text.push_str(letters.as_str());
            }
        }
    }
    text
}

/// `NSG` to `nsg`, `Main` to `main`.
fn lower_start(word: &str) -> String {
    if word.chars().all(|c| !c.is_ascii_lowercase()) {
        return word.to_ascii_lowercase();
    }
    let mut letters = word.chars();
    let first = letters.next().map(|first| first.to_ascii_lowercase());
    first.into_iter().chain(letters).collect()
}

/// The last word of a type, in the singular.
fn kind(id: &ResourceId) -> String {
    let arm_type = id.arm_type();
    let last = arm_type.rsplit('/').next().unwrap_or_default();
    let single = last.strip_suffix('s').unwrap_or(last);
    match single {
        "A" | "AAAA" | "CNAME" => "Record".to_owned(),
        _ => single.to_owned(),
    }
}

/// The words of a resource: those of its parents, then its own.
fn words_of(id: &ResourceId) -> Vec<String> {
    let mut all = id
        .parent()
        .map(|parent| words_of(&parent))
        .unwrap_or_default();
    let own = if id.name() == "@" {
        vec!["Apex".to_owned()]
    } else {
        words(id.name())
    };
    if own.is_empty() {
        all.push(kind(id));
    }
    all.extend(own);
    all
}

/// An identifier for each id. Names that would be the same get the resource's kind, then a number.
pub(super) fn identifiers<'a>(
    ids: impl Iterator<Item = &'a ResourceId>,
    style: Style,
) -> IndexMap<ResourceId, String> {
    let named: Vec<(&ResourceId, Vec<String>)> = ids.map(|id| (id, words_of(id))).collect();
    let mut count: BTreeMap<String, usize> = BTreeMap::new();
    for (_, words) in &named {
        let times = count
            .entry(joined(words, style).to_ascii_lowercase())
            .or_default();
        *times = times.saturating_add(1);
    }
    let mut taken = BTreeSet::new();
    let mut found = IndexMap::new();
    for (id, mut words) in named {
        let plain = joined(&words, style).to_ascii_lowercase();
        if count.get(&plain).copied().unwrap_or(0) > 1 || RESERVED.contains(&plain.as_str()) {
            words.extend(self::words(&kind(id)));
        }
        if words
            .first()
            .is_some_and(|word| word.starts_with(|c: char| c.is_ascii_digit()))
        {
            words.insert(0, "r".to_owned());
        }
        let base = joined(&words, style);
        let mut text = base.clone();
        let mut number = 1_usize;
        while !taken.insert(text.to_ascii_lowercase()) {
            number = number.saturating_add(1);
            text = match style {
                Style::Camel => format!("{base}{number}"),
                Style::Snake => format!("{base}_{number}"),
            };
        }
        found.insert(id.clone(), text);
    }
    found
}

/// A name as a part of an identifier: `plsSubnet` to `pls_subnet`.
pub(super) fn snake(name: &str) -> String {
    let words = if name == "@" {
        vec!["apex".to_owned()]
    } else {
        words(name)
    };
    joined(&words, Style::Snake)
}

/// A name of a file or a deployment: letters, digits, `-`, `_` and `.`, at most 50 of them.
pub(super) fn file_name(text: &str) -> String {
    let safe: String = text
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') {
                c
            } else {
                '-'
            }
        })
        .take(50)
        .collect();
    let safe = safe.trim_matches('.').to_owned();
    if safe.is_empty() {
        "unnamed".to_owned()
    } else {
        safe
    }
}

/// The same name is never given twice: a later one gets a number.
#[derive(Debug, Default)]
pub(super) struct Unique(BTreeSet<String>);

impl Unique {
    /// None of these is given.
    pub(super) fn without(taken: &[&str]) -> Self {
        Self(taken.iter().map(|name| (*name).to_owned()).collect())
    }

    pub(super) fn name(&mut self, wished: &str) -> String {
        let base = file_name(wished);
        let mut text = base.clone();
        let mut number = 1_usize;
        while !self.0.insert(text.to_ascii_lowercase()) {
            number = number.saturating_add(1);
            text = format!("{base}-{number}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(names: &[(&str, &str)], style: Style, wanted: &[&str]) {
        let ids: Vec<ResourceId> = names
            .iter()
            .map(|(kind, name)| ResourceId::new("s", "g", kind, name))
            .collect();
        let found: Vec<String> = identifiers(ids.iter(), style).into_values().collect();
        assert_eq!(found, wanted);
    }

    #[test]
    fn names_become_identifiers() {
        let all = [
            ("Microsoft.Network/virtualNetworks", "MainNet"),
            ("Microsoft.Network/networkSecurityGroups", "NSG-PLS"),
            (
                "Microsoft.Network/privateDnsZones",
                "apim1449.azure-api.net",
            ),
            ("Microsoft.Network/privateDnsZones/A", "x.y/@"),
        ];
        let of = |style, wanted: [&str; 3]| check(all.get(..3).unwrap(), style, &wanted);
        of(Style::Camel, ["mainNet", "nsgPLS", "apim1449AzureApiNet"]);
        of(
            Style::Snake,
            ["main_net", "nsg_pls", "apim1449_azure_api_net"],
        );
    }

    #[test]
    fn same_names_are_told_apart() {
        check(
            &[
                ("Microsoft.Network/virtualNetworks", "x"),
                ("Microsoft.Network/loadBalancers", "X"),
                ("Microsoft.Network/loadBalancers", "x!"),
            ],
            Style::Snake,
            &["x_virtual_network", "x_load_balancer", "x_load_balancer_2"],
        );
    }

    #[test]
    fn odd_names_stay_identifiers() {
        check(
            &[
                ("Microsoft.Network/virtualNetworks", "1net"),
                ("Microsoft.Network/loadBalancers", "true"),
                ("Microsoft.Network/loadBalancers", "äöü"),
            ],
            Style::Camel,
            &["r1net", "trueLoadBalancer", "loadBalancer"],
        );
    }

    #[test]
    fn file_names_hold_no_separator() {
        let mut unique = Unique::default();
        assert_eq!(unique.name("../a b"), "-a-b");
        assert_eq!(unique.name("(A)"), "-A-");
        assert_eq!(unique.name("-a-"), "-a--2");
    }
}
