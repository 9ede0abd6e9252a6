//! Typed values out of the tree; what does not fit becomes a finding and is left out.

use super::{
    Entry, Section,
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
    collections::BTreeMap,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
};

/// More than this nobody reads; the first ones are kept.
const MAX_FINDINGS: usize = 500;

/// Collects findings while values are read.
#[derive(Default)]
pub(super) struct Reader {
    pub(super) findings: Vec<Finding>,
}

/// The members of a mapping.
pub(super) struct Fields<'n> {
    owner: &'static str,
    label: Span,
    entries: BTreeMap<&'n str, &'n Node>,
}

/// A value that can be read from a node; `key` names it in messages.
pub(super) trait Read: Sized {
    fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self>;
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
        }
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
        known: &[&str],
    ) -> Option<Fields<'n>> {
        let Value::Mapping(entries) = &node.value else {
            self.wrong_type(node, owner, "a mapping");
            return None;
        };
        let mut found = BTreeMap::new();
        for (key, value) in entries {
            if known.contains(&key.value.as_str()) {
                found.insert(key.value.as_str(), value);
            } else {
                let help = match nearest(&key.value, known.iter().copied()) {
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
            label: node.label,
            entries: found,
        })
    }

    pub(super) fn optional<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<T>> {
        let node = fields.entries.get(key)?;
        T::read(node, self, key).map(|value| Spanned {
            value,
            span: node.span,
        })
    }

    pub(super) fn required<T: Read>(
        &mut self,
        fields: &Fields<'_>,
        key: &str,
    ) -> Option<Spanned<T>> {
        self.demand(fields, key);
        self.optional(fields, key)
    }

    pub(super) fn demand(&mut self, fields: &Fields<'_>, key: &str) {
        if !fields.entries.contains_key(key) {
            self.report(
                "MAN003",
                format!("{} needs `{key}`", fields.owner),
                fields.label,
                format!("add `{key}: …`"),
            );
        }
    }

    /// Reports that none of these keys is there.
    pub(super) fn demand_one(&mut self, fields: &Fields<'_>, keys: &[&str]) {
        if !keys.iter().any(|key| fields.entries.contains_key(key)) {
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
            return None;
        };
        let read = items.iter().filter_map(|item| {
            T::read(item, self, key).map(|value| Spanned {
                value,
                span: item.span,
            })
        });
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
        let value = T::read(node, self, key)?;
        Some(Spanned {
            value: vec![Spanned {
                value,
                span: node.span,
            }],
            span: node.span,
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
        let text = self.scalar(node, key, "a text")?;
        let Some(word) = words.iter().find(|word| word.eq_ignore_ascii_case(text)) else {
            self.report(
                "MAN005",
                format!("`{}` is no value of `{key}`", clip(text, 40)),
                node.span,
                one_of(text, words.iter().copied()),
            );
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
            Value::Null | Value::Gone => return section,
            Value::Mapping(entries) => entries,
            _ => {
                self.wrong_type(node, key, "a mapping from names to values");
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
            if let Some(value) = T::read(node, self, &name.value) {
                section.insert(
                    name.value.clone(),
                    Entry {
                        name: name.clone(),
                        span: node.span,
                        value,
                    },
                );
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
    ($($ty:ty: $wanted:literal;)*) => {
        $(impl Read for $ty {
            fn read(node: &Node, reader: &mut Reader, key: &str) -> Option<Self> {
                reader.parsed(node, key, $wanted)
            }
        })*
    };
}

parsed! {
    u8: "a number from 0 to 255";
    u16: "a number from 0 to 65535";
    u32: "a whole number";
    IpRange: "an address range such as `10.0.1.0/24`";
    IpAddr: "an address such as `10.0.1.4`";
    Ipv6Addr: "an IPv6 address such as `fd00:10::4`";
    Ipv4Addr: "an IPv4 address such as `10.0.1.4`";
    PortRange: "a port, a range of ports such as `8000-9000`, or `*`";
    Guid: "a GUID such as `22222222-2222-2222-2222-222222222222`";
    Listen: "a port such as `443`, or an address and a port such as `10.0.1.4:443`";
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
