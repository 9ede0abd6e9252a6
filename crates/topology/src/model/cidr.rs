//! IPv4 address ranges in CIDR notation.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, net::Ipv4Addr, str::FromStr};

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
#[error("`{0}` is no IPv4 range; write it as `10.0.1.0/24`")]
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

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.length)
    }
}

impl Serialize for Cidr {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cidr {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

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
}
