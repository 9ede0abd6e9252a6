//! One HTTPS request with full verification against one CA file.

use anyhow::{Context as _, Result, bail};
use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{
    io::{Read as _, Write as _},
    net::{TcpStream, ToSocketAddrs as _},
    path::Path,
    sync::Arc,
    time::Duration,
};

/// A socket that is silent longer than this is given up.
const PATIENCE: Duration = Duration::from_secs(3);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Sends and reads to the end.
pub(crate) fn request(
    method: &str,
    url: &str,
    headers: &[(&str, String)],
    body: Option<&str>,
    ca: &Path,
) -> Result<Answer> {
    let rest = url
        .strip_prefix("https://")
        .context("only https:// is asked")?;
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let mut roots = RootCertStore::empty();
    let file = std::fs::read(ca)
        .with_context(|| format!("could not read the CA file `{}`", ca.display()))?;
    for certificate in CertificateDer::pem_slice_iter(&file) {
        roots.add(certificate?)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let address = (host, port.parse::<u16>()?)
        .to_socket_addrs()
        .with_context(|| format!("`{host}` has no address"))?
        .next()
        .context("no address")?;
    let socket = TcpStream::connect_timeout(&address, PATIENCE)
        .with_context(|| format!("could not connect to {address}"))?;
    socket.set_read_timeout(Some(PATIENCE))?;
    socket.set_write_timeout(Some(PATIENCE))?;
    let name = ServerName::try_from(host.to_owned())?;
    let mut stream = StreamOwned::new(ClientConnection::new(Arc::new(config), name)?, socket);
    let mut head =
        format!("{method} /{path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\n");
    for (name, value) in headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    let body = body.unwrap_or("");
    head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
    stream
        .write_all(head.as_bytes())
        .context("could not send")?;
    let mut bytes = Vec::new();
    if let Err(error) = stream.read_to_end(&mut bytes)
        && error.kind() != std::io::ErrorKind::UnexpectedEof
    {
        return Err(error).context("no answer");
    }
    let text = String::from_utf8_lossy(&bytes);
    let Some((head, body)) = text.split_once("\r\n\r\n") else {
        bail!("no HTTP answer")
    };
    let status = head
        .split_whitespace()
        .nth(1)
        .and_then(|word| word.parse().ok())
        .context("no status")?;
    Ok(Answer {
        status,
        body: body.to_owned(),
    })
}
