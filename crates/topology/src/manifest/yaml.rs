//! YAML text to a small tree whose every node knows where it stands.
//!
//! The parser's event stream is read with a budget for nodes and depth, so that a text that grows
//! when its aliases are followed, or that nests without end, is a finding and not a hang. Tags and
//! merge keys have no meaning here.

mod offsets;
mod tree;

use super::suggest::clip;
use crate::{
    finding::{Finding, Severity},
    source::{SourceId, Span, Spanned},
};
use offsets::Offsets;
use saphyr_parser::{Event, Parser};
use tree::Tree;

/// Texts above this are no manifests: a hundred thousand resources take about 10 MB in short form,
/// and 70 MB as they are imported.
const MAX_BYTES: usize = 128 * 1024 * 1024;
/// Values that are written; a hundred thousand resources have a third of that.
const MAX_NODES: usize = 4_000_000;
/// Values that aliases and anchors add to them.
const MAX_COPIES: usize = 400_000;
/// The deepest manifest needs eight levels.
const MAX_DEPTH: usize = 32;

/// A value and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Node {
    /// The value's own text.
    pub(super) span: Span,
    /// What to underline when something about the node is missing: its key, or its first line.
    pub(super) label: Span,
    /// Whether a scalar stands without quotes, so that `443` and `true` are more than texts.
    pub(super) is_plain: bool,
    /// The value.
    pub(super) value: Value,
}

/// What a node holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Value {
    /// A plain `null`, `~` or nothing.
    Null,
    /// Reported already, or taken out: reading it gives nothing and says nothing.
    Gone,
    /// Anything else that is one word or text.
    Scalar(String),
    /// A list.
    Sequence(Vec<Node>),
    /// A mapping; each key stands once.
    Mapping(Vec<(Spanned<String>, Node)>),
}

impl Value {
    /// The word for it in messages.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null | Self::Gone => "nothing",
            Self::Scalar(_) => "a text",
            Self::Sequence(_) => "a list",
            Self::Mapping(_) => "a mapping",
        }
    }
}

fn error(code: &'static str, message: impl Into<String>, span: Span) -> Finding {
    Finding::at_span(code, Severity::Error, message, span)
}

/// Reads a whole text; `None` if there is nothing to decode. A finding says why, unless the text
/// is empty: see [`empty`].
pub(super) fn read(text: &str, source: SourceId, findings: &mut Vec<Finding>) -> Option<Node> {
    // A byte order mark is no part of the document.
    let skipped = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    read_from(text, source, skipped, findings)
}

/// Reads what stands from `skipped` on; places are those in the whole text.
pub(super) fn read_from(
    text: &str,
    source: SourceId,
    skipped: usize,
    findings: &mut Vec<Finding>,
) -> Option<Node> {
    let body = text.get(skipped..).unwrap_or("");
    let shift = |span: Span| {
        Span::within(
            span.source,
            span.start.saturating_add(skipped),
            span.end.saturating_add(skipped),
        )
    };
    if let Some(mut finding) = unreadable(body, source) {
        finding.span = finding.span.map(shift);
        findings.push(finding);
        return None;
    }
    let mut tree = Tree::new(Offsets::new(source, body));
    let mut documents = 0_usize;
    for event in Parser::new_from_str(body) {
        match event {
            Ok((Event::DocumentStart(_), span)) => {
                documents = documents.saturating_add(1);
                if documents > 1 {
                    let at = tree.offsets.first_line(tree.offsets.span(&span));
                    tree.findings.push(
                        error("YAML005", "a second document begins here", at)
                            .note("a manifest is one YAML document; what follows is not read")
                            .help("remove the `---`, or put each topology into a file of its own"),
                    );
                    break;
                }
            }
            Ok((event, span)) => tree.event(event, &span),
            Err(problem) => {
                let at = tree.offsets.byte(problem.marker());
                let end = tree
                    .offsets
                    .text
                    .get(at..)
                    .and_then(|rest| rest.chars().next())
                    .map_or(0, char::len_utf8);
                tree.findings.push(error("YAML001", format!("malformed YAML: {}", clip(problem.info(), 120)), Span::within(source, at, at.saturating_add(end)))
                    .help("mind indentation (spaces, no tabs), a space after `:`, and closing quotes and brackets"));
                tree.root = None;
                tree.stopped = true;
            }
        }
        if tree.stopped {
            break;
        }
    }
    findings.extend(tree.findings.into_iter().map(|mut finding| {
        finding.span = finding.span.map(shift);
        finding
    }));
    let mut root = tree.root?;
    if skipped > 0 {
        root.shift(&shift);
    }
    Some(root)
}

/// The finding about a manifest without a word in it.
pub(super) fn empty() -> Finding {
    error("YAML002", "the manifest is empty", Span::new(0, 0)).help(
        "begin with `linkspan: v1` and `name: …`; `examples/internal-apim.yaml` is a whole one",
    )
}

fn unreadable(text: &str, source: SourceId) -> Option<Finding> {
    if text.len() > MAX_BYTES {
        return Some(
            error(
                "YAML004",
                format!(
                    "the text has {} bytes; a manifest may have {MAX_BYTES}",
                    text.len()
                ),
                Span::within(source, 0, 0),
            )
            .note("a manifest of a hundred thousand resources takes about ten megabytes")
            .help("check that this is the manifest, or split it"),
        );
    }
    let forbidden = |c: char| {
        (c.is_control() && !matches!(c, '\n' | '\r' | '\t' | '\u{85}'))
            || matches!(c, '\u{fffe}' | '\u{ffff}')
    };
    if let Some((at, found)) = text.char_indices().find(|(_, c)| forbidden(*c)) {
        return Some(
            error(
                "YAML003",
                format!(
                    "the text holds the control character U+{:04X}",
                    u32::from(found)
                ),
                Span::within(source, at, at.saturating_add(found.len_utf8())),
            )
            .note("this looks like a binary file, or one in another encoding than UTF-8")
            .help("save it as UTF-8 text"),
        );
    }
    None
}

impl Node {
    fn shift(&mut self, shift: &impl Fn(Span) -> Span) {
        self.span = shift(self.span);
        self.label = shift(self.label);
        match &mut self.value {
            Value::Null | Value::Gone | Value::Scalar(_) => {}
            Value::Sequence(items) => items.iter_mut().for_each(|node| node.shift(shift)),
            Value::Mapping(entries) => {
                for (key, node) in entries {
                    key.span = shift(key.span);
                    node.shift(shift);
                }
            }
        }
    }

    /// How many nodes hang on it, itself included, counted up to `limit`.
    fn count(&self, limit: usize) -> usize {
        let children: &mut dyn Iterator<Item = &Self> = match &self.value {
            Value::Null | Value::Gone | Value::Scalar(_) => return 1,
            Value::Sequence(items) => &mut items.iter(),
            Value::Mapping(entries) => &mut entries.iter().map(|(_, node)| node),
        };
        let mut total = 1_usize;
        for child in children {
            if total > limit {
                break;
            }
            total = total.saturating_add(child.count(limit));
        }
        total
    }

    fn depth(&self) -> usize {
        let below = match &self.value {
            Value::Null | Value::Gone | Value::Scalar(_) => None,
            Value::Sequence(items) => items.iter().map(Self::depth).max(),
            Value::Mapping(entries) => entries.iter().map(|(_, node)| node.depth()).max(),
        };
        below.unwrap_or(0).saturating_add(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect<'t>(text: &'t str, node: &Node, out: &mut Vec<&'t str>) {
        out.push(&text[node.span.start..node.span.end]);
        match &node.value {
            Value::Sequence(items) => items.iter().for_each(|item| collect(text, item, out)),
            Value::Mapping(entries) => entries
                .iter()
                .for_each(|(_, value)| collect(text, value, out)),
            Value::Null | Value::Gone | Value::Scalar(_) => {}
        }
    }

    /// The text of every node, the root's left out.
    #[track_caller]
    fn check(text: &str, wanted: &[&str]) {
        let mut findings = Vec::new();
        let root = read(text, SourceId::MANIFEST, &mut findings).unwrap();
        assert_eq!(findings, []);
        let mut found = Vec::new();
        collect(text, &root, &mut found);
        assert_eq!(&found[1..], wanted, "{text}");
    }

    #[test]
    fn a_span_is_the_value_and_nothing_else() {
        check("a: \"x\" # c\nb: 'it''s' # c\n", &["\"x\"", "'it''s'"]);
        check("a: \"q\\\"\\\\\"  # c\n", &["\"q\\\"\\\\\""]);
        check(
            "a: { b: [ 1 ], } # c\nc: {} # d\n",
            &["{ b: [ 1 ], }", "[ 1 ]", "1", "{}"],
        );
        check(
            "a:\n  b: 1 # c\n  # d\n# e\nf:\n- g # h\n# i\n",
            &["b: 1", "1", "- g", "g"],
        );
        check(
            "a:\n  - b: 1\n    c:\n# d\n",
            &["- b: 1\n    c:", "b: 1\n    c:", "1", ""],
        );
    }
}
