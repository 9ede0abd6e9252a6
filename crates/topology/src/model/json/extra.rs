//! The rest of an object: what the typed part cannot say.

use super::{Arm, At, Fit, Misfits};
use serde_json::{Map, Value};
use std::{
    ops::{Deref, DerefMut},
    sync::LazyLock,
};

/// Members that the model does not know, as they came, and the form in which known ones were given
/// where the model would write them otherwise.
///
/// A member under a known name (`"zones": []`, `"port": "[parameters('port')]"`) is the original of
/// that field. It is written as long as it still reads as what the field holds; a field that was
/// changed since wins. Two of them are equal if their members are; the order does not count.
///
/// Every object of the model has one and nearly all are empty, so that one takes a pointer's room.
#[derive(Clone, Debug, Default)]
pub struct Extra(Option<Box<Rest>>);

#[derive(Clone, Debug, Default)]
struct Rest {
    members: Map<String, Value>,
    /// Which members there were, in their order: the index of a known one, or one past the last
    /// index for any other. `None` if they came as they would be written.
    layout: Option<Box<[u8]>>,
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl Deref for Extra {
    type Target = Map<String, Value>;

    fn deref(&self) -> &Self::Target {
        static NOTHING: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
        self.0.as_ref().map_or(&NOTHING, |rest| &rest.members)
    }
}

impl DerefMut for Extra {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.0.get_or_insert_default().members
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(members: Map<String, Value>) -> Self {
        Self::of(members, None)
    }
}

impl FromIterator<(String, Value)> for Extra {
    fn from_iter<I: IntoIterator<Item = (String, Value)>>(members: I) -> Self {
        Map::from_iter(members).into()
    }
}

impl IntoIterator for Extra {
    type Item = (String, Value);
    type IntoIter = serde_json::map::IntoIter;

    fn into_iter(self) -> Self::IntoIter {
        self.0
            .map(|rest| rest.members)
            .unwrap_or_default()
            .into_iter()
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a String, &'a Value);
    type IntoIter = serde_json::map::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

impl Extra {
    /// Nothing.
    pub fn new() -> Self {
        Self::default()
    }

    fn of(members: Map<String, Value>, layout: Option<Box<[u8]>>) -> Self {
        let says_something = !members.is_empty() || layout.is_some();
        Self(says_something.then(|| Box::new(Rest { members, layout })))
    }

    fn layout(&self) -> Option<&[u8]> {
        self.0.as_ref()?.layout.as_deref()
    }

    /// What is written for a known field; `None` if it is left out.
    pub(crate) fn member<T: Arm + Default>(
        &self,
        name: &str,
        index: u8,
        value: &T,
    ) -> Option<Value> {
        self.member_as(name, index, value, |given| {
            match T::read(given, &At::Root, &mut Misfits::default()) {
                Fit::Whole(read) | Fit::Partly(read) => read,
                Fit::Not => T::default(),
            }
        })
    }

    /// The same, where `read` says how the field reads its original.
    pub(crate) fn member_as<T: Arm + Default>(
        &self,
        name: &str,
        index: u8,
        value: &T,
        read: impl Fn(&Value) -> T,
    ) -> Option<Value> {
        let original = self.0.as_ref().and_then(|rest| rest.members.get(name));
        if let Some(original) = original {
            if read(original) == *value {
                return Some(original.clone());
            }
            return (!value.is_absent()).then(|| value.write_changed(original));
        }
        let is_left_out = value.is_absent() || (self.lacks(index) && *value == T::default());
        (!is_left_out).then(|| value.write())
    }

    /// What is written for a member whose value follows from something else, such as the name from
    /// the id; another value that was given instead stays.
    pub(crate) fn derived(&self, name: &str, index: u8, value: &str) -> Option<Value> {
        match self.get(name) {
            Some(original) => Some(original.clone()),
            None if self.lacks(index) => None,
            None => Some(Value::String(value.to_owned())),
        }
    }

    /// Whether the object was read, and did not have this known member.
    pub(crate) fn lacks(&self, index: u8) -> bool {
        let layout = self.layout();
        layout.is_some_and(|layout| !layout.contains(&index))
    }

    /// Puts an object together from its known members and the rest. Where it was not read, or has
    /// grown since, the rest stands at the place `others`; a known member there is only a gap.
    pub(crate) fn write(&self, others: u8, mut known: Vec<(&'static str, Option<Value>)>) -> Value {
        let mut object = Map::new();
        let names: Vec<&'static str> = known.iter().map(|(name, _)| *name).collect();
        let others_at = usize::from(others);
        let is_known = |name: &str| {
            let mut names = names.iter().enumerate();
            names.any(|(index, known)| index != others_at && *known == name)
        };
        let mut rest = self.iter().filter(|(name, _)| !is_known(name));
        for step in self.layout().into_iter().flatten() {
            if *step == others {
                if let Some((name, value)) = rest.next() {
                    object.insert(name.clone(), value.clone());
                }
            } else if let Some((name, value)) = known.get_mut(usize::from(*step))
                && let Some(value) = value.take()
            {
                object.insert((*name).to_owned(), value);
            }
        }
        let (before, after) = known.split_at_mut(others_at.min(names.len()));
        let before = before.iter_mut().filter_map(taken);
        let after = after.iter_mut().filter_map(taken);
        object.extend(before);
        object.extend(rest.map(|(name, value)| (name.clone(), value.clone())));
        object.extend(after);
        Value::Object(object)
    }
}

fn taken((name, value): &mut (&'static str, Option<Value>)) -> Option<(String, Value)> {
    Some(((*name).to_owned(), value.take()?))
}

/// An object that is being read: what becomes its [`Extra`].
#[derive(Debug, Default)]
pub(crate) struct Members {
    rest: Map<String, Value>,
    layout: Vec<u8>,
}

impl Members {
    /// Begins with an object; anything else is a misfit.
    pub(crate) fn of<'v>(
        given: &'v Value,
        at: &At<'_>,
        misfits: &mut Misfits,
    ) -> Option<(&'v Map<String, Value>, Self)> {
        if let Some(members) = given.as_object() {
            return Some((members, Self::default()));
        }
        let _nothing: Fit<()> = misfits.lost(at, "an object", given);
        None
    }

    /// Reads a known member; `None` leaves the field as it is.
    pub(crate) fn member<T: Arm>(
        &mut self,
        name: &'static str,
        index: u8,
        given: &Value,
        at: &At<'_>,
        misfits: &mut Misfits,
    ) -> Option<T> {
        let fit = if given.is_null() {
            Fit::Not
        } else {
            T::read(given, &At::Member(at, name), misfits)
        };
        self.fit(name, index, given, fit)
    }

    /// Takes what was read of a known member, and keeps the original if that says more.
    pub(crate) fn fit<T: Arm>(
        &mut self,
        name: &'static str,
        index: u8,
        given: &Value,
        fit: Fit<T>,
    ) -> Option<T> {
        self.layout.push(index);
        match fit {
            Fit::Whole(value) if !value.is_absent() => Some(value),
            Fit::Whole(value) | Fit::Partly(value) => {
                self.rest.insert(name.to_owned(), given.clone());
                Some(value)
            }
            Fit::Not => {
                self.rest.insert(name.to_owned(), given.clone());
                None
            }
        }
    }

    /// Takes a member whose value follows from something else; keeps it if it differs.
    pub(crate) fn derived(&mut self, name: &'static str, index: u8, given: &Value, usual: &str) {
        self.seen(name, index, given, given == usual);
    }

    /// Takes a member that was read elsewhere; keeps the original unless it is `whole`.
    pub(crate) fn seen(&mut self, name: &'static str, index: u8, given: &Value, is_whole: bool) {
        self.layout.push(index);
        if !is_whole {
            self.rest.insert(name.to_owned(), given.clone());
        }
    }

    /// Keeps a member that is not known; `others` is one past the last known index.
    pub(crate) fn other(&mut self, others: u8, name: &str, value: &Value) {
        self.layout.push(others);
        self.rest.insert(name.to_owned(), value.clone());
    }

    /// Ends. `always` says of each known member whether it is written even with its default.
    pub(crate) fn into_extra(self, always: &[bool]) -> Extra {
        let is_usual = self.layout.is_sorted()
            && (0_u8..)
                .zip(always)
                .all(|(index, always)| !always || self.layout.contains(&index));
        let layout = (!is_usual).then(|| self.layout.into_boxed_slice());
        Extra::of(self.rest, layout)
    }
}
