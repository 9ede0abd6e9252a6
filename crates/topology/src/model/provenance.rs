//! Where values of the model came from, and where they would have to be written.
//!
//! For every resource two things are known: the spans of what the manifest states, and links: which
//! part of the resource's ARM JSON is said by which keys of which entry, stated or not. The links
//! turn a change of the model into a change of the text.

use super::id::ResourceId;
use crate::{
    finding::Place,
    source::{ManifestPath, Span},
};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashMap};

/// How a place of ARM's JSON is written in the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The same value.
    Value,
    /// A list of the same values.
    List,
    /// One member of the object stands for the whole: `networkSecurityGroup: NSG` is
    /// `{ "id": … }`, `sku: Standard` is `{ "name": … }`.
    Member(&'static str),
    /// A list, of whose items one member stands for the whole, as [`Form::Member`].
    Members(&'static str),
    /// A list of named things is a mapping from names to entries.
    Section(Section),
    /// The entry of the manifest is this thing and nothing else: with it the thing goes.
    Whole,
    /// Derived from the manifest's value in a way that cannot be turned round.
    Fixed,
}

/// The keys of the entries of a section.
#[derive(Clone, Copy, Debug)]
pub struct Section(&'static [Key]);

/// Told apart by what they hold: the same tables are the same keys.
impl PartialEq for Section {
    fn eq(&self, other: &Self) -> bool {
        std::ptr::eq(self.0, other.0)
    }
}

impl Eq for Section {}

impl Section {
    /// An item of ARM's list as the name and the entry of the section; `None` if it has something
    /// that no key says.
    pub(crate) fn entry(self, item: &Value) -> Option<(String, Value)> {
        let mut rest = item.as_object()?.clone();
        let name = rest.shift_remove("name")?.as_str()?.to_owned();
        for read_only in ["id", "etag", "type"] {
            rest.shift_remove(read_only);
        }
        let mut rest = Value::Object(rest);
        let mut entry = Map::new();
        for key in self.0 {
            let Some(value) = rest.pointer_mut(key.pointer).map(Value::take) else {
                continue;
            };
            let value = match key.form {
                _ if value.is_null() => continue,
                Form::Value | Form::List => value,
                Form::Member(member) => only(&value, member)?.clone(),
                Form::Members(member) => {
                    let items = value.as_array()?.iter();
                    items
                        .map(|item| only(item, member).cloned())
                        .collect::<Option<Vec<Value>>>()?
                        .into()
                }
                Form::Section(section) => {
                    let items = value.as_array()?.iter();
                    items
                        .map(|item| section.entry(item))
                        .collect::<Option<Map<String, Value>>>()?
                        .into()
                }
                Form::Whole | Form::Fixed => return None,
            };
            entry.insert(key.key.to_owned(), value);
        }
        is_hollow(&rest).then_some((name, Value::Object(entry)))
    }
}

/// The member, if the object has no other.
pub(crate) fn only<'v>(value: &'v Value, member: &str) -> Option<&'v Value> {
    let members = value.as_object().filter(|members| members.len() == 1)?;
    members.get(member)
}

/// Whether nothing is left of a value but the objects around it.
fn is_hollow(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.values().all(is_hollow),
        _ => false,
    }
}

/// A key of a section and the place in ARM's JSON that it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Key {
    /// JSON pointer, from the place that the entry describes.
    pub(crate) pointer: &'static str,
    /// The manifest's key.
    pub(crate) key: &'static str,
    /// How the value is written.
    pub(crate) form: Form,
}

impl Key {
    pub(crate) const fn value(pointer: &'static str, key: &'static str) -> Self {
        Self::of(pointer, key, Form::Value)
    }

    pub(crate) const fn list(pointer: &'static str, key: &'static str) -> Self {
        Self::of(pointer, key, Form::List)
    }

    /// A reference: `{ "id": … }` in ARM, a name or an id in the manifest.
    pub(crate) const fn reference(pointer: &'static str, key: &'static str) -> Self {
        Self::of(pointer, key, Form::Member("id"))
    }

    /// A list of references.
    pub(crate) const fn references(pointer: &'static str, key: &'static str) -> Self {
        Self::of(pointer, key, Form::Members("id"))
    }

    /// A list of named things, whose entries have these keys.
    pub(crate) const fn section(
        pointer: &'static str,
        key: &'static str,
        keys: &'static [Self],
    ) -> Self {
        Self::of(pointer, key, Form::Section(Section(keys)))
    }

    pub(crate) const fn fixed(pointer: &'static str, key: &'static str) -> Self {
        Self::of(pointer, key, Form::Fixed)
    }

    pub(crate) const fn of(pointer: &'static str, key: &'static str, form: Form) -> Self {
        Self { pointer, key, form }
    }
}

/// Where in the manifest a place of the model is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    /// The place in the manifest.
    pub path: ManifestPath,
    /// How the value is written there.
    pub form: Form,
    /// Whether it is stated; if not, it would have to be put in.
    pub exists: bool,
}

#[derive(Clone, Copy, Debug)]
struct Known {
    span: Span,
    /// Whether an entry of `resources` says it.
    is_raw: bool,
}

#[derive(Clone, Debug)]
struct Link {
    pointer: String,
    path: ManifestPath,
    says: Says,
}

#[derive(Clone, Copy, Debug)]
enum Says {
    /// An entry of a short section.
    Keys(&'static [Key], bool),
    /// An entry of `resources`, or a part of it: ARM's JSON as it is.
    Arm,
}

#[derive(Clone, Debug, Default)]
struct Origins {
    spans: BTreeMap<String, Known>,
    links: Vec<Link>,
}

/// Where values of the model came from in the manifest's texts.
#[derive(Clone, Debug, Default)]
pub struct Provenance {
    resources: HashMap<ResourceId, Origins>,
    /// Children that stand inline in their parent, with their place in it.
    inline: HashMap<ResourceId, (ResourceId, String)>,
}

impl Provenance {
    fn origins(&mut self, id: &ResourceId) -> &mut Origins {
        // Asked before it is inserted, so that an id is cloned once for all of its places.
        if !self.resources.contains_key(id) {
            self.resources.insert(id.clone(), Origins::default());
        }
        self.resources.entry(id.clone()).or_default()
    }

    /// Remembers that `pointer` in `id` came from `span`.
    pub fn record(&mut self, id: &ResourceId, pointer: impl Into<String>, span: Span) {
        let known = Known {
            span,
            is_raw: false,
        };
        self.origins(id).spans.insert(pointer.into(), known);
    }

    /// The same for what an entry of `resources` says.
    pub(crate) fn record_raw(&mut self, id: &ResourceId, pointer: &str, span: Span) {
        let known = Known { span, is_raw: true };
        self.origins(id).spans.insert(pointer.to_owned(), known);
    }

    /// Remembers that the keys of an entry say what stands from `pointer` on.
    pub(crate) fn link(
        &mut self,
        id: &ResourceId,
        pointer: impl Into<String>,
        path: ManifestPath,
        keys: &'static [Key],
        is_whole: bool,
    ) {
        self.origins(id).links.push(Link {
            pointer: pointer.into(),
            path,
            says: Says::Keys(keys, is_whole),
        });
    }

    /// Remembers that ARM's JSON from `pointer` on is written at `path` as it is.
    pub(crate) fn link_raw(&mut self, id: &ResourceId, pointer: &str, path: ManifestPath) {
        self.origins(id).links.push(Link {
            pointer: pointer.to_owned(),
            path,
            says: Says::Arm,
        });
    }

    /// Remembers that the child stands at `pointer` in its parent.
    pub(crate) fn inline(&mut self, child: &ResourceId, parent: &ResourceId, pointer: String) {
        self.inline.insert(child.clone(), (parent.clone(), pointer));
    }

    /// Makes what is known of `child` known of `parent`, where it stands at `pointer` from now on.
    pub(crate) fn fold(&mut self, child: &ResourceId, parent: &ResourceId, pointer: String) {
        if let Some(Origins { spans, links }) = self.resources.remove(child) {
            let origins = self.origins(parent);
            let spans = spans.into_iter();
            origins
                .spans
                .extend(spans.map(|(below, known)| (format!("{pointer}{below}"), known)));
            origins.links.extend(links.into_iter().map(|link| Link {
                pointer: format!("{pointer}{}", link.pointer),
                ..link
            }));
        }
        self.inline(child, parent, pointer);
    }

    /// Forgets everything below `pointer` in `id`, but not the place itself: its value was replaced.
    pub(crate) fn forget_below(&mut self, id: &ResourceId, pointer: &str) {
        if let Some(origins) = self.resources.get_mut(id) {
            let below = format!("{pointer}/");
            origins.spans.retain(|known, _| !known.starts_with(&below));
        }
    }

    /// The place where the model has it: a subnet that is named by its own id stands in its network.
    pub(crate) fn home(&self, place: &Place) -> Place {
        match self.inline.get(&place.id) {
            Some((parent, base)) => Place {
                id: parent.clone(),
                pointer: format!("{base}{}", place.pointer),
            },
            None => place.clone(),
        }
    }

    /// The span of the place, or of its nearest recorded parent.
    pub fn span(&self, place: &Place) -> Option<Span> {
        let home;
        let place = if self.inline.contains_key(&place.id) {
            home = self.home(place);
            &home
        } else {
            place
        };
        if let Some(origins) = self.resources.get(&place.id) {
            let mut pointer = place.pointer.as_str();
            loop {
                if let Some(known) = origins.spans.get(pointer) {
                    return Some(known.span);
                }
                match pointer.rfind('/') {
                    Some(cut) => pointer = pointer.get(..cut).unwrap_or(""),
                    None => break,
                }
            }
        }
        let id = place.id.parent()?;
        self.span(&Place {
            id,
            pointer: String::new(),
        })
    }

    /// Where in the manifest the place is said, or would be: `None` where no key says it, so that
    /// only an entry of `resources` can. A last segment `-` is the place behind a list's last item.
    pub fn path(&self, place: &Place) -> Option<Written> {
        let place = self.home(place);
        let pointer = place.pointer.as_str();
        let origins = self.resources.get(&place.id)?;
        if let Some(list) = pointer.strip_suffix("/-") {
            let of_list = origins.path(list)?;
            return match of_list.form {
                Form::Section(_) => Some(of_list),
                Form::List | Form::Whole => Some(Written {
                    path: of_list.path.end(),
                    form: Form::Value,
                    exists: false,
                }),
                Form::Members(member) => Some(Written {
                    path: of_list.path.end(),
                    form: Form::Member(member),
                    exists: false,
                }),
                Form::Value | Form::Member(_) | Form::Fixed => None,
            };
        }
        origins.path(pointer)
    }

    /// Where an entry of `resources` about this resource stands.
    pub fn raw_entry(&self, id: &ResourceId) -> Option<&ManifestPath> {
        let links = &self.resources.get(id)?.links;
        links
            .iter()
            .rev()
            .find(|link| link.pointer.is_empty() && matches!(link.says, Says::Arm))
            .map(|link| &link.path)
    }
}

impl Origins {
    fn path(&self, pointer: &str) -> Option<Written> {
        let known = self.spans.get(pointer);
        let is_raw = known.is_some_and(|known| known.is_raw);
        let mut best: Option<(usize, Written)> = None;
        for link in &self.links {
            let Some(rest) = pointer
                .strip_prefix(link.pointer.as_str())
                .filter(|rest| rest.is_empty() || rest.starts_with('/'))
            else {
                continue;
            };
            let found = match link.says {
                Says::Arm if is_raw => Some((link.path.pointer(rest), Form::Whole, rest.len())),
                Says::Arm => None,
                Says::Keys(..) if is_raw => None,
                Says::Keys(_, is_whole) if rest.is_empty() => {
                    is_whole.then(|| (link.path.clone(), Form::Whole, 0))
                }
                Says::Keys(keys, _) => keys.iter().find_map(|key| key.at(&link.path, rest)),
            };
            let depth = link.pointer.len();
            if let Some((path, form, said)) = found
                && best.as_ref().is_none_or(|(known, _)| *known <= depth)
            {
                let stated = pointer.get(..depth.saturating_add(said)).unwrap_or(pointer);
                let exists = self.spans.contains_key(stated);
                best = Some((depth, Written { path, form, exists }));
            }
        }
        best.map(|(_, written)| written)
    }
}

impl Key {
    /// Where the rest of a pointer is written, if this key says it, and how much of the rest must
    /// have a span for it to be stated.
    fn at(&self, entry: &ManifestPath, rest: &str) -> Option<(ManifestPath, Form, usize)> {
        let below = rest.strip_prefix(self.pointer)?;
        let path = entry.key(self.key);
        match (self.form, below) {
            (form, "") => Some((path, form, rest.len())),
            (Form::List, item) => {
                let at: usize = item.strip_prefix('/')?.parse().ok()?;
                Some((path.index(at), Form::Value, rest.len()))
            }
            (Form::Members(member), item) => {
                let item = item.strip_prefix('/')?;
                let (at, below) = match item.split_once('/') {
                    Some((at, below)) => (at, Some(below)),
                    None => (item, None),
                };
                let path = path.index(at.parse().ok()?);
                match below {
                    None => Some((path, Form::Member(member), rest.len())),
                    Some(below) => {
                        let said = self.pointer.len().checked_add(at.len())?.checked_add(1)?;
                        (below == member).then_some((path, Form::Value, said))
                    }
                }
            }
            (Form::Member(member), below) => {
                let said = self.pointer.len();
                (below.strip_prefix('/')? == member).then_some((path, Form::Value, said))
            }
            _ => None,
        }
    }
}
