//! Credentials, and the adapters between the generations of the Azure crates.
//!
//! The credentials are those of `azure_identity` 1.x. The generated management crates know only
//! the traits of `azure_core` 0.21: [`Bridge`] makes a credential of the one into one of the
//! other, and [`Transport021`] gives them an HTTP client of ours that keeps refusals whole.

use crate::{
    access::CredentialSource,
    answer::Answer,
    cloud::Cloud,
    error::{AzureError, chain},
};
use async_trait::async_trait;
use azure_core::{
    cloud::CustomConfiguration,
    credentials::TokenCredential,
    http::{
        AsyncRawResponse, Body, ClientOptions, HttpClient, Request, Transport, headers::Headers,
    },
};
use azure_identity::{
    ClientSecretCredential, ClientSecretCredentialOptions, DeveloperToolsCredential,
    ManagedIdentityCredential, ManagedIdentityCredentialOptions,
};
use std::sync::Arc;

/// Makes the credential; asks nobody yet.
pub(crate) fn make(
    source: &CredentialSource,
    cloud: &Cloud,
    http: &reqwest::Client,
) -> Result<Arc<dyn TokenCredential>, AzureError> {
    let mut authority = CustomConfiguration::default();
    authority.authority_host.clone_from(&cloud.authority_host);
    let client_options = ClientOptions {
        transport: Some(Transport::new(Arc::new(Transport1(http.clone())))),
        cloud: Some(Arc::new(authority.into())),
        ..ClientOptions::default()
    };
    let made: azure_core::Result<Arc<dyn TokenCredential>> = match source {
        CredentialSource::ClientSecret(principal) => ClientSecretCredential::new(
            &principal.tenant_id,
            principal.client_id.clone(),
            principal.client_secret.clone().into(),
            Some(ClientSecretCredentialOptions { client_options }),
        )
        .map(|credential| credential as Arc<dyn TokenCredential>),
        CredentialSource::DeveloperTools => DeveloperToolsCredential::new(None)
            .map(|credential| credential as Arc<dyn TokenCredential>),
        CredentialSource::ManagedIdentity => {
            ManagedIdentityCredential::new(Some(ManagedIdentityCredentialOptions {
                client_options,
                ..Default::default()
            }))
            .map(|credential| credential as Arc<dyn TokenCredential>)
        }
    };
    made.map_err(|error| AzureError::Credential(chain(&error)))
}

/// Sends the requests of `azure_core` 1.x.
#[derive(Clone, Debug)]
struct Transport1(reqwest::Client);

#[async_trait]
impl HttpClient for Transport1 {
    async fn execute_request(&self, request: &Request) -> azure_core::Result<AsyncRawResponse> {
        let io = |error: reqwest::Error| {
            azure_core::Error::with_message(
                azure_core::error::ErrorKind::Io,
                chain(&error.without_url()),
            )
        };
        let method =
            reqwest::Method::from_bytes(request.method().as_str().as_bytes()).map_err(|error| {
                azure_core::Error::new(azure_core::error::ErrorKind::DataConversion, error)
            })?;
        let mut builder = self.0.request(method, request.url().clone());
        for (name, value) in request.headers().iter() {
            builder = builder.header(name.as_str(), value.as_str());
        }
        let Body::Bytes(body) = request.body() else {
            let kind = azure_core::error::ErrorKind::Other;
            return Err(azure_core::Error::with_message(
                kind,
                "a streamed body cannot be sent",
            ));
        };
        let response = builder.body(body.clone()).send().await.map_err(io)?;
        let status = response.status().as_u16();
        let mut headers = Headers::new();
        for (name, value) in response.headers() {
            if let Ok(value) = value.to_str() {
                headers.insert(name.as_str().to_owned(), value.to_owned());
            }
        }
        let body = response.bytes().await.map_err(io)?;
        Ok(AsyncRawResponse::from_bytes(status.into(), headers, body))
    }
}

/// A credential of `azure_identity` 1.x for the crates of the `azure_core` 0.21 generation.
#[derive(Clone, Debug)]
pub(crate) struct Bridge(pub(crate) Arc<dyn TokenCredential>);

#[async_trait]
impl azure_core_021::auth::TokenCredential for Bridge {
    async fn get_token(
        &self,
        scopes: &[&str],
    ) -> azure_core_021::Result<azure_core_021::auth::AccessToken> {
        let token = self.0.get_token(scopes, None).await.map_err(|error| {
            azure_core_021::Error::new(azure_core_021::error::ErrorKind::Credential, error)
        })?;
        Ok(azure_core_021::auth::AccessToken::new(
            token.token.secret().to_owned(),
            token.expires_on,
        ))
    }

    async fn clear_cache(&self) -> azure_core_021::Result<()> {
        Ok(())
    }
}

/// An answer that is no success, carried through the pipeline of `azure_core` 0.21, which would
/// drop its headers and the details of its error.
#[derive(Debug, thiserror::Error)]
#[error("HTTP status {}", .0.status)]
pub(crate) struct Unsuccessful(pub(crate) Answer);

/// Sends the requests of `azure_core` 0.21.
#[derive(Clone, Debug)]
pub(crate) struct Transport021(pub(crate) reqwest_012::Client);

#[async_trait]
impl azure_core_021::HttpClient for Transport021 {
    async fn execute_request(
        &self,
        request: &azure_core_021::Request,
    ) -> azure_core_021::Result<azure_core_021::Response> {
        use azure_core_021::error::ErrorKind;
        let response = self.0.execute_request(request).await?;
        if response.status().is_success() {
            return Ok(response);
        }
        let answer = answer_021(response).await?;
        Err(azure_core_021::Error::new(
            ErrorKind::Other,
            Unsuccessful(answer),
        ))
    }
}

/// Reads the whole answer.
pub(crate) async fn answer_021(
    response: azure_core_021::Response,
) -> azure_core_021::Result<Answer> {
    let (status, headers, body) = response.deconstruct();
    let body = body.collect().await?;
    let headers = headers
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()));
    Ok(Answer::new(status.into(), headers, &body))
}
