//! Typed values out of the tree; what does not fit becomes a finding and is left out.

use super::{
    Entry, Section,
    holes::{self, Hole, Instead},
    suggest::{clip, nearest, one_of},
    yaml::{Node, Value},
};
use crate::{
    finding::{Finding, Severity},
    model::{
        cidr::IpRange,
        expectation::{PortRange, Selector, SelectorError},
    },
    source::{Span, Spanned},
};
use indexmap::IndexMap;
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// What the outermost mapping is called.
const MANIFEST: &str = "the manifest";

/// More than this nobody reads; the first ones are kept.
const MAX_FINDINGS: usize = 500;

/// Collects findings while values are read.
#[derive(Clone, Debug, Default)]
pub(super) struct Reader {
    pub(super) findings: Vec<Finding>,
    /// What stays unknown.
    pub(super) holes: Vec<Hole>,
    /// How many findings were left out.
    more: usize,
}

/// The members of a mapping.
pub(super) struct Fields<'n> {
    owner: &'static str,
    span: Span,
    label: Span,
    entries: BTreeMap<&'n str, &'n Node>,
    /// Keys that are there under a name that is nearly theirs, which was reported.
    misspelled: BTreeSet<&'n str>,
    /// Keys that are nothing else, with the findings about them.
    unknown: RefCell<Vec<(Span, usize)>>,
}

/// A value that can be read from a node; `key` names it in messages.
pub(super) trait Read: Sized {
    /// Values of this kind that differ from each other.
    const WORDS: &'static [&'static str] = &[];

    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self>;

    /// What may have been meant by a value of `key` that cannot be read; nothing if it is missing.
    fn instead(given: Option<&Value>, key: &str) -> Vec<Instead> {
        let _ = (given, key);
        let words = Self::WORDS.iter().map(|word| Instead::text(word));
        let otherwise = if Self::WORDS.is_empty() {
            vec![Instead::Leave, Instead::Cut]
        } else {
            vec![Instead::Leave]
        };
        words.chain(otherwise).collect()
    }
}

impl Reader {
    pub(super) fn report(
        &mut self,
        code: &'static str,
        message: impl Into<String>,
        span: Span,
        help: impl Into<String>,
    ) {
        if self.findings.len() < MAX_FINDINGS {
            self.findings
                .push(Finding::at_span(code, Severity::Error, message, span).help(help));
        } else {
            self.more = self.more.saturating_add(1);
        }
    }

    /// Says how many findings were left out, if any were.
    pub(super) fn tell_the_rest(&mut self) -> bool {
        if self.more > 0 {
            let message = format!("{} more mistakes like these are not listed", self.more);
            let last = self.findings.last().and_then(|finding| finding.span);
            self.findings.push(
                Finding::at_span(
                    "YAML009",
                    Severity::Error,
                    message,
                    last.unwrap_or_default(),
                )
                .note("nothing else was checked")
                .help("mend those that are listed, and check again"),
            );
        }
        self.more > 0
    }

    /// Remembers that a value is unknown, whether that was reported here or before.
    fn hole(&mut self, at: Span, instead: Vec<Instead>) {
        if self.holes.len() < MAX_FINDINGS {
            self.holes.push(Hole::new(at, instead));
        }
    }

    /// Remembers what is unknown in a value that is not read here but kept as it is.
    pub(super) fn gone(&mut self, node: &Node) {
        match &node.value {
            Value::Gone => self.hole(node.span, vec![Instead::Leave, Instead::Cut]),
            Value::Sequence(items) => items.iter().for_each(|item| self.gone(item)),
            Value::Mapping(entries) => entries.iter().for_each(|(_, inner)| self.gone(inner)),
            Value::Null | Value::Scalar(_) => {}
        }
    }

    /// Reads a value; what cannot be read is a hole.
    fn value<T: Read>(&mut self, node: &Node, key: &str) -> Option<Spanned<T>> {
        self.value_or(node, key, Vec::new())
    }

    /// The same, where something else is likely to be meant than anywhere.
    fn value_or<T: Read>(
        &mut self,
        node: &Node,
        key: &str,
        mut instead: Vec<Instead>,
    ) -> Option<Spanned<T>> {
        let Some(value) = T::read(node, self, key) else {
            // One item in brackets stands for itself.
            if let Value::Sequence(items) = &node.value
                && let [item] = items.as_slice()
            {
                instead.insert(0, Instead::Put(item.value.clone()));
            }
            instead.extend(T::instead(Some(&node.value), key));
            self.hole(node.span, instead);
            return None;
        };
        Some(Spanned {
            value,
            span: node.span,
        })
    }

    fn wrong_type(&mut self, node: &Node, key: &str, wanted: &str) {
        if matches!(node.value, Value::Gone) {
            return;
        }
        let span = if matches!(node.value, Value::Scalar(_)) {
            node.span
        } else {
            node.label
        };
        self.report(
            "MAN004",
            format!(
                "`{}` must be {wanted}, not {}",
                clip(key, 60),
                node.value.kind()
            ),
            span,
            format!("give `{}` {wanted}", clip(key, 60)),
        );
    }

    fn scalar<'n>(&mut self, node: &'n Node, key: &str, wanted: &str) -> Option<&'n str> {
        if let Value::Scalar(text) = &node.value {
            return Some(text);
        }
        self.wrong_type(node, key, wanted);
        None
    }

    /// The members of a mapping, unknown ones reported.
    pub(super) fn fields<'n>(
        &mut self,
        node: &'n Node,
        owner: &'static str,
        known: &[&'n str],
    ) -> Option<Fields<'n>> {
        let Value::Mapping(entries) = &node.value else {
            self.wrong_type(node, owner, "a mapping");
            return None;
        };
        let mut found = BTreeMap::new();
        let mut misspelled = BTreeSet::new();
        let mut unknown = Vec::new();
        for (key, value) in entries {
            if known.contains(&key.value.as_str()) {
                found.insert(key.value.as_str(), value);
            } else {
                let near = nearest(&key.value, known.iter().copied());
                if let Some(near) = near
                    && !entries.iter().any(|(other, _)| other.value == near)
                    && misspelled.insert(near)
                {
                    self.hole(key.span, vec![Instead::Rename(near.to_owned())]);
                } else {
                    unknown.push((key.span, self.findings.len()));
                }
                let help = match near {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => one_of(&key.value, known.iter().copied()),
                };
                self.report(
                    "MAN002",
                    format!("unknown key `{}` in {owner}", clip(&key.value, 40)),
                    key.span,
                    help,
                );
            }
        }
        Some(Fields {
            owner,
            span: node.span,
            label: node.label,
            entries: found,
            misspelled,
            unknown: RefCell::new(unknown),
        })
    }

    pub(super) fn optional<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<T>> {
        let node = fields.entries.get(key)?;
        self.value(node, key)
    }

    pub(super) fn required<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<T>> {
        self.demand(fields, key, || T::instead(None, key));
        self.optional(fields, key)
    }

    /// Reports a key that is missing; `instead` is what its value may be.
    pub(super) fn demand(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        instead: impl FnOnce() -> Vec<Instead>,
    ) {
        if fields.entries.contains_key(key) || fields.misspelled.contains(key) {
            return;
        }
        // A key that nobody knows, where one is missing that is needed: one mistake.
        if let Some((span, at)) = fields.unknown.borrow_mut().pop()
            && let Some(finding) = self.findings.get_mut(at)
        {
            finding.help = format!("write `{key}`, which is needed, or add it");
            self.hole(span, vec![Instead::Rename(key.to_owned())]);
            return;
        }
        self.report(
            "MAN003",
            format!("{} needs `{key}`", fields.owner),
            fields.label,
            format!("add `{key}: …`"),
        );
        let insert = |value| match value {
            Instead::Leave | Instead::Cut | Instead::Clear => value,
            value => Instead::Insert(key.to_owned(), Box::new(value)),
        };
        self.hole(fields.span, instead().into_iter().map(insert).collect());
    }

    /// What a word that is missing may be.
    pub(super) fn any_word(words: &[&str]) -> Vec<Instead> {
        holes::words("", words.iter().copied())
    }

    /// What a list that is missing may be.
    pub(super) fn any_list<T: Read>(key: &str) -> Vec<Instead> {
        let like = |at| Instead::LikeList(key.to_owned(), at);
        let mut instead = vec![like(0), like(1), Instead::Leave];
        if !T::WORDS.is_empty() {
            instead.insert(0, holes::list(T::WORDS));
        }
        instead
    }

    /// Reports that none of these keys is there.
    pub(super) fn demand_one(&mut self, fields: &Fields<'_>, keys: &[&str]) {
        let is_there =
            |key: &&str| fields.entries.contains_key(*key) || fields.misspelled.contains(*key);
        if !keys.iter().any(is_there) {
            let instead = vec![Instead::Leave, Instead::Cut];
            self.hole(fields.span, instead);
            let listed: Vec<String> = keys.iter().map(|key| format!("`{key}`")).collect();
            let message = match listed.split_last() {
                Some((last, rest)) if !rest.is_empty() => {
                    format!("{} needs {} or {last}", fields.owner, rest.join(", "))
                }
                _ => format!("{} needs {}", fields.owner, listed.concat()),
            };
            let first = keys.first().copied().unwrap_or_default();
            self.report("MAN003", message, fields.label, format!("add `{first}: …`"));
        }
    }

    pub(super) fn list<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<Vec<Spanned<T>>>> {
        let node = fields.entries.get(key)?;
        let Value::Sequence(items) = &node.value else {
            self.wrong_type(node, key, "a list");
            let mut instead = Self::any_list::<T>(key);
            if !matches!(node.value, Value::Gone | Value::Null) {
                instead.insert(0, Instead::in_brackets(node));
            }
            self.hole(node.span, instead);
            return None;
        };
        let words: Vec<Instead> = T::WORDS.iter().map(|word| Instead::text(word)).collect();
        let read = items
            .iter()
            .filter_map(|item| self.value_or(item, key, words.clone()));
        Some(Spanned {
            value: read.collect(),
            span: node.span,
        })
    }

    /// One value, or a list of them.
    pub(super) fn many<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<Vec<Spanned<T>>>> {
        let node = fields.entries.get(key)?;
        if matches!(node.value, Value::Sequence(_)) {
            return self.list(fields, key);
        }
        let value = self.value(node, key)?;
        Some(Spanned {
            span: value.span,
            value: vec![value],
        })
    }

    /// One of Azure's words, compared without case and given in Azure's spelling.
    pub(super) fn choice(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        words: &[&str],
    ) -> Option<Spanned<String>> {
        let node = fields.entries.get(key)?;
        let Some(text) = self.scalar(node, key, "a text") else {
            self.hole(node.span, holes::words("", words.iter().copied()));
            return None;
        };
        let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) else {
            self.report(
                "MAN005",
                format!("`{}` is no value of `{key}`", clip(text, 40)),
                node.span,
                one_of(text, words.iter().copied()),
            );
            self.hole(node.span, holes::words(text, words.iter().copied()));
            return None;
        };
        Some(Spanned {
            value: (*word).to_owned(),
            span: node.span,
        })
    }

    /// Named things: a mapping from name to thing; nothing is an empty one.
    pub(super) fn section<T: Read>(&mut self, fields: &Fields<'_>, key: &str) -> Section<T> {
        let help = "use letters, digits, `-`, `_` and `.`";
        self.named(fields, key, is_name, help)
    }

    /// Named things whose names are those of records in a DNS zone.
    pub(super) fn records<T: Read>(&mut self, fields: &Fields<'_>, key: &str) -> Section<T> {
        let help = "write `@` for the zone itself, `*` for any name, or labels joined by dots";
        self.named(fields, key, is_record_name, help)
    }

    fn named<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
        is_name: fn(&str) -> bool,
        help: &str,
    ) -> Section<T> {
        let mut section = IndexMap::new();
        let Some(node) = fields.entries.get(key) else {
            return section;
        };
        let entries = match &node.value {
            Value::Null => return section,
            Value::Mapping(entries) => entries,
            _ => {
                self.wrong_type(node, key, "a mapping from names to values");
                // Names that cannot be read may be referred to from anywhere.
                let is_outermost = fields.owner == MANIFEST;
                let cut = if is_outermost {
                    Instead::Clear
                } else {
                    Instead::Cut
                };
                self.hole(node.span, vec![cut]);
                return section;
            }
        };
        let mut folded = BTreeMap::new();
        for (name, node) in entries {
            if !is_name(&name.value) {
                self.report(
                    "MAN006",
                    format!("`{}` cannot be a name", clip(&name.value, 40)),
                    name.span,
                    help,
                );
                self.hole(name.span, vec![Instead::Cut]);
                continue;
            }
            if let Some(other) = folded.insert(name.value.to_lowercase(), &name.value) {
                self.report(
                    "MAN008",
                    format!(
                        "`{}` and `{}` are one name in Azure",
                        clip(other, 30),
                        clip(&name.value, 30)
                    ),
                    name.span,
                    "rename one: Azure compares names without case",
                );
                continue;
            }
            if let Some(Spanned { value, span }) = self.value(node, &name.value) {
                let name = name.clone();
                section.insert(name.value.clone(), Entry { name, span, value });
            }
        }
        section
    }

    fn parsed<T: std::str::FromStr>(&mut self, node: &Node, key: &str, wanted: &str) -> Option<T> {
        let text = self.scalar(node, key, wanted)?;
        let parsed = text.parse().ok();
        if parsed.is_none() {
            self.report(
                "MAN005",
                format!("`{}` is not {wanted}", clip(text, 40)),
                node.span,
                format!("give `{}` {wanted}", clip(key, 60)),
            );
        }
        parsed
    }
}

/// Whether it can be a segment of a resource id. The stricter rules of each type are rules.
pub(crate) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '(' | ')'))
}

/// Whether it can be the name of a record set: `@`, or labels of which the first may be `*`.
pub(crate) fn is_record_name(text: &str) -> bool {
    let is_label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'))
    };
    let rest = match text.strip_prefix('*') {
        Some("") => return true,
        Some(rest) => rest.strip_prefix('.').unwrap_or("."),
        None => text,
    };
    text == "@" || (text.len() <= 253 && rest.split('.').all(is_label))
}

impl Read for String {
    fn instead(_: Option<&Value>, key: &str) -> Vec<Instead> {
        let like = |at| Instead::Like(key.to_owned(), at);
        vec![like(0), like(1), Instead::Leave]
    }

    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
        let text = reader.scalar(node, key, "a text")?;
        if text.trim().is_empty() {
            reader.report(
                "MAN005",
                format!("`{}` is empty", clip(key, 60)),
                node.span,
                "give it a value",
            );
            return None;
        }
        Some(text.to_owned())
    }
}

impl Read for bool {
    const WORDS: &'static [&'static str] = &["true", "false"];

    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
        match reader.scalar(node, key, "`true` or `false`")? {
            "true" | "True" | "TRUE" => Some(true),
            "false" | "False" | "FALSE" => Some(false),
            other => {
                let message = format!("`{}` is neither `true` nor `false`", clip(other, 40));
                reader.report("MAN005", message, node.span, "write `true` or `false`");
                None
            }
        }
    }
}

impl Read for Selector {
    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
        let text = reader.scalar(node, key, "a text")?;
        match text.parse() {
            Ok(selector) => Some(selector),
            Err(SelectorError { reason, .. }) => {
                let message = format!("`{}` names nothing that can be reached", clip(text, 40));
                reader.report("MAN005", message, node.span, reason);
                None
            }
        }
    }
}

macro_rules! parsed {
    ($($ty:ty: $wanted:literal, $words:expr;)*) => {
        $(impl Read for $ty {
            const WORDS: &'static [&'static str] = &$words;

            fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
                reader.parsed(node, key, $wanted)
            }
        })*
    };
}

parsed! {
    u8: "a number from 0 to 255", ["1", "64"];
    IpAddr: "an address such as `10.0.1.4`", ["10.0.1.4", "192.168.0.5"];
    Ipv6Addr: "an IPv6 address such as `fd00:10::4`", ["fd00:10::4", "fd00:11::5"];
    u16: "a number from 0 to 65535", ["443", "150"];
    u32: "a whole number", ["4", "30"];
    Ipv4Addr: "an IPv4 address such as `10.0.1.4`", ["10.0.1.4", "192.168.0.5"];
    PortRange: "a port, a range of ports such as `8000-9000`, or `*`", ["443", "*"];
    Listen: "a port such as `443`, or an address and a port such as `10.0.1.4:443`", ["443", "8443"];
}

impl Read for IpRange {
    /// The private ranges: a network that has them all has room for every subnet.
    const WORDS: &'static [&'static str] = &["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
        reader.parsed(node, key, "an address range such as `10.0.1.0/24`")
    }

    fn instead(given: Option<&Value>, _: &str) -> Vec<Instead> {
        let address = match given {
            Some(Value::Scalar(text)) => text.split('/').next().unwrap_or("").parse().ok(),
            _ => None,
        };
        // Ranges for documentation touch no other.
        let mut words = vec!["203.0.113.0/24".to_owned(), "198.51.100.0/24".to_owned()];
        if let Some(address) = address {
            let length = match address {
                IpAddr::V4(_) => 24,
                IpAddr::V6(_) => 64,
            };
            words = vec![format!("{address}/{length}"), words.swap_remove(0)];
        }
        let words = words.iter().map(|word| Instead::text(word));
        words.chain([Instead::Leave]).collect()
    }
}

impl Read for Guid {
    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
        let wanted = "a GUID such as `22222222-2222-2222-2222-222222222222`";
        reader.parsed(node, key, wanted)
    }

    /// Never left out: without the id of its subscription nothing has a place. Nobody has these.
    fn instead(_: Option<&Value>, _: &str) -> Vec<Instead> {
        ["a", "b"]
            .map(|letter| Instead::text(&format!("00000000-0000-0000-0000-00000000000{letter}")))
            .to_vec()
    }
}

/// The id of a subscription or a tenant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guid(pub String);

impl std::str::FromStr for Guid {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let lengths: Vec<usize> = text.split('-').map(str::len).collect();
        let is_guid =
            lengths == [8, 4, 4, 4, 12] && text.chars().all(|c| c == '-' || c.is_ascii_hexdigit());
        is_guid.then(|| Self(text.to_ascii_lowercase())).ok_or(())
    }
}

/// Where a relay listens; a bare port means every address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listen(pub SocketAddr);

impl std::str::FromStr for Listen {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let address = match text.parse::<u16>() {
            Ok(port) => SocketAddr::from((Ipv4Addr::UNSPECIFIED, port)),
            Err(_) => text.parse().map_err(|_| ())?,
        };
        (address.port() > 0).then_some(Self(address)).ok_or(())
    }
}
