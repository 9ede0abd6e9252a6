//! Places: from the parser's lines and columns to bytes, and to the span that a value really has.

use crate::source::{SourceId, Span};
use saphyr_parser::Marker;
use std::cell::Cell;

/// Line starts, to turn the parser's line and column into byte offsets. The parser's own index is
/// not used: it counts bytes in some places and characters in others.
pub(super) struct Offsets<'text> {
    source: SourceId,
    pub(super) text: &'text str,
    starts: Vec<usize>,
    /// The last place that was asked for: line, column, byte. Places come nearly in order, and
    /// counting each from its line's start takes forever in a text of one long line.
    last: Cell<(usize, usize, usize)>,
}

impl<'text> Offsets<'text> {
    pub(super) fn new(source: SourceId, text: &'text str) -> Self {
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

    pub(super) fn byte(&self, marker: &Marker) -> usize {
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

    pub(super) fn span(&self, span: &saphyr_parser::Span) -> Span {
        let start = self.byte(&span.start);
        let end = self.byte(&span.end);
        let kept = self.text.get(start..end).unwrap_or("").trim_end();
        Span::within(self.source, start, start.saturating_add(kept.len()))
    }

    /// The span of a quoted text from quote to quote: the parser's ends at what comes next.
    pub(super) fn quoted(&self, span: Span, quote: char) -> Span {
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

    pub(super) fn behind_colon(&self, span: Span) -> Span {
        let is_before = self
            .text
            .get(span.end..)
            .is_some_and(|rest| rest.starts_with(':'));
        let at = span.end.saturating_add(usize::from(is_before));
        Span::within(span.source, at, at)
    }

    /// The place of the dash of a list's first item; the parser begins some lists behind it.
    pub(super) fn dash(&self, start: usize) -> usize {
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
    pub(super) fn bracket(&self, start: usize, end: usize) -> Option<usize> {
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
    pub(super) fn first_line(&self, span: Span) -> Span {
        let text = self.text.get(span.start..span.end).unwrap_or("");
        let line = text.lines().next().unwrap_or("").trim_end();
        Span::within(
            span.source,
            span.start,
            span.start.saturating_add(line.len()),
        )
    }
}
