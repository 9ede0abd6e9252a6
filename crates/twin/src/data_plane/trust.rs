//! The data plane's own certificate authority, which may speak only for the hosts it serves.

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType,
    ExtendedKeyUsagePurpose, GeneralSubtree, IsCa, KeyPair, KeyUsagePurpose, NameConstraints,
};
use rustls::{ServerConfig, pki_types::PrivateKeyDer};
use rustls_pki_types::PrivatePkcs8KeyDer;
use std::sync::Arc;

/// Hosts that the authority may vouch for: those of API Management's gateways.
/// Source: <https://learn.microsoft.com/azure/api-management/api-management-howto-integrate-internal-vnet-appgateway>.
const DOMAIN: &str = "azure-api.net";

/// The key is in memory only.
pub(crate) struct Authority(CertifiedIssuer<'static, KeyPair>);

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Authority")
    }
}

/// A certificate could not be made.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The certificate itself.
    #[error("could not make a certificate")]
    Certificate(#[from] rcgen::Error),
    /// Its use.
    #[error("could not use a certificate")]
    Tls(#[from] rustls::Error),
}

impl Authority {
    /// A new one.
    pub(crate) fn new() -> Result<Self, TrustError> {
        let mut params = CertificateParams::default();
        params.distinguished_name = named("Linkspan twin: services");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName(DOMAIN.to_owned())],
            excluded_subtrees: Vec::new(),
        });
        Ok(Self(CertifiedIssuer::self_signed(
            params,
            KeyPair::generate()?,
        )?))
    }

    /// Its certificate.
    pub(crate) fn pem(&self) -> String {
        self.0.pem()
    }

    /// What a server for `host` needs.
    pub(crate) fn server(&self, host: &str) -> Result<Arc<ServerConfig>, TrustError> {
        let key = KeyPair::generate()?;
        let mut params = CertificateParams::new(vec![host.to_owned()])?;
        params.distinguished_name = named(host);
        params.use_authority_key_identifier_extension = true;
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let certificate = params.signed_by(&key, &self.0)?;
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

fn named(text: &str) -> DistinguishedName {
    let mut name = DistinguishedName::new();
    name.push(DnType::CommonName, text);
    name
}
