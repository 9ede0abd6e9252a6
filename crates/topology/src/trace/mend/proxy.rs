//! Whether a relay and what is before it agree on the PROXY protocol header.
//!
//! A header that is not expected goes on to the service, which takes it for nonsense; one that is
//! waited for and does not come ends the connection.
//! Source: <https://learn.microsoft.com/azure/private-link/private-link-service-overview#getting-connection-information-using-tcp-proxy-v2>.

use super::Remedy;
use crate::{
    finding::Change,
    model::{
        id::ResourceId,
        relay::{ProxyProtocol, RelayListener},
    },
    trace::decision::{DecidedBy, DecidedKind, Judgement},
};

/// Whether a listener, which `relay` names, can read what comes through a service that puts a header
/// before it, or through none.
pub(crate) fn agrees(
    listener: &RelayListener,
    relay: &DecidedBy,
    sender: Option<&ResourceId>,
) -> Judgement {
    let port = listener.listen.port();
    match (listener.proxy_protocol, sender) {
        (ProxyProtocol::Off, Some(service)) => {
            let sender = DecidedBy::at(
                DecidedKind::PrivateLink,
                service,
                "enableProxyProtocol",
                "/properties/enableProxyProtocol",
            );
            let because = format!(
                "`{}` puts a PROXY protocol header before each connection (enableProxyProtocol), which the relay does not read; let it (proxyProtocol), or switch it off",
                service.short()
            );
            let title = format!("let the relays read PROXY protocol headers at port {port}");
            Judgement::drop(because)
                .by(relay.clone())
                .by(sender)
                .remedy(set(relay, "required", title))
        }
        (ProxyProtocol::Required, None) => {
            let because = format!(
                "the relay waits at port {port} for a PROXY protocol header (proxyProtocol), which nobody sends on this way; make it optional, or let the Private Link Service send it (enableProxyProtocol)"
            );
            let title = format!("let the relays do without a PROXY protocol header at port {port}");
            Judgement::drop(because)
                .by(relay.clone())
                .remedy(set(relay, "optional", title))
        }
        _ => Judgement::silent().by(relay.clone()),
    }
}

fn set(relay: &DecidedBy, word: &str, title: String) -> Option<Remedy> {
    let pointer = format!("{}/proxyProtocol", relay.pointer);
    let change = Change::set(relay.id.as_ref()?, pointer, word);
    Some(Remedy::changes(title, [change]))
}
