//! Which ARM to talk to, and as whom.
//!
//! Credentials come from the environment: `AZURE_TENANT_ID`, `AZURE_CLIENT_ID` and
//! `AZURE_CLIENT_SECRET` for every subscription, `LINKSPAN_PARTNER_…` for the subscription in
//! `LINKSPAN_PARTNER_SUBSCRIPTION_ID`. Without them the developer's own sign-in is used.

use crate::arguments::CloudOption;
use anyhow::{Context as _, Result};
use azure::{Access, Arm, Cloud, CredentialSource, Principal};
use std::path::Path;
use topology::Topology;

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

fn cloud(option: &CloudOption) -> Result<Cloud> {
    if let Some(path) = &option.cloud {
        return Cloud::from_file(path)
            .with_context(|| format!("could not use the cloud file `{}`", path.display()));
    }
    let Some(arm_endpoint) = variable("LINKSPAN_ARM_ENDPOINT") else {
        return Ok(Cloud::public());
    };
    let ca_pem = match variable("LINKSPAN_CA_FILE") {
        Some(path) => Some(
            std::fs::read_to_string(&path)
                .with_context(|| format!("could not read `{path}` (LINKSPAN_CA_FILE)"))?,
        ),
        None => None,
    };
    Ok(Cloud {
        authority_host: variable("LINKSPAN_AUTHORITY_HOST").unwrap_or_else(|| arm_endpoint.clone()),
        audience: variable("LINKSPAN_AUDIENCE")
            .unwrap_or_else(|| "https://management.azure.com".to_owned()),
        arm_endpoint,
        ca_pem,
    })
}

fn principal(prefix: &str, tenant: Option<String>) -> Option<CredentialSource> {
    Some(CredentialSource::ClientSecret(Principal {
        tenant_id: tenant?,
        client_id: variable(&format!("{prefix}CLIENT_ID"))?,
        client_secret: variable(&format!("{prefix}CLIENT_SECRET"))?,
    }))
}

/// Connects as the environment says.
pub(crate) fn connect(option: &CloudOption, _topology: &Topology) -> Result<Arm> {
    let default = principal("AZURE_", variable("AZURE_TENANT_ID"))
        .unwrap_or(CredentialSource::DeveloperTools);
    let mut sources = vec![(None, default)];
    if let (Some(subscription), Some(partner)) = (
        variable("LINKSPAN_PARTNER_SUBSCRIPTION_ID"),
        principal(
            "LINKSPAN_PARTNER_",
            variable("LINKSPAN_PARTNER_TENANT_ID").or_else(|| variable("AZURE_TENANT_ID")),
        ),
    ) {
        sources.push((Some(subscription), partner));
    }
    Ok(Arm::connect(Access::new(cloud(option)?, sources))?)
}

/// Connects to a twin of this process: the owner everywhere, the partner in their subscription.
pub(crate) fn connect_to(
    cloud: Cloud,
    owner: Principal,
    partner: Option<(String, Principal)>,
) -> Result<Arm> {
    let mut sources = vec![(None, CredentialSource::ClientSecret(owner))];
    if let Some((subscription, principal)) = partner {
        sources.push((
            Some(subscription),
            CredentialSource::ClientSecret(principal),
        ));
    }
    Ok(Arm::connect(Access::new(cloud, sources))?)
}

/// Writes a file whole: under another name first, then renamed into place.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let temporary = path.with_file_name(name);
    std::fs::write(&temporary, text)
        .with_context(|| format!("could not write `{}`", temporary.display()))?;
    std::fs::rename(&temporary, path)
        .with_context(|| format!("could not write `{}`", path.display()))
}
