//! Changes a manifest's text in as few places as possible.
//!
//! A value is set, removed or appended at a [`ManifestPath`]; everything else stays as it was
//! written: order, indentation, comments, braces where there were braces. A changed text is read
//! again before it is handed out, and must say what the old one said but for the change; so an edit
//! is right, or it is refused.

use super::{
    raw,
    write::{self, flow},
    yaml::{self, Node, Value as Yaml},
};
use crate::{
    finding::Edit,
    fix,
    source::{ManifestPath, SourceId, Span},
};
use serde_json::{Map, Value};

/// Why a text cannot be changed as asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EditError {
    /// The text cannot be read.
    #[error("the text cannot be read, so it cannot be changed")]
    Unreadable,
    /// The path leads through a text or past the end of a list.
    #[error("`{0}` leads nowhere in the text")]
    Nowhere(ManifestPath),
    /// The change would change something else, or come to nothing.
    #[error("`{0}` is written in a way that cannot be changed here, such as an alias")]
    Entangled(ManifestPath),
}

/// The edits that set (or, with `None`, remove) the value at a path in one text. Keys that are not
/// there are made; a last segment `-` appends to a list. Removing what is not there is no edit.
pub fn edits(
    text: &str,
    source: SourceId,
    path: &ManifestPath,
    value: Option<&Value>,
) -> Result<Vec<Edit>, EditError> {
    let root = read(text, source)?;
    let segments: Vec<String> = path.segments().collect();
    let editor = Editor { text, source };
    let made = editor
        .change(&root, &segments, value)
        .ok_or_else(|| EditError::Nowhere(path.clone()))?;
    if made.is_empty() {
        return Ok(made);
    }
    let mut wanted = raw::value(&root);
    let escaped = value.map(write::escaped);
    let changed = read(&apply(text, &made), source)?;
    let put = fix::put(&mut wanted, path.as_str(), escaped);
    if put.is_none() || raw::value(&changed) != wanted {
        return Err(EditError::Entangled(path.clone()));
    }
    Ok(made)
}

/// How many segments of a path lead to something that is in the text.
pub(crate) fn known_segments(text: &str, path: &ManifestPath) -> usize {
    let Ok(root) = read(text, SourceId::MANIFEST) else {
        return 0;
    };
    let segments: Vec<String> = path.segments().collect();
    let way = walk(&root, &segments);
    way.len().saturating_sub(1)
}

/// The value at a path of a text, as it is written.
pub(crate) fn value_at(text: &str, path: &ManifestPath) -> Option<Value> {
    let root = read(text, SourceId::MANIFEST).ok()?;
    let segments: Vec<String> = path.segments().collect();
    let way = walk(&root, &segments);
    (way.len() > segments.len())
        .then(|| way.last().map(|step| raw::value(step.node)))
        .flatten()
}

/// A text after edits that do not overlap.
pub fn apply(text: &str, edits: &[Edit]) -> String {
    let mut ordered: Vec<&Edit> = edits.iter().collect();
    ordered.sort_by_key(|edit| (edit.span.start, edit.span.end));
    let mut out = String::with_capacity(text.len());
    let mut from = 0_usize;
    for edit in ordered {
        out.push_str(text.get(from..edit.span.start).unwrap_or(""));
        out.push_str(&edit.text);
        from = edit.span.end.max(from);
    }
    out.push_str(text.get(from..).unwrap_or(""));
    out
}

fn read(text: &str, source: SourceId) -> Result<Node, EditError> {
    let mut findings = Vec::new();
    let root = yaml::read(text, source, &mut findings);
    root.filter(|_| findings.is_empty())
        .ok_or(EditError::Unreadable)
}

/// A value inside of the keys that lead to it.
fn nest(segments: &[String], value: &Value) -> Value {
    match segments.split_first() {
        None => value.clone(),
        Some((first, rest)) if first == "-" || first == "0" => {
            Value::Array(vec![nest(rest, value)])
        }
        Some((first, rest)) => {
            let mut members = Map::new();
            members.insert(first.clone(), nest(rest, value));
            Value::Object(members)
        }
    }
}

/// A node on the way, with its place in the one before.
#[derive(Clone, Copy)]
struct Step<'n> {
    node: &'n Node,
    at: usize,
}

/// From the root as far as the text goes.
fn walk<'n>(root: &'n Node, segments: &[String]) -> Vec<Step<'n>> {
    let mut way = vec![Step { node: root, at: 0 }];
    let mut node = root;
    for segment in segments {
        let found = match &node.value {
            Yaml::Mapping(entries) => entries
                .iter()
                .position(|(key, _)| key.value == *segment)
                .and_then(|at| Some((at, &entries.get(at)?.1))),
            Yaml::Sequence(items) => segment
                .parse::<usize>()
                .ok()
                .and_then(|at| Some((at, items.get(at)?))),
            Yaml::Null | Yaml::Gone | Yaml::Scalar(_) => None,
        };
        let Some((at, below)) = found else { break };
        node = below;
        way.push(Step { node, at });
    }
    way
}

struct Editor<'t> {
    text: &'t str,
    source: SourceId,
}

impl Editor<'_> {
    fn change(&self, root: &Node, segments: &[String], value: Option<&Value>) -> Option<Vec<Edit>> {
        let way = walk(root, segments);
        let known = way.len().saturating_sub(1);
        let rest = segments.get(known..)?;
        let last = way.last()?;
        let above = known.checked_sub(1).and_then(|at| way.get(at));
        let is_flow = way
            .iter()
            .take(known.max(1))
            .any(|step| self.is_flow(step.node));
        match (value, rest.split_first()) {
            (None, Some(_)) => Some(Vec::new()),
            (None, None) => self.remove(above?.node, last.at, &way, is_flow),
            (Some(value), None) => self.replace(above.copied(), *last, value, is_flow),
            (Some(value), Some((first, below))) => {
                let nested = nest(below, value);
                match &last.node.value {
                    Yaml::Mapping(_) => self.insert(last.node, first, &nested, &way),
                    Yaml::Sequence(_) if first == "-" => self.append(last.node, &nested),
                    Yaml::Null => {
                        let whole = nest(rest, value);
                        self.replace(above.copied(), *last, &whole, is_flow)
                    }
                    _ => None,
                }
            }
        }
    }

    fn edit(&self, start: usize, end: usize, text: impl Into<String>) -> Edit {
        Edit {
            span: Span::within(self.source, start, end),
            text: text.into(),
        }
    }

    /// The text from an offset on.
    fn from(&self, at: usize) -> &str {
        self.text.get(at..).unwrap_or("")
    }

    fn line_start(&self, at: usize) -> usize {
        self.text
            .get(..at)
            .and_then(|before| before.rfind('\n'))
            .map_or(0, |newline| newline.saturating_add(1))
    }

    /// The end of the line, its line break not included.
    fn line_end(&self, at: usize) -> usize {
        let rest = self.from(at);
        let length = rest.find(['\n', '\r']).unwrap_or(rest.len());
        at.saturating_add(length)
    }

    fn column(&self, at: usize) -> usize {
        self.text
            .get(self.line_start(at)..at)
            .map_or(0, |before| before.chars().count())
    }

    /// Whether nothing but blanks stands before it on its line.
    fn is_first_on_line(&self, at: usize) -> bool {
        self.text
            .get(self.line_start(at)..at)
            .is_some_and(|before| before.trim().is_empty())
    }

    /// Where the collection's own bracket stands, if it is written in brackets.
    fn bracket(&self, node: &Node) -> Option<usize> {
        let text = self.text.get(node.span.start..node.span.end)?;
        let mut rest = text;
        while rest.starts_with(['&', '!']) {
            rest = rest.split_once(char::is_whitespace)?.1.trim_start();
        }
        let at = text.len().saturating_sub(rest.len());
        rest.starts_with(['{', '['])
            .then(|| node.span.start.saturating_add(at))
    }

    fn is_flow(&self, node: &Node) -> bool {
        self.bracket(node).is_some()
    }

    /// The place behind the colon of a key.
    fn behind_colon(&self, key: Span) -> Option<usize> {
        let rest = self.from(key.end);
        let at = rest.find(':')?;
        rest.get(..at)
            .is_some_and(|between| between.trim().is_empty())
            .then(|| key.end.saturating_add(at).saturating_add(1))
    }

    fn replace(
        &self,
        above: Option<Step<'_>>,
        step: Step<'_>,
        value: &Value,
        is_flow: bool,
    ) -> Option<Vec<Edit>> {
        let span = step.node.span;
        let is_scalar = !matches!(value, Value::Array(_) | Value::Object(_));
        // A word for a word: nothing around it moves.
        let is_word = matches!(step.node.value, Yaml::Scalar(_) | Yaml::Null)
            && span.end > span.start
            && !self.from(span.end).starts_with(':')
            && self
                .text
                .get(span.start..span.end)
                .is_some_and(|text| !text.contains('\n'))
            && !self.is_block_scalar(span);
        if is_word && (is_flow || is_scalar) {
            return Some(vec![self.edit(span.start, span.end, flow(value))]);
        }
        let Some(above) = above else {
            return Some(vec![self.edit(0, self.text.len(), write::document(value))]);
        };
        let (start, indent, taken) = match &above.node.value {
            Yaml::Mapping(entries) => {
                let (key, _) = entries.get(step.at)?;
                let column = self.column(key.span.start);
                let start = self.behind_colon(key.span)?;
                (start, column, self.column(start).saturating_add(1))
            }
            Yaml::Sequence(_) if is_flow => (span.start, 0, 0),
            Yaml::Sequence(_) => {
                let dash = self.dash(step.node)?;
                let start = dash.saturating_add(1);
                (start, self.column(dash), self.column(start))
            }
            _ => return None,
        };
        let text = if is_flow {
            let is_item = matches!(above.node.value, Yaml::Sequence(_));
            format!("{}{}", if is_item { "" } else { " " }, flow(value))
        } else {
            write::after(value, indent, taken)
                .trim_end_matches('\n')
                .to_owned()
        };
        Some(vec![self.edit(start, span.end.max(start), text)])
    }

    fn is_block_scalar(&self, span: Span) -> bool {
        let before = self.text.get(..span.start).unwrap_or("");
        let header = before
            .trim_end()
            .rsplit(char::is_whitespace)
            .next()
            .unwrap_or("");
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r'])
            && header.starts_with(['|', '>'])
    }

    /// The dash of an item of a list in lines.
    fn dash(&self, item: &Node) -> Option<usize> {
        let before = self.text.get(..item.span.start)?;
        let before = before.trim_end();
        before
            .ends_with('-')
            .then(|| before.len().saturating_sub(1))
    }

    fn insert(
        &self,
        mapping: &Node,
        key: &str,
        value: &Value,
        way: &[Step<'_>],
    ) -> Option<Vec<Edit>> {
        let Yaml::Mapping(entries) = &mapping.value else {
            return None;
        };
        let key = write::key(key);
        if let Some(bracket) = self.bracket(mapping) {
            let entry = format!("{key}: {}", flow(value));
            let last = entries
                .last()
                .map(|(key, node)| (key.span.start, node.span.end));
            return Some(vec![self.put_into_brackets(mapping, bracket, last, &entry)]);
        }
        let ((first, _), (_, last)) = (entries.first()?, entries.last()?);
        let indent = self.column(first.span.start);
        let at = self.line_end(last.span.end);
        let taken = indent.saturating_add(key.chars().count()).saturating_add(2);
        let written = write::after(value, indent, taken);
        let margin = " ".repeat(indent);
        // Between top-level sections stands a blank line where the text has them already.
        let is_section = way.len() == 1
            && matches!(value, Value::Object(_) | Value::Array(_))
            && self.text.contains("\n\n");
        let gap = if is_section { "\n" } else { "" };
        let text = format!("{gap}\n{margin}{key}:{}", written.trim_end_matches('\n'));
        Some(vec![self.edit(at, at, text)])
    }

    fn append(&self, list: &Node, value: &Value) -> Option<Vec<Edit>> {
        let Yaml::Sequence(items) = &list.value else {
            return None;
        };
        if let Some(bracket) = self.bracket(list) {
            let last = items.last().map(|node| (node.span.start, node.span.end));
            return Some(vec![self.put_into_brackets(
                list,
                bracket,
                last,
                &flow(value),
            )]);
        }
        let dash = self.dash(items.first()?)?;
        let mut item = String::new();
        write::item(&mut item, value, self.column(dash));
        let at = self.line_end(items.last()?.span.end);
        let text = format!("\n{}", item.trim_end_matches('\n'));
        Some(vec![self.edit(at, at, text)])
    }

    /// Puts an entry behind the last one of a collection in brackets.
    fn put_into_brackets(
        &self,
        node: &Node,
        bracket: usize,
        last: Option<(usize, usize)>,
        entry: &str,
    ) -> Edit {
        let Some((start, end)) = last else {
            let is_mapping = matches!(node.value, Yaml::Mapping(_));
            let text = if is_mapping {
                format!("{{ {entry} }}")
            } else {
                format!("[{entry}]")
            };
            return self.edit(bracket, node.span.end, text);
        };
        let gap = if self.is_first_on_line(start) {
            format!("\n{}", " ".repeat(self.column(start)))
        } else {
            " ".to_owned()
        };
        let rest = self.from(end);
        let blank = rest.len().saturating_sub(rest.trim_start().len());
        if rest.trim_start().starts_with(',') {
            let behind = end.saturating_add(blank).saturating_add(1);
            return self.edit(behind, behind, format!("{gap}{entry},"));
        }
        self.edit(end, end, format!(",{gap}{entry}"))
    }

    fn remove(
        &self,
        parent: &Node,
        at: usize,
        way: &[Step<'_>],
        is_flow: bool,
    ) -> Option<Vec<Edit>> {
        // Where each part begins and ends.
        let parts: Vec<(usize, usize)> = match &parent.value {
            Yaml::Mapping(entries) => entries
                .iter()
                .map(|(key, node)| (key.span.start, node.span.end.max(key.span.end)))
                .collect(),
            Yaml::Sequence(items) if is_flow => items
                .iter()
                .map(|node| (node.span.start, node.span.end))
                .collect(),
            Yaml::Sequence(items) => items
                .iter()
                .map(|node| Some((self.dash(node)?, node.span.end)))
                .collect::<Option<_>>()?,
            _ => return None,
        };
        let (start, end) = *parts.get(at)?;
        if parts.len() == 1 {
            let empty = match &parent.value {
                Yaml::Mapping(_) => Value::Object(Map::new()),
                _ => Value::Array(Vec::new()),
            };
            let depth = way.len().checked_sub(2)?;
            let step = way.get(depth)?;
            let above = depth.checked_sub(1).and_then(|at| way.get(at));
            if let Some(bracket) = self.bracket(parent) {
                return Some(vec![self.edit(bracket, parent.span.end, flow(&empty))]);
            }
            return self.replace(above.copied(), *step, &empty, false);
        }
        let next = parts.get(at.saturating_add(1));
        let before = at.checked_sub(1).and_then(|at| parts.get(at));
        if self.is_first_on_line(start) {
            return Some(vec![self.remove_lines(start, end, is_flow, next.is_some())]);
        }
        Some(vec![match (next, before) {
            (Some((next, _)), _) => self.edit(start, *next, ""),
            (None, Some((_, before))) => self.edit(*before, end, ""),
            (None, None) => return None,
        }])
    }

    /// Removes whole lines, or as much of them as belongs to the part.
    fn remove_lines(&self, start: usize, end: usize, is_flow: bool, has_next: bool) -> Edit {
        let mut end = end;
        if is_flow {
            let rest = self.from(end);
            let trimmed = rest.trim_start_matches([' ', '\t']);
            if trimmed.starts_with(',') {
                let blank = rest.len().saturating_sub(trimmed.len());
                end = end.saturating_add(blank).saturating_add(1);
            }
        }
        let behind = self.text.get(end..self.line_end(end)).unwrap_or("").trim();
        if !behind.is_empty() && !behind.starts_with('#') {
            // Something else follows on the line: it takes this one's place.
            let blank = self
                .from(end)
                .len()
                .saturating_sub(self.from(end).trim_start_matches([' ', '\t']).len());
            let upto = if has_next || is_flow {
                end.saturating_add(blank)
            } else {
                end
            };
            return self.edit(start, upto, "");
        }
        let line_end = self.line_end(end);
        let from = self.line_start(start);
        let break_length = match self.from(line_end) {
            rest if rest.starts_with("\r\n") => 2,
            "" => 0,
            _ => 1,
        };
        if break_length == 0 && from > 0 {
            // The last line of a text without a closing line break takes the one before it.
            return self.edit(from.saturating_sub(1), line_end, "");
        }
        self.edit(from, line_end.saturating_add(break_length), "")
    }
}

#[cfg(test)]
mod tests;
