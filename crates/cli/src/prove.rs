//! Makes the proof: requests from the client's namespace, and the hops they really took.

use crate::proof::{Kind, Proof, Request};
use anyhow::{Context as _, Result, bail};
use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use std::{net::SocketAddrV4, sync::Arc, time::Duration};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use topology::{
    Topology,
    model::api_management::ApiManagement,
    trace::{Flow, Outcome, Target, Trace},
};
use twin::Twin;

/// A request that takes longer failed.
const PATIENCE: Duration = Duration::from_secs(10);
/// What a well-known answer may hold.
const ANSWER_LIMIT: u64 = 1024 * 1024;
const STATUS: &str = "/status-0123456789abcdef";

/// Every client and service that the manifest means to connect.
fn pairs(topology: &Topology) -> Vec<(String, String, Trace)> {
    let mut pairs = Vec::new();
    for client in topology.clients.values() {
        for (resource, _) in topology.api_managements() {
            let host = ApiManagement::gateway_host(resource.id.name());
            let flow = Flow {
                from: client.name.clone(),
                to: Target {
                    host: host.clone(),
                    port: 443,
                },
            };
            pairs.push((
                client.name.clone(),
                host,
                topology::trace::trace(topology, &flow),
            ));
        }
    }
    // With several services a client need not reach each; with one it must.
    if pairs
        .iter()
        .any(|(_, _, trace)| trace.outcome == Outcome::Delivered)
    {
        pairs.retain(|(_, _, trace)| trace.outcome == Outcome::Delivered);
    }
    pairs
}

/// With real sockets, TLS and the real relay.
pub(crate) async fn with_packets(twin: &Twin, topology: &Topology) -> Result<Vec<Proof>> {
    let mut proofs = Vec::new();
    for (client, host, trace) in pairs(topology) {
        let url = format!("https://{host}");
        let mut requests = Vec::new();
        let trusted = trust(Some(&twin.data_plane_ca_pem()))?;
        let (status, local, remote) = exchange(
            twin,
            &client,
            &host,
            &host,
            true,
            Arc::clone(&trusted),
            "GET",
            STATUS,
            "",
        )
        .await;
        requests.push(expect_status(&url, "GET", STATUS, status));
        let echo = exchange(
            twin,
            &client,
            &host,
            &host,
            true,
            Arc::clone(&trusted),
            "POST",
            "/echo/resource",
            "linkspan",
        )
        .await
        .0;
        let echoed = echo.and_then(|(status, body)| {
            if status == 200 && body.contains("linkspan") {
                Ok((status, body))
            } else {
                bail!("{status} {body}")
            }
        });
        requests.push(expect_status(&url, "POST", "/echo/resource", echoed));
        let untrusted = exchange(
            twin,
            &client,
            &host,
            &host,
            true,
            trust(None)?,
            "GET",
            STATUS,
            "",
        )
        .await
        .0;
        requests.push(expect_refusal(
            &format!("{url}{STATUS} without the CA"),
            untrusted,
        ));
        let other = exchange(
            twin,
            &client,
            &host,
            "another.example",
            false,
            trusted,
            "GET",
            STATUS,
            "",
        )
        .await
        .0;
        requests.push(expect_refusal(
            &format!("{url}{STATUS} as https://another.example"),
            other,
        ));
        let observed = match (local, remote) {
            (Some(local), Some(remote)) => twin.observed_path(&client, local, remote).await,
            _ => Vec::new(),
        };
        proofs.push(Proof::new(
            Kind::Packets,
            &client,
            &format!("{url}{STATUS}"),
            &trace,
            observed,
            requests,
        ));
    }
    Ok(proofs)
}

/// Packets through the engine only: no TLS, no relay program.
pub(crate) async fn in_memory(twin: &Twin, topology: &Topology) -> Result<Vec<Proof>> {
    let mut proofs = Vec::new();
    for (client, host, trace) in pairs(topology) {
        let observed = twin
            .in_memory_path(&client, &host, 443)
            .await
            .context("the packets did not get through")?;
        proofs.push(Proof::new(
            Kind::InMemory,
            &client,
            &format!("https://{host}"),
            &trace,
            observed,
            Vec::new(),
        ));
    }
    Ok(proofs)
}

fn trust(ca: Option<&str>) -> Result<Arc<ClientConfig>> {
    let mut roots = RootCertStore::empty();
    if let Some(pem) = ca {
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            roots.add(certificate?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

type Answer = Result<(u16, String)>;

/// One request; also gives the addresses of the client's socket, for finding its flow.
#[expect(
    clippy::too_many_arguments,
    reason = "the parts of one request, used in this file only"
)]
async fn exchange(
    twin: &Twin,
    client: &str,
    host: &str,
    verified_as: &str,
    sni: bool,
    config: Arc<ClientConfig>,
    method: &str,
    path: &str,
    body: &str,
) -> (Answer, Option<SocketAddrV4>, Option<SocketAddrV4>) {
    let mut local = None;
    let mut remote = None;
    let all = async {
        let address = twin
            .resolve(client, host)
            .await
            .with_context(|| format!("`{host}` was not answered"))?;
        let to = SocketAddrV4::new(address, 443);
        remote = Some(to);
        let stream = twin
            .connect(client, to)
            .await
            .with_context(|| format!("could not connect to {to}"))?;
        if let std::net::SocketAddr::V4(address) = stream.local_addr()? {
            local = Some(address);
        }
        let mut config = ClientConfig::clone(&config);
        config.enable_sni = sni;
        let name = ServerName::try_from(verified_as.to_owned())?;
        let mut tls = tokio_rustls::TlsConnector::from(Arc::new(config))
            .connect(name, stream)
            .await
            .context("TLS handshake")?;
        let request = format!(
            "{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        tls.write_all(request.as_bytes()).await?;
        let mut bytes = Vec::new();
        if let Err(error) = (&mut tls).take(ANSWER_LIMIT).read_to_end(&mut bytes).await
            && error.kind() != std::io::ErrorKind::UnexpectedEof
        {
            return Err(error.into());
        }
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n").context("no HTTP answer")?;
        let status = head
            .split_whitespace()
            .nth(1)
            .and_then(|word| word.parse().ok())
            .context("no status")?;
        Ok((status, body.trim().to_owned()))
    };
    let answer = match tokio::time::timeout(PATIENCE, all).await {
        Ok(answer) => answer,
        Err(_) => Err(anyhow::anyhow!("no answer within {PATIENCE:?}")),
    };
    (answer, local, remote)
}

fn expect_status(url: &str, method: &str, path: &str, answer: Answer) -> Request {
    let url = format!("{method} {url}{path}");
    match answer {
        Ok((200, body)) => {
            let start: String = body.chars().take(60).collect();
            Request {
                url,
                as_expected: true,
                result: format!("200 {}", start.replace(['\r', '\n'], " ")),
            }
        }
        Ok((status, body)) => Request {
            url,
            as_expected: false,
            result: format!("{status} {body}"),
        },
        Err(error) => Request {
            url,
            as_expected: false,
            result: format!("{error:#}"),
        },
    }
}

fn expect_refusal(url: &str, answer: Answer) -> Request {
    match answer {
        Ok((status, _)) => Request {
            url: url.to_owned(),
            as_expected: false,
            result: format!("was answered with {status} and must not be"),
        },
        // Only a refused certificate proves the point; a broken path would fail too.
        Err(error) => {
            let text = format!("{error:#}");
            let lower = text.to_lowercase();
            Request {
                url: url.to_owned(),
                as_expected: lower.contains("certificate") || lower.contains("alert"),
                result: format!("refused: {text}"),
            }
        }
    }
}
