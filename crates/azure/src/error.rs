//! What can go wrong, in words for people. No variant ever holds a secret or a token.

use std::{fmt, path::PathBuf, time::Duration};
use topology::model::id::ResourceId;

/// Why something could not be done.
#[derive(Debug, thiserror::Error)]
pub enum AzureError {
    /// A cloud file, or what it names, cannot be read.
    #[error("`{}` cannot be read", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        source: std::io::Error,
    },
    /// A cloud file does not say what it must.
    #[error("`{}` is no cloud description: {reason}", path.display())]
    Cloud {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// An address that cannot be used.
    #[error("`{text}` cannot be used as {role}: {reason}")]
    Endpoint {
        /// As it was given.
        text: String,
        /// What it was to be.
        role: &'static str,
        /// What is wrong.
        reason: String,
    },
    /// The CA's certificates cannot be used.
    #[error("the CA's certificates cannot be used: {0}")]
    Certificates(String),
    /// No HTTP client could be made.
    #[error("no HTTP client could be made: {0}")]
    Client(String),
    /// Nobody said how to sign in for this subscription.
    #[error("there is no credential for subscription {subscription}")]
    NoCredential {
        /// The subscription.
        subscription: String,
    },
    /// Signing in failed.
    #[error("signing in failed: {0}")]
    Credential(String),
    /// No answer came.
    #[error("{method} {address} got no answer: {reason}")]
    Transport {
        /// `GET`, `PUT`, …
        method: String,
        /// The address without its query.
        address: String,
        /// Why.
        reason: String,
    },
    /// ARM refused the request.
    #[error("{0}")]
    Refused(Box<Refusal>),
    /// ARM took the request, and the operation ended badly.
    #[error("the operation ended as {status}: {refusal}")]
    Operation {
        /// `Failed` or `Canceled`.
        status: String,
        /// What ARM says about it.
        refusal: Box<Refusal>,
    },
    /// The operation did not end in time.
    #[error("the operation had not ended after {} s, its last state was {status}", after.as_secs())]
    Unfinished {
        /// How long was waited.
        after: Duration,
        /// The last state.
        status: String,
    },
    /// ARM named an address that does not belong to it; the token is not sent there.
    #[error("ARM named the address `{address}`, which is not ARM's: it was not asked")]
    Foreign {
        /// The address without its query.
        address: String,
    },
    /// An answer that cannot be understood.
    #[error("the answer of {address} cannot be understood: {reason}")]
    Answer {
        /// Who answered.
        address: String,
        /// What is wrong.
        reason: String,
    },
    /// A type whose API version is not known.
    #[error("no API version is known for type {0}")]
    Type(String),
    /// A body needs the address of a resource that has none.
    #[error("the address of {id} is needed and cannot be found: {reason}")]
    Address {
        /// The resource.
        id: ResourceId,
        /// Why.
        reason: String,
    },
    /// A step of the plan that cannot be carried out as it is.
    #[error("the step for {id} cannot be carried out: {reason}")]
    Step {
        /// The resource.
        id: ResourceId,
        /// What is wrong.
        reason: &'static str,
    },
}

/// ARM's error: `{"error": {"code", "message", "details"}}` and the HTTP status it came with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Refusal {
    /// The HTTP status.
    pub status: u16,
    /// Such as `AnotherOperationInProgress`; empty if the answer held none.
    pub code: String,
    /// For people.
    pub message: String,
    /// What it is about, if ARM says so.
    pub target: Option<String>,
    /// More of them.
    pub details: Vec<Detail>,
    /// How long ARM asks to wait.
    pub retry_after: Option<Duration>,
}

/// One entry of `details`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detail {
    /// Such as `ReferencedResourceNotProvisioned`.
    pub code: String,
    /// For people.
    pub message: String,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.code.as_str(), self.status) {
            ("", 0) => f.write_str("ARM gave no reason")?,
            ("", status) => write!(f, "HTTP status {status}")?,
            (code, 0 | 200..=299) => f.write_str(code)?,
            (code, status) => write!(f, "{code} (HTTP status {status})")?,
        }
        if !self.message.is_empty() {
            write!(f, ": {}", self.message)?;
        }
        if let Some(target) = &self.target {
            write!(f, " [{target}]")?;
        }
        for Detail { code, message } in &self.details {
            write!(f, "; {code}: {message}")?;
        }
        Ok(())
    }
}

/// Codes that say «later», whatever the status they come with.
const LATER: &[&str] = &[
    "AnotherOperationInProgress",
    "CanceledAndSupersededDueToAnotherOperation",
    "InternalServerError",
    "ReferencedResourceNotProvisioned",
    "RetryableError",
    "RetryableErrorDueToAnotherOperation",
    "ServerTimeout",
    "SubscriptionRequestsThrottled",
    "TooManyRequests",
];

impl Refusal {
    /// Whether the same request may succeed later.
    fn is_passing(&self) -> bool {
        let later = |code: &str| LATER.iter().any(|known| known.eq_ignore_ascii_case(code));
        matches!(self.status, 408 | 429 | 500 | 502 | 503 | 504)
            || later(&self.code)
            || self.details.iter().any(|detail| later(&detail.code))
    }
}

impl AzureError {
    /// `Some` if the same request may succeed later, with the time ARM asks to wait, if it does.
    pub(crate) fn passing(&self) -> Option<Option<Duration>> {
        match self {
            Self::Transport { .. } => Some(None),
            Self::Refused(refusal) | Self::Operation { refusal, .. } if refusal.is_passing() => {
                Some(refusal.retry_after)
            }
            _ => None,
        }
    }

    /// The HTTP status of a refusal.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused(refusal) => Some(refusal.status),
            _ => None,
        }
    }

    /// ARM's error code, if ARM gave one.
    pub fn code(&self) -> Option<&str> {
        match self {
            Self::Refused(refusal) | Self::Operation { refusal, .. } => Some(&refusal.code),
            _ => None,
        }
    }
}

/// An error and all its sources in one line.
pub(crate) fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(source) = next {
        let more = source.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    text
}
