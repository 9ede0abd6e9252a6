//! JSON into typed values and back, so that nothing is lost and nothing fails.
//!
//! Serde stops at the first member of the wrong type. Here a value that does not fit is reported
//! ([`Misfit`]), read as if it were not given, and kept in the [`Extra`] of the nearest object
//! around it, from where it is written back. The same holds for what fits but would be written
//! otherwise: `null`, an empty list, `"443"` for a number, `2001:DB8::/32`. The law is that writing
//! what was read gives the same JSON, members in the same order.
//!
//! It decides nothing about what a value means.

mod extra;
mod scalars;

pub use extra::Extra;
pub(crate) use extra::Members;

use serde_json::Value;
use std::{collections::BTreeMap, fmt::Write as _};

/// A value that does not fit its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Misfit {
    /// JSON pointer to it, from where reading began.
    pub pointer: String,
    /// What belongs there: `a number`.
    pub expected: &'static str,
    /// The value as JSON, cut short.
    pub given: String,
    /// Whether its meaning was clear all the same: `"443"` where a number belongs.
    pub is_read: bool,
}

/// How much of a value fits a type.
#[derive(Debug)]
pub(crate) enum Fit<T> {
    /// All of it: written again it is the same.
    Whole(T),
    /// What was read says less than what was given, or says it otherwise.
    Partly(T),
    /// Nothing.
    Not,
}

impl<T> Fit<T> {
    fn map<U>(self, change: impl FnOnce(T) -> U) -> Fit<U> {
        match self {
            Self::Whole(value) => Fit::Whole(change(value)),
            Self::Partly(value) => Fit::Partly(change(value)),
            Self::Not => Fit::Not,
        }
    }
}

/// Where a value stands; only turned into text if something does not fit.
#[derive(Clone, Copy, Debug)]
pub(crate) enum At<'a> {
    /// Where reading began.
    Root,
    /// A member of an object.
    Member(&'a At<'a>, &'a str),
    /// An item of a list.
    Item(&'a At<'a>, usize),
}

impl At<'_> {
    fn write(&self, pointer: &mut String) {
        match self {
            Self::Root => {}
            Self::Member(parent, name) => {
                parent.write(pointer);
                pointer.push('/');
                pointer.push_str(&name.replace('~', "~0").replace('/', "~1"));
            }
            Self::Item(parent, index) => {
                parent.write(pointer);
                // Writing to a string cannot fail.
                let _written = write!(pointer, "/{index}");
            }
        }
    }
}

/// What did not fit, collected while reading.
#[derive(Debug, Default)]
pub(crate) struct Misfits {
    found: Vec<Misfit>,
}

/// The most characters of a misfit that a finding shows.
const SHOWN: usize = 40;

impl Misfits {
    /// Reports a value that is not read at all.
    fn lost<T>(&mut self, at: &At<'_>, expected: &'static str, given: &Value) -> Fit<T> {
        self.push(at, expected, given, false);
        Fit::Not
    }

    /// Reports a value of the wrong type whose meaning is clear.
    fn converted<T>(
        &mut self,
        at: &At<'_>,
        expected: &'static str,
        given: &Value,
        read: T,
    ) -> Fit<T> {
        self.push(at, expected, given, true);
        Fit::Partly(read)
    }

    fn push(&mut self, at: &At<'_>, expected: &'static str, given: &Value, is_read: bool) {
        let mut pointer = String::new();
        at.write(&mut pointer);
        self.found.push(Misfit {
            pointer,
            expected,
            given: shown(given),
            is_read,
        });
    }

    /// All of them, in the order of the text.
    pub(crate) fn into_found(self) -> Vec<Misfit> {
        self.found
    }
}

/// A value as a finding shows it; the inside of objects and lists would say nothing.
fn shown(value: &Value) -> String {
    match value {
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "a list".to_owned(),
        Value::String(text) if text.chars().count() > SHOWN => {
            format!("\"{}…\"", text.chars().take(SHOWN).collect::<String>())
        }
        other => other.to_string(),
    }
}

/// A type with a place in ARM's JSON.
pub(crate) trait Arm: Sized + PartialEq {
    /// Whether it is written even if it has its default value.
    const ALWAYS: bool = true;

    /// Reads as much of `given` as fits.
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self>;

    /// Writes it.
    fn write(&self) -> Value;

    /// Whether it says nothing and is left out.
    fn is_absent(&self) -> bool {
        false
    }

    /// Writes it, which is no longer what was read from `original`.
    fn write_changed(&self, _original: &Value) -> Value {
        self.write()
    }
}

impl<T: Arm> Arm for Option<T> {
    const ALWAYS: bool = false;

    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        T::read(given, at, misfits).map(Some)
    }

    fn write(&self) -> Value {
        self.as_ref().map_or(Value::Null, T::write)
    }

    fn is_absent(&self) -> bool {
        self.is_none()
    }

    fn write_changed(&self, original: &Value) -> Value {
        self.as_ref()
            .map_or(Value::Null, |value| value.write_changed(original))
    }
}

impl<T: Arm> Arm for Vec<T> {
    const ALWAYS: bool = false;

    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let Some(items) = given.as_array() else {
            return misfits.lost(at, "a list", given);
        };
        let mut read = Self::with_capacity(items.len());
        let mut is_whole = true;
        for (index, item) in items.iter().enumerate() {
            match T::read(item, &At::Item(at, index), misfits) {
                Fit::Whole(item) => read.push(item),
                Fit::Partly(item) => {
                    read.push(item);
                    is_whole = false;
                }
                Fit::Not => is_whole = false,
            }
        }
        if is_whole {
            Fit::Whole(read)
        } else {
            Fit::Partly(read)
        }
    }

    fn write(&self) -> Value {
        self.iter().map(T::write).collect()
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    /// Items that could not be read stay, behind the others.
    fn write_changed(&self, original: &Value) -> Value {
        let unread =
            original.as_array().into_iter().flatten().filter(|item| {
                matches!(T::read(item, &At::Root, &mut Misfits::default()), Fit::Not)
            });
        self.iter().map(T::write).chain(unread.cloned()).collect()
    }
}

impl Arm for BTreeMap<String, String> {
    const ALWAYS: bool = false;

    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let Some(members) = given.as_object() else {
            return misfits.lost(at, "an object", given);
        };
        let mut read = Self::new();
        // A map of ours is sorted; another order is kept beside it.
        let mut is_whole = members.keys().is_sorted();
        for (name, value) in members {
            match String::read(value, &At::Member(at, name), misfits) {
                Fit::Whole(value) => {
                    read.insert(name.clone(), value);
                }
                Fit::Partly(value) => {
                    read.insert(name.clone(), value);
                    is_whole = false;
                }
                Fit::Not => is_whole = false,
            }
        }
        if is_whole {
            Fit::Whole(read)
        } else {
            Fit::Partly(read)
        }
    }

    fn write(&self) -> Value {
        let members = self.iter();
        Value::Object(
            members
                .map(|(name, value)| (name.clone(), Value::String(value.clone())))
                .collect(),
        )
    }

    fn is_absent(&self) -> bool {
        self.is_empty()
    }

    fn write_changed(&self, original: &Value) -> Value {
        let mut written = self.write();
        if let (Value::Object(members), Value::Object(original)) = (&mut written, original) {
            for (name, value) in original {
                let is_unread = matches!(
                    String::read(value, &At::Root, &mut Misfits::default()),
                    Fit::Not
                );
                if is_unread && !members.contains_key(name) {
                    members.insert(name.clone(), value.clone());
                }
            }
        }
        written
    }
}

/// Makes a struct whose members are ARM's, with everything else in `extra`.
macro_rules! arm {
    ($(#[$doc:meta])* pub struct $name:ident { $($(#[$fdoc:meta])* pub $field:ident as $wire:literal: $ty:ty,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name {
            $($(#[$fdoc])* pub $field: $ty,)*
            /// What is not modelled, and the given form of what would be written otherwise.
            pub extra: crate::model::Extra,
        }

        crate::model::json::arm_members!([] $name { $($field as $wire: $ty,)* });
    };
}
pub(crate) use arm;

/// Reads and writes a struct that has `extra`, member by member.
macro_rules! arm_members {
    ([$($generic:ident)?] $name:ty { $($field:ident as $wire:literal: $ty:ty,)* }) => {
        impl$(<$generic: crate::model::json::Arm + Default>)? crate::model::json::Arm for $name {
            fn read(
                given: &serde_json::Value,
                at: &crate::model::json::At<'_>,
                misfits: &mut crate::model::json::Misfits,
            ) -> crate::model::json::Fit<Self> {
                let Some((members, mut kept)) = crate::model::json::Members::of(given, at, misfits) else {
                    return crate::model::json::Fit::Not;
                };
                let mut read = Self::default();
                'members: for (name, value) in members {
                    let mut index = 0_u8;
                    $(
                        if name == $wire {
                            if let Some(value) = kept.member($wire, index, value, at, misfits) {
                                read.$field = value;
                            }
                            continue 'members;
                        }
                        index = index.saturating_add(1);
                    )*
                    kept.other(index, name, value);
                }
                let always: &[bool] = &[$(<$ty as crate::model::json::Arm>::ALWAYS),*];
                read.extra = kept.into_extra(always);
                crate::model::json::Fit::Whole(read)
            }

            fn write(&self) -> serde_json::Value {
                let mut indexes = 0_u8..u8::MAX;
                let mut next = || indexes.next().unwrap_or(u8::MAX);
                let written = vec![$(($wire, self.extra.member($wire, next(), &self.$field))),*];
                self.extra.write(next(), written)
            }
        }

        impl$(<$generic: crate::model::json::Arm + Default>)? serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&crate::model::json::Arm::write(self), serializer)
            }
        }

        impl<'de $(, $generic: crate::model::json::Arm + Default)?> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                crate::model::json::deserialize(deserializer)
            }
        }
    };
}
pub(crate) use arm_members;

/// Reads a typed value through serde; there only a value of which nothing fits is an error.
pub(crate) fn deserialize<'de, T: Arm, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<T, D::Error> {
    let value: Value = serde::Deserialize::deserialize(deserializer)?;
    let mut misfits = Misfits::default();
    match T::read(&value, &At::Root, &mut misfits) {
        Fit::Whole(read) | Fit::Partly(read) => Ok(read),
        Fit::Not => {
            let expected = misfits
                .found
                .last()
                .map_or("a value", |found| found.expected);
            Err(serde::de::Error::custom(format_args!(
                "expected {expected}, found {}",
                shown(&value)
            )))
        }
    }
}
