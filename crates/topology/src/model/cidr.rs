//! Address ranges in CIDR notation.
//!
//! Reachability is reasoned about in IPv4 ([`Cidr`]), since Private Link carries nothing else;
//! IPv6 ranges ([`Cidr6`]) are read, kept and compared so that a dual-stack network is whole.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};

/// An IPv4 range such as `10.0.1.0/24`. Host bits may be set (a rule reports that), so the text
/// is kept as an address and a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    /// The address as written.
    pub address: Ipv4Addr,
    /// Prefix length, 0 to 32.
    pub length: u8,
}

/// Why a text is no CIDR range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no address range; write it as `10.0.1.0/24`")]
pub struct CidrError(pub String);

impl Cidr {
    fn mask(self) -> u32 {
        u32::MAX
            .checked_shl(32_u32.saturating_sub(u32::from(self.length)))
            .unwrap_or(0)
    }

    /// The range with its host bits cleared.
    #[must_use]
    pub fn canonical(self) -> Self {
        Self {
            address: self.first(),
            length: self.length,
        }
    }

    /// Its first address (the network).
    pub fn first(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() & self.mask())
    }

    /// Its last address (the broadcast).
    pub fn last(self) -> Ipv4Addr {
        Ipv4Addr::from_bits(self.address.to_bits() | !self.mask())
    }

    /// Whether the address lies in it.
    pub fn contains(self, address: Ipv4Addr) -> bool {
        address.to_bits() & self.mask() == self.first().to_bits()
    }

    /// Whether the whole other range lies in it.
    pub fn contains_range(self, other: Self) -> bool {
        self.contains(other.first()) && self.contains(other.last())
    }

    /// Whether they share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains_range(other) || other.contains_range(self)
    }

    /// Whether Azure keeps the address for itself: the first four and the last of a subnet.
    /// Source: <https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq>.
    pub fn is_reserved(self, address: Ipv4Addr) -> bool {
        self.contains(address)
            && (address.to_bits().wrapping_sub(self.first().to_bits()) < 4
                || address == self.last())
    }

    /// The addresses that Azure hands out, lowest first.
    pub fn usable(self) -> impl Iterator<Item = Ipv4Addr> {
        let first = self.first().to_bits().saturating_add(4);
        let last = self.last().to_bits();
        (first..last).map(Ipv4Addr::from_bits)
    }
}

impl FromStr for Cidr {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || CidrError(text.to_owned());
        let (address, length) = text.split_once('/').ok_or_else(fail)?;
        let address = address.parse().map_err(|_| fail())?;
        let length: u8 = length.parse().map_err(|_| fail())?;
        if length > 32 {
            return Err(fail());
        }
        Ok(Self { address, length })
    }
}

/// An IPv6 range such as `fd00:10::/48`. Host bits may be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr6 {
    /// The address as written.
    pub address: Ipv6Addr,
    /// Prefix length, 0 to 128.
    pub length: u8,
}

impl Cidr6 {
    fn mask(self) -> u128 {
        u128::MAX
            .checked_shl(128_u32.saturating_sub(u32::from(self.length)))
            .unwrap_or(0)
    }

    /// The range with its host bits cleared.
    #[must_use]
    pub fn canonical(self) -> Self {
        Self {
            address: self.first(),
            length: self.length,
        }
    }

    /// Its first address.
    pub fn first(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(self.address.to_bits() & self.mask())
    }

    /// Its last address.
    pub fn last(self) -> Ipv6Addr {
        Ipv6Addr::from_bits(self.address.to_bits() | !self.mask())
    }

    /// Whether the address lies in it.
    pub fn contains(self, address: Ipv6Addr) -> bool {
        address.to_bits() & self.mask() == self.first().to_bits()
    }

    /// Whether the whole other range lies in it.
    pub fn contains_range(self, other: Self) -> bool {
        self.contains(other.first()) && self.contains(other.last())
    }

    /// Whether they share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains_range(other) || other.contains_range(self)
    }
}

/// A range of either family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IpRange {
    /// IPv4.
    V4(Cidr),
    /// IPv6.
    V6(Cidr6),
}

impl IpRange {
    /// The IPv4 range, if it is one.
    pub fn v4(self) -> Option<Cidr> {
        match self {
            Self::V4(range) => Some(range),
            Self::V6(_) => None,
        }
    }

    /// The IPv6 range, if it is one.
    pub fn v6(self) -> Option<Cidr6> {
        match self {
            Self::V4(_) => None,
            Self::V6(range) => Some(range),
        }
    }

    /// The address as written.
    pub fn address(self) -> IpAddr {
        match self {
            Self::V4(range) => range.address.into(),
            Self::V6(range) => range.address.into(),
        }
    }

    /// The range with its host bits cleared.
    #[must_use]
    pub fn canonical(self) -> Self {
        match self {
            Self::V4(range) => Self::V4(range.canonical()),
            Self::V6(range) => Self::V6(range.canonical()),
        }
    }

    /// Prefix length.
    pub fn length(self) -> u8 {
        match self {
            Self::V4(range) => range.length,
            Self::V6(range) => range.length,
        }
    }

    /// Whether the address is of the same family and lies in it.
    pub fn contains(self, address: IpAddr) -> bool {
        match (self, address) {
            (Self::V4(range), IpAddr::V4(address)) => range.contains(address),
            (Self::V6(range), IpAddr::V6(address)) => range.contains(address),
            _ => false,
        }
    }

    /// Whether the other range is of the same family and lies in it.
    pub fn contains_range(self, other: Self) -> bool {
        match (self, other) {
            (Self::V4(one), Self::V4(other)) => one.contains_range(other),
            (Self::V6(one), Self::V6(other)) => one.contains_range(other),
            _ => false,
        }
    }

    /// Whether they are of one family and share an address.
    pub fn overlaps(self, other: Self) -> bool {
        self.contains_range(other) || other.contains_range(self)
    }
}

impl From<Cidr> for IpRange {
    fn from(range: Cidr) -> Self {
        Self::V4(range)
    }
}

impl From<Cidr6> for IpRange {
    fn from(range: Cidr6) -> Self {
        Self::V6(range)
    }
}

/// The IPv4 address, if it is one.
pub fn ipv4(address: Option<IpAddr>) -> Option<Ipv4Addr> {
    match address {
        Some(IpAddr::V4(address)) => Some(address),
        _ => None,
    }
}

impl FromStr for Cidr6 {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || CidrError(text.to_owned());
        let (address, length) = text.split_once('/').ok_or_else(fail)?;
        let address = address.parse().map_err(|_| fail())?;
        let length: u8 = length.parse().map_err(|_| fail())?;
        if length > 128 {
            return Err(fail());
        }
        Ok(Self { address, length })
    }
}

impl FromStr for IpRange {
    type Err = CidrError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse()
            .map(Self::V4)
            .or_else(|_: CidrError| text.parse().map(Self::V6))
            .map_err(|_: CidrError| CidrError(text.to_owned()))
    }
}

impl fmt::Display for Cidr6 {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl fmt::Display for IpRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(range) => range.fmt(f),
            Self::V6(range) => range.fmt(f),
        }
    }
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

macro_rules! as_text {
    ($($ty:ty),*) => {
        $(impl Serialize for $ty {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $ty {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        })*
    };
}

as_text!(Cidr, Cidr6, IpRange);

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        text.parse().unwrap()
    }

    #[test]
    fn ranges_know_what_they_hold() {
        assert!(cidr("10.0.0.0/16").contains_range(cidr("10.0.1.0/24")));
        assert!(cidr("0.0.0.0/0").contains(Ipv4Addr::new(1, 2, 3, 4)));
        assert!(cidr("10.0.0.1/32").contains(Ipv4Addr::new(10, 0, 0, 1)));
        assert!(!cidr("10.0.0.0/24").overlaps(cidr("10.0.1.0/24")));
        assert_eq!(cidr("10.0.1.7/24").canonical(), cidr("10.0.1.0/24"));
    }

    #[test]
    fn the_first_four_and_the_last_are_reserved() {
        let subnet = cidr("10.0.1.0/29");
        let free: Vec<_> = subnet.usable().map(|address| address.to_string()).collect();
        assert_eq!(free, ["10.0.1.4", "10.0.1.5", "10.0.1.6"]);
        assert!(
            subnet.is_reserved(Ipv4Addr::new(10, 0, 1, 3))
                && subnet.is_reserved(Ipv4Addr::new(10, 0, 1, 7))
        );
    }

    #[test]
    fn nonsense_is_no_range() {
        for bad in ["", "10.0.0.0", "10.0.0.0/33", "10.0.0/8", "a/8"] {
            assert!(bad.parse::<Cidr>().is_err(), "{bad}");
        }
    }

    #[test]
    fn a_range_is_of_one_family() {
        let v6: IpRange = "fd00:10::/48".parse().unwrap();
        let inner: IpRange = "fd00:10:0:1::/64".parse().unwrap();
        assert!(v6.contains_range(inner) && v6.overlaps(inner) && !inner.contains_range(v6));
        assert!(v6.contains("fd00:10::5".parse().unwrap()));
        assert!(!v6.contains("10.0.0.4".parse().unwrap()));
        assert!(!v6.overlaps(IpRange::V4(cidr("0.0.0.0/0"))));
        assert_eq!((v6.v4(), inner.length()), (None, 64));
        assert!("fd00::/129".parse::<IpRange>().is_err());
        assert_eq!(
            "::/0".parse::<Cidr6>().unwrap().last(),
            Ipv6Addr::from_bits(u128::MAX)
        );
    }
}
