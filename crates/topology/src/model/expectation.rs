//! What the owner of a topology expects to be reachable, and what not.
//!
//! Plain data: the section `expect:` of a manifest decoded. [`crate::reach::check_expectations`]
//! holds it against the topology. A selector is kept as it was written, because what a name stands
//! for is known only beside a topology.

use super::cidr::Cidr;
use crate::source::Span;
use serde::{Deserialize, Serialize};
use std::{fmt, net::Ipv4Addr, str::FromStr};

/// One statement: `{ allow: testvm, to: "https://apim1449.azure-api.net" }`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    /// A name for messages; `None` means that its text names it.
    pub name: Option<String>,
    /// Whether the connection must work or must not.
    pub effect: Effect,
    /// Who opens the connection.
    pub from: Selector,
    /// Who is connected to.
    pub to: Selector,
    /// TCP ports; empty means the port of the URL in `to`, else the ports of the service for
    /// `allow` and every port for `deny`.
    pub ports: Vec<PortRange>,
    /// Why it is expected, in the owner's words.
    pub because: Option<String>,
    /// Where it is written.
    pub span: Option<Span>,
}

/// What is expected of a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Effect {
    /// All of them arrive.
    Allow,
    /// None of them arrives.
    Deny,
}

impl fmt::Display for Effect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Deny => "deny",
        })
    }
}

/// One side of a connection, as people write it.
///
/// | text | stands for |
/// |---|---|
/// | `any`, `*` | every client, subnet and machine of the topology |
/// | `internet` | every public address that is not of the topology |
/// | `10.0.0.0/16`, `10.0.1.7` | these addresses, wherever the topology has them |
/// | `MainNet/10.0.1.7`, `MainNet/10.0.0.0/20` | these addresses of that virtual network |
/// | `MainNet`, `MainNet/plsSubnet` | every address of the network or subnet |
/// | `testvm`, `client/testvm`, `fwd-0`, `vmss/3` | a client, machine, scale-set instance, NIC |
/// | `partner` | every network of the subscription with this key |
/// | `/subscriptions/…` | the resource with this id |
/// | `apim1449`, `loadBalancers/X` | a resource by name, or by type and name |
/// | `a.example.com`, `https://a.example.com:8443/x` | a host name, resolved as the sender does |
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    /// What is meant, without a port.
    pub kind: SelectorKind,
    /// The port of a URL or of `name:port`.
    pub port: Option<u16>,
    /// As it was written.
    pub text: String,
}

/// What a [`Selector`] says before anything is looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectorKind {
    /// Everything.
    Any,
    /// Public addresses outside the topology.
    Internet,
    /// Addresses, in this virtual network if one is named.
    Range {
        /// Name of the virtual network.
        network: Option<String>,
        /// The addresses.
        range: Cidr,
    },
    /// A host name for sure: it stood in a URL.
    Host(String),
    /// A name of something in the topology, or a host name.
    Name(String),
}

/// Why a text is no selector.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` names nothing that can send or receive: {reason}")]
pub struct SelectorError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl FromStr for Selector {
    type Err = SelectorError;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let text = written.trim();
        let fail = |reason| SelectorError {
            text: written.to_owned(),
            reason,
        };
        let with = |kind, port| Self {
            kind,
            port,
            text: text.to_owned(),
        };
        if text.is_empty() {
            return Err(fail("it is empty"));
        }
        if is_ipv6(text) {
            return Err(fail(IPV6));
        }
        if let Some((scheme, rest)) = text.split_once("://") {
            let default = match scheme.to_ascii_lowercase().as_str() {
                "https" => 443,
                "http" => 80,
                "tcp" => 0,
                _ => return Err(fail("the scheme must be `https`, `http` or `tcp`")),
            };
            let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
            let (host, port) = split_port(authority).map_err(fail)?;
            if !is_host(host) {
                return Err(fail(
                    "the host may hold letters, digits, dots and hyphens (no user name)",
                ));
            }
            let port = port.or(Some(default).filter(|port| *port > 0));
            let kind = match host.parse::<Ipv4Addr>() {
                Ok(address) => one(None, address),
                Err(_) => SelectorKind::Host(host_name(host)),
            };
            return Ok(with(kind, port));
        }
        if text.starts_with('/') {
            let (id, port) = split_port(text).map_err(fail)?;
            return Ok(with(SelectorKind::Name(id.to_owned()), port));
        }
        let (name, port) = split_port(text).map_err(fail)?;
        if name.is_empty() {
            return Err(fail("there is only a port"));
        }
        let kind = match name.to_ascii_lowercase().as_str() {
            "any" | "*" => SelectorKind::Any,
            "internet" => SelectorKind::Internet,
            _ => range_or_name(name),
        };
        Ok(with(kind, port))
    }
}

const IPV6: &str = "who reaches what is answered for IPv4, which is all that Private Link carries";

/// Whether it names an IPv6 address or range: in brackets, or with two colons or more.
fn is_ipv6(text: &str) -> bool {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    if rest.starts_with('/') {
        return false;
    }
    let colons = rest.bytes().filter(|byte| *byte == b':').count();
    rest.contains('[')
        || (colons > 1
            && rest
                .split('/')
                .any(|part| part.parse::<std::net::Ipv6Addr>().is_ok()))
}

fn one(network: Option<String>, address: Ipv4Addr) -> SelectorKind {
    SelectorKind::Range {
        network,
        range: Cidr {
            address,
            length: 32,
        },
    }
}

fn range_or_name(text: &str) -> SelectorKind {
    let range = |text: &str| {
        text.parse::<Cidr>().ok().or_else(|| {
            Some(Cidr {
                address: text.parse().ok()?,
                length: 32,
            })
        })
    };
    if let Some(range) = range(text) {
        return SelectorKind::Range {
            network: None,
            range,
        };
    }
    if let Some((network, rest)) = text.split_once('/')
        && let Some(range) = range(rest)
    {
        return SelectorKind::Range {
            network: Some(network.to_owned()),
            range,
        };
    }
    SelectorKind::Name(text.to_owned())
}

/// `host:443` is a host and a port; what has no colon is a host.
fn split_port(text: &str) -> Result<(&str, Option<u16>), &'static str> {
    match text.rsplit_once(':') {
        None => Ok((text, None)),
        Some((host, port)) => match port.parse() {
            Ok(0) | Err(_) => Err("the port must be 1 to 65535"),
            Ok(port) => Ok((host, Some(port))),
        },
    }
}

/// Whether a text may be a host name or an IPv4 address.
pub(crate) fn is_host(text: &str) -> bool {
    !text.trim_end_matches('.').is_empty()
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
}

/// A host name as it is compared: lower case, without a closing dot.
pub(crate) fn host_name(text: &str) -> String {
    text.trim_end_matches('.').to_ascii_lowercase()
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// TCP ports from the first to the last, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PortRange {
    /// The lowest port.
    pub first: u16,
    /// The highest port.
    pub last: u16,
}

/// Why a text is no range of ports.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no port or range of ports; write `443`, `8000-9000` or `*`")]
pub struct PortRangeError(pub String);

impl PortRange {
    /// Every port that a connection can have.
    pub const ALL: Self = Self {
        first: 1,
        last: u16::MAX,
    };

    /// One port.
    pub fn one(port: u16) -> Self {
        Self {
            first: port,
            last: port,
        }
    }
}

impl FromStr for PortRange {
    type Err = PortRangeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = || PortRangeError(text.to_owned());
        let port = |text: &str| {
            text.trim()
                .parse::<u16>()
                .ok()
                .filter(|port| *port > 0)
                .ok_or_else(fail)
        };
        if text.trim() == "*" {
            return Ok(Self::ALL);
        }
        let (first, last) = match text.split_once('-') {
            Some((first, last)) => (port(first)?, port(last)?),
            None => (port(text)?, port(text)?),
        };
        if first > last {
            return Err(fail());
        }
        Ok(Self { first, last })
    }
}

impl fmt::Display for PortRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Self::ALL => f.write_str("*"),
            Self { first, last } if first == last => write!(f, "{first}"),
            Self { first, last } => write!(f, "{first}-{last}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, kind: SelectorKind, port: Option<u16>) {
        let selector: Selector = text.parse().unwrap();
        assert_eq!((selector.kind, selector.port), (kind, port), "{text}");
    }

    fn range(network: Option<&str>, text: &str) -> SelectorKind {
        SelectorKind::Range {
            network: network.map(str::to_owned),
            range: text.parse().unwrap(),
        }
    }

    #[test]
    fn a_selector_says_what_it_is() {
        check("any", SelectorKind::Any, None);
        check("*", SelectorKind::Any, None);
        check("Internet", SelectorKind::Internet, None);
        check("10.0.0.0/16", range(None, "10.0.0.0/16"), None);
        check("10.0.1.7:443", range(None, "10.0.1.7/32"), Some(443));
        check(
            "MainNet/10.0.1.7",
            range(Some("MainNet"), "10.0.1.7/32"),
            None,
        );
        check(
            "MainNet/10.0.0.0/20",
            range(Some("MainNet"), "10.0.0.0/20"),
            None,
        );
        let name = |text: &str| SelectorKind::Name(text.to_owned());
        check("MainNet/plsSubnet", name("MainNet/plsSubnet"), None);
        check("testvm:22", name("testvm"), Some(22));
        check("a.example.com:8443", name("a.example.com"), Some(8443));
        let host = SelectorKind::Host("a.b".to_owned());
        check("https://A.b./x?y=1", host.clone(), Some(443));
        check("tcp://a.b", host, None);
        check("http://10.0.0.4", range(None, "10.0.0.4/32"), Some(80));
    }

    #[test]
    fn nonsense_says_why() {
        for bad in [
            "",
            " ",
            "ftp://a",
            "https://u@h",
            "a:0",
            "a:99999",
            ":443",
            "https://",
        ] {
            assert!(bad.parse::<Selector>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ports_are_read_and_written() {
        for text in ["22", "8000-9000", "*"] {
            assert_eq!(text.parse::<PortRange>().unwrap().to_string(), text);
        }
        for bad in ["", "0", "9000-8000", "a", "1-", "70000"] {
            assert!(bad.parse::<PortRange>().is_err(), "{bad}");
        }
    }

    #[test]
    fn ipv6_is_refused_by_its_name() {
        for text in [
            "fd00::5",
            "fd00::/64",
            "[fd00::1]:443",
            "https://[fd00::1]",
            "Net/fd00::1",
        ] {
            let error = text.parse::<Selector>().unwrap_err();
            assert_eq!(error.reason, IPV6, "{text}");
        }
        // A resource id is none, nor is a port.
        assert!("/a/b:443".parse::<Selector>().is_ok());
        assert!("name:443".parse::<Selector>().is_ok());
    }
}
