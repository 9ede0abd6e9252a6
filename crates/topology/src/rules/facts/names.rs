//! Which private zones a network sees, and what they answer.

use super::Subject;
use crate::model::{
    IdMap, Resource, api_management::ApiManagement, dns::RecordAddress, id::ResourceId,
    kinds::Kinds,
};
use indexmap::IndexMap;
use std::collections::HashMap;

/// Zones by network, A records by zone.
#[derive(Debug, Default)]
pub(in crate::rules) struct Names<'t> {
    /// Zones that a network is linked to, with the link.
    pub(in crate::rules) links: IndexMap<&'t ResourceId, Vec<(ResourceId, &'t Resource)>>,
    /// Networks by the zone that they are linked to.
    networks: IdMap<Vec<&'t ResourceId>>,
    /// A records by the id of their set.
    records: IdMap<Vec<RecordAddress>>,
    /// Gateway hosts of internal API Management services, lower case.
    internal: HashMap<String, &'t Resource>,
}

impl<'t> Names<'t> {
    /// Reads them.
    pub(super) fn of(kinds: &Kinds<'t>) -> Self {
        let mut found = Self::default();
        for (link, body) in kinds.virtual_network_links() {
            if let (Some(network), Some(zone)) = (&body.virtual_network, link.id.parent()) {
                found
                    .links
                    .entry(&network.id)
                    .or_default()
                    .push((zone, link));
            }
        }
        for (network, links) in &found.links {
            for (zone, _) in links {
                found
                    .networks
                    .entry(zone.clone())
                    .or_default()
                    .push(network);
            }
        }
        for (set, body) in kinds.a_record_sets() {
            let records = body.a_records.iter();
            found.records.insert(
                &set.id,
                records.map(|record| record.ipv4_address.clone()).collect(),
            );
        }
        for (service, body) in kinds.api_managements() {
            if body.virtual_network_type.as_deref() == Some("Internal") {
                let host = ApiManagement::gateway_host(service.id.name());
                found.internal.insert(host.to_ascii_lowercase(), service);
            }
        }
        found
    }
}

impl<'t> Names<'t> {
    /// Networks that are linked to a zone.
    pub(in crate::rules) fn networks_of(
        &self,
        zone: &ResourceId,
    ) -> impl Iterator<Item = &'t ResourceId> {
        self.networks.get(zone).into_iter().flatten().copied()
    }
}

impl Subject<'_> {
    /// What a network's private zones answer for a host: the zone with the longest fitting name
    /// decides, also when it has no such record.
    pub(in crate::rules) fn answers(&self, network: &ResourceId, host: &str) -> &[RecordAddress] {
        let host = host.to_ascii_lowercase();
        let mut best: Option<(usize, &[RecordAddress])> = None;
        for (zone, _) in self.names.links.get(network).into_iter().flatten() {
            let name = zone.name().to_ascii_lowercase();
            let label = match host.strip_suffix(&name) {
                Some("") => "@",
                Some(rest) => match rest.strip_suffix('.') {
                    Some(label) => label,
                    None => continue,
                },
                None => continue,
            };
            if best.is_none_or(|(length, _)| name.len() > length) {
                let records = self.names.records.get(&zone.child("A", label));
                best = Some((name.len(), records.map_or(&[], Vec::as_slice)));
            }
        }
        best.map_or(&[], |(_, found)| found)
    }

    /// The internal API Management service whose gateway has this name.
    pub(in crate::rules) fn internal_service(&self, host: &str) -> Option<&Resource> {
        let host = host.to_ascii_lowercase();
        self.names.internal.get(&host).copied()
    }

    /// Whether packets may pass between the networks as they are: by a peering, or perhaps by
    /// gateways, if both have the subnet for one.
    pub(in crate::rules) fn may_be_joined(&self, one: &ResourceId, other: &ResourceId) -> bool {
        let leads = |from: &ResourceId, to: &ResourceId| {
            self.topology
                .virtual_network(from)
                .is_some_and(|(_, body)| {
                    body.virtual_network_peerings.iter().any(|peering| {
                        let remote = peering.properties.remote_virtual_network.as_ref();
                        remote.is_some_and(|remote| remote.id == *to)
                    })
                })
        };
        let has_gateway = |network: &ResourceId| {
            let subnet = network.child("subnets", "GatewaySubnet");
            self.subnets.get(&subnet).is_some()
        };
        leads(one, other) || leads(other, one) || (has_gateway(one) && has_gateway(other))
    }

    /// Whether the host is one that no public DNS knows: that of an internal service here.
    pub(in crate::rules) fn is_private_name(&self, host: &str) -> bool {
        self.names.internal.contains_key(&host.to_ascii_lowercase())
    }
}
