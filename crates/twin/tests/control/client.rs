//! A small HTTPS client of the control plane.

use rustls::{
    ClientConfig, RootCertStore,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};
use twin::control::{ControlServer, Principal, ServeOptions, World, WorldOptions, serve};

pub(crate) const PROVIDER: &str = "22222222-2222-2222-2222-222222222222";
pub(crate) const PARTNER: &str = "11111111-1111-1111-1111-111111111111";
pub(crate) const GROUP: &str =
    "/subscriptions/22222222-2222-2222-2222-222222222222/resourceGroups/G";
pub(crate) const PARTNER_GROUP: &str =
    "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/H";
const TENANT: &str = "33333333-3333-3333-3333-333333333333";

pub(crate) struct Client {
    server: ControlServer,
    tls: Arc<ClientConfig>,
    pub(crate) token: String,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["error"]["code"].as_str().unwrap_or("")
    }
}

impl Client {
    pub(crate) async fn start() -> Self {
        Self::start_in(None).await
    }

    /// A world with two subscriptions and a group in each.
    pub(crate) async fn start_in(folder: Option<&Path>) -> Self {
        let principal = |id: &str, subscriptions| Principal {
            tenant_id: TENANT.to_owned(),
            client_id: id.to_owned(),
            client_secret: "secret".to_owned(),
            subscriptions,
        };
        let options = WorldOptions {
            subscriptions: [PROVIDER, PARTNER]
                .map(|id| (id.to_owned(), TENANT.to_owned()))
                .to_vec(),
            principals: vec![
                principal("owner", None),
                principal("partner", Some(vec![PARTNER.to_owned()])),
            ],
            ..WorldOptions::default()
        };
        let world = match folder {
            Some(folder) => World::open(folder, options).unwrap(),
            None => World::new(options),
        };
        let server = serve(Arc::new(world), ServeOptions::default())
            .await
            .unwrap();
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(server.ca_pem.as_bytes()).unwrap())
            .unwrap();
        let tls =
            ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
                .with_safe_default_protocol_versions()
                .unwrap()
                .with_root_certificates(roots)
                .with_no_client_auth();
        let mut client = Self {
            server,
            tls: Arc::new(tls),
            token: String::new(),
        };
        client.token = client.sign_in("owner", "secret").await.unwrap();
        for group in [GROUP, PARTNER_GROUP] {
            client.make(group, &json!({ "location": "uksouth" })).await;
        }
        client
    }

    pub(crate) async fn stop(self) {
        self.server.shutdown().await;
    }

    pub(crate) async fn sign_in(&self, id: &str, secret: &str) -> Result<String, String> {
        let form = format!(
            "grant_type=client_credentials&client_id={id}&client_secret={secret}&scope=https%3A%2F%2Fmanagement.azure.com%2F.default"
        );
        let answer = self
            .ask_raw(
                "POST",
                &format!("/{TENANT}/oauth2/v2.0/token"),
                Some(&form),
                None,
            )
            .await;
        answer.body["access_token"]
            .as_str()
            .map(str::to_owned)
            .ok_or_else(|| answer.body.to_string())
    }

    pub(crate) async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Answer {
        let body = body.map(ToString::to_string);
        self.ask_raw(
            method,
            &format!("{path}?api-version=2024-03-01"),
            body.as_deref(),
            Some(&self.token),
        )
        .await
    }

    pub(crate) async fn ask_raw(
        &self,
        method: &str,
        target: &str,
        body: Option<&str>,
        token: Option<&str>,
    ) -> Answer {
        let stream = TcpStream::connect(self.server.address).await.unwrap();
        let name = ServerName::try_from("localhost").unwrap();
        let mut stream = tokio_rustls::TlsConnector::from(Arc::clone(&self.tls))
            .connect(name, stream)
            .await
            .unwrap();
        let body = body.unwrap_or("");
        let token = token
            .map(|token| format!("authorization: Bearer {token}\r\n"))
            .unwrap_or_default();
        let request = format!(
            "{method} {target} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n{token}content-length: {}\r\n\r\n{body}",
            self.server.address,
            body.len()
        );
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        // A peer that ends without a TLS goodbye has still answered.
        drop(stream.read_to_end(&mut bytes).await);
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split_whitespace().nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: serde_json::from_str(body).unwrap_or(Value::Null),
        }
    }

    /// Polls the operation of an answer to its end.
    pub(crate) async fn follow(&self, answer: &Answer) -> Answer {
        let url = |name: &str| {
            answer
                .head
                .lines()
                .find_map(|line| {
                    line.split_once(": ")
                        .filter(|(found, _)| found.eq_ignore_ascii_case(name))
                })
                .map(|(_, url)| url.to_owned())
        };
        let url = url("azure-asyncoperation")
            .or_else(|| url("location"))
            .unwrap();
        let target = url.splitn(4, '/').nth(3).unwrap();
        for _ in 0..200 {
            let polled = self
                .ask_raw("GET", &format!("/{target}"), None, Some(&self.token))
                .await;
            if polled.status != 202 && polled.body["status"] != "InProgress" {
                return polled;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("{url} does not end");
    }

    /// Puts something that must succeed, and waits for it.
    pub(crate) async fn make(&self, path: &str, body: &Value) -> Value {
        let answer = self.ask("PUT", path, Some(body)).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        if answer.head.to_lowercase().contains("azure-asyncoperation") {
            self.follow(&answer).await;
        }
        self.ask("GET", path, None).await.body
    }

    /// Deletes something, and waits for it.
    pub(crate) async fn remove(&self, path: &str) {
        let answer = self.ask("DELETE", path, None).await;
        assert!(answer.status < 300, "{path}: {}", answer.body);
        if answer.status == 202 {
            self.follow(&answer).await;
        }
    }
}
