//! Small questions about a topology and this machine that the data plane asks.

use super::prober::TargetId;
use fabric::PortName;
use std::{collections::BTreeMap, ffi::OsString};
use topology::{Topology, model::id::ResourceId};

const CA_BUNDLES: &[&str] = &[
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
];

/// Variables that make usual programs trust the twin's services.
pub(crate) fn trust_variables() -> Vec<(OsString, OsString)> {
    let (path, _) = ca_bundle();
    [
        "SSL_CERT_FILE",
        "CURL_CA_BUNDLE",
        "REQUESTS_CA_BUNDLE",
        "NODE_EXTRA_CA_CERTS",
    ]
    .map(|name| (name.into(), path.into()))
    .to_vec()
}

/// The system's bundle and where it is; where there is none, where most programs look.
pub(super) fn ca_bundle() -> (&'static str, Vec<u8>) {
    let found = CA_BUNDLES
        .iter()
        .find_map(|path| Some((*path, std::fs::read(path).ok()?)));
    found.unwrap_or((
        CA_BUNDLES.first().copied().unwrap_or("/etc/ssl/cert.pem"),
        Vec::new(),
    ))
}

pub(super) fn machine_of<'t>(
    topology: &'t Topology,
    nic: &ResourceId,
) -> Option<&'t topology::model::compute::VirtualMachine> {
    let mut machines = topology.virtual_machines();
    machines
        .find(|(_, machine)| {
            machine
                .network_profile
                .network_interfaces
                .iter()
                .any(|reference| &reference.id == nic)
        })
        .map(|(_, machine)| machine)
}

/// Every probe of every member of every pool that a rule with a probe uses.
pub(super) fn probed(topology: &Topology) -> Vec<(TargetId, topology::model::network::Probe)> {
    let mut found = BTreeMap::new();
    for (balancer, body) in topology.load_balancers() {
        for rule in &body.load_balancing_rules {
            let (Some(pool), Some(probe)) = (
                &rule.properties.backend_address_pool,
                &rule.properties.probe,
            ) else {
                continue;
            };
            let Some(probe) = body
                .probes
                .iter()
                .find(|known| known.name.eq_ignore_ascii_case(probe.id.name()))
            else {
                continue;
            };
            for (nic, _) in topology.network_interfaces().filter(|(_, nic)| {
                nic.ip_configurations.iter().any(|config| {
                    config
                        .properties
                        .load_balancer_backend_address_pools
                        .iter()
                        .any(|member| member.id == pool.id)
                })
            }) {
                let id = TargetId {
                    balancer: balancer.id.clone(),
                    probe: probe.name.clone(),
                    nic: nic.id.clone(),
                };
                found.insert(id, probe.properties.clone());
            }
        }
    }
    found.into_iter().collect()
}

pub(super) fn label(name: &PortName) -> String {
    match name {
        PortName::Host => "host".to_owned(),
        PortName::Client(name) => name.clone(),
        PortName::Nic(id) => id.name().to_owned(),
        PortName::Unit(id, index) => format!("{}-{index}", id.name()),
    }
}
