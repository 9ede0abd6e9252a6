//! Places in texts: which text, byte spans, and the line and column that people see.
//!
//! A manifest may be made of several texts: the manifest itself, overlays, and values set on the
//! command line. A [`SourceMap`] holds them with their names; a [`Span`] says which one it means.
//! Spans are byte offsets so that they stay cheap to carry; only [`SourceMap`] and [`LineIndex`]
//! know lines.

pub mod json;

mod path;

pub use path::ManifestPath;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// Which text of a [`SourceMap`] a span lies in; the default is the manifest itself.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(transparent)]
pub struct SourceId(u32);

impl SourceId {
    /// The manifest itself: the first text.
    pub const MANIFEST: Self = Self(0);

    /// Its place in the order of texts.
    pub fn index(self) -> usize {
        usize::try_from(self.0).unwrap_or(usize::MAX)
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    fn is_manifest(&self) -> bool {
        *self == Self::MANIFEST
    }
}

/// A half-open range of byte offsets in one of the texts.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
pub struct Span {
    /// The text.
    #[serde(default, skip_serializing_if = "SourceId::is_manifest")]
    pub source: SourceId,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// A span in the manifest itself, from `start` up to, not including, `end`.
    pub fn new(start: usize, end: usize) -> Self {
        Self::within(SourceId::MANIFEST, start, end)
    }

    /// A span in one of the texts.
    pub fn within(source: SourceId, start: usize, end: usize) -> Self {
        Self {
            source,
            start,
            end: end.max(start),
        }
    }
}

/// A value and the place it was written at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub span: Span,
}

/// A place as editors show it; both numbers begin at 1, columns count characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
}

/// A range as editors and reports show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Location {
    /// Name of the text, as the user gave it.
    pub file: String,
    /// First line, from 1.
    pub line: usize,
    /// First column in characters, from 1.
    pub column: usize,
    /// Line of the end, from 1.
    pub end_line: usize,
    /// Column of the end, from 1: the first one that is no longer part of it.
    pub end_column: usize,
}

/// Finds line and column of a byte offset.
#[derive(Clone, Debug)]
pub struct LineIndex<'text> {
    text: &'text str,
    starts: Cow<'text, [usize]>,
}

impl<'text> LineIndex<'text> {
    /// Reads the line starts of `text`.
    pub fn new(text: &'text str) -> Self {
        Self {
            text,
            starts: Cow::Owned(line_starts(text)),
        }
    }

    /// The position of a byte offset; offsets past the end give the end.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.text.len());
        let line = self.starts.partition_point(|start| *start <= offset).max(1);
        let start = self
            .starts
            .get(line.saturating_sub(1))
            .copied()
            .unwrap_or(0);
        let before = self.text.get(start..offset).unwrap_or("");
        Position {
            line,
            column: before.chars().count().saturating_add(1),
        }
    }
}

fn line_starts(text: &str) -> Vec<usize> {
    std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at.saturating_add(1)))
        .collect()
}

/// How a text says what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// A YAML document that is laid over what came before.
    Yaml,
    /// A line for each value that is set: `path.to.key=value`.
    Assignments,
}

#[derive(Clone, Debug)]
struct Source {
    name: String,
    text: String,
    form: Form,
    starts: Vec<usize>,
}

/// The texts that make up a manifest, in the order in which they are laid over each other.
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    sources: Vec<Source>,
}

impl SourceMap {
    /// A map of one manifest.
    pub fn of(name: impl Into<String>, text: impl Into<String>) -> Self {
        let mut sources = Self::default();
        sources.add(name, text);
        sources
    }

    /// Adds a YAML text: the manifest if it is the first, else an overlay.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> SourceId {
        self.push(name.into(), text.into(), Form::Yaml)
    }

    /// Adds values that are set one by one, each `path.to.key=value`, under a name such as `--set`.
    /// The place of the second one's fifth character is then `--set:2:5`.
    pub fn add_assignments<'a>(
        &mut self,
        name: impl Into<String>,
        assignments: impl IntoIterator<Item = &'a str>,
    ) -> SourceId {
        let lines: Vec<String> = assignments
            .into_iter()
            .map(|line| line.replace(['\n', '\r'], " "))
            .collect();
        self.push(name.into(), lines.join("\n"), Form::Assignments)
    }

    fn push(&mut self, name: String, text: String, form: Form) -> SourceId {
        let id = SourceId(u32::try_from(self.sources.len()).unwrap_or(u32::MAX));
        let starts = line_starts(&text);
        self.sources.push(Source {
            name,
            text,
            form,
            starts,
        });
        id
    }

    /// The same texts, one of them changed.
    #[must_use]
    pub fn with_text(&self, id: SourceId, text: String) -> Self {
        let mut changed = self.clone();
        if let Some(source) = changed.sources.get_mut(id.index()) {
            source.starts = line_starts(&text);
            source.text = text;
        }
        changed
    }

    /// Every text, in order.
    pub fn ids(&self) -> impl Iterator<Item = SourceId> + use<> {
        (0..u32::try_from(self.sources.len()).unwrap_or(u32::MAX)).map(SourceId)
    }

    fn source(&self, id: SourceId) -> Option<&Source> {
        self.sources.get(id.index())
    }

    /// The name of a text, as the user gave it; empty if there is no such text.
    pub fn name(&self, id: SourceId) -> &str {
        self.source(id).map_or("", |source| source.name.as_str())
    }

    /// A text; empty if there is no such text.
    pub fn text(&self, id: SourceId) -> &str {
        self.source(id).map_or("", |source| source.text.as_str())
    }

    /// How a text is written.
    pub fn form(&self, id: SourceId) -> Form {
        self.source(id).map_or(Form::Yaml, |source| source.form)
    }

    /// Line and column in a text.
    pub fn lines(&self, id: SourceId) -> LineIndex<'_> {
        match self.source(id) {
            Some(source) => LineIndex {
                text: &source.text,
                starts: Cow::Borrowed(&source.starts),
            },
            None => LineIndex::new(""),
        }
    }

    /// Where a span begins.
    pub fn position(&self, span: Span) -> Position {
        self.lines(span.source).position(span.start)
    }

    /// File, line and column of a span.
    pub fn location(&self, span: Span) -> Location {
        let lines = self.lines(span.source);
        let (start, end) = (lines.position(span.start), lines.position(span.end));
        Location {
            file: self.name(span.source).to_owned(),
            line: start.line,
            column: start.column,
            end_line: end.line,
            end_column: end.column,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_from_one() {
        let index = LineIndex::new("a\nüb: 1\n");
        assert_eq!(index.position(0), Position { line: 1, column: 1 });
        assert_eq!(index.position(4), Position { line: 2, column: 2 });
        assert_eq!(index.position(99), Position { line: 3, column: 1 });
    }

    #[test]
    fn a_span_knows_its_text() {
        let mut sources = SourceMap::of("a.yaml", "one: 1\n");
        let overlay = sources.add("b.yaml", "x:\n  two: 2\n");
        let set = sources.add_assignments("--set", ["a=1", "b.c=2"]);
        let at = |span| {
            let found = sources.location(span);
            format!("{}:{}:{}", found.file, found.line, found.column)
        };
        assert_eq!(at(Span::new(5, 6)), "a.yaml:1:6");
        assert_eq!(at(Span::within(overlay, 5, 8)), "b.yaml:2:3");
        assert_eq!(at(Span::within(set, 8, 9)), "--set:2:5");
        assert_eq!(
            serde_json::to_string(&Span::new(5, 6)).unwrap(),
            r#"{"start":5,"end":6}"#
        );
    }
}
