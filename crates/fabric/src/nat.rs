//! Source ports of Private Link's NAT addresses.

use std::{
    collections::{HashMap, HashSet},
    net::{Ipv4Addr, SocketAddrV4},
};
use topology::ResourceId;

/// Ports begin here; the ones below are never handed out.
const FIRST_PORT: u16 = 1024;

/// What has its own 64,512 ports: a NAT address of a service towards one destination.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Pool {
    service: ResourceId,
    address: Ipv4Addr,
    protocol: u8,
    destination: SocketAddrV4,
}

#[derive(Debug)]
struct Ports {
    used: HashSet<u16>,
    next: u16,
}

/// A port in use. To be handed back with [`Nat::release`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Lease {
    pool: Pool,
    port: u16,
}

impl Lease {
    pub(crate) fn service(&self) -> &ResourceId {
        &self.pool.service
    }

    pub(crate) fn address(&self) -> Ipv4Addr {
        self.pool.address
    }

    pub(crate) fn destination(&self) -> SocketAddrV4 {
        self.pool.destination
    }

    pub(crate) fn port(&self) -> u16 {
        self.port
    }
}

/// All ports in use.
#[derive(Debug, Default)]
pub(crate) struct Nat {
    pools: HashMap<Pool, Ports>,
}

impl Nat {
    /// The next free port of this address towards this destination, ascending from the last one
    /// so that a port just freed rests a while; `None` if all are in use.
    pub(crate) fn lease(
        &mut self,
        service: &ResourceId,
        address: Ipv4Addr,
        protocol: u8,
        destination: SocketAddrV4,
    ) -> Option<Lease> {
        let pool = Pool {
            service: service.clone(),
            address,
            protocol,
            destination,
        };
        let ports = self.pools.entry(pool.clone()).or_insert_with(|| Ports {
            used: HashSet::new(),
            next: FIRST_PORT,
        });
        let first = ports.next;
        loop {
            let port = ports.next;
            ports.next = port.checked_add(1).unwrap_or(FIRST_PORT);
            if ports.used.insert(port) {
                return Some(Lease { pool, port });
            }
            if ports.next == first {
                return None;
            }
        }
    }

    /// Frees a port.
    pub(crate) fn release(&mut self, lease: &Lease) {
        if let Some(ports) = self.pools.get_mut(&lease.pool) {
            ports.used.remove(&lease.port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_port_is_used_once_and_each_destination_has_its_own() {
        let mut nat = Nat::default();
        let service = ResourceId::new("s", "g", "Microsoft.Network/privateLinkServices", "p");
        let address = Ipv4Addr::new(10, 0, 1, 7);
        let there = SocketAddrV4::new(Ipv4Addr::new(10, 0, 1, 5), 443);
        let leases: Vec<Lease> = (FIRST_PORT..=u16::MAX)
            .map(|_| nat.lease(&service, address, 6, there).unwrap())
            .collect();
        let distinct: HashSet<u16> = leases.iter().map(Lease::port).collect();
        assert_eq!((leases[0].port(), distinct.len()), (1024, 64_512));
        assert_eq!(nat.lease(&service, address, 6, there), None);
        assert!(
            nat.lease(&service, address, 17, there).is_some(),
            "UDP has its own ports"
        );
        nat.release(&leases[500]);
        assert_eq!(
            nat.lease(&service, address, 6, there)
                .map(|lease| lease.port()),
            Some(1524)
        );
    }
}
