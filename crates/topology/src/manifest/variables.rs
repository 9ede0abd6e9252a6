//! Variables: `variables: { region: uksouth }`, and `$(region)` wherever a value stands.
//!
//! Parentheses and not braces, because YAML takes no braces in an unquoted text between braces:
//! `{ location: $(region) }` needs no quotes.
//!
//! Within a longer text the variable's text is put in; a value that is nothing but `$(name)` is
//! replaced by the variable's value as it is, list or mapping included. Variables may use other
//! variables. `$$(` stands for `$(`. What is put in keeps the place where it is used, so a finding
//! points at the use and not at the definition.

use super::{
    reader::Reader,
    suggest::{clip, one_of},
    yaml::{Node, Value},
};
use crate::{
    finding::{Finding, Severity},
    source::{Span, Spanned},
};
use std::collections::{BTreeMap, BTreeSet};

/// A variable that is used nowhere.
pub(crate) const UNUSED_VARIABLE: &str = "MAN019";

const SECTION: &str = "variables";
/// The longest text that references may make: variables of variables multiply.
const MAX_TEXT: usize = 64 * 1024;
/// The most that all references together may put in, in bytes and nodes.
const MAX_ADDED: usize = 4 * 1024 * 1024;

/// Puts the variables in, and takes their section out.
pub(super) fn substitute(root: &mut Node, reader: &mut Reader) {
    let section = match &mut root.value {
        Value::Mapping(entries) => entries
            .iter()
            .position(|(key, _)| key.value == SECTION)
            .map(|at| entries.remove(at).1),
        _ => None,
    };
    let definitions = match section.map(|node| (node.value, node.span)) {
        None | Some((Value::Null, _)) => Vec::new(),
        Some((Value::Mapping(definitions), _)) => definitions,
        Some((other, span)) => {
            let message = format!("`variables` must be a mapping, not {}", other.kind());
            reader.report(
                "MAN004",
                message,
                span,
                "write `variables: { name: value }`",
            );
            Vec::new()
        }
    };
    let mut variables = Variables::default();
    for (name, node) in definitions {
        if is_name(&name.value) {
            variables.values.insert(name.value.clone(), (name, node));
        } else {
            let message = format!("`{}` cannot be a variable's name", clip(&name.value, 40));
            let help = "use letters, digits, `-`, `_` and `.`";
            reader.report("MAN006", message, name.span, help);
        }
    }
    variables.node(root, reader);
    variables.report_unused(reader);
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
}

#[derive(Default)]
struct Variables {
    values: BTreeMap<String, (Spanned<String>, Node)>,
    used: BTreeSet<String>,
    /// The variables that are being put in now, to see a circle.
    open: Vec<String>,
    added: usize,
    is_exhausted: bool,
}

/// A piece of a text with references.
enum Piece<'t> {
    Text(&'t str),
    Reference(&'t str),
    /// `$(` that is never closed, or names nothing.
    Malformed,
}

/// `None` if the text has no reference and no escape.
fn pieces(text: &str) -> Option<Vec<Piece<'_>>> {
    if !text.contains("$(") {
        return None;
    }
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("$(") {
        let (before, after) = rest.split_at(at);
        if let Some(kept) = before.strip_suffix('$') {
            found.push(Piece::Text(kept));
            found.push(Piece::Text("$("));
            rest = after.get(2..).unwrap_or("");
            continue;
        }
        found.push(Piece::Text(before));
        let inner = after.get(2..).unwrap_or("");
        match inner.split_once(')') {
            Some((name, behind)) if is_name(name.trim()) => {
                found.push(Piece::Reference(name.trim()));
                rest = behind;
            }
            _ => {
                found.push(Piece::Malformed);
                rest = inner;
            }
        }
    }
    found.push(Piece::Text(rest));
    Some(found)
}

impl Variables {
    fn node(&mut self, node: &mut Node, reader: &mut Reader) {
        match &mut node.value {
            Value::Null | Value::Gone => {}
            Value::Sequence(items) => {
                for item in items {
                    self.node(item, reader);
                }
            }
            Value::Mapping(entries) => {
                for (_, value) in entries {
                    self.node(value, reader);
                }
            }
            Value::Scalar(text) => {
                let text = text.clone();
                if let Some(pieces) = pieces(&text) {
                    self.scalar(node, &pieces, reader);
                }
            }
        }
    }

    fn scalar(&mut self, node: &mut Node, pieces: &[Piece<'_>], reader: &mut Reader) {
        let span = node.span;
        let whole: Vec<&Piece<'_>> = pieces
            .iter()
            .filter(|piece| !matches!(piece, Piece::Text("")))
            .collect();
        if let [Piece::Reference(name)] = whole.as_slice() {
            match self.value(name, span, reader) {
                Some(value) => {
                    node.is_plain = value.is_plain;
                    node.value = value.value;
                }
                None => node.value = Value::Gone,
            }
            return;
        }
        let mut text = String::new();
        for piece in pieces {
            match piece {
                Piece::Text(part) => text.push_str(part),
                Piece::Malformed => {
                    let help = "write `$(name)`, or `$$(` for the two characters themselves";
                    reader.report(
                        "MAN018",
                        "`$(` begins no reference to a variable",
                        span,
                        help,
                    );
                    node.value = Value::Gone;
                    return;
                }
                Piece::Reference(name) => match self.value(name, span, reader).map(|v| v.value) {
                    Some(Value::Scalar(part)) => text.push_str(&part),
                    Some(Value::Null) => {}
                    Some(other @ (Value::Mapping(_) | Value::Sequence(_))) => {
                        let message = format!(
                            "`{}` is {} and cannot be part of a text",
                            clip(name, 40),
                            other.kind()
                        );
                        let help = "let the whole value be the reference";
                        reader.report("MAN018", message, span, help);
                        node.value = Value::Gone;
                        return;
                    }
                    Some(Value::Gone) | None => {
                        node.value = Value::Gone;
                        return;
                    }
                },
            }
            if text.len() > MAX_TEXT {
                self.exhausted(span, reader);
                node.value = Value::Gone;
                return;
            }
        }
        node.value = Value::Scalar(text);
    }

    /// The value of a variable with its own references put in, at the place of its use.
    fn value(&mut self, name: &str, span: Span, reader: &mut Reader) -> Option<Node> {
        let Some((_, node)) = self.values.get(name) else {
            let message = format!("there is no variable `{}`", clip(name, 40));
            let help = if self.values.is_empty() {
                format!("define it: `variables: {{ {}: … }}`", clip(name, 40))
            } else {
                one_of(name, self.values.keys().map(String::as_str))
            };
            reader.report("MAN018", message, span, help);
            return None;
        };
        if self.open.iter().any(|open| open == name) {
            let message = format!("the variable `{}` uses itself", clip(name, 40));
            reader.report("MAN018", message, span, "write its value out");
            return None;
        }
        if self.is_exhausted {
            return None;
        }
        let mut node = node.clone();
        self.used.insert(name.to_owned());
        self.open.push(name.to_owned());
        self.node(&mut node, reader);
        self.open.pop();
        self.added = self.added.saturating_add(weight(&node));
        if self.added > MAX_ADDED {
            self.exhausted(span, reader);
            return None;
        }
        move_to(&mut node, span);
        Some(node)
    }

    fn exhausted(&mut self, span: Span, reader: &mut Reader) {
        if !self.is_exhausted {
            self.is_exhausted = true;
            let help = "write the values out, or use fewer variables";
            reader.report(
                "YAML004",
                "variables make too much of too little",
                span,
                help,
            );
        }
    }

    fn report_unused(&self, reader: &mut Reader) {
        for (name, (key, _)) in &self.values {
            if !self.used.contains(name) {
                let message = format!("the variable `{}` is used nowhere", clip(name, 40));
                let help = "remove it, or use it as `$(…)`";
                reader.findings.push(
                    Finding::at_span(UNUSED_VARIABLE, Severity::Warning, message, key.span)
                        .help(help),
                );
            }
        }
    }
}

fn weight(node: &Node) -> usize {
    let below = match &node.value {
        Value::Scalar(text) => text.len(),
        Value::Sequence(items) => items.iter().map(weight).sum(),
        Value::Mapping(entries) => entries
            .iter()
            .map(|(key, node)| key.value.len().saturating_add(weight(node)))
            .sum(),
        Value::Null | Value::Gone => 0,
    };
    below.saturating_add(32)
}

fn move_to(node: &mut Node, span: Span) {
    node.span = span;
    node.label = span;
    match &mut node.value {
        Value::Sequence(items) => {
            for item in items {
                move_to(item, span);
            }
        }
        Value::Mapping(entries) => {
            for (key, node) in entries {
                key.span = span;
                move_to(node, span);
            }
        }
        Value::Null | Value::Gone | Value::Scalar(_) => {}
    }
}
