//! Texts, numbers, addresses and ids.
//!
//! ARM's own parser takes a number as text and the other way round, so these are read too, and
//! reported. An empty text where an address or an id belongs says nothing and is no misfit: some
//! clients write it for what is not there.

use super::{Arm, At, Fit, Misfits};
use crate::model::{
    cidr::{Cidr, Cidr6, IpRange},
    dns::RecordAddress,
    id::ResourceId,
};
use serde_json::Value;
use std::{
    fmt::Display,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

impl Arm for Value {
    fn read(given: &Value, _at: &At<'_>, _misfits: &mut Misfits) -> Fit<Self> {
        Fit::Whole(given.clone())
    }

    fn write(&self) -> Value {
        self.clone()
    }
}

impl Arm for String {
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        match given {
            Value::String(text) => Fit::Whole(text.clone()),
            Value::Number(number) => misfits.converted(at, "a text", given, number.to_string()),
            Value::Bool(flag) => misfits.converted(at, "a text", given, flag.to_string()),
            _ => misfits.lost(at, "a text", given),
        }
    }

    fn write(&self) -> Value {
        Value::String(self.clone())
    }
}

impl Arm for bool {
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        let expected = "`true` or `false`";
        match given {
            Value::Bool(flag) => Fit::Whole(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => {
                misfits.converted(at, expected, given, true)
            }
            Value::String(text) if text.eq_ignore_ascii_case("false") => {
                misfits.converted(at, expected, given, false)
            }
            _ => misfits.lost(at, expected, given),
        }
    }

    fn write(&self) -> Value {
        Value::Bool(*self)
    }
}

macro_rules! numbers {
    ($($ty:ty: $expected:literal;)*) => {
        $(impl Arm for $ty {
            fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
                let whole = given.as_u64().and_then(|number| Self::try_from(number).ok());
                if let Some(number) = whole {
                    return Fit::Whole(number);
                }
                match given.as_str().and_then(|text| text.parse().ok()) {
                    Some(number) => misfits.converted(at, $expected, given, number),
                    None => misfits.lost(at, $expected, given),
                }
            }

            fn write(&self) -> Value {
                Value::from(*self)
            }
        })*
    };
}

numbers! {
    u8: "a whole number up to 255";
    u16: "a whole number up to 65535";
    u32: "a whole number";
}

/// Reads what is written as a text; `same` says whether it would be written as it was given.
fn parsed<T: FromStr>(
    given: &Value,
    at: &At<'_>,
    misfits: &mut Misfits,
    expected: &'static str,
    same: impl FnOnce(&T, &str) -> bool,
) -> Fit<T> {
    match given {
        Value::String(text) if text.is_empty() => Fit::Not,
        Value::String(text) => match text.parse() {
            Ok(value) if same(&value, text) => Fit::Whole(value),
            Ok(value) => Fit::Partly(value),
            Err(_) => misfits.lost(at, expected, given),
        },
        _ => misfits.lost(at, expected, given),
    }
}

fn same_text(value: &impl Display, text: &str) -> bool {
    value.to_string() == text
}

macro_rules! texts {
    ($($ty:ty: $expected:literal;)*) => {
        $(impl Arm for $ty {
            fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
                parsed(given, at, misfits, $expected, same_text)
            }

            fn write(&self) -> Value {
                Value::String(self.to_string())
            }
        })*
    };
}

texts! {
    Ipv4Addr: "an IPv4 address";
    Ipv6Addr: "an IPv6 address";
    Cidr: "an IPv4 range such as `10.0.1.0/24`";
    Cidr6: "an IPv6 range such as `fd00:10::/48`";
    IpRange: "an address range such as `10.0.1.0/24`";
    RecordAddress: "an IPv4 address";
}

impl Arm for IpAddr {
    /// A NIC may hold a prefix, written `10.0.0.16/28`; it is known by its first address.
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        if let Some(Ok(range)) = given.as_str().map(str::parse::<IpRange>) {
            return Fit::Partly(range.address());
        }
        parsed(given, at, misfits, "an IP address", same_text)
    }

    fn write(&self) -> Value {
        Value::String(self.to_string())
    }
}

impl Arm for ResourceId {
    fn read(given: &Value, at: &At<'_>, misfits: &mut Misfits) -> Fit<Self> {
        parsed(given, at, misfits, "a resource id", |id: &Self, text| {
            id.as_str() == text
        })
    }

    fn write(&self) -> Value {
        Value::String(self.as_str().to_owned())
    }
}
