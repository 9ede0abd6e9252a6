//! What is wrong with a topology, said so that it can be mended.
//!
//! A finding names one cause. It knows the place in the model ([`Place`]) and, once provenance is
//! known, the place in the text; how it is shown is decided elsewhere.

use crate::{model::id::ResourceId, source::Span};
use serde::{Deserialize, Serialize};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Good to know.
    Hint,
    /// Works, and breaks later or surprises.
    Warning,
    /// Azure refuses it, or it can never carry traffic.
    Error,
}

/// A resource and a JSON pointer into its ARM JSON (`/properties/probes/0/properties/port`);
/// an empty pointer is the resource itself.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Place {
    /// The resource.
    pub id: ResourceId,
    /// JSON pointer into it.
    pub pointer: String,
}

/// One thing that is wrong, with its reason and its mend.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// Stable code, such as `PLS001`; `YAML001`… for the text, `MAN001`… for the manifest.
    pub code: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Headline: sentence case, no full stop, names the thing in backticks.
    pub message: String,
    /// Where in the text; `None` if the thing came from ARM.
    pub span: Option<Span>,
    /// Where in the model, if it is about a resource.
    pub place: Option<Place>,
    /// Why it matters.
    pub note: String,
    /// What to type.
    pub help: String,
    /// URL of the rule's source, empty if it is about the text only.
    pub source: &'static str,
}

impl Finding {
    /// A finding about the text.
    pub fn at_span(
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        span: Span,
    ) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            span: Some(span),
            place: None,
            note: String::new(),
            help: String::new(),
            source: "",
        }
    }

    /// A finding about a place in the model; its span is filled in from provenance.
    pub fn at_place(
        code: &'static str,
        severity: Severity,
        message: impl Into<String>,
        id: &ResourceId,
        pointer: impl Into<String>,
    ) -> Self {
        Self {
            code,
            severity,
            message: message.into(),
            span: None,
            place: Some(Place {
                id: id.clone(),
                pointer: pointer.into(),
            }),
            note: String::new(),
            help: String::new(),
            source: "",
        }
    }

    /// Adds the reason.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }

    /// Adds the mend.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }

    /// Adds the URL of the source.
    #[must_use]
    pub fn source(mut self, url: &'static str) -> Self {
        self.source = url;
        self
    }
}
