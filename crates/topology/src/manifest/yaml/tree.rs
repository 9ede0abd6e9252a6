//! The tree as it grows, event by event, within its budget.

use super::{MAX_COPIES, MAX_DEPTH, MAX_NODES, Node, Value, error, offsets::Offsets};
use crate::{
    finding::Finding,
    manifest::suggest::clip,
    source::{Span, Spanned},
};
use saphyr_parser::{Event, ScalarStyle};
use std::collections::{BTreeMap, BTreeSet};

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

pub(super) struct Tree<'text> {
    pub(super) offsets: Offsets<'text>,
    pub(super) findings: Vec<Finding>,
    frames: Vec<Frame>,
    anchors: BTreeMap<usize, Node>,
    nodes: usize,
    /// Those of them that aliases and anchors made.
    copies: usize,
    pub(super) root: Option<Node>,
    pub(super) stopped: bool,
}

impl<'text> Tree<'text> {
    pub(super) fn new(offsets: Offsets<'text>) -> Self {
        Self {
            offsets,
            findings: Vec::new(),
            frames: Vec::new(),
            anchors: BTreeMap::new(),
            nodes: 0,
            copies: 0,
            root: None,
            stopped: false,
        }
    }
}

impl Tree<'_> {
    pub(super) fn stop(&mut self, finding: Finding) {
        self.findings.push(finding);
        self.root = None;
        self.stopped = true;
    }

    /// Takes the parser's next event.
    pub(super) fn event(&mut self, event: Event<'_>, span: &saphyr_parser::Span) {
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

    fn spend(&mut self, span: Span) -> bool {
        self.nodes = self.nodes.saturating_add(1);
        if self.nodes > MAX_NODES {
            self.stop(
                error(
                    "YAML004",
                    format!("more than {MAX_NODES} values"),
                    self.offsets.first_line(span),
                )
                .note("a manifest of a hundred thousand resources has a third of that")
                .help("check that this is the manifest, or split it"),
            );
        }
        !self.stopped
    }

    fn copy(&mut self, nodes: usize, span: Span) -> bool {
        self.copies = self.copies.saturating_add(nodes);
        if self.copies > MAX_COPIES {
            self.stop(
                error(
                    "YAML004",
                    format!("more than {MAX_COPIES} values once aliases are followed"),
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
        let count = node.count(MAX_COPIES);
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
        } else if self.copy(count, span) {
            self.place(span, 0, is_plain, value);
        }
    }

    /// Puts a finished value where it belongs.
    fn place(&mut self, span: Span, anchor: usize, is_plain: bool, value: Value) {
        if !self.spend(span) {
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
            let count = node.count(MAX_COPIES);
            if !self.copy(count, span) {
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
