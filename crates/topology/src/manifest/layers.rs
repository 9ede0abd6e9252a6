//! Several texts made into one tree.
//!
//! The first text is the manifest. What comes after is laid over it: mappings merge, `null` removes
//! a key, anything else replaces what was there. Every node keeps the place where it was written,
//! so a finding points into the text that must be changed.

use super::{
    reader::Reader,
    suggest::clip,
    yaml::{self, Node, Value},
};
use crate::source::{Form, SourceId, SourceMap, Span, Spanned};
use std::collections::BTreeMap;

/// The merged tree; `None` if there is nothing to decode, and then a finding says why.
pub(super) fn read(sources: &SourceMap, reader: &mut Reader) -> Option<Node> {
    let mut root = None;
    for id in sources.ids() {
        match sources.form(id) {
            Form::Yaml => {
                let Some(layer) = yaml::read(sources.text(id), id, &mut reader.findings) else {
                    continue;
                };
                match &mut root {
                    None => root = Some(layer),
                    Some(below) => lay(below, layer),
                }
            }
            Form::Assignments => {
                for assignment in assignments(sources.text(id), id, reader) {
                    if let Some(below) = &mut root {
                        assign(below, assignment, reader);
                    }
                }
            }
        }
    }
    if root.is_none() && reader.findings.is_empty() {
        reader.findings.push(yaml::empty());
    }
    root
}

/// Lays one tree over another.
fn lay(below: &mut Node, over: Node) {
    let (Value::Mapping(kept), true) = (&mut below.value, matches!(over.value, Value::Mapping(_)))
    else {
        *below = over;
        strip(below);
        return;
    };
    let Value::Mapping(entries) = over.value else {
        return;
    };
    let mut places: BTreeMap<String, usize> = kept
        .iter()
        .enumerate()
        .map(|(at, (key, _))| (key.value.clone(), at))
        .collect();
    let mut removed = false;
    for (key, mut node) in entries {
        match places.get(&key.value).and_then(|at| kept.get_mut(*at)) {
            Some((_, old)) if matches!(node.value, Value::Null) => {
                // Marked, and taken out below: the places must stay right until the end.
                old.value = Value::Gone;
                removed = true;
            }
            Some((old_key, old)) => {
                let both_merge = matches!(
                    (&old.value, &node.value),
                    (Value::Mapping(_), Value::Mapping(_))
                );
                if !both_merge {
                    *old_key = key;
                }
                lay(old, node);
            }
            None if matches!(node.value, Value::Null) => {}
            None => {
                strip(&mut node);
                places.insert(key.value.clone(), kept.len());
                kept.push((key, node));
            }
        }
    }
    if removed {
        kept.retain(|(_, node)| !matches!(node.value, Value::Gone));
    }
}

/// In an overlay `null` means *not there*, however deep it stands.
fn strip(node: &mut Node) {
    match &mut node.value {
        Value::Mapping(entries) => {
            entries.retain(|(_, node)| !matches!(node.value, Value::Null));
            for (_, node) in entries {
                strip(node);
            }
        }
        // Within lists, and so within raw resources, `null` has its own meaning.
        Value::Sequence(_) | Value::Null | Value::Scalar(_) | Value::Gone => {}
    }
}

/// `path.to.key=value`.
struct Assignment {
    path: Vec<Spanned<String>>,
    value: Node,
}

fn assignments(text: &str, source: SourceId, reader: &mut Reader) -> Vec<Assignment> {
    let mut found = Vec::new();
    let mut start = 0_usize;
    for line in text.split('\n') {
        let end = start.saturating_add(line.len());
        if let Some(assignment) = assignment(text, source, start, end, reader) {
            found.push(assignment);
        }
        start = end.saturating_add(1);
    }
    found
}

fn assignment(
    text: &str,
    source: SourceId,
    start: usize,
    end: usize,
    reader: &mut Reader,
) -> Option<Assignment> {
    const HELP: &str = "write `path.to.key=value`, such as `forwarders.fwd.instances=3`; a dot within a key is written `\\.`";
    let whole = Span::within(source, start, end);
    let line = text.get(start..end).unwrap_or("");
    let mut path = Vec::new();
    let mut segment = String::new();
    let mut begin = start;
    let mut is_escaped = false;
    let mut equals = None;
    for (at, letter) in line.char_indices() {
        let here = start.saturating_add(at);
        match letter {
            _ if is_escaped => {
                segment.push(letter);
                is_escaped = false;
            }
            '\\' => is_escaped = true,
            '.' | '=' => {
                path.push(Spanned {
                    value: std::mem::take(&mut segment),
                    span: Span::within(source, begin, here),
                });
                begin = here.saturating_add(1);
                if letter == '=' {
                    equals = Some(begin);
                    break;
                }
            }
            _ => segment.push(letter),
        }
    }
    let (Some(value_at), false) = (equals, path.iter().any(|segment| segment.value.is_empty()))
    else {
        let message = format!("`{}` sets nothing", clip(line, 40));
        reader.report("MAN016", message, whole, HELP);
        return None;
    };
    // The value is read as YAML, so lists and mappings may be given in brackets and braces.
    let value = text.get(..end).unwrap_or("");
    let before = reader.findings.len();
    let node = yaml::read_from(value, source, value_at, &mut reader.findings);
    if reader.findings.len() > before {
        return None;
    }
    let mut value = node.unwrap_or_else(|| absent(Span::within(source, value_at, end)));
    if let Some(key) = path.last() {
        value.label = key.span;
    }
    Some(Assignment { path, value })
}

/// Sets one value; keys that are not there are made, list items must be there or be the next one.
fn assign(root: &mut Node, assignment: Assignment, reader: &mut Reader) {
    let Assignment { path, value } = assignment;
    let mut node = root;
    let mut rest = path.into_iter().peekable();
    while let Some(segment) = rest.next() {
        let is_last = rest.peek().is_none();
        if matches!(node.value, Value::Null) {
            node.value = Value::Mapping(Vec::new());
        }
        node = match &mut node.value {
            Value::Mapping(entries) => {
                let known = entries
                    .iter()
                    .position(|(key, _)| key.value == segment.value);
                if is_last && matches!(value.value, Value::Null) {
                    if let Some(at) = known {
                        entries.remove(at);
                    }
                    return;
                }
                let at = known.unwrap_or_else(|| {
                    entries.push((segment.clone(), absent(segment.span)));
                    entries.len().saturating_sub(1)
                });
                match entries.get_mut(at) {
                    Some((key, node)) => {
                        if is_last {
                            *key = segment;
                        }
                        node
                    }
                    None => return,
                }
            }
            Value::Sequence(items) => {
                let length = items.len();
                let at = segment
                    .value
                    .parse::<usize>()
                    .ok()
                    .filter(|at| *at <= length);
                let Some(at) = at else {
                    let message = format!(
                        "`{}` is no item of this list of {length}",
                        clip(&segment.value, 30)
                    );
                    let help = "items are counted from 0; the number of items adds one at the end";
                    reader.report("MAN016", message, segment.span, help);
                    return;
                };
                if is_last && matches!(value.value, Value::Null) {
                    if at < length {
                        items.remove(at);
                    }
                    return;
                }
                if at == length {
                    items.push(absent(segment.span));
                }
                match items.get_mut(at) {
                    Some(node) => node,
                    None => return,
                }
            }
            Value::Null | Value::Gone | Value::Scalar(_) => {
                let message = format!("`{}` is below a text", clip(&segment.value, 30));
                let help = "set the whole value, or correct the path";
                reader.report("MAN016", message, segment.span, help);
                return;
            }
        };
        if is_last {
            lay(node, value);
            return;
        }
    }
}

fn absent(span: Span) -> Node {
    Node {
        span,
        label: span,
        is_plain: true,
        value: Value::Null,
    }
}
