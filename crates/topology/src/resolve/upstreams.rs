//! Where relays lead: an API Management service, a backend, a host or an address.

use super::{Context, entry};
use crate::{
    manifest::{Backend, Entry, Forwarder, suggest::one_of},
    model::{api_management::ApiManagement, id::ResourceId},
    source::Spanned,
};
use std::net::Ipv4Addr;

/// Where a relay item leads.
pub(super) struct Upstream {
    /// Host or address, with port.
    pub(super) text: String,
    /// The name that clients know it by.
    pub(super) host: Option<String>,
    /// The API Management service, if it is one of the manifest's.
    pub(super) service: Option<ResourceId>,
}

/// Reads `to`, which may stand for several; `Err` is the help for one that cannot be read.
pub(super) fn upstream(
    cx: &Context<'_>,
    reference: &Spanned<String>,
) -> Result<Vec<Upstream>, String> {
    let text = reference.value.as_str();
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) => match port.parse::<u16>() {
            Ok(port) if port > 0 && !host.is_empty() => (host, Some(port)),
            _ => {
                let help = "write `host:port`, `address:port`, or the name of an API Management service or backend";
                return Err(help.to_owned());
            }
        },
        None => (text, None),
    };
    let is_service = cx.index.api_management.contains_key(&host.to_lowercase());
    if is_service && let Some((name, _)) = entry(&cx.manifest.api_management, host) {
        let placed = cx.index.api_management.get(&name.to_lowercase()).cloned();
        let host = ApiManagement::gateway_host(name);
        return Ok(vec![Upstream {
            text: format!("{host}:{}", port.unwrap_or(443)),
            host: Some(host),
            service: placed.flatten().map(|placed| placed.id),
        }]);
    }
    if let Some((name, backend)) = entry(&cx.manifest.backends, host) {
        return of_backend(name, backend, port);
    }
    let services = cx.manifest.api_management.keys();
    let names = services.chain(cx.manifest.backends.keys());
    let Some(port) = port else {
        let known = one_of(text, names.map(String::as_str));
        return Err(format!("{known}, or write `host:port`"));
    };
    if host.parse::<Ipv4Addr>().is_ok() {
        return Ok(vec![Upstream {
            text: text.to_owned(),
            host: None,
            service: None,
        }]);
    }
    let is_host = host.len() <= 253
        && host.split('.').all(|label| {
            !label.is_empty()
                && label.len() <= 63
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
        });
    if !is_host {
        return Err("a host name has labels of letters, digits and `-`, joined by dots".to_owned());
    }
    let host = host.to_ascii_lowercase();
    let service = cx.near.gateway(&host).cloned();
    Ok(vec![Upstream {
        text: format!("{host}:{port}"),
        host: Some(host),
        service,
    }])
}

/// A backend: by its addresses, because no zone of ours has its name; else by its name.
fn of_backend(
    name: &str,
    backend: &Entry<Backend>,
    port: Option<u16>,
) -> Result<Vec<Upstream>, String> {
    let stated = &backend.value;
    let ports: Vec<u16> = stated
        .ports
        .iter()
        .flat_map(|list| &list.value)
        .map(|port| port.value)
        .collect();
    let port = match (port, ports.as_slice()) {
        (Some(port), _) => port,
        (None, [only]) => *only,
        (None, []) => {
            return Err(format!(
                "write `{name}:PORT`, or add `ports` to `backends.{name}`"
            ));
        }
        (None, several) => {
            let all: Vec<String> = several
                .iter()
                .map(|port| format!("`{name}:{port}`"))
                .collect();
            return Err(format!(
                "`{name}` has several ports: write {}",
                all.join(" or ")
            ));
        }
    };
    let fqdn = stated
        .fqdn
        .as_ref()
        .map(|fqdn| fqdn.value.trim_end_matches('.').to_ascii_lowercase());
    let addresses = stated.addresses.iter().flat_map(|list| &list.value);
    let hosts: Vec<String> = addresses.map(|address| address.value.to_string()).collect();
    let hosts = if hosts.is_empty() {
        fqdn.iter().cloned().collect()
    } else {
        hosts
    };
    if hosts.is_empty() {
        return Err(format!("add `addresses` or `fqdn` to `backends.{name}`"));
    }
    Ok(hosts
        .into_iter()
        .map(|host| Upstream {
            text: format!("{host}:{port}"),
            host: fqdn.clone(),
            service: None,
        })
        .collect())
}

/// Everything a forwarder leads to, silently.
pub(super) fn upstreams(cx: &Context<'_>, forwarder: &Forwarder) -> Vec<Upstream> {
    let items = forwarder.relay.iter().flat_map(|list| &list.value);
    items
        .flat_map(|item| item.value.to.iter().flat_map(|list| &list.value))
        .filter_map(|reference| upstream(cx, reference).ok())
        .flatten()
        .collect()
}
