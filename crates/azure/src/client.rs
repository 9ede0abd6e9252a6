//! ARM by our own requests, and the way to it for everything else.

use crate::{
    access::{Access, lookup},
    answer::Answer,
    credential::{self, Bridge, Transport021},
    error::{AzureError, chain},
    generated::Generated,
    retry::{Attempts, Pace},
    tls,
};
use azure_core::credentials::TokenCredential;
use reqwest::{Method, Url};
use serde_json::Value;
use std::sync::Arc;
use topology::model::{ARM_TYPES, id::ResourceId};

/// A connection to ARM. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Arm {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    endpoint: Url,
    scope: String,
    http: reqwest::Client,
    accounts: Vec<(Option<String>, Account)>,
    pace: Pace,
}

/// A credential and the clients that use it.
#[derive(Debug)]
struct Account {
    credential: Arc<dyn TokenCredential>,
    generated: Generated,
}

/// The API version of lists of resources and groups.
pub(crate) const RESOURCES_VERSION: &str = "2021-04-01";

impl Arm {
    /// Makes the clients and credentials; asks nobody yet.
    pub fn connect(access: Access) -> Result<Self, AzureError> {
        let Access {
            cloud,
            by_subscription,
        } = access;
        address(&cloud.authority_host, "the authority")?;
        let http = tls::client(cloud.ca_pem.as_deref())?;
        let credentials = by_subscription
            .into_iter()
            .map(|(subscription, source)| {
                Ok((subscription, credential::make(&source, &cloud, &http)?))
            })
            .collect::<Result<Vec<_>, AzureError>>()?;
        let old = tls::client_012(cloud.ca_pem.as_deref())?;
        Self::assemble(
            &cloud.arm_endpoint,
            cloud.scope(),
            http,
            old,
            credentials,
            Pace::default(),
        )
    }

    /// From parts.
    pub(crate) fn assemble(
        endpoint: &str,
        scope: String,
        http: reqwest::Client,
        old: reqwest_012::Client,
        credentials: Vec<(Option<String>, Arc<dyn TokenCredential>)>,
        pace: Pace,
    ) -> Result<Self, AzureError> {
        let endpoint = address(endpoint, "ARM's address")?;
        let transport: Arc<dyn azure_core_021::HttpClient> = Arc::new(Transport021(old));
        let accounts = credentials
            .into_iter()
            .map(|(subscription, credential)| {
                let bridge = Arc::new(Bridge(credential.clone()));
                let generated = Generated::new(endpoint.clone(), bridge, &scope, transport.clone());
                (
                    subscription,
                    Account {
                        credential,
                        generated,
                    },
                )
            })
            .collect();
        Ok(Self {
            inner: Arc::new(Inner {
                endpoint,
                scope,
                http,
                accounts,
                pace,
            }),
        })
    }

    pub(crate) fn pace(&self) -> &Pace {
        &self.inner.pace
    }

    pub(crate) fn generated(&self, subscription: &str) -> Result<&Generated, AzureError> {
        Ok(&lookup(&self.inner.accounts, subscription)?.generated)
    }

    /// The address of a path of ARM.
    pub(crate) fn url(&self, path: &str, query: &[(&str, &str)]) -> Url {
        let mut url = self.inner.endpoint.clone();
        url.set_path(path);
        url.query_pairs_mut().clear().extend_pairs(query);
        url
    }

    /// The address of a resource, with what must be asked for to see all of it.
    pub(crate) fn resource_url(&self, id: &ResourceId, method: &Method) -> Result<Url, AzureError> {
        let version = api_version(&id.arm_type()).ok_or_else(|| AzureError::Type(id.arm_type()))?;
        let mut query = vec![("api-version", version)];
        if *method == Method::GET && id.is_type("Microsoft.Compute/virtualMachines") {
            // Without it the answer leaves `userData` out.
            query.push(("$expand", "userData"));
        }
        Ok(self.url(id.as_str(), &query))
    }

    /// An address that ARM named, if it is one of ARM's: the token goes nowhere else.
    pub(crate) fn named_url(&self, text: &str) -> Result<Url, AzureError> {
        let endpoint = &self.inner.endpoint;
        let url = endpoint.join(text).map_err(|error| AzureError::Answer {
            address: endpoint.to_string(),
            reason: format!("it names an address that is none: {error}"),
        })?;
        let home = endpoint.host_str().unwrap_or_default();
        let host = url.host_str().unwrap_or_default();
        let regional = || {
            host.strip_suffix(home)
                .is_some_and(|region| region.ends_with('.'))
        };
        let same_port = url.port_or_known_default() == endpoint.port_or_known_default();
        if url.scheme() == endpoint.scheme() && same_port && (host == home || regional()) {
            return Ok(url);
        }
        Err(AzureError::Foreign {
            address: bare(&url),
        })
    }

    /// One request, one answer, whatever its status.
    pub(crate) async fn send(
        &self,
        subscription: &str,
        method: Method,
        url: Url,
        body: Option<&Value>,
    ) -> Result<Answer, AzureError> {
        let account = lookup(&self.inner.accounts, subscription)?;
        let token = account
            .credential
            .get_token(&[&self.inner.scope], None)
            .await
            .map_err(|error| AzureError::Credential(chain(&error)))?;
        let address = bare(&url);
        let failed = |error: reqwest::Error| AzureError::Transport {
            method: method.to_string(),
            address: address.clone(),
            reason: chain(&error.without_url()),
        };
        let mut request = self
            .inner
            .http
            .request(method.clone(), url)
            .bearer_auth(token.token.secret())
            .header("x-ms-client-request-id", uuid::Uuid::new_v4().to_string());
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.map_err(failed)?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let body = response.bytes().await.map_err(failed)?;
        let headers = headers
            .iter()
            .filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
        let answer = Answer::new(status, headers, &body);
        tracing::debug!(%method, %address, status, "asked ARM");
        Ok(answer)
    }

    /// A GET, repeated while the failure is one that passes.
    pub(crate) async fn get(&self, subscription: &str, url: Url) -> Result<Answer, AzureError> {
        let mut attempts = Attempts::new(self.pace());
        loop {
            let answer = self
                .send(subscription, Method::GET, url.clone(), None)
                .await;
            let error = match answer.and_then(Answer::checked) {
                Ok(answer) => return Ok(answer),
                Err(error) => error,
            };
            let Some((_, pause)) = attempts.again(&error) else {
                return Err(error);
            };
            tracing::debug!(%error, ?pause, "asking again");
            tokio::time::sleep(pause).await;
        }
    }

    /// The resource, or `None` if it is not there.
    pub(crate) async fn read(&self, id: &ResourceId) -> Result<Option<Value>, AzureError> {
        let url = self.resource_url(id, &Method::GET)?;
        match self.get(id.subscription(), url).await {
            Ok(Answer {
                body: body @ Value::Object(_),
                ..
            }) => Ok(Some(body)),
            Ok(_) => Err(AzureError::Answer {
                address: id.to_string(),
                reason: "it is no JSON object".to_owned(),
            }),
            // A subscription that is not there holds nothing, but nothing can be made in it either.
            Err(error)
                if error.status() == Some(404) && error.code() != Some("SubscriptionNotFound") =>
            {
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

/// The version that Linkspan speaks for a type; a type that is not modelled has that of its
/// nearest modelled parent (a subnet that of the network).
pub(crate) fn api_version(arm_type: &str) -> Option<&'static str> {
    let mut wanted = arm_type;
    loop {
        if let Some((_, version)) = ARM_TYPES
            .iter()
            .find(|(known, _)| known.eq_ignore_ascii_case(wanted))
        {
            return Some(version);
        }
        wanted = wanted.rsplit_once('/')?.0;
    }
}

/// An address without its query, which may hold signatures.
pub(crate) fn bare(url: &Url) -> String {
    let mut url = url.clone();
    url.set_query(None);
    url.to_string()
}

/// Reads an address that somebody wrote.
fn address(text: &str, role: &'static str) -> Result<Url, AzureError> {
    let fail = |reason: String| AzureError::Endpoint {
        text: text.to_owned(),
        role,
        reason,
    };
    let url = Url::parse(text).map_err(|error| fail(error.to_string()))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(AzureError::Endpoint {
            text: bare_host(&url),
            role,
            reason: "it must name no user".to_owned(),
        });
    }
    if url.scheme() != "https" && (role == "the authority" || url.scheme() != "http") {
        return Err(fail("it must begin with https://".to_owned()));
    }
    if url.path() != "/" || url.query().is_some() {
        return Err(fail("it must have neither path nor query".to_owned()));
    }
    Ok(url)
}

/// The host alone.
fn bare_host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}
