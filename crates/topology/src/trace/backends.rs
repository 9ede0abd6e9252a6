//! Backends that are no resources: the end of the way, where the topology says no more.

use super::{
    HopKind,
    decision::{DecidedBy, DecidedKind, Judgement},
    walk::{End, Sent, Station, Walk},
    world::{Net, World},
};
use crate::model::Backend;
use std::net::Ipv4Addr;

impl<'t> World<'t> {
    /// The backends that may be reached from a network: one that says nothing of its network is
    /// there for all.
    pub(crate) fn backends(&self, net: Net) -> impl Iterator<Item = &'t Backend> {
        let own = &self.network(net).resource.id;
        let all = self.topology.backends.values();
        all.filter(move |backend| match &backend.virtual_network {
            None => true,
            Some(network) => {
                let peers = self.peers(net).iter();
                let mut remotes = peers.filter_map(|peer| peer.remote);
                network == own || remotes.any(|remote| self.network(remote).resource.id == *network)
            }
        })
    }

    /// The backend that has an address, as seen from a network.
    pub(crate) fn backend(&self, net: Net, to: Ipv4Addr) -> Option<&'t Backend> {
        self.backends(net)
            .find(|backend| backend.addresses.contains(&to))
    }

    /// The backend that has a public address.
    pub(crate) fn public_backend(&self, to: Ipv4Addr) -> Option<&'t Backend> {
        let mut all = self.topology.backends.values();
        all.find(|backend| backend.virtual_network.is_none() && backend.addresses.contains(&to))
    }
}

/// Whether a backend takes connections to a port.
pub(crate) fn listens(backend: &Backend, port: u16) -> Judgement {
    let name = &backend.name;
    let judgement = if backend.ports.contains(&port) {
        Judgement::pass(format!("backend `{name}` takes connections to port {port}"))
    } else if backend.ports.is_empty() {
        let because = format!(
            "which ports backend `{name}` answers on the topology does not say; add `ports` to it"
        );
        Judgement::unknown(because)
    } else {
        let ports: Vec<String> = backend.ports.iter().map(u16::to_string).collect();
        let because = format!(
            "backend `{name}` does not answer on port {port}; use {}",
            ports.join(" or ")
        );
        Judgement::drop(because)
    };
    judgement.by(DecidedBy::azure(DecidedKind::Listener, name.as_str()))
}

impl Walk<'_, '_> {
    /// A packet at a backend.
    pub(crate) fn at_backend(&mut self, backend: &Backend, sent: &Sent) -> End {
        let place = Station {
            at: format!("backend/{}", backend.name),
            interface: None,
            place: None,
            address: *sent.destination.ip(),
        };
        let judgement = listens(backend, sent.destination.port());
        self.push(HopKind::Service, &[place], sent, &[], judgement, "")?;
        Ok(format!("backend `{}` answers", backend.name))
    }
}
