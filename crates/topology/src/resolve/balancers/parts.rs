//! The parts of a load balancer as its manifest says them: one frontend, pool and probe whose keys
//! stand in the balancer's own entry, or several with names.

use crate::{
    manifest::{
        BackendPool, Entry, Field, Forwarder, Frontend, List, LoadBalancer, Manifest, NamedProbe,
        Probe, Record,
    },
    source::{ManifestPath, Span, Spanned},
};
use std::net::Ipv4Addr;

const FRONTEND: &str = "frontend";
const POOL: &str = "backend";

/// A frontend.
pub(in crate::resolve) struct Front<'m> {
    pub(in crate::resolve) name: &'m str,
    pub(in crate::resolve) span: Span,
    pub(in crate::resolve) subnet: &'m Field<String>,
    pub(in crate::resolve) address: &'m Field<Ipv4Addr>,
    pub(in crate::resolve) public: &'m Field<String>,
    pub(in crate::resolve) zones: &'m List<String>,
    /// The entry that says it, if it has one of its own.
    pub(in crate::resolve) own: Option<&'m Entry<Frontend>>,
}

impl Front<'_> {
    /// Whether it has a public address, and so none of a subnet.
    pub(in crate::resolve) fn is_public(&self) -> bool {
        self.public.is_some()
    }
}

static NO_SUBNET: Field<String> = None;

/// The frontends of a load balancer, in order; at least one.
pub(in crate::resolve) fn frontends(entry: &Entry<LoadBalancer>) -> Vec<Front<'_>> {
    let stated = &entry.value;
    // A public frontend is in no subnet, unless it is said to be: which Azure refuses.
    let or_balancers = |own: bool| if own { &NO_SUBNET } else { &stated.subnet };
    if stated.frontend_ip_configurations.is_empty() {
        return vec![Front {
            name: FRONTEND,
            span: entry.name.span,
            subnet: or_balancers(stated.public_ip_address.is_some()),
            address: &stated.private_ip_address,
            public: &stated.public_ip_address,
            zones: &stated.zones,
            own: None,
        }];
    }
    let each = stated.frontend_ip_configurations.iter();
    each.map(|(name, own)| {
        let is_public = own.value.public_ip_address.is_some();
        Front {
            name,
            span: own.name.span,
            subnet: if own.value.subnet.is_some() {
                &own.value.subnet
            } else {
                or_balancers(is_public)
            },
            address: &own.value.private_ip_address,
            public: &own.value.public_ip_address,
            zones: if own.value.zones.is_some() {
                &own.value.zones
            } else {
                &stated.zones
            },
            own: Some(own),
        }
    })
    .collect()
}

/// The subnet that a load balancer stands in: its own, or that of its first internal frontend.
pub(in crate::resolve) fn subnet(entry: &Entry<LoadBalancer>) -> &Field<String> {
    let stated = &entry.value;
    if stated.subnet.is_some() {
        return &stated.subnet;
    }
    let mut each = stated.frontend_ip_configurations.values();
    each.find_map(|own| own.value.subnet.is_some().then_some(&own.value.subnet))
        .unwrap_or(&stated.subnet)
}

/// A pool.
pub(in crate::resolve) struct Pool<'m> {
    pub(in crate::resolve) name: &'m str,
    pub(in crate::resolve) backend: &'m Field<String>,
    pub(in crate::resolve) addresses: &'m List<Ipv4Addr>,
    pub(in crate::resolve) network: &'m Field<String>,
    pub(in crate::resolve) own: Option<&'m Entry<BackendPool>>,
}

static NO_ADDRESSES: List<Ipv4Addr> = None;

/// The pools of a load balancer, in order; at least one.
pub(in crate::resolve) fn pools(stated: &LoadBalancer) -> Vec<Pool<'_>> {
    if stated.backend_address_pools.is_empty() {
        return vec![Pool {
            name: POOL,
            backend: &stated.backend,
            addresses: &NO_ADDRESSES,
            network: &NO_SUBNET,
            own: None,
        }];
    }
    let each = stated.backend_address_pools.iter();
    each.map(|(name, own)| Pool {
        name,
        backend: &own.value.backend,
        addresses: &own.value.addresses,
        network: &own.value.virtual_network,
        own: Some(own),
    })
    .collect()
}

/// What stands behind a pool.
#[derive(Clone, Copy)]
pub(in crate::resolve) enum Behind<'m> {
    /// Relays, whose health endpoint is known.
    Forwarder(&'m Forwarder),
    /// Something with addresses, and its ports.
    Addresses(&'m [Spanned<u16>]),
}

impl<'m> Behind<'m> {
    /// What stands behind a pool of the manifest; `None` where the name leads nowhere.
    pub(in crate::resolve) fn of(manifest: &'m Manifest, pool: &Pool<'m>) -> Option<Self> {
        let Some(backend) = pool.backend else {
            return pool.own.is_some().then_some(Self::Addresses(&[]));
        };
        if let Some((_, entry)) = super::super::entry(&manifest.forwarders, &backend.value) {
            return Some(Self::Forwarder(&entry.value));
        }
        let (_, entry) = super::super::entry(&manifest.backends, &backend.value)?;
        let ports = entry.value.ports.as_ref();
        Some(Self::Addresses(ports.map_or(&[], |list| &list.value)))
    }
}

/// A probe.
pub(in crate::resolve) struct ProbeAt {
    pub(in crate::resolve) name: String,
    pub(in crate::resolve) stated: Probe,
    /// The entry that says it, or would.
    pub(in crate::resolve) path: ManifestPath,
    /// Where it is said.
    pub(in crate::resolve) span: Option<Span>,
    /// The pool that it was made for, by number, where nothing says it.
    pub(in crate::resolve) derived_for: Option<usize>,
}

const PROBE: &str = "health";

/// The probes of a load balancer: those that are stated, else one for each pool.
pub(in crate::resolve) fn probes(stated: &LoadBalancer, path: &ManifestPath) -> Vec<ProbeAt> {
    if !stated.probes.is_empty() {
        let each = stated.probes.iter();
        return each
            .map(|(name, own)| ProbeAt {
                name: name.clone(),
                stated: plain(&own.value),
                path: path.key("probes").key(name),
                span: Some(own.name.span),
                derived_for: None,
            })
            .collect();
    }
    let pools = pools(stated);
    let given = stated.probe.as_ref();
    if given.is_some() || pools.len() == 1 {
        let name = given.and_then(|probe| probe.value.name.as_ref());
        return vec![ProbeAt {
            name: name.map_or_else(|| PROBE.to_owned(), |name| name.value.clone()),
            stated: given.map(|probe| probe.value.clone()).unwrap_or_default(),
            path: path.key("probe"),
            span: given.map(|probe| probe.span),
            derived_for: given.is_none().then_some(0),
        }];
    }
    let each = pools.iter().enumerate();
    each.map(|(at, pool)| {
        let name = format!("{PROBE}-{}", pool.name);
        ProbeAt {
            path: path.key("probes").key(&name),
            name,
            stated: Probe::default(),
            span: None,
            derived_for: Some(at),
        }
    })
    .collect()
}

fn plain(named: &NamedProbe) -> Probe {
    Probe {
        name: None,
        protocol: named.protocol.clone(),
        port: named.port.clone(),
        request_path: named.request_path.clone(),
        interval_in_seconds: named.interval_in_seconds.clone(),
        number_of_probes: named.number_of_probes.clone(),
        probe_threshold: named.probe_threshold.clone(),
    }
}

/// Whether a key of the balancer's own entry speaks of the one frontend or pool, though several are
/// named: what it says would be nobody's.
pub(in crate::resolve) fn homeless(
    stated: &LoadBalancer,
) -> Vec<(&'static str, &'static str, Span)> {
    let mut found = Vec::new();
    let mut look = |section: &'static str, is_named: bool, keys: &[&'static str]| {
        for key in keys.iter().filter(|_| is_named) {
            if let Some(said) = stated.stated(key) {
                found.push((*key, section, said.span));
            }
        }
    };
    let is_named = !stated.frontend_ip_configurations.is_empty();
    let keys = ["privateIPAddress", "publicIPAddress"];
    look("frontendIPConfigurations", is_named, &keys);
    let is_named = !stated.backend_address_pools.is_empty();
    look("backendAddressPools", is_named, &["backend"]);
    look("probes", !stated.probes.is_empty(), &["probe"]);
    found
}
