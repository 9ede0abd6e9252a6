//! Static addresses that somebody asked for.

use crate::model::kinds::Kinds;
use crate::{
    finding::Finding,
    model::{Topology, addresses::Holder, id::ResourceId},
    rules::Rule,
};
use std::net::Ipv4Addr;

/// A static address.
#[derive(Debug)]
pub(in crate::rules) struct Stated {
    /// The resource and a JSON pointer into it, or the span of a client.
    pub(in crate::rules) place: Result<(ResourceId, String), Option<crate::source::Span>>,
    /// The subnet it is wanted in.
    pub(in crate::rules) subnet: ResourceId,
    /// The address.
    pub(in crate::rules) address: Ipv4Addr,
    /// Who wants it.
    pub(in crate::rules) holder: Holder,
}

/// All of them.
pub(super) fn stated(topology: &Topology, kinds: &Kinds<'_>) -> Vec<Stated> {
    let mut all = Vec::new();
    for (name, client) in &topology.clients {
        if let Some(address) = client.private_ip_address {
            all.push(Stated {
                place: Err(client.span),
                subnet: client.subnet.clone(),
                address,
                holder: Holder::Client(name.clone()),
            });
        }
    }
    for (nic, body) in kinds.network_interfaces() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) =
                (&config.properties.subnet, config.properties.ipv4())
            {
                let holder = match (&body.private_endpoint, &body.private_link_service) {
                    (Some(endpoint), _) => Holder::Endpoint(endpoint.id.clone()),
                    (None, Some(service)) => Holder::Nat(service.id.clone(), index),
                    (None, None) => Holder::Nic(nic.id.clone(), index),
                };
                let pointer =
                    format!("/properties/ipConfigurations/{index}/properties/privateIPAddress");
                all.push(Stated {
                    place: Ok((nic.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder,
                });
            }
        }
    }
    for (balancer, body) in kinds.load_balancers() {
        for (index, frontend) in body.frontend_ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) =
                (&frontend.properties.subnet, frontend.properties.ipv4())
            {
                let pointer = format!(
                    "/properties/frontendIPConfigurations/{index}/properties/privateIPAddress"
                );
                all.push(Stated {
                    place: Ok((balancer.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder: Holder::Frontend(balancer.id.clone(), index),
                });
            }
        }
    }
    for (service, body) in kinds.private_link_services() {
        for (index, config) in body.ip_configurations.iter().enumerate() {
            if let (Some(subnet), Some(address)) =
                (&config.properties.subnet, config.properties.ipv4())
            {
                let pointer =
                    format!("/properties/ipConfigurations/{index}/properties/privateIPAddress");
                all.push(Stated {
                    place: Ok((service.id.clone(), pointer)),
                    subnet: subnet.id.clone(),
                    address,
                    holder: Holder::Nat(service.id.clone(), index),
                });
            }
        }
    }
    all
}

impl Stated {
    /// A finding at it.
    pub(in crate::rules) fn finding(&self, rule: &Rule, message: String) -> Finding {
        match &self.place {
            Ok((id, pointer)) => rule.at(id, pointer.clone(), message),
            Err(span) => {
                let mut finding = rule.at(&self.subnet, "", message);
                finding.span = *span;
                finding
            }
        }
    }
}
