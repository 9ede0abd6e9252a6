//! Where ARM and the authority are.

use crate::error::AzureError;
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// A cloud: Azure itself or something that speaks like it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cloud {
    /// ARM's address, such as `https://management.azure.com`.
    pub arm_endpoint: String,
    /// The authority's address, such as `https://login.microsoftonline.com`; must be https.
    pub authority_host: String,
    /// Certificates, in PEM, that are trusted besides the public ones.
    pub ca_pem: Option<String>,
    /// What tokens are asked for.
    pub audience: String,
}

const PUBLIC_AUDIENCE: &str = "https://management.azure.com/";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct File {
    arm_endpoint: String,
    authority_host: String,
    ca_file: Option<PathBuf>,
    audience: Option<String>,
}

impl Cloud {
    /// Azure's public cloud.
    pub fn public() -> Self {
        Self {
            arm_endpoint: "https://management.azure.com".to_owned(),
            authority_host: "https://login.microsoftonline.com".to_owned(),
            ca_pem: None,
            audience: PUBLIC_AUDIENCE.to_owned(),
        }
    }

    /// Reads `{armEndpoint, authorityHost, caFile, audience}`; `caFile` is relative to the file,
    /// and `audience` is that of the public cloud if it is left out.
    pub fn from_file(path: &Path) -> Result<Self, AzureError> {
        let read = |path: &Path| {
            std::fs::read_to_string(path).map_err(|source| AzureError::Read {
                path: path.to_owned(),
                source,
            })
        };
        let file: File = serde_json::from_str(&read(path)?).map_err(|error| AzureError::Cloud {
            path: path.to_owned(),
            reason: error.to_string(),
        })?;
        let base = path.parent().unwrap_or(Path::new(""));
        let ca_pem = file.ca_file.map(|ca| read(&base.join(ca))).transpose()?;
        Ok(Self {
            arm_endpoint: file.arm_endpoint,
            authority_host: file.authority_host,
            ca_pem,
            audience: file.audience.unwrap_or_else(|| PUBLIC_AUDIENCE.to_owned()),
        })
    }

    /// The scope of tokens.
    pub(crate) fn scope(&self) -> String {
        format!("{}/.default", self.audience.trim_end_matches('/'))
    }
}
