//! Who answers at public addresses.

use super::World;
use crate::model::{Body, addresses::Holder, cidr::ipv4, id::ResourceId};
use std::{collections::HashMap, net::Ipv4Addr};

impl World<'_> {
    /// Who answers at a public address.
    pub(crate) fn public_user(&self, address: Ipv4Addr) -> Option<&Holder> {
        self.users().get(&address)
    }

    /// Everybody who answers at a public address, lowest address first.
    pub(crate) fn public_users(&self) -> Vec<(Ipv4Addr, Holder)> {
        let users = self.users();
        let mut all: Vec<Ipv4Addr> = users.keys().copied().collect();
        all.sort_unstable();
        all.into_iter()
            .filter_map(|address| Some((address, users.get(&address)?.clone())))
            .collect()
    }

    fn users(&self) -> &HashMap<Ipv4Addr, Holder> {
        self.public_users.get_or_init(|| {
            let mut users = HashMap::new();
            let told = |id: &ResourceId| {
                let (_, inner) = self.topology.public_ip_address(id)?;
                ipv4(inner.ip_address)
            };
            for resource in self.topology.resources.values() {
                let id = &resource.id;
                match &resource.body {
                    Body::LoadBalancer(inner) => {
                        for (index, frontend) in inner.frontend_ip_configurations.iter().enumerate()
                        {
                            let reference = frontend.properties.public_ip_address.as_ref();
                            if let Some(address) = reference.and_then(|one| told(&one.id)) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Frontend(id.clone(), index));
                            }
                        }
                    }
                    Body::NetworkInterface(inner) => {
                        for (index, config) in inner.ip_configurations.iter().enumerate() {
                            let reference = config.properties.public_ip_address.as_ref();
                            if let Some(address) = reference.and_then(|one| told(&one.id)) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Nic(id.clone(), index));
                            }
                        }
                    }
                    Body::NatGateway(inner) => {
                        for (index, reference) in inner.public_ip_addresses.iter().enumerate() {
                            if let Some(address) = told(&reference.id) {
                                users
                                    .entry(address)
                                    .or_insert_with(|| Holder::Nat(id.clone(), index));
                            }
                        }
                    }
                    Body::ApiManagement(inner) => {
                        if inner.virtual_network_type.as_deref() == Some("Internal") {
                            continue;
                        }
                        let own = inner.public_ip_address_id.as_ref().and_then(told);
                        let seen = inner.public_ip_addresses.iter().copied();
                        for address in own
                            .into_iter()
                            .chain(seen.filter_map(|one| ipv4(Some(one))))
                        {
                            users
                                .entry(address)
                                .or_insert_with(|| Holder::Vip(id.clone()));
                        }
                    }
                    _ => {}
                }
            }
            users
        })
    }
}
