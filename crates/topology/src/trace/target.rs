//! What a connection wants: a host and a port, as people write them.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A host name or IPv4 address, and a TCP port.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Name in lower case without a closing dot, or an address.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// Why a text is no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no target: {reason}")]
pub struct TargetError {
    /// The text.
    pub text: String,
    /// What is wrong.
    pub reason: &'static str,
}

impl FromStr for Target {
    type Err = TargetError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let fail = |reason| TargetError {
            text: text.to_owned(),
            reason,
        };
        let (default_port, rest) = match text.split_once("://") {
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("https") => (Some(443), rest),
            Some((scheme, rest)) if scheme.eq_ignore_ascii_case("http") => (Some(80), rest),
            Some(_) => return Err(fail("write `https://host`, `http://host` or `host:port`")),
            None => (None, text),
        };
        let authority = rest.split(['/', '?', '#']).next().unwrap_or(rest);
        if default_port.is_none() && authority.len() != rest.len() {
            return Err(fail("a path needs `https://` or `http://` before the host"));
        }
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) => (
                host,
                port.parse()
                    .ok()
                    .filter(|port| *port > 0)
                    .ok_or_else(|| fail("the port must be 1 to 65535"))?,
            ),
            None => (
                authority,
                default_port
                    .ok_or_else(|| fail("it has no port; write `host:port` or `https://host`"))?,
            ),
        };
        let host = host.trim_end_matches('.').to_ascii_lowercase();
        if host.is_empty() {
            return Err(fail("it has no host"));
        }
        if !host
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        {
            return Err(fail(
                "the host may hold letters, digits, dots and hyphens (IPv6 is not modelled)",
            ));
        }
        Ok(Self { host, port })
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, want: &str) {
        assert_eq!(text.parse::<Target>().unwrap().to_string(), want);
    }

    #[test]
    fn urls_and_pairs_give_host_and_port() {
        check(
            "https://Apim1449.azure-api.net",
            "apim1449.azure-api.net:443",
        );
        check("https://a.b:8443/echo/resource?x=1", "a.b:8443");
        check("http://a.b./", "a.b:80");
        check("10.0.2.5:443", "10.0.2.5:443");
    }

    #[test]
    fn nonsense_says_why() {
        for bad in [
            "",
            "host",
            "host:0",
            "host:99999",
            "ftp://a",
            "https://",
            "a b:1",
            "host:443/path",
            "[::1]:443",
            "u@h:1",
        ] {
            assert!(bad.parse::<Target>().is_err(), "{bad}");
        }
    }
}
