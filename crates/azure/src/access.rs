//! Who signs in where.

use crate::{cloud::Cloud, error::AzureError};
use std::fmt;

/// An application that signs in with a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct Principal {
    /// The tenant's id or domain.
    pub tenant_id: String,
    /// The application's id.
    pub client_id: String,
    /// Its secret.
    pub client_secret: String,
}

impl fmt::Debug for Principal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Principal")
            .field("tenant_id", &self.tenant_id)
            .field("client_id", &self.client_id)
            .field("client_secret", &"…")
            .finish()
    }
}

/// How to sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CredentialSource {
    /// As an application with a secret.
    ClientSecret(Principal),
    /// As whoever is signed in to `az` or `azd`.
    DeveloperTools,
    /// As the identity of the machine or function that this runs on.
    ManagedIdentity,
}

/// A cloud and the credentials for its subscriptions.
#[derive(Clone, Debug)]
pub struct Access {
    pub(crate) cloud: Cloud,
    pub(crate) by_subscription: Vec<(Option<String>, CredentialSource)>,
}

impl Access {
    /// `None` stands for every subscription that is not named.
    pub fn new(cloud: Cloud, by_subscription: Vec<(Option<String>, CredentialSource)>) -> Self {
        Self {
            cloud,
            by_subscription,
        }
    }
}

/// The entry for a subscription, ids compared without case, else the default one.
pub(crate) fn lookup<'a, T>(
    entries: &'a [(Option<String>, T)],
    subscription: &str,
) -> Result<&'a T, AzureError> {
    let named = entries.iter().find(|(id, _)| {
        id.as_deref()
            .is_some_and(|id| id.eq_ignore_ascii_case(subscription))
    });
    named
        .or_else(|| entries.iter().find(|(id, _)| id.is_none()))
        .map(|(_, found)| found)
        .ok_or_else(|| AzureError::NoCredential {
            subscription: subscription.to_owned(),
        })
}
