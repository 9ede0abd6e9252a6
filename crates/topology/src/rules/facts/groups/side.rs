//! One side of a security rule, and whether an address is on it.

use super::HOST;
use crate::{
    model::{cidr::Cidr, id::ResourceId, network::SubResource},
    reach::sets::Ranges,
    rules::facts::networks::Inside,
};
use indexmap::IndexMap;
use std::{collections::BTreeSet, net::Ipv4Addr};

/// Whether something matches; what the topology does not say is `Perhaps`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::rules) enum Match {
    /// It does not.
    No,
    /// It may.
    Perhaps,
    /// It does.
    Yes,
}

impl From<bool> for Match {
    fn from(matches: bool) -> Self {
        if matches { Self::Yes } else { Self::No }
    }
}

/// Service tags that stand for more than addresses of some Azure service; lower case.
pub(super) const NETWORK: &str = "virtualnetwork";
pub(super) const BALANCER: &str = "azureloadbalancer";
pub(super) const INTERNET: &str = "internet";

/// Addresses of one side of a rule: `*`, ranges, a service tag, application security groups.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::rules) struct Side {
    /// `*`.
    pub(in crate::rules) is_every: bool,
    /// IPv4 ranges and addresses.
    pub(in crate::rules) numbers: Ranges,
    /// Service tags, lower case.
    pub(in crate::rules) tags: BTreeSet<String>,
    /// Application security groups.
    pub(in crate::rules) groups: BTreeSet<ResourceId>,
    /// IPv6 ranges, as they are written.
    pub(in crate::rules) others: BTreeSet<String>,
    /// What is neither `*`, range, address nor tag.
    pub(in crate::rules) unread: Vec<String>,
    /// How many prefixes and groups it lists.
    pub(in crate::rules) count: usize,
}

impl Side {
    /// Reads one.
    pub(super) fn read(one: Option<&String>, many: &[String], groups: &[SubResource]) -> Self {
        let mut side = Self {
            groups: groups.iter().map(|group| group.id.clone()).collect(),
            count: groups.len(),
            ..Self::default()
        };
        let mut ranges = Vec::new();
        for text in one.into_iter().chain(many) {
            let text = text.trim();
            side.count = side.count.saturating_add(1);
            if text == "*" || text.eq_ignore_ascii_case("Any") {
                side.is_every = true;
            } else if let Ok(range) = text.parse::<Cidr>() {
                ranges.push(range);
            } else if let Ok(address) = text.parse::<Ipv4Addr>() {
                ranges.push(Cidr {
                    address,
                    length: 32,
                });
            } else if text.contains(':') {
                side.others.insert(text.to_ascii_lowercase());
            } else if is_tag(text) {
                side.tags.insert(text.to_ascii_lowercase());
            } else {
                side.unread.push(text.to_owned());
            }
        }
        side.numbers = Ranges::cidrs(ranges);
        side
    }

    /// Whether all of it could be read, and it names something.
    pub(super) fn is_clear(&self) -> bool {
        self.unread.is_empty() && self.count > 0
    }

    /// Whether the address is on this side.
    pub(super) fn holds(
        &self,
        address: Ipv4Addr,
        inside: Option<&Inside>,
        members: &IndexMap<ResourceId, Members>,
    ) -> Match {
        if self.is_every || self.numbers.contains(address.to_bits()) {
            return Match::Yes;
        }
        let tags = self.tags.iter().map(|tag| by_tag(tag, address, inside));
        let groups = self.groups.iter().map(|group| {
            members
                .get(group)
                .map_or(Match::Perhaps, |known| known.hold(address))
        });
        tags.chain(groups).max().unwrap_or(Match::No)
    }
}

/// Members of an application security group.
#[derive(Clone, Debug, Default)]
pub(in crate::rules) struct Members {
    /// Addresses of NICs and private endpoints.
    pub(super) addresses: BTreeSet<Ipv4Addr>,
    /// Where they say so, in the order of the topology.
    pub(in crate::rules) at: Vec<MemberAt>,
    /// Whether there are members whose address nobody knows, such as instances of a scale set.
    pub(super) is_open: bool,
}

/// A member of an application security group.
#[derive(Clone, Debug)]
pub(in crate::rules) struct MemberAt {
    /// The NIC, private endpoint or scale set.
    pub(in crate::rules) id: ResourceId,
    /// JSON pointer to its list of groups.
    pub(in crate::rules) pointer: String,
    /// The network that it is in.
    pub(in crate::rules) network: ResourceId,
}

impl Members {
    fn hold(&self, address: Ipv4Addr) -> Match {
        match (self.addresses.contains(&address), self.is_open) {
            (true, _) => Match::Yes,
            (false, true) => Match::Perhaps,
            (false, false) => Match::No,
        }
    }
}

/// A name such as `Storage` or `Storage.WestEurope`.
fn is_tag(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// Whether a service tag holds an address.
pub(super) fn by_tag(tag: &str, address: Ipv4Addr, inside: Option<&Inside>) -> Match {
    let within = match inside {
        None => Match::Perhaps,
        Some(inside) if inside.sure.contains(address.to_bits()) => Match::Yes,
        Some(inside) if inside.perhaps.contains(address.to_bits()) => Match::Perhaps,
        Some(_) => Match::No,
    };
    match tag {
        NETWORK => within,
        BALANCER => (address == HOST).into(),
        INTERNET if is_public(address) => match within {
            Match::Yes => Match::No,
            Match::Perhaps => Match::Perhaps,
            Match::No => Match::Yes,
        },
        INTERNET => Match::No,
        // Names of the platform's own services in the host; rarely used, never guessed.
        _ if tag.starts_with("azureplatform") => {
            if address == HOST || address.is_link_local() {
                Match::Perhaps
            } else {
                Match::No
            }
        }
        // Every other tag stands for public addresses of some Azure service.
        _ if is_public(address) && address != HOST => Match::Perhaps,
        _ => Match::No,
    }
}

/// Ranges that no service tag of a public service holds, and `Internet` neither.
const PRIVATE: &[(Ipv4Addr, u8)] = &[
    (Ipv4Addr::new(10, 0, 0, 0), 8),
    (Ipv4Addr::new(172, 16, 0, 0), 12),
    (Ipv4Addr::new(192, 168, 0, 0), 16),
    (Ipv4Addr::new(100, 64, 0, 0), 10),
    (Ipv4Addr::new(127, 0, 0, 0), 8),
    (Ipv4Addr::new(169, 254, 0, 0), 16),
    (Ipv4Addr::new(224, 0, 0, 0), 3),
];

/// All addresses that are not public.
pub(super) fn private() -> Ranges {
    Ranges::cidrs(PRIVATE.iter().map(|(address, length)| Cidr {
        address: *address,
        length: *length,
    }))
}

/// Whether an address is one of the internet's.
pub(in crate::rules) fn is_public(address: Ipv4Addr) -> bool {
    !PRIVATE.iter().any(|(first, length)| {
        Cidr {
            address: *first,
            length: *length,
        }
        .contains(address)
    })
}
