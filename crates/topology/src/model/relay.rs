//! What a forwarder relays: the file format shared by the core and `linkspan-forwarder`.
//!
//! JSON, in the virtual machine's user data or a file:
//! `{"version":1,"listeners":[{"listen":"0.0.0.0:443","to":["apim1449.azure-api.net:443"]}],
//!   "health":{"listen":"0.0.0.0:8080","path":"/healthz"}}`.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;

/// A relay's whole configuration.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayConfig {
    /// Format version, 1.
    pub version: u32,
    /// What it listens on.
    pub listeners: Vec<RelayListener>,
    /// The endpoint for the load balancer's probe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub health: Option<RelayHealth>,
    /// Seconds to let connections end after SIGTERM.
    #[serde(rename = "drainSeconds", default = "default_drain_seconds")]
    pub drain_seconds: u32,
}

/// Seconds that a draining relay waits for its connections by default.
pub fn default_drain_seconds() -> u32 {
    30
}

/// One listener.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayListener {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// Upstreams, `host:port` or `address:port`; tried in turn.
    pub to: Vec<String>,
    /// Whether each connection begins with a PROXY protocol v2 header; it is read and not relayed.
    #[serde(
        rename = "proxyProtocol",
        default,
        skip_serializing_if = "ProxyProtocol::is_off"
    )]
    pub proxy_protocol: ProxyProtocol,
}

/// What a listener takes at the beginning of a connection.
/// Source: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProxyProtocol {
    /// No header: what comes is the client's.
    #[default]
    Off,
    /// A header if there is one. Only where everybody who connects may be trusted to tell the truth.
    Optional,
    /// A header, else the connection is reset.
    Required,
}

impl ProxyProtocol {
    /// The words for it, as they are written.
    pub const WORDS: [&'static str; 3] = ["off", "optional", "required"];

    /// What a word means.
    pub fn from_word(word: &str) -> Option<Self> {
        match word {
            "off" => Some(Self::Off),
            "optional" => Some(Self::Optional),
            "required" => Some(Self::Required),
            _ => None,
        }
    }

    #[expect(
        clippy::trivially_copy_pass_by_ref,
        reason = "serde calls it with a reference"
    )]
    fn is_off(&self) -> bool {
        *self == Self::Off
    }
}

/// The health endpoint: 200 only while an upstream of every listener accepts a connection.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelayHealth {
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// HTTP path, such as `/healthz`.
    pub path: String,
}
