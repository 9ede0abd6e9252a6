//! A manifest as a tree, whose holes can be filled before it is read again.

mod cut;

use super::{
    Manifest,
    holes::{Hole, Instead},
    layers,
    reader::{Read as _, Reader},
    suggest, variables,
    yaml::{Node, Value},
};
use crate::{
    finding::Finding,
    source::{SourceMap, Span, Spanned},
};
use std::collections::{BTreeMap, BTreeSet};

/// The tree of all texts, variables put in.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    root: Option<Node>,
    /// What was wrong with the texts themselves.
    reader: Reader,
}

/// What a tree says.
#[derive(Debug)]
pub(crate) struct Reading {
    pub(crate) manifest: Manifest,
    pub(crate) findings: Vec<Finding>,
    pub(crate) holes: Vec<Hole>,
    /// Whether so much is wrong that not all of it is told: then holes are missing too.
    pub(crate) is_cut_short: bool,
}

impl Draft {
    pub(crate) fn of(sources: &SourceMap) -> Self {
        let mut reader = Reader::default();
        let mut root = layers::read(sources, &mut reader);
        if let Some(root) = &mut root {
            variables::substitute(root, &mut reader);
        }
        Self { root, reader }
    }

    /// Whether there is anything to be read: malformed YAML says nothing.
    pub(crate) fn is_there(&self) -> bool {
        self.root.is_some()
    }

    /// Reads the manifest.
    pub(crate) fn read(&self) -> Reading {
        let mut reader = self.reader.clone();
        let mut manifest = Manifest::default();
        if let Some(root) = &self.root {
            manifest = Manifest::read(root, &mut reader, "the manifest").unwrap_or_default();
            if let Some(version) = &manifest.linkspan
                && version.value != "v1"
            {
                let message = format!(
                    "`{}` is no version of the manifest",
                    suggest::clip(&version.value, 40)
                );
                reader.report("MAN001", message, version.span, "write `linkspan: v1`");
            }
        }
        let is_cut_short = reader.tell_the_rest();
        Reading {
            manifest,
            findings: reader.findings,
            holes: reader.holes,
            is_cut_short,
        }
    }

    /// Fills holes, each by what stands at `choice` in its list; whether that changed anything.
    pub(crate) fn fill(&mut self, holes: &[Hole], choice: usize) -> bool {
        let Some(root) = &mut self.root else {
            return false;
        };
        let mut wanted: BTreeMap<Span, Vec<&Instead>> = BTreeMap::new();
        for hole in holes {
            if let Some(instead) = pick(&hole.instead, choice) {
                wanted.entry(hole.at).or_default().push(instead);
            }
        }
        let mut filling = Filling {
            elsewhere: elsewhere(root, &wanted),
            wanted,
            changed: false,
            cut: BTreeSet::new(),
            is_cleared: false,
        };
        filling.node(root);
        if filling.is_cleared {
            self.root = None;
            return true;
        }
        let changed = filling.changed;
        let cut = filling.cut;
        cut::remove(root, &cut) || changed
    }
}

/// What is taken at this choice: those who have fewer begin again.
fn pick(instead: &[Instead], choice: usize) -> Option<&Instead> {
    instead.get(choice.checked_rem(instead.len())?)
}

/// The values that the keys have which holes are filled by.
fn elsewhere(root: &Node, wanted: &BTreeMap<Span, Vec<&Instead>>) -> BTreeMap<String, Vec<Value>> {
    let keys: BTreeSet<&str> = wanted
        .values()
        .flatten()
        .filter_map(|instead| instead.key())
        .collect();
    let mut found: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    let mut open = if keys.is_empty() { vec![] } else { vec![root] };
    while let Some(node) = open.pop() {
        match &node.value {
            Value::Sequence(items) => open.extend(items.iter().rev()),
            Value::Mapping(entries) => {
                for (key, inner) in entries {
                    let is_good = !wanted.contains_key(&inner.span)
                        && !matches!(inner.value, Value::Null | Value::Gone);
                    if is_good && keys.contains(key.value.as_str()) {
                        let values = found.entry(key.value.clone()).or_default();
                        if values.len() < VALUES && !values.contains(&inner.value) {
                            values.push(inner.value.clone());
                        }
                    }
                }
                open.extend(entries.iter().rev().map(|(_, inner)| inner));
            }
            Value::Null | Value::Gone | Value::Scalar(_) => {}
        }
    }
    found
}

/// How many different values of a key are remembered.
const VALUES: usize = 4;

struct Filling<'h> {
    wanted: BTreeMap<Span, Vec<&'h Instead>>,
    elsewhere: BTreeMap<String, Vec<Value>>,
    changed: bool,
    /// Places whose entries are to be taken out.
    cut: BTreeSet<Span>,
    is_cleared: bool,
}

impl<'h> Filling<'h> {
    fn wanted(&self, span: Span) -> Vec<&'h Instead> {
        self.wanted.get(&span).cloned().unwrap_or_default()
    }

    fn value(&self, instead: &Instead) -> Option<Value> {
        match instead {
            Instead::Put(value) => Some(value.clone()),
            Instead::Like(key, at) => {
                self.other(key, *at, |value| matches!(value, Value::Scalar(_)))
            }
            Instead::LikeList(key, at) => {
                self.other(key, *at, |value| matches!(value, Value::Sequence(_)))
            }
            _ => None,
        }
    }

    fn other(&self, key: &str, at: usize, fits: impl Fn(&Value) -> bool) -> Option<Value> {
        let values: Vec<&Value> = self
            .elsewhere
            .get(key)?
            .iter()
            .filter(|v| fits(v))
            .collect();
        let at = at.checked_rem(values.len())?;
        values.get(at).map(|value| (*value).clone())
    }

    fn node(&mut self, node: &mut Node) {
        let wanted = self.wanted(node.span);
        for instead in &wanted {
            self.put(node, instead);
        }
        if wanted.iter().any(|instead| instead.replaces()) {
            return;
        }
        match &mut node.value {
            Value::Sequence(items) => {
                for item in items {
                    if item.label != item.span {
                        self.outside(item.label);
                    }
                    self.node(item);
                }
            }
            Value::Mapping(entries) => {
                for (key, inner) in entries {
                    self.outside(key.span);
                    let mut is_put = false;
                    for instead in self.wanted(key.span) {
                        match instead {
                            Instead::Rename(name) => {
                                self.changed = true;
                                key.value.clone_from(name);
                            }
                            Instead::Whole(value) => {
                                self.put(inner, value);
                                is_put = true;
                            }
                            _ => {}
                        }
                    }
                    if !is_put {
                        self.node(inner);
                    }
                }
            }
            Value::Null | Value::Gone | Value::Scalar(_) => {}
        }
    }

    /// What is wanted at a key or at the first line of an item, and is about the whole entry.
    fn outside(&mut self, span: Span) {
        for instead in self.wanted(span) {
            match instead {
                Instead::Cut => {
                    self.cut.insert(span);
                }
                Instead::Clear => self.is_cleared = true,
                _ => {}
            }
        }
    }

    fn put(&mut self, node: &mut Node, instead: &Instead) {
        match instead {
            Instead::Put(_) | Instead::Like(..) | Instead::LikeList(..) => {
                if let Some(value) = self.value(instead) {
                    self.changed = true;
                    node.is_plain = true;
                    node.value = value;
                } else if instead.is_second() {
                    self.cut.insert(node.span);
                }
            }
            Instead::Insert(key, value) => {
                let is_second = value.is_second();
                let value = self.value(value);
                if let (Value::Mapping(entries), Some(value)) = (&mut node.value, value) {
                    self.changed = true;
                    let (span, label) = (node.label, node.label);
                    let key = Spanned {
                        value: key.clone(),
                        span,
                    };
                    let is_plain = true;
                    entries.push((
                        key,
                        Node {
                            span,
                            label,
                            is_plain,
                            value,
                        },
                    ));
                } else if is_second {
                    self.cut.insert(node.span);
                }
            }
            Instead::Whole(value) => self.put(node, value),
            Instead::Cut => {
                self.cut.insert(node.span);
            }
            Instead::Clear => self.is_cleared = true,
            Instead::Rename(_) | Instead::Leave => {}
        }
    }
}
