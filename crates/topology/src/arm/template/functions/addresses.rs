//! Address arithmetic: <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr>.

use super::{Args, Function, Outcome};
use crate::arm::template::{problem::Problem, value::Value};
use indexmap::IndexMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

pub(super) const FUNCTIONS: &[Function] = &[
    Function::pure("parseCidr", (1, 1), "parseCidr(range)", parse_cidr),
    Function::pure(
        "cidrSubnet",
        (3, 3),
        "cidrSubnet(range, length, index)",
        cidr_subnet,
    ),
    Function::pure("cidrHost", (2, 2), "cidrHost(range, index)", cidr_host),
];

/// A range of IPv4 or IPv6 addresses; bits are kept in the low end of the number.
#[derive(Clone, Copy)]
struct Range {
    network: u128,
    length: u32,
    bits: u32,
}

impl Range {
    fn parse(text: &str) -> Option<Self> {
        let (address, length) = text.split_once('/')?;
        let length: u32 = length.parse().ok()?;
        let (address, bits) = match address.parse::<IpAddr>().ok()? {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
            IpAddr::V6(address) => (address.to_bits(), 128),
        };
        let range = Self {
            network: address,
            length,
            bits,
        };
        (length <= bits).then(|| Self {
            network: address & range.mask(),
            ..range
        })
    }

    fn hosts(self) -> u128 {
        let free = self.bits.saturating_sub(self.length);
        u128::MAX.checked_shl(free).map_or(u128::MAX, |high| !high)
    }

    fn all(self) -> u128 {
        if self.bits == 32 {
            u128::from(u32::MAX)
        } else {
            u128::MAX
        }
    }

    fn mask(self) -> u128 {
        self.all() & !self.hosts()
    }

    fn last(self) -> u128 {
        self.network | self.hosts()
    }

    fn show(self, address: u128) -> String {
        if self.bits == 32 {
            let address = u32::try_from(address & self.all()).unwrap_or(u32::MAX);
            Ipv4Addr::from_bits(address).to_string()
        } else {
            Ipv6Addr::from_bits(address).to_string()
        }
    }

    /// First and last address that a host may have, as the documentation counts them: IPv4 loses
    /// the network and the broadcast address, unless there are no others.
    fn usable(self) -> (u128, u128) {
        if self.bits == 32 && self.length < 31 {
            (
                self.network.saturating_add(1),
                self.last().saturating_sub(1),
            )
        } else {
            (self.network, self.last())
        }
    }
}

fn range(args: &Args<'_>) -> Result<Range, Problem> {
    let text = args.text(0)?;
    Range::parse(text).ok_or_else(|| {
        let shown = crate::manifest::suggest::clip(text, 40);
        args.fail(
            0,
            format!("`{shown}` is no address range"),
            "write it as `10.0.0.0/16`",
        )
    })
}

fn parse_cidr(args: &mut Args<'_>) -> Outcome {
    let range = range(args)?;
    let (first, last) = range.usable();
    let mut members = IndexMap::new();
    let mut put = |name: &str, address| {
        members.insert(name.to_owned(), Value::from(range.show(address)));
    };
    put("network", range.network);
    put("netmask", range.mask());
    if range.bits == 32 {
        put("broadcast", range.last());
    }
    put("firstUsable", first);
    put("lastUsable", last);
    members.insert("cidr".to_owned(), i64::from(range.length).into());
    Ok(members.into())
}

fn cidr_subnet(args: &mut Args<'_>) -> Outcome {
    let range = range(args)?;
    let length = u32::try_from(args.int(1)?)
        .ok()
        .filter(|length| (range.length..=range.bits).contains(length))
        .ok_or_else(|| {
            let help = format!("give a length from {} to {}", range.length, range.bits);
            args.fail(
                1,
                format!("a range of /{} cannot be cut so", range.length),
                help,
            )
        })?;
    let part = Range { length, ..range };
    let parts = part.hosts() ^ range.hosts();
    let index = u128::try_from(args.int(2)?).ok();
    let offset = index.and_then(|index| index.checked_mul(part.hosts().saturating_add(1)));
    match offset {
        Some(offset) if offset & !parts == 0 => {
            let network = range.network.saturating_add(offset);
            Ok(format!("{}/{length}", range.show(network)).into())
        }
        _ => Err(args.fail(
            2,
            "there is no subnet with this index",
            "give a smaller index, counted from 0, or a larger range",
        )),
    }
}

fn cidr_host(args: &mut Args<'_>) -> Outcome {
    let range = range(args)?;
    let index = u128::try_from(args.int(1)?).ok();
    // The documentation's IPv6 examples count from the address after the network as well.
    let first = if range.length < range.bits.saturating_sub(1) {
        range.network.saturating_add(1)
    } else {
        range.network
    };
    let (_, last) = range.usable();
    match index.and_then(|index| first.checked_add(index)) {
        Some(host) if host <= last => Ok(range.show(host).into()),
        _ => Err(args.fail(
            1,
            "the range has no host with this index",
            "give a smaller index, counted from 0",
        )),
    }
}
