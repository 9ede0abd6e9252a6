//! Addresses that Azure will choose.

use super::Subject;
use crate::{
    finding::Change,
    model::{Body, Topology, addresses::Holder, id::ResourceId},
};

/// A dynamic address that Azure has not given yet.
#[derive(Clone, Debug)]
pub(in crate::rules) struct Dynamic {
    /// The resource that asks for it.
    pub(in crate::rules) id: ResourceId,
    /// JSON pointer to what says so.
    pub(in crate::rules) pointer: String,
    /// The subnet that it is taken from.
    pub(in crate::rules) subnet: ResourceId,
    /// Who gets it.
    holder: Holder,
    /// JSON pointer to the IP configuration's properties, if they can ask for an address.
    config: Option<String>,
}

impl Dynamic {
    /// Changes that ask for the address that is expected anyway; `None` if nothing can.
    pub(in crate::rules) fn made_static(&self, subject: &Subject<'_>) -> Option<Vec<Change>> {
        let base = self.config.as_ref()?;
        let address = subject.addresses.get(&self.holder)?;
        let set =
            |name: &str, value: String| Change::set(&self.id, format!("{base}/{name}"), value);
        Some(vec![
            set("privateIPAllocationMethod", "Static".to_owned()),
            set("privateIPAddress", address.to_string()),
        ])
    }
}

/// All of them, in the order of the topology. What is there already has its address.
pub(super) fn dynamic(topology: &Topology) -> Vec<Dynamic> {
    let mut all = Vec::new();
    for resource in topology.resources.values() {
        if resource.existing {
            continue;
        }
        let id = &resource.id;
        let mut push = |list: &str, index: usize, subnet: Option<&ResourceId>, holder: Holder| {
            let config = format!("/properties/{list}/{index}/properties");
            if let Some(subnet) = subnet {
                all.push(Dynamic {
                    id: id.clone(),
                    pointer: format!("{config}/privateIPAllocationMethod"),
                    subnet: subnet.clone(),
                    holder,
                    config: Some(config),
                });
            }
        };
        match &resource.body {
            Body::NetworkInterface(nic) if nic.private_endpoint.is_none() => {
                for (index, config) in nic.ip_configurations.iter().enumerate() {
                    let said = &config.properties;
                    let subnet = said.subnet.as_ref().map(|subnet| &subnet.id);
                    if said.private_ip_address.is_none() && !said.is_ipv6() {
                        let holder = Holder::Nic(id.clone(), index);
                        push("ipConfigurations", index, subnet, holder);
                    }
                }
            }
            Body::LoadBalancer(balancer) => {
                for (index, config) in balancer.frontend_ip_configurations.iter().enumerate() {
                    let said = &config.properties;
                    let subnet = said.subnet.as_ref().map(|subnet| &subnet.id);
                    if said.private_ip_address.is_none() && !said.is_ipv6() {
                        let holder = Holder::Frontend(id.clone(), index);
                        push("frontendIPConfigurations", index, subnet, holder);
                    }
                }
            }
            Body::PrivateLinkService(service) => {
                for (index, config) in service.ip_configurations.iter().enumerate() {
                    let said = &config.properties;
                    let subnet = said.subnet.as_ref().map(|subnet| &subnet.id);
                    if said.private_ip_address.is_none() && !said.is_ipv6() {
                        let holder = Holder::Nat(id.clone(), index);
                        push("ipConfigurations", index, subnet, holder);
                    }
                }
            }
            // Theirs is always Azure's choice.
            Body::PrivateEndpoint(endpoint)
                if endpoint.network_interfaces.is_empty()
                    && endpoint.ip_configurations.is_empty() =>
            {
                if let Some(subnet) = &endpoint.subnet {
                    all.push(Dynamic {
                        id: id.clone(),
                        pointer: "/properties/subnet".to_owned(),
                        subnet: subnet.id.clone(),
                        holder: Holder::Endpoint(id.clone()),
                        config: None,
                    });
                }
            }
            _ => {}
        }
    }
    all
}
