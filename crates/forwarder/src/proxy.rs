//! The PROXY protocol header, version 2, before a connection.
//!
//! Private Link puts one before each connection and each probe when its service says
//! `enableProxyProtocol`: <https://learn.microsoft.com/azure/private-link/private-link-service-overview#getting-connection-information-using-tcp-proxy-v2>.
//! The header tells the consumer's own address and the LINKID of its private endpoint. It is read
//! and taken off; version 1 and the checksum are not read.
//! Source: <https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt>.

use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::io::{AsyncRead, AsyncReadExt as _};
use topology::model::relay::ProxyProtocol;

/// The first bytes of every header.
const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";
/// Signature, version and command, family, length.
const FIXED: usize = 16;
/// How long a header may take: the specification asks for at least 3 s, so that one lost segment
/// does not end the connection.
const TIMEOUT: Duration = Duration::from_secs(3);
/// The type of Azure's own value, and its sub-type for the LINKID.
const AZURE: (u8, u8) = (0xEE, 0x01);

/// What a header says of the connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// The client and the address that it wanted, as its own network has them; none for a probe.
    pub addresses: Option<(SocketAddr, SocketAddr)>,
    /// Azure's number of the private endpoint's connection.
    pub link_id: Option<u32>,
}

/// What came before the connection's own bytes.
#[derive(Debug, PartialEq, Eq)]
pub enum Beginning {
    /// A header, which is taken off.
    Header(Header),
    /// None; these bytes were read and are the connection's own.
    Plain(Vec<u8>),
}

/// Why a connection is refused before it begins.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum HeaderError {
    /// The first bytes are those of something else.
    #[error("no PROXY protocol v2 header")]
    Absent,
    /// The version or the command is unknown.
    #[error("version and command 0x{0:02x} of the PROXY protocol header are unknown")]
    Command(u8),
    /// The addresses or values do not fit the length.
    #[error("the PROXY protocol header is cut or malformed")]
    Malformed,
    /// It did not come in time.
    #[error("no PROXY protocol header within {TIMEOUT:?}")]
    Late,
    /// The connection failed or ended.
    #[error("the connection ended before its PROXY protocol header was whole: {0}")]
    Ended(io::ErrorKind),
}

/// Reads what a listener takes at the beginning of a connection: a header as far as it says so, and
/// nothing behind it.
pub async fn read(
    stream: &mut (impl AsyncRead + Unpin),
    mode: ProxyProtocol,
) -> Result<Beginning, HeaderError> {
    if mode == ProxyProtocol::Off {
        return Ok(Beginning::Plain(Vec::new()));
    }
    let mut head = Vec::with_capacity(FIXED);
    match tokio::time::timeout(TIMEOUT, whole(stream, &mut head)).await {
        Ok(Ok(header)) => Ok(Beginning::Header(header)),
        // A client may begin with anything, or wait for the server to speak first.
        Ok(Err(HeaderError::Absent)) if mode == ProxyProtocol::Optional => {
            Ok(Beginning::Plain(head))
        }
        Err(_) if mode == ProxyProtocol::Optional && head.is_empty() => Ok(Beginning::Plain(head)),
        Ok(Err(error)) => Err(error),
        Err(_) => Err(HeaderError::Late),
    }
}

/// Reads a whole header. `head` has what was read of the fixed part; at `Absent` it has everything
/// that was read.
async fn whole(
    stream: &mut (impl AsyncRead + Unpin),
    head: &mut Vec<u8>,
) -> Result<Header, HeaderError> {
    let ended = |error: io::Error| HeaderError::Ended(error.kind());
    while head.len() < FIXED {
        let missing = FIXED.saturating_sub(head.len());
        let read = (&mut *stream)
            .take(u64::try_from(missing).unwrap_or(0))
            .read_buf(head)
            .await;
        let read = read.map_err(ended)?;
        let is_one = head
            .iter()
            .zip(&SIGNATURE)
            .all(|(byte, wanted)| byte == wanted);
        if !is_one || (read == 0 && head.is_empty()) {
            return Err(HeaderError::Absent);
        }
        if read == 0 {
            // A client that says only the beginning of a header says something else.
            return Err(if head.len() < SIGNATURE.len() {
                HeaderError::Absent
            } else {
                HeaderError::Ended(io::ErrorKind::UnexpectedEof)
            });
        }
    }
    let &[.., command, family, high, low] = head.as_slice() else {
        return Err(HeaderError::Malformed);
    };
    // Grows with what comes, up to the 65,535 bytes that the length can say.
    let length = u16::from_be_bytes([high, low]);
    let mut rest = Vec::new();
    stream
        .take(u64::from(length))
        .read_to_end(&mut rest)
        .await
        .map_err(ended)?;
    if rest.len() < usize::from(length) {
        return Err(HeaderError::Ended(io::ErrorKind::UnexpectedEof));
    }
    parse(command, family, &rest)
}

/// What the parts of a header say: version and command, family and transport, and all that follows
/// the length.
pub fn parse(command: u8, family: u8, rest: &[u8]) -> Result<Header, HeaderError> {
    match command {
        // A probe: whoever connects speaks for itself, and what follows is skipped.
        0x20 => return Ok(Header::default()),
        0x21 => {}
        other => return Err(HeaderError::Command(other)),
    }
    let (addresses, values) = match family {
        0x11 => {
            let (client, rest) = split::<4>(rest)?;
            let (wanted, rest) = split::<4>(rest)?;
            let (ports, values) = split::<4>(rest)?;
            let addresses = pair(Ipv4Addr::from(*client), Ipv4Addr::from(*wanted), *ports);
            (Some(addresses), values)
        }
        0x21 => {
            let (client, rest) = split::<16>(rest)?;
            let (wanted, rest) = split::<16>(rest)?;
            let (ports, values) = split::<4>(rest)?;
            let addresses = pair(Ipv6Addr::from(*client), Ipv6Addr::from(*wanted), *ports);
            (Some(addresses), values)
        }
        // Addresses that say nothing here, and those of a socket in the file system.
        0x31 | 0x32 => (None, split::<216>(rest)?.1),
        0x12 => (None, split::<12>(rest)?.1),
        0x22 => (None, split::<36>(rest)?.1),
        // No client is known: without addresses what follows cannot be told from padding.
        _ => return Ok(Header::default()),
    };
    Ok(Header {
        addresses,
        link_id: link_id(values)?,
    })
}

fn split<const N: usize>(bytes: &[u8]) -> Result<(&[u8; N], &[u8]), HeaderError> {
    bytes.split_first_chunk().ok_or(HeaderError::Malformed)
}

fn pair(
    client: impl Into<IpAddr>,
    wanted: impl Into<IpAddr>,
    ports: [u8; 4],
) -> (SocketAddr, SocketAddr) {
    let [a, b, c, d] = ports;
    (
        SocketAddr::new(client.into(), u16::from_be_bytes([a, b])),
        SocketAddr::new(wanted.into(), u16::from_be_bytes([c, d])),
    )
}

/// The LINKID among the values, each of which has a type, a length and that many bytes. Azure
/// writes the number with its least byte first.
fn link_id(mut values: &[u8]) -> Result<Option<u32>, HeaderError> {
    let mut found = None;
    while !values.is_empty() {
        let (&[kind, high, low], rest) = split::<3>(values)?;
        let length = usize::from(u16::from_be_bytes([high, low]));
        let (value, rest) = rest
            .split_at_checked(length)
            .ok_or(HeaderError::Malformed)?;
        if let (true, &[sub, a, b, c, d]) = (kind == AZURE.0, value)
            && sub == AZURE.1
        {
            found = Some(u32::from_le_bytes([a, b, c, d]));
        }
        values = rest;
    }
    Ok(found)
}

#[cfg(test)]
mod tests;
