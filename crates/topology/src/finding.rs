//! What is wrong with a topology, said so that it can be mended.
//!
//! A finding names one cause. It knows the place in the model ([`Place`]) and, once provenance is
//! known, the place in the text; how it is shown is decided elsewhere.

use crate::{manifest::suggest::clip, model::id::ResourceId, source::Span};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Longest headline, in characters: what a text is quoted in it may be of any length. Messages aim
/// for 80; names of Azure's resources may have as many themselves.
const HEADLINE: usize = 300;

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

/// A further place that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    /// Where in the model.
    pub place: Place,
    /// Where in the text; filled in from provenance.
    pub span: Option<Span>,
    /// What is there, in a few words.
    pub label: String,
}

/// A change of the model: the place is set to the value, or removed.
///
/// The pointer is a JSON pointer into the resource's ARM JSON; a last segment `-` appends to a
/// list, and the empty pointer is the whole resource, which is added or deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The resource.
    pub id: ResourceId,
    /// JSON pointer into it.
    pub pointer: String,
    /// What stands there afterwards; `None` removes it.
    pub value: Option<Value>,
}

impl Change {
    /// Sets a place.
    pub fn set(id: &ResourceId, pointer: impl Into<String>, value: impl Into<Value>) -> Self {
        Self {
            id: id.clone(),
            pointer: pointer.into(),
            value: Some(value.into()),
        }
    }

    /// Removes a place.
    pub fn remove(id: &ResourceId, pointer: impl Into<String>) -> Self {
        Self {
            id: id.clone(),
            pointer: pointer.into(),
            value: None,
        }
    }
}

/// A change of the text itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Edit {
    /// What is replaced; empty to insert.
    pub span: Span,
    /// By what.
    pub text: String,
}

/// What mends a finding without anybody having to decide anything.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Fix {
    /// What it does, imperative: ``set `intervalInSeconds` to 5``.
    pub title: String,
    /// Changes of the model, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// Changes of the text, for findings about the text itself.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub edits: Vec<Edit>,
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
    /// Further places that it is about.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<Related>,
    /// Why it matters.
    pub note: String,
    /// What to type.
    pub help: String,
    /// URL of the rule's source, empty if it is about the text only.
    pub source: &'static str,
    /// What mends it unread, where that is safe.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fix: Option<Fix>,
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
            message: clip(&message.into(), HEADLINE),
            span: Some(span),
            place: None,
            related: Vec::new(),
            note: String::new(),
            help: String::new(),
            source: "",
            fix: None,
        }
    }

    /// A finding about something that has no place in a text or in the model.
    pub fn nowhere(code: &'static str, severity: Severity, message: impl Into<String>) -> Self {
        Self {
            span: None,
            ..Self::at_span(code, severity, message, Span::new(0, 0))
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
            message: clip(&message.into(), HEADLINE),
            span: None,
            place: Some(Place {
                id: id.clone(),
                pointer: pointer.into(),
            }),
            related: Vec::new(),
            note: String::new(),
            help: String::new(),
            source: "",
            fix: None,
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

    /// Adds a further place, with a few words about what is there.
    #[must_use]
    pub fn related(
        mut self,
        id: &ResourceId,
        pointer: impl Into<String>,
        label: impl Into<String>,
    ) -> Self {
        self.related.push(Related {
            place: Place {
                id: id.clone(),
                pointer: pointer.into(),
            },
            span: None,
            label: label.into(),
        });
        self
    }

    /// Adds changes of the model that mend it.
    #[must_use]
    pub fn fix(
        mut self,
        title: impl Into<String>,
        changes: impl IntoIterator<Item = Change>,
    ) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            changes: changes.into_iter().collect(),
            edits: Vec::new(),
        });
        self
    }

    /// Adds a change of the text that mends it.
    #[must_use]
    pub fn edit(mut self, title: impl Into<String>, span: Span, text: impl Into<String>) -> Self {
        self.fix = Some(Fix {
            title: title.into(),
            changes: Vec::new(),
            edits: vec![Edit {
                span,
                text: text.into(),
            }],
        });
        self
    }
}
