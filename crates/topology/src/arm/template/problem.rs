//! Why an expression has no value.

use crate::{
    finding::{Finding, Severity},
    source::{Span, json},
};
use std::ops::{Deref, DerefMut, Range};

/// What is wrong in an expression. It is behind a pointer because evaluation nests deeply, and
/// results that are small keep the stack small.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem(Box<Cause>);

/// The parts of a [`Problem`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// Stable code, `TPL002`….
    pub code: &'static str,
    /// Headline.
    pub message: String,
    /// Why it matters; may be empty.
    pub note: String,
    /// What to do.
    pub help: String,
    /// The bytes of the expression's text that it is about; `None` is the whole expression.
    pub range: Option<Range<usize>>,
}

impl Deref for Problem {
    type Target = Cause;

    fn deref(&self) -> &Cause {
        &self.0
    }
}

impl DerefMut for Problem {
    fn deref_mut(&mut self) -> &mut Cause {
        &mut self.0
    }
}

impl Problem {
    /// A problem of the whole expression.
    pub(super) fn new(
        code: &'static str,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        Self(Box::new(Cause {
            code,
            message: message.into(),
            note: String::new(),
            help: help.into(),
            range: None,
        }))
    }

    /// Says which part, unless a narrower one is known.
    #[must_use]
    pub(super) fn within(mut self, range: &Range<usize>) -> Self {
        self.range.get_or_insert_with(|| range.clone());
        self
    }

    /// Adds the reason.
    #[must_use]
    pub(super) fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// The finding, for an expression whose literal stands at `literal` in `text`.
    pub(super) fn finding(self, text: &str, literal: Span) -> Finding {
        let cause = *self.0;
        let span = match cause.range {
            Some(range) => json::within_string(text, literal, range),
            None => literal,
        };
        Finding::at_span(cause.code, Severity::Error, cause.message, span)
            .note(cause.note)
            .help(cause.help)
    }
}
