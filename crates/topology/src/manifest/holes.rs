//! Values that cannot be read, and what may have been meant by them.
//!
//! A hole silences what follows from it and nothing else. To tell the two apart, whoever asks
//! ([`crate::diagnose`]) fills the holes in several ways and believes only what holds in all of
//! them. One of the ways should be what was meant, so that nothing follows from a slip of the pen;
//! the others should differ from it as much as they can.

use super::{
    suggest::nearest,
    yaml::{Node, Value},
};
use crate::source::Span;

/// A place of the text whose value is unknown.
#[derive(Clone, Debug)]
pub(crate) struct Hole {
    /// A value, a key, or what is underlined where something is missing.
    pub(super) at: Span,
    /// What to take for it, in the order in which it should be tried.
    pub(super) instead: Vec<Instead>,
}

/// What is taken for something unknown.
#[derive(Clone, Debug)]
pub(super) enum Instead {
    /// This value.
    Put(Value),
    /// The text that the key has elsewhere: its first, its second…
    Like(String, usize),
    /// The list that the key has elsewhere.
    LikeList(String, usize),
    /// This for the value that stands here, or whose key does.
    Whole(Box<Self>),
    /// A member of the mapping: its key, and what its value is.
    Insert(String, Box<Self>),
    /// Another name for the key.
    Rename(String),
    /// Nothing: what is left out keeps its default.
    Leave,
    /// The entry that it stands in is not there, nor is anything that refers to it.
    Cut,
    /// Nothing is known at all.
    Clear,
}

impl Hole {
    pub(super) fn new(at: Span, instead: Vec<Instead>) -> Self {
        Self { at, instead }
    }

    /// A reference to nothing; one of these names was meant, most likely the nearest.
    pub(crate) fn reference<'c>(
        at: Span,
        word: &str,
        names: impl IntoIterator<Item = &'c str>,
    ) -> Self {
        let names: Vec<&str> = names.into_iter().collect();
        let mut instead = words(word, names.iter().copied());
        if nearest(word, names).is_none() {
            instead.truncate(2);
            instead.push(Instead::Cut);
        }
        Self { at, instead }
    }

    /// The same reference where it is a key: another key was meant.
    pub(crate) fn of_key(&mut self) {
        for instead in &mut self.instead {
            if let Instead::Put(Value::Scalar(name)) = instead {
                *instead = Instead::Rename(std::mem::take(name));
            }
        }
    }

    /// A value of ARM's that does not fit, at this JSON pointer: none, or something else that its
    /// name may have.
    pub(crate) fn value(at: Span, pointer: &str) -> Self {
        let mut names = pointer.rsplit('/');
        let name = names.find(|name| name.parse::<usize>().is_err());
        let like = |way| {
            let name = name?;
            let text = |value: &serde_json::Value| match value {
                serde_json::Value::String(text) => text.clone(),
                other => other.to_string(),
            };
            Some(match crate::arm::plausible(name, way) {
                None => Instead::Like(name.to_owned(), way),
                Some(serde_json::Value::Array(items)) => {
                    let items: Vec<String> = items.iter().map(text).collect();
                    list(&items.iter().map(String::as_str).collect::<Vec<_>>())
                }
                Some(value) => Instead::text(&text(&value)),
            })
        };
        let instead = [Some(Instead::Leave), like(0), like(1)];
        let whole = |instead| match instead {
            Instead::Leave => Instead::Leave,
            other => Instead::Whole(Box::new(other)),
        };
        Self::new(at, instead.into_iter().flatten().map(whole).collect())
    }

    /// Something that says nothing that could be used.
    pub(crate) fn dead_end(at: Span) -> Self {
        Self::new(at, vec![Instead::Leave, Instead::Cut])
    }
}

/// The nearest of some words, and two others.
pub(super) fn words<'c>(word: &str, words: impl IntoIterator<Item = &'c str>) -> Vec<Instead> {
    let words: Vec<&str> = words.into_iter().collect();
    let first = nearest(word, words.iter().copied());
    let others = words
        .iter()
        .copied()
        .filter(|other| Some(*other) != first)
        .take(2);
    first.into_iter().chain(others).map(Instead::text).collect()
}

/// A list of all these words.
pub(super) fn list(words: &[&str]) -> Instead {
    let nowhere = Span::default();
    let items = words.iter().map(|word| Node {
        span: nowhere,
        label: nowhere,
        is_plain: true,
        value: Value::Scalar((*word).to_owned()),
    });
    Instead::Put(Value::Sequence(items.collect()))
}

impl Instead {
    /// The value as the only item of a list.
    pub(super) fn in_brackets(node: &Node) -> Self {
        let mut item = node.clone();
        // The list stands where the value stood, and holes are told apart by their places.
        item.span = Span::within(node.span.source, node.span.start, node.span.start);
        Self::Put(Value::Sequence(vec![item]))
    }

    /// The key whose values are looked for elsewhere.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Like(key, _) | Self::LikeList(key, _) => Some(key),
            Self::Insert(_, value) | Self::Whole(value) => value.key(),
            Self::Put(_) | Self::Rename(_) | Self::Leave | Self::Cut | Self::Clear => None,
        }
    }

    /// Whether it is the second value of a key elsewhere. Where there is none, the first is left
    /// out, and the second takes its entry out: one of both leads to nothing.
    pub(super) fn is_second(&self) -> bool {
        matches!(self, Self::Like(_, 1) | Self::LikeList(_, 1))
    }

    /// Whether nothing is left of the value that was there.
    pub(super) fn replaces(&self) -> bool {
        matches!(
            self,
            Self::Put(_) | Self::Like(..) | Self::LikeList(..) | Self::Whole(_)
        )
    }

    pub(super) fn text(text: &str) -> Self {
        Self::Put(Value::Scalar(text.to_owned()))
    }
}
