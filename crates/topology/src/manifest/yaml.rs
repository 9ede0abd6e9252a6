//! YAML text to a small tree whose every node knows where it stands.
//!
//! The parser's event stream is read with a budget for nodes and depth, so that a text that grows
//! when its aliases are followed, or that nests without end, is a finding and not a hang. Tags and
//! merge keys have no meaning here.

use super::suggest::clip;
use crate::{
    finding::{Finding, Severity},
    source::{SourceId, Span, Spanned},
};
use saphyr_parser::{Event, Marker, Parser, ScalarStyle};
use std::{
    cell::Cell,
    collections::{BTreeMap, BTreeSet},
};

/// Texts above this are no manifests: ten thousand resources take about one megabyte.
const MAX_BYTES: usize = 4 * 1024 * 1024;
/// Nodes after all aliases were followed; ten thousand resources have a quarter of that.
const MAX_NODES: usize = 400_000;
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

/// Line starts, to turn the parser's line and column into byte offsets. The parser's own index is
/// not used: it counts bytes in some places and characters in others.
struct Offsets<'text> {
    source: SourceId,
    text: &'text str,
    starts: Vec<usize>,
    /// The last place that was asked for: line, column, byte. Places come nearly in order, and
    /// counting each from its line's start takes forever in a text of one long line.
    last: Cell<(usize, usize, usize)>,
}

impl<'text> Offsets<'text> {
    fn new(source: SourceId, text: &'text str) -> Self {
        let bytes = text.as_bytes();
        let ends = bytes.iter().enumerate().filter(|(at, byte)| {
            **byte == b'\n' || (**byte == b'\r' && bytes.get(at.saturating_add(1)) != Some(&b'\n'))
        });
        let starts = std::iter::once(0)
            .chain(ends.map(|(at, _)| at.saturating_add(1)))
            .collect();
        Self {
            source,
            text,
            starts,
            last: Cell::new((0, 0, 0)),
        }
    }

    fn byte(&self, marker: &Marker) -> usize {
        let line = marker.line().saturating_sub(1);
        let Some(start) = self.starts.get(line).copied() else {
            return self.text.len();
        };
        let end = self
            .starts
            .get(line.saturating_add(1))
            .copied()
            .unwrap_or(self.text.len());
        let (from_column, from) = match self.last.get() {
            (known, column, byte) if known == line && column <= marker.col() => (column, byte),
            _ => (0, start),
        };
        let rest = self.text.get(from..end).unwrap_or("");
        let within = rest
            .char_indices()
            .nth(marker.col().saturating_sub(from_column))
            .map(|(at, _)| from.saturating_add(at));
        if let Some(byte) = within {
            self.last.set((line, marker.col(), byte));
        }
        within.unwrap_or(end)
    }

    fn span(&self, span: &saphyr_parser::Span) -> Span {
        let start = self.byte(&span.start);
        let end = self.byte(&span.end);
        let kept = self.text.get(start..end).unwrap_or("").trim_end();
        Span::within(self.source, start, start.saturating_add(kept.len()))
    }

    /// The span of a quoted text from quote to quote: the parser's ends at what comes next.
    fn quoted(&self, span: Span, quote: char) -> Span {
        let text = self.text.get(span.start..).unwrap_or("");
        let mut letters = text.char_indices().skip(1).peekable();
        while let Some((at, letter)) = letters.next() {
            if letter == '\\' && quote == '"' {
                letters.next();
            } else if letter == quote {
                let doubled = letters.peek().is_some_and(|(_, next)| *next == quote);
                if quote == '\'' && doubled {
                    letters.next();
                    continue;
                }
                let end = span.start.saturating_add(at).saturating_add(1);
                return Span::within(span.source, span.start, end);
            }
        }
        span
    }

    fn behind_colon(&self, span: Span) -> Span {
        let is_before = self
            .text
            .get(span.end..)
            .is_some_and(|rest| rest.starts_with(':'));
        let at = span.end.saturating_add(usize::from(is_before));
        Span::within(span.source, at, at)
    }

    /// The place of the dash of a list's first item; the parser begins some lists behind it.
    fn dash(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or("").trim_end();
        let begins_right = self
            .text
            .get(start..)
            .is_some_and(|text| text.starts_with(['-', '[']));
        if !begins_right && before.ends_with('-') {
            before.len().saturating_sub(1)
        } else {
            start
        }
    }

    /// Where the closing bracket of a collection in brackets ends, looked for from `end` on, which
    /// may be before a last comma or comment.
    fn bracket(&self, start: usize, end: usize) -> Option<usize> {
        let mut head = self.text.get(start..)?;
        while head.starts_with(['&', '!']) {
            head = head.split_once(char::is_whitespace)?.1.trim_start();
        }
        if !head.starts_with(['{', '[']) {
            return None;
        }
        let mut rest = self.text.get(end..)?;
        loop {
            rest = rest.trim_start();
            match rest.chars().next()? {
                ']' | '}' => break,
                ',' => rest = rest.get(1..)?,
                '#' => rest = rest.split_once('\n')?.1,
                _ => return None,
            }
        }
        let after = rest.len().saturating_sub(1);
        Some(self.text.len().saturating_sub(after))
    }

    /// The part of the span on its first line.
    fn first_line(&self, span: Span) -> Span {
        let text = self.text.get(span.start..span.end).unwrap_or("");
        let line = text.lines().next().unwrap_or("").trim_end();
        Span::within(
            span.source,
            span.start,
            span.start.saturating_add(line.len()),
        )
    }
}

/// A mapping or list that is being filled.
struct Frame {
    start: Span,
    anchor: usize,
    items: Items,
}

enum Items {
    Sequence(Vec<Node>),
    Mapping {
        entries: Vec<(Spanned<String>, Node)>,
        seen: BTreeSet<String>,
        key: Key,
    },
}

enum Key {
    Wanted,
    Given(Spanned<String>),
    /// The key was reported; its value is dropped.
    Dropped,
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
    let mut tree = Tree {
        offsets: Offsets::new(source, body),
        findings: Vec::new(),
        frames: Vec::new(),
        anchors: BTreeMap::new(),
        nodes: 0,
        root: None,
        stopped: false,
    };
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
            .note("a manifest of ten thousand resources takes about one megabyte")
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

struct Tree<'text> {
    offsets: Offsets<'text>,
    findings: Vec<Finding>,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    root: Option<Node>,
    stopped: bool,
}

impl Tree<'_> {
    fn stop(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.root = None;
        self.stopped = true;
    }

    fn event(&mut self, event: Event<'_>, span: &saphyr_parser::Span) {
        let span = self.offsets.span(span);
        match event {
            Event::Scalar(text, style, anchor, _) => {
                let span = match style {
                    ScalarStyle::DoubleQuoted => self.offsets.quoted(span, '"'),
                    ScalarStyle::SingleQuoted => self.offsets.quoted(span, '\''),
                    // What is not there stands behind its colon, and not before it.
                    _ if text.is_empty() => self.offsets.behind_colon(span),
                    _ => span,
                };
                let is_null = style == ScalarStyle::Plain
                    && matches!(text.as_ref(), "" | "~" | "null" | "Null" | "NULL");
                let value = if is_null {
                    Value::Null
                } else {
                    Value::Scalar(text.into_owned())
                };
                self.place(span, anchor, style == ScalarStyle::Plain, value);
            }
            Event::SequenceStart(anchor, _) => self.open(span, anchor, Items::Sequence(Vec::new())),
            Event::MappingStart(anchor, _) => {
                self.open(
                    span,
                    anchor,
                    Items::Mapping {
                        entries: Vec::new(),
                        seen: BTreeSet::new(),
                        key: Key::Wanted,
                    },
                );
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(frame) = self.frames.pop() {
                    self.close(frame, span);
                }
            }
            Event::Alias(anchor) => self.alias(anchor, span),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => {}
        }
    }

    /// Ends a collection. One in brackets ends behind its bracket, any other with its last part: the
    /// parser's end would take in the comments that follow.
    fn close(&mut self, frame: Frame, span: Span) {
        let mut start = frame.start.start;
        let bracket = self.offsets.bracket(start, span.start);
        let (last, value) = match frame.items {
            Items::Sequence(items) => {
                start = self.offsets.dash(start);
                (
                    items.last().map(|node| node.span.end),
                    Value::Sequence(items),
                )
            }
            Items::Mapping { entries, .. } => (
                entries.last().map(|(_, node)| node.span.end),
                Value::Mapping(entries),
            ),
        };
        let end = bracket.or(last).unwrap_or(span.end);
        let whole = Span::within(span.source, start, end.max(start));
        self.place(whole, frame.anchor, false, value);
    }

    fn open(&mut self, start: Span, anchor: usize, items: Items) {
        if self.frames.len() >= MAX_DEPTH {
            self.stop(
                error(
                    "YAML004",
                    format!("nested deeper than {MAX_DEPTH} levels"),
                    self.offsets.first_line(start),
                )
                .help(
                    "a manifest needs eight levels; look for a bracket or an indentation too many",
                ),
            );
            return;
        }
        self.frames.push(Frame {
            start,
            anchor,
            items,
        });
    }

    fn spend(&mut self, nodes: usize, span: Span) -> bool {
        self.nodes = self.nodes.saturating_add(nodes);
        if self.nodes > MAX_NODES {
            self.stop(
                error(
                    "YAML004",
                    format!("more than {MAX_NODES} values once aliases are followed"),
                    self.offsets.first_line(span),
                )
                .note("aliases that hold aliases multiply")
                .help("write the values out, or use fewer aliases"),
            );
        }
        !self.stopped
    }

    fn alias(&mut self, anchor: usize, span: Span) {
        if self.frames.iter().any(|frame| frame.anchor == anchor) {
            self.stop(
                error(
                    "YAML007",
                    "this alias refers to a value that contains it",
                    span,
                )
                .help("write the value out"),
            );
            return;
        }
        let Some(node) = self.anchors.get(&anchor) else {
            self.stop(
                error("YAML007", "this alias refers to nothing", span)
                    .help("write the value out, or define the anchor above"),
            );
            return;
        };
        let count = node.count(MAX_NODES);
        let too_deep = self.frames.len().saturating_add(node.depth()) > MAX_DEPTH;
        let (is_plain, value) = (node.is_plain, node.value.clone());
        if too_deep {
            self.stop(
                error(
                    "YAML004",
                    format!("nested deeper than {MAX_DEPTH} levels by this alias"),
                    span,
                )
                .help("write the value out"),
            );
        } else if self.spend(count, span) {
            self.place(span, 0, is_plain, value);
        }
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, span: Span, anchor: usize, is_plain: bool, value: Value) {
        if !self.spend(1, span) {
            return;
        }
        let mut node = Node {
            span,
            label: self.offsets.first_line(span),
            is_plain,
            value,
        };
        if anchor > 0 {
            // An anchor may hold a copy of everything below it, so it counts like an alias.
            let count = node.count(MAX_NODES);
            if !self.spend(count, span) {
                return;
            }
            self.anchors.insert(anchor, node.clone());
        }
        let Some(frame) = self.frames.last_mut() else {
            self.root = Some(node);
            return;
        };
        match &mut frame.items {
            Items::Sequence(items) => items.push(node),
            Items::Mapping { entries, seen, key } => match std::mem::replace(key, Key::Wanted) {
                Key::Given(name) => {
                    node.label = name.span;
                    entries.push((name, node));
                }
                Key::Dropped => {}
                Key::Wanted => match node.value {
                    Value::Scalar(text) if seen.contains(&text) => {
                        *key = Key::Dropped;
                        self.findings.push(
                            error(
                                "YAML006",
                                format!("the key `{}` stands here twice", clip(&text, 60)),
                                span,
                            )
                            .note("only the first one is read")
                            .help("remove one of them, or give it another name"),
                        );
                    }
                    Value::Scalar(text) => {
                        seen.insert(text.clone());
                        *key = Key::Given(Spanned { value: text, span });
                    }
                    other => {
                        *key = Key::Dropped;
                        let at = self.offsets.first_line(span);
                        self.findings.push(
                            error(
                                "YAML008",
                                format!("a key must be a text, and this is {}", other.kind()),
                                at,
                            )
                            .help("write `name: value`"),
                        );
                    }
                },
            },
        }
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
