//! Exact sets of connections: unions of IPv4 ranges × port ranges.
//!
//! A statement about all addresses of a range cannot be proven by samples, so reachability is
//! computed on sets. Both kinds of set have one form only for the same content: equality is
//! comparison, and every operation is one sweep over both operands.

use crate::model::{cidr::Cidr, expectation::PortRange};
use std::{fmt, net::Ipv4Addr};

/// A set of numbers (addresses or ports) as ranges: sorted, disjoint, none touching the next.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ranges {
    parts: Vec<(u32, u32)>,
}

impl Ranges {
    /// Nothing.
    pub const EMPTY: Self = Self { parts: Vec::new() };

    /// From `first` to `last`, both included; nothing if they are the wrong way round.
    pub fn of(first: u32, last: u32) -> Self {
        Self {
            parts: if first <= last {
                vec![(first, last)]
            } else {
                Vec::new()
            },
        }
    }

    /// Every IPv4 address.
    pub fn all_addresses() -> Self {
        Self::of(0, u32::MAX)
    }

    /// Every port that a connection can have, 1 to 65535.
    pub fn all_ports() -> Self {
        Self::ports([PortRange::ALL])
    }

    /// One address.
    pub fn address(address: Ipv4Addr) -> Self {
        Self::of(address.to_bits(), address.to_bits())
    }

    /// The addresses of these ranges.
    pub fn cidrs(ranges: impl IntoIterator<Item = Cidr>) -> Self {
        ranges
            .into_iter()
            .map(|range| (range.first().to_bits(), range.last().to_bits()))
            .collect()
    }

    /// These ports.
    pub fn ports(ranges: impl IntoIterator<Item = PortRange>) -> Self {
        ranges
            .into_iter()
            .map(|range| (u32::from(range.first), u32::from(range.last)))
            .collect()
    }

    /// One port.
    pub fn port(port: u16) -> Self {
        Self::of(port.into(), port.into())
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.parts.is_empty()
    }

    /// Whether the number is in it.
    pub fn contains(&self, number: u32) -> bool {
        let after = self.parts.partition_point(|(first, _)| *first <= number);
        after
            .checked_sub(1)
            .and_then(|at| self.parts.get(at))
            .is_some_and(|(_, last)| number <= *last)
    }

    /// Whether the whole other set lies in it.
    pub fn contains_all(&self, other: &Self) -> bool {
        other.minus(self).is_empty()
    }

    /// Its ranges, lowest first, both ends included.
    pub fn parts(&self) -> &[(u32, u32)] {
        &self.parts
    }

    /// Its lowest number.
    pub fn first(&self) -> Option<u32> {
        self.parts.first().map(|(first, _)| *first)
    }

    /// How many numbers are in it.
    pub fn count(&self) -> u64 {
        let sizes = self
            .parts
            .iter()
            .map(|(first, last)| u64::from(last - first) + 1);
        sizes.sum()
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let (mut left, mut right) = (self.parts.iter().peekable(), other.parts.iter().peekable());
        while let (Some(a), Some(b)) = (left.peek(), right.peek()) {
            let (first, last) = (a.0.max(b.0), a.1.min(b.1));
            if first <= last {
                parts.push((first, last));
            }
            if a.1 <= b.1 {
                left.next();
            } else {
                right.next();
            }
        }
        Self { parts }
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.parts.iter().chain(&other.parts).copied().collect()
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        let mut parts = Vec::new();
        let mut cuts = other.parts.iter().peekable();
        for &(first, last) in &self.parts {
            let mut from = Some(first);
            while let (Some(start), Some(&&(cut_first, cut_last))) = (from, cuts.peek()) {
                if cut_last < start {
                    cuts.next();
                    continue;
                }
                if cut_first > last {
                    break;
                }
                if cut_first > start {
                    parts.push((start, cut_first - 1));
                }
                from = cut_last.checked_add(1).filter(|next| *next <= last);
                if from.is_some() {
                    cuts.next();
                }
            }
            if let Some(start) = from {
                parts.push((start, last));
            }
        }
        Self { parts }
    }

    /// The set as IPv4 ranges in CIDR notation, the fewest that cover it exactly.
    pub fn to_cidrs(&self) -> Vec<Cidr> {
        let mut all = Vec::new();
        for &(first, last) in &self.parts {
            let mut start = u64::from(first);
            while start <= u64::from(last) {
                let left = u64::from(last) - start + 1;
                // The largest block that begins here and does not pass the end.
                let aligned = if start == 0 {
                    32
                } else {
                    start.trailing_zeros()
                };
                let bits = aligned.min(left.ilog2()).min(32);
                let address = u32::try_from(start).unwrap_or(u32::MAX);
                all.push(Cidr {
                    address: Ipv4Addr::from_bits(address),
                    length: u8::try_from(32 - bits).unwrap_or(32),
                });
                start += 1_u64 << bits;
            }
        }
        all
    }

    /// The set as ports.
    pub fn to_ports(&self) -> Vec<PortRange> {
        let port = |number: u32| u16::try_from(number).unwrap_or(u16::MAX);
        self.parts
            .iter()
            .map(|(first, last)| PortRange {
                first: port(*first),
                last: port(*last),
            })
            .collect()
    }

    /// `10.0.0.0/24, 10.0.1.7`.
    pub fn addresses_text(&self) -> String {
        if *self == Self::all_addresses() {
            return "every address".to_owned();
        }
        let each = self.to_cidrs().into_iter().map(|range| {
            if range.length == 32 {
                range.address.to_string()
            } else {
                range.to_string()
            }
        });
        joined(each)
    }

    /// `22, 8000-9000`, or `*`.
    pub fn ports_text(&self) -> String {
        joined(self.to_ports().iter().map(PortRange::to_string))
    }
}

fn joined(each: impl Iterator<Item = String>) -> String {
    const SHOWN: usize = 6;
    let all: Vec<String> = each.collect();
    if all.is_empty() {
        return "none".to_owned();
    }
    let shown = all.iter().take(SHOWN).cloned().collect::<Vec<_>>();
    let rest = all.len().saturating_sub(SHOWN);
    if rest > 0 {
        format!("{} and {rest} more", shown.join(", "))
    } else {
        shown.join(", ")
    }
}

impl FromIterator<(u32, u32)> for Ranges {
    fn from_iter<I: IntoIterator<Item = (u32, u32)>>(iter: I) -> Self {
        let mut all: Vec<(u32, u32)> = iter
            .into_iter()
            .filter(|(first, last)| first <= last)
            .collect();
        all.sort_unstable();
        let mut parts: Vec<(u32, u32)> = Vec::with_capacity(all.len());
        for (first, last) in all {
            match parts.last_mut() {
                Some(before) if first <= before.1.saturating_add(1) => {
                    before.1 = before.1.max(last);
                }
                _ => parts.push((first, last)),
            }
        }
        Self { parts }
    }
}

/// Connections by their source address and destination port; the destination is known elsewhere.
///
/// Kept as bands: source ranges, each with its ports; neighbors of equal ports are one band.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Flows {
    bands: Vec<Band>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct Band {
    first: u32,
    last: u32,
    ports: Ranges,
}

impl Flows {
    /// Nothing.
    pub const EMPTY: Self = Self { bands: Vec::new() };

    /// Every one of these addresses to every one of these ports.
    pub fn of(sources: &Ranges, ports: &Ranges) -> Self {
        if ports.is_empty() {
            return Self::EMPTY;
        }
        let band = |&(first, last): &(u32, u32)| Band {
            first,
            last,
            ports: ports.clone(),
        };
        Self {
            bands: sources.parts.iter().map(band).collect(),
        }
    }

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.bands.is_empty()
    }

    /// Whether a connection is in it.
    pub fn contains(&self, source: Ipv4Addr, port: u16) -> bool {
        let source = source.to_bits();
        let after = self.bands.partition_point(|band| band.first <= source);
        after
            .checked_sub(1)
            .and_then(|at| self.bands.get(at))
            .is_some_and(|band| source <= band.last && band.ports.contains(port.into()))
    }

    /// What is in both.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        self.combine(other, Ranges::and)
    }

    /// What is in either.
    #[must_use]
    pub fn or(&self, other: &Self) -> Self {
        self.combine(other, Ranges::or)
    }

    /// What is in this one only.
    #[must_use]
    pub fn minus(&self, other: &Self) -> Self {
        self.combine(other, Ranges::minus)
    }

    fn combine(&self, other: &Self, how: fn(&Ranges, &Ranges) -> Ranges) -> Self {
        if other.is_empty() && self.is_empty() {
            return Self::EMPTY;
        }
        // Every place where a band begins, or the number after its end.
        let mut edges: Vec<u64> = Vec::with_capacity(2 * (self.bands.len() + other.bands.len()));
        for band in self.bands.iter().chain(&other.bands) {
            edges.push(band.first.into());
            edges.push(u64::from(band.last) + 1);
        }
        edges.sort_unstable();
        edges.dedup();
        let (mut left, mut right) = (Cursor::new(&self.bands), Cursor::new(&other.bands));
        let mut bands: Vec<Band> = Vec::new();
        for pair in edges.windows(2) {
            let [start, next] = pair else { continue };
            let (Ok(first), Ok(last)) = (u32::try_from(*start), u32::try_from(next - 1)) else {
                continue;
            };
            let ports = how(left.at(first), right.at(first));
            if ports.is_empty() {
                continue;
            }
            match bands.last_mut() {
                Some(before)
                    if before.last.checked_add(1) == Some(first) && before.ports == ports =>
                {
                    before.last = last;
                }
                _ => bands.push(Band { first, last, ports }),
            }
        }
        Self { bands }
    }

    /// Every source address that occurs.
    pub fn sources(&self) -> Ranges {
        self.bands
            .iter()
            .map(|band| (band.first, band.last))
            .collect()
    }

    /// Every port that occurs.
    pub fn ports(&self) -> Ranges {
        let all = self.bands.iter().flat_map(|band| &band.ports.parts);
        all.copied().collect()
    }

    /// Rectangles that make it up: source ranges with the ports that all of them have.
    pub fn blocks(&self) -> Vec<(Ranges, Ranges)> {
        let mut blocks: Vec<(Ranges, Ranges)> = Vec::new();
        for band in &self.bands {
            let sources = Ranges::of(band.first, band.last);
            match blocks.iter_mut().find(|(_, ports)| *ports == band.ports) {
                Some((all, _)) => *all = all.or(&sources),
                None => blocks.push((sources, band.ports.clone())),
            }
        }
        blocks
    }

    /// One connection of it: the lowest address, and its lowest port.
    pub fn witness(&self) -> Option<(Ipv4Addr, u16)> {
        let band = self.bands.first()?;
        let port = u16::try_from(band.ports.first()?).ok()?;
        Some((Ipv4Addr::from_bits(band.first), port))
    }
}

impl fmt::Debug for Flows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let each = self.bands.iter().map(|band| {
            format!(
                "{}:{}",
                Ranges::of(band.first, band.last).addresses_text(),
                band.ports.ports_text()
            )
        });
        f.debug_list().entries(each).finish()
    }
}

static NOTHING: &Ranges = &Ranges::EMPTY;

/// Looks up the bands of ever higher addresses.
struct Cursor<'a> {
    bands: std::iter::Peekable<std::slice::Iter<'a, Band>>,
}

impl<'a> Cursor<'a> {
    fn new(bands: &'a [Band]) -> Self {
        Self {
            bands: bands.iter().peekable(),
        }
    }

    fn at(&mut self, address: u32) -> &'a Ranges {
        while self.bands.next_if(|band| band.last < address).is_some() {}
        match self.bands.peek() {
            Some(band) if band.first <= address => &band.ports,
            _ => NOTHING,
        }
    }
}

#[cfg(test)]
mod tests;
