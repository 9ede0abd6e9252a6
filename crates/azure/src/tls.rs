//! TLS by rustls with ring, and the HTTP clients of both generations of the Azure crates.

use crate::error::{AzureError, chain};
use rustls::{ClientConfig, RootCertStore};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::{sync::Arc, time::Duration};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(20);
const READ_TIMEOUT: Duration = Duration::from_secs(90);
const USER_AGENT: &str = concat!("linkspan/", env!("CARGO_PKG_VERSION"));

/// Trusts the public certificate authorities and those in `ca_pem`.
fn config(ca_pem: Option<&str>) -> Result<ClientConfig, AzureError> {
    let fail = |reason: String| AzureError::Certificates(reason);
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.to_vec(),
    };
    if let Some(pem) = ca_pem {
        let mut count = 0_usize;
        for certificate in CertificateDer::pem_slice_iter(pem.as_bytes()) {
            let certificate = certificate.map_err(|error| fail(error.to_string()))?;
            roots
                .add(certificate)
                .map_err(|error| fail(error.to_string()))?;
            count = count.saturating_add(1);
        }
        if count == 0 {
            return Err(fail("there is none in the file".to_owned()));
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    Ok(ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| fail(error.to_string()))?
        .with_root_certificates(roots)
        .with_no_client_auth())
}

/// The client for everything that we send ourselves, and for tokens.
pub(crate) fn client(ca_pem: Option<&str>) -> Result<reqwest::Client, AzureError> {
    reqwest::Client::builder()
        .tls_backend_preconfigured(config(ca_pem)?)
        .redirect(reqwest::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .user_agent(USER_AGENT)
        .build()
        .map_err(|error| AzureError::Client(chain(&error)))
}

/// The client for the generated management crates.
pub(crate) fn client_012(ca_pem: Option<&str>) -> Result<reqwest_012::Client, AzureError> {
    reqwest_012::Client::builder()
        .use_preconfigured_tls(config(ca_pem)?)
        .redirect(reqwest_012::redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .read_timeout(READ_TIMEOUT)
        .build()
        .map_err(|error| AzureError::Client(chain(&error)))
}
